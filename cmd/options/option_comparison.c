#include "options/option_comparison.h"

#include "message.h"
#include "options/option_value.h"

#include <haul/duration.h>
#include <haul/error.h>
#include <haul/url.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { default_runs = 5, longest_name = 24 };

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
            return refuse(ret_problem, "\"%s\" is not a list of sequential, gather, as-completed and race, with commas",
                          excerpt(value).text);
        if (is_there[mode])
            return refuse(ret_problem, "\"%s\" names %s twice", excerpt(value).text, mode_name(mode));
        is_there[mode] = true;
        modes[count++] = mode;
        if (name[size] == '\0')
            break;
        name += size + 1;
    }
    memcpy(options->comparison.modes, modes, sizeof(modes[0]) * count);
    options->comparison.mode_count = count;
    return 0;
}

/* Puts NUMBER among those before, the least first. HAUL_E_INVALID: it is there already. There is room. */
static int add_concurrency(struct comparison_options *comparison, size_t number)
{
    size_t place = comparison->concurrency_count;
    while (place > 0 && comparison->concurrencies[place - 1] > number)
        place--;
    if (place > 0 && comparison->concurrencies[place - 1] == number)
        return HAUL_E_INVALID;
    memmove(comparison->concurrencies + place + 1, comparison->concurrencies + place,
            (comparison->concurrency_count - place) * sizeof(number));
    comparison->concurrencies[place] = number;
    comparison->concurrency_count++;
    return 0;
}

static int read_concurrencies(struct options *options, const struct option_row *row, const char *value,
                              char **ret_problem)
{
    struct comparison_options *comparison = &options->comparison;
    size_t *room = calloc(strlen(value) / 2 + 1, sizeof(*room));
    if (!room)
        return -ENOMEM;
    free(comparison->concurrencies);
    comparison->concurrencies = room;
    comparison->concurrency_count = 0;
    for (const char *text = value;; text++) {
        size_t size = strcspn(text, ",");
        size_t number;
        if (!parse_number(text, size, row->maximum, &number) || number < row->minimum)
            return refuse(ret_problem, "\"%s\" is not a number from %zu to %zu, or several with commas",
                          excerpt(value).text, row->minimum, row->maximum);
        if (add_concurrency(comparison, number) != 0)
            return refuse(ret_problem, "\"%s\" names %zu twice", excerpt(value).text, number);
        text += size;
        if (*text == '\0')
            break;
    }
    options->concurrency = comparison->concurrencies[comparison->concurrency_count - 1];
    return 0;
}

int read_concurrency(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    bool is_auto = strcmp(value, "auto") == 0;
    if (options->command == COMMAND_COMPARE && !is_auto)
        return read_concurrencies(options, row, value, ret_problem);
    options->is_concurrency_auto = is_auto;
    if (is_auto)
        return 0;
    if (!parse_number(value, strlen(value), row->maximum, &options->concurrency) || options->concurrency < row->minimum)
        return refuse(ret_problem, "\"%s\" is not a number from %zu to %zu, or auto", excerpt(value).text, row->minimum,
                      row->maximum);
    return 0;
}

/* "a.test", "a.test:8080": the port where it is not that of the scheme. NULL: no memory. */
static char *name_host(const struct haul_url *url)
{
    bool is_https = haul_url_scheme(url) == HAUL_URL_HTTPS;
    const char *usual_port = is_https ? ":443" : ":80";
    const char *host = haul_url_origin(url) + strlen(is_https ? "https://" : "http://");
    size_t size = strlen(host);
    size_t port_size = strlen(usual_port);
    if (size > port_size && strcmp(host + size - port_size, usual_port) == 0)
        size -= port_size;
    return strndup(host, size);
}

/* Says what is wrong with a base, if something is, and otherwise how its host is called, the caller's to free. */
static int check_base(const char *value, char **ret_host, char **ret_problem)
{
    struct haul_url *url = NULL;
    const char *problem;
    int code = haul_url_create(value, strlen(value), &url, &problem);
    if (code == 0 && haul_url_scheme(url) == HAUL_URL_SLEEP) {
        problem = "it is a sleep";
        code = HAUL_E_URL;
    }
    if (code == HAUL_E_URL) {
        struct excerpt masked;
        haul_url_mask(value, strlen(value), masked.text, sizeof(masked.text));
        code = refuse(ret_problem, "\"%s\" is not an http or https URL: %s", masked.text, problem);
    } else if (code == 0) {
        *ret_host = name_host(url);
        code = *ret_host ? 0 : -ENOMEM;
    }
    haul_url_destroy(url);
    return code;
}

/* How much of VALUE is a name, before an equals sign; 0: it has none. */
static size_t name_size(const char *value)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    size_t size = strspn(value, letters);
    return value[size] == '=' ? size : 0;
}

/* Adds a side that is called so, SIZE bytes. */
static int add_side(struct comparison_options *comparison, const char *name, size_t size, const char *url,
                    char **ret_problem)
{
    for (size_t i = 0; i < comparison->side_count; i++)
        if (strlen(comparison->sides[i].name) == size && memcmp(comparison->sides[i].name, name, size) == 0)
            return refuse(ret_problem, "there are two called \"%s\": write NAME=URL", comparison->sides[i].name);
    struct side_option *sides = realloc(comparison->sides, (comparison->side_count + 1) * sizeof(*sides));
    if (!sides)
        return -ENOMEM;
    comparison->sides = sides;
    struct side_option *side = &sides[comparison->side_count++];
    *side = (struct side_option){strndup(name, size), strdup(url)};
    return side->name && side->url ? 0 : -ENOMEM;
}

static int set_base(struct options *options, const char *url)
{
    free(options->base);
    options->base = strdup(url);
    return options->base ? 0 : -ENOMEM;
}

/* VALUE may have a name. The list is read once, as if it were the first side's. */
static int read_side(struct options *options, const char *value, char **ret_problem)
{
    struct comparison_options *comparison = &options->comparison;
    size_t size = name_size(value);
    const char *url = size > 0 ? value + size + 1 : value;
    char *host = NULL;
    if (size > longest_name)
        return refuse(ret_problem, "\"%s\" has a name of more than %d letters", excerpt(value).text, longest_name);
    int code = check_base(url, &host, ret_problem);
    if (code == 0 && size > 0)
        code = add_side(comparison, value, size, url, ret_problem);
    else if (host)
        code = add_side(comparison, host, strlen(host), url, ret_problem);
    free(host);
    return code == 0 && comparison->side_count == 1 ? set_base(options, url) : code;
}

int read_base(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    if (options->command == COMMAND_COMPARE)
        return read_side(options, value, ret_problem);
    char *host = NULL;
    int code = check_base(value, &host, ret_problem);
    free(host);
    return code == 0 ? set_base(options, value) : code;
}

void comparison_options_init(struct comparison_options *comparison)
{
    *comparison = (struct comparison_options){
        .runs = default_runs,
        .min_time = HAUL_NEVER,
        .skip_sequential_above = HAUL_MINUTE,
    };
}

/* Whether asking a server for it again and again does no more than asking once (RFC 9110, 9.2.1). */
static bool is_safe(const struct haul_request *request)
{
    const char *method = request ? request->method : NULL;
    if (!method)
        return !request || !request->body;
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "OPTIONS") == 0;
}

static size_t count_standard_outputs(const struct comparison_options *comparison)
{
    size_t count = 0;
    for (int kind = 0; kind < EXPORT_COUNT; kind++)
        count += comparison->files[kind] && strcmp(comparison->files[kind], "-") == 0;
    return count;
}

static bool has_mode(const struct comparison_options *comparison, enum mode mode)
{
    for (size_t i = 0; i < comparison->mode_count; i++)
        if (comparison->modes[i] == mode)
            return true;
    return false;
}

/* What is wrong with the options together; NULL: nothing. */
static const char *find_problem(const struct options *options)
{
    const struct comparison_options *comparison = &options->comparison;
    if (options->is_concurrency_auto)
        return "-c, --concurrency: a comparison needs a number, and does not find it";
    if (options->request.cookie_files.count > 0)
        return "-b, --cookie with a file is an option of 'haul', not of 'haul compare'";
    if (comparison->are_runs_given && comparison->min_time != HAUL_NEVER)
        return "--runs and --min-time both say how many rounds: give one of them";
    if (comparison->is_cold && comparison->is_warm)
        return "--cold and --warm exclude each other: one mode cold and another warm would not be compared";
    if (comparison->is_warm && has_mode(comparison, MODE_RACE))
        return "--warm and a race exclude each other: it closes the connections of all that lose";
    if (count_standard_outputs(comparison) > 1)
        return "standard output takes one export: give files to the others";
    if (comparison->has_max_regression && !comparison->baseline)
        return "--max-regression is held against a --baseline: give one";
    if (!comparison->any_method && !is_safe(request_of(&options->request)))
        return "each URL is requested in each run, and this method may change something each time: "
               "--any-method says that it may";
    return NULL;
}

int comparison_options_complete(struct options *options, const char **ret_problem)
{
    struct comparison_options *comparison = &options->comparison;
    *ret_problem = find_problem(options);
    if (*ret_problem)
        return HAUL_E_INVALID;
    if (comparison->concurrency_count == 0) {
        comparison->concurrencies = malloc(sizeof(*comparison->concurrencies));
        if (!comparison->concurrencies)
            return -ENOMEM;
        comparison->concurrencies[comparison->concurrency_count++] = options->concurrency;
    }
    if (comparison->mode_count == 0) {
        static const enum mode modes[] = {MODE_SEQUENTIAL, MODE_GATHER, MODE_AS_COMPLETED};
        enum { all = sizeof(modes) / sizeof(modes[0]) };
        /* Where something else is compared, the last one will do. */
        bool is_one = comparison->concurrency_count > 1 || comparison->side_count > 1;
        comparison->mode_count = is_one ? 1 : all;
        memcpy(comparison->modes, is_one ? modes + all - 1 : modes, comparison->mode_count * sizeof(modes[0]));
    }
    return 0;
}

void comparison_options_finish(struct comparison_options *comparison)
{
    free(comparison->concurrencies);
    for (size_t i = 0; i < comparison->side_count; i++) {
        free(comparison->sides[i].name);
        free(comparison->sides[i].url);
    }
    free(comparison->sides);
}
