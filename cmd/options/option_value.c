#include "options/option_value.h"

#include "files/template.h"
#include "message.h"

#include <haul/duration.h>
#include <haul/error.h>
#include <haul/url.h>

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *field(struct options *options, const struct option_row *row)
{
    return (char *)options + row->offset;
}

int refuse(char **ret_problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(ret_problem, format, arguments);
    va_end(arguments);
    return size < 0 ? -ENOMEM : HAUL_E_INVALID;
}

int read_true(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)value;
    (void)ret_problem;
    *(bool *)field(options, row) = true;
    return 0;
}

int read_false(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)value;
    (void)ret_problem;
    *(bool *)field(options, row) = false;
    return 0;
}

int read_text(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    if (*value == '\0')
        return refuse(ret_problem, "the %s is empty", row->argument);
    *(const char **)field(options, row) = value;
    return 0;
}

int read_any_text(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)ret_problem;
    *(const char **)field(options, row) = value;
    return 0;
}

/* A decimal number of digits alone, MAXIMUM at most. */
static bool parse_number(const char *text, size_t size, size_t maximum, size_t *ret_number)
{
    size_t number = 0;
    if (size == 0)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        size_t digit = (size_t)(text[i] - '0');
        if (digit > maximum || number > (maximum - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

int read_number(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    size_t number;
    if (!parse_number(value, strlen(value), row->maximum, &number) || number < row->minimum)
        return refuse(ret_problem, "\"%s\" is not a number from %zu to %zu", excerpt(value).text, row->minimum,
                      row->maximum);
    *(size_t *)field(options, row) = number;
    return 0;
}

int read_concurrency(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    options->is_concurrency_auto = strcmp(value, "auto") == 0;
    if (options->is_concurrency_auto)
        return 0;
    if (!parse_number(value, strlen(value), row->maximum, field(options, row)) || options->concurrency < row->minimum)
        return refuse(ret_problem, "\"%s\" is not a number from %zu to %zu, or auto", excerpt(value).text, row->minimum,
                      row->maximum);
    return 0;
}

/* How many processors this process may use. */
static size_t count_processors(void)
{
    cpu_set_t processors;
    return sched_getaffinity(0, sizeof(processors), &processors) == 0 ? (size_t)CPU_COUNT(&processors) : 1;
}

int read_loops(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    enum { auto_loops = 16 };
    size_t number;
    if (strcmp(value, "auto") == 0) {
        size_t processors = count_processors();
        number = processors < auto_loops ? processors : auto_loops;
    } else if (!parse_number(value, strlen(value), row->maximum, &number) || number < row->minimum) {
        return refuse(ret_problem, "\"%s\" is not auto or a number from %zu to %zu", excerpt(value).text, row->minimum,
                      row->maximum);
    }
    *(size_t *)field(options, row) = number;
    return 0;
}

/* In curl's units, by the letters of either case. */
int read_size(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    static const char letters[] = "kmg";
    size_t digits = strspn(value, "0123456789"), number = 0;
    const char *letter = value[digits] == '\0' ? NULL : strchr(letters, value[digits] | 0x20);
    unsigned shift = letter ? (unsigned)(letter - letters + 1) * 10 : 0;
    bool is_whole = value[digits] == '\0' || (letter && value[digits + 1] == '\0');
    if (!is_whole || !parse_number(value, digits, (size_t)INT64_MAX >> shift, &number))
        return refuse(ret_problem, "\"%s\" is not a number of bytes like 1000, 64k, 10M or 1G", excerpt(value).text);
    *(int64_t *)field(options, row) = (int64_t)(number << shift);
    return 0;
}

int read_duration(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    int64_t duration;
    if (haul_duration_parse(value, &duration) != 0)
        return refuse(ret_problem, "\"%s\" is not a duration like 1.5, 500ms, 20s or 2m", excerpt(value).text);
    *(int64_t *)field(options, row) = duration > 0 ? duration : HAUL_NEVER;
    return 0;
}

int read_continue(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    if (strcmp(value, "-") != 0)
        return refuse(ret_problem, "\"%s\" is not -: each file is continued where it ends", excerpt(value).text);
    *(bool *)field(options, row) = true;
    return 0;
}

int read_template(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    struct template *template;
    char *problem;
    int code = template_create(value, &template, &problem);
    if (code == HAUL_E_INVALID) {
        code = refuse(ret_problem, "\"%s\" is no name for files: %s", excerpt(value).text, problem);
        free(problem);
    }
    if (code != 0)
        return code;
    template_destroy(template);
    *(const char **)field(options, row) = value;
    return 0;
}

int read_list(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    if (*value == '\0')
        return refuse(ret_problem, "the %s is empty", row->argument);
    options->items[options->item_count++] = (struct source_item){SOURCE_LIST, value};
    return 0;
}

int read_input_format(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    bool is_json = strcmp(value, "jsonl") == 0;
    if (!is_json && strcmp(value, "text") != 0)
        return refuse(ret_problem, "\"%s\" is not one of text and jsonl", excerpt(value).text);
    *(bool *)field(options, row) = is_json;
    return 0;
}

int read_base(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    struct haul_url *url = NULL;
    const char *problem;
    int code = haul_url_create(value, strlen(value), &url, &problem);
    if (code == 0 && haul_url_scheme(url) == HAUL_URL_SLEEP) {
        problem = "it is a sleep";
        code = HAUL_E_URL;
    }
    haul_url_destroy(url);
    if (code == HAUL_E_URL) {
        struct excerpt masked;
        haul_url_mask(value, strlen(value), masked.text, sizeof(masked.text));
        return refuse(ret_problem, "\"%s\" is not an http or https URL: %s", masked.text, problem);
    }
    if (code != 0)
        return code;
    char **base = field(options, row);
    free(*base);
    *base = strdup(value);
    return *base ? 0 : -ENOMEM;
}

int read_mode(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    if (mode_find(value, strlen(value), field(options, row)) != 0)
        return refuse(ret_problem, "\"%s\" is not one of sequential, gather and as-completed", excerpt(value).text);
    return 0;
}

int read_this_mode(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)value;
    (void)ret_problem;
    *(enum mode *)field(options, row) = (enum mode)row->minimum;
    return 0;
}

int read_modes(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    enum mode modes[MODE_COUNT];
    size_t count = 0;
    bool is_there[MODE_COUNT] = {false};
    const char *name = value;
    for (;;) {
        size_t size = strcspn(name, ",");
        enum mode mode;
        if (mode_find(name, size, &mode) != 0)
            return refuse(ret_problem, "\"%s\" is not a list of sequential, gather and as-completed, with commas",
                          excerpt(value).text);
        if (is_there[mode])
            return refuse(ret_problem, "\"%s\" names %s twice", excerpt(value).text, mode_name(mode));
        is_there[mode] = true;
        modes[count++] = mode;
        if (name[size] == '\0')
            break;
        name += size + 1;
    }
    memcpy(options->modes, modes, sizeof(modes[0]) * count);
    options->mode_count = count;
    return 0;
}

static void append(const char **texts, const char *text)
{
    while (*texts)
        texts++;
    *texts = text;
}

static bool is_port(const char *text, size_t size)
{
    size_t port;
    return parse_number(text, size, 65535, &port) && port > 0;
}

static bool is_address(int family, const char *text, size_t size)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr bytes; /* has room for both */
    if (size >= sizeof(address))
        return false;
    memcpy(address, text, size);
    address[size] = '\0';
    return inet_pton(family, address, &bytes) == 1;
}

/* 192.0.2.1, 192.0.2.1:53, 2001:db8::1 or [2001:db8::1]:53 */
static bool is_server(const char *text, size_t size)
{
    const char *port = memrchr(text, ':', size);
    if (is_address(AF_INET, text, size) || is_address(AF_INET6, text, size))
        return true;
    if (!port || !is_port(port + 1, (size_t)(text + size - port - 1)))
        return false;
    size = (size_t)(port - text);
    if (size > 2 && text[0] == '[' && text[size - 1] == ']')
        return is_address(AF_INET6, text + 1, size - 2);
    return is_address(AF_INET, text, size);
}

int read_dns_servers(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    const char *at = value;
    for (;;) {
        size_t size = strcspn(at, ",");
        if (!is_server(at, size))
            return refuse(ret_problem,
                          "\"%s\" is not a list of addresses like 192.0.2.1, 192.0.2.1:53 or "
                          "[2001:db8::1]:53, with commas",
                          excerpt(value).text);
        if (at[size] == '\0')
            break;
        at += size + 1;
    }
    *(const char **)field(options, row) = value;
    return 0;
}

int read_resolver(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    bool is_system = strcmp(value, "system") == 0;
    if (!is_system && strcmp(value, "haul") != 0)
        return refuse(ret_problem, "\"%s\" is not one of haul and system", excerpt(value).text);
    *(bool *)field(options, row) = is_system;
    return 0;
}

/* [+]HOST:PORT:ADDRESS[,ADDRESS]... or -HOST:PORT */
static bool is_resolve(const char *text)
{
    bool is_removal = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    size_t host = strcspn(text, ":");
    if (host == 0 || text[host] == '\0')
        return false;
    const char *port = text + host + 1;
    size_t port_size = strcspn(port, ":");
    const char *addresses = port + port_size;
    return is_port(port, port_size) && (is_removal ? *addresses == '\0' : *addresses == ':' && addresses[1] != '\0');
}

int read_resolve(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    if (!is_resolve(value))
        return refuse(ret_problem, "\"%s\" is not %s", excerpt(value).text, row->argument);
    append(*(const char ***)field(options, row), value);
    return 0;
}

/* Steps over one part of a --connect-to, which ends at a colon or the end; one inside [brackets] belongs to it. */
static const char *part_end(const char *text)
{
    if (*text == '[')
        text += strcspn(text, "]");
    return text + strcspn(text, ":");
}

/* HOST1:PORT1:HOST2:PORT2, each of which may be empty. */
static bool is_connect_to(const char *text)
{
    for (int part = 0; part < 4; part++) {
        const char *end = part_end(text);
        bool is_number = part % 2 == 1;
        if (is_number && end > text && !is_port(text, (size_t)(end - text)))
            return false;
        if (*end != (part < 3 ? ':' : '\0'))
            return false;
        text = end + 1;
    }
    return true;
}

int read_connect_to(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    if (!is_connect_to(value))
        return refuse(ret_problem, "\"%s\" is not %s", excerpt(value).text, row->argument);
    append(*(const char ***)field(options, row), value);
    return 0;
}
