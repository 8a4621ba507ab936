#include "options/option_connection.h"

#include "message.h"
#include "options/option_value.h"

#include <haul/client.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static int set_copy(char **place, const char *value, size_t size)
{
    char *copy = strndup(value, size);
    if (!copy)
        return -ENOMEM;
    free(*place);
    *place = copy;
    return 0;
}

/* Whether a proxy's URL has no scheme, or one that libcurl knows: of another it would say that nobody listens. */
static bool has_proxy_scheme(const char *value)
{
    static const char *const schemes[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    const char *end = strstr(value, "://");
    for (size_t i = 0; end && i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strlen(schemes[i]) == (size_t)(end - value) && strncasecmp(schemes[i], value, strlen(schemes[i])) == 0)
            return true;
    return !end;
}

int read_proxy(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    if (strpbrk(value, " \t\r\n") || !has_proxy_scheme(value))
        return refuse(ret_problem,
                      "a proxy is [SCHEME://][NAME:PASSWORD@]HOST[:PORT], and the SCHEME http, https, socks4, "
                      "socks4a, socks5 or socks5h");
    return set_copy(&options->connections.proxy, value, strlen(value));
}

static int check_file(const char *file, char **ret_problem)
{
    if (access(file, R_OK) == 0)
        return 0;
    return refuse(ret_problem, "cannot read %s: %s", excerpt(file).text, strerror(errno));
}

int read_file(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    int code = check_file(value, ret_problem);
    return code == 0 ? read_text(options, row, value, ret_problem) : code;
}

/* A colon in the file's name has a backslash before it, as with curl. */
int read_certificate(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    struct connection_options *connections = &options->connections;
    size_t size = 0;
    (void)row;
    char *file = malloc(strlen(value) + 1);
    if (!file)
        return -ENOMEM;
    for (; *value != '\0' && *value != ':'; value++) {
        if (value[0] == '\\' && (value[1] == ':' || value[1] == '\\'))
            value++;
        file[size++] = *value;
    }
    file[size] = '\0';
    int code = check_file(file, ret_problem);
    if (code == 0)
        code = set_copy(&connections->certificate, file, size);
    if (code == 0 && *value == ':')
        code = set_copy(&connections->key_password, value + 1, strlen(value + 1));
    free(file);
    return code;
}

int read_http_version(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)value;
    if (!haul_http_version_is_supported((enum haul_http_version)row->minimum))
        return refuse(ret_problem, "libcurl cannot do that here");
    options->connections.http_version = (enum haul_http_version)row->minimum;
    return 0;
}

int read_tls_version(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)value;
    (void)ret_problem;
    options->connections.tls_version = (enum haul_tls_version)row->minimum;
    return 0;
}

int read_ip_version(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)value;
    (void)ret_problem;
    options->connections.ip_version = (enum haul_ip_version)row->minimum;
    return 0;
}

static bool is_named(const char *name, size_t size, const char *other)
{
    return strlen(other) == size && strncasecmp(name, other, size) == 0;
}

/* Protocols that haul has not are allowed or not, without a difference. */
int read_protocols(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    struct connection_options *connections = &options->connections;
    bool has_http = !connections->no_http, has_https = !connections->no_https;
    for (const char *at = value; *at != '\0'; at += *at == ',' ? 1 : 0) {
        size_t signs = strspn(at, "+-=");
        char sign = signs > 0 ? at[signs - 1] : '+';
        at += signs;
        size_t size = strcspn(at, ",");
        bool is_all = is_named(at, size, "all");
        if (sign == '=')
            has_http = has_https = false;
        if (is_all || is_named(at, size, "http"))
            has_http = sign != '-';
        if (is_all || is_named(at, size, "https"))
            has_https = sign != '-';
        at += size;
    }
    if (!has_http && !has_https)
        return refuse(ret_problem, "\"%s\" leaves neither http nor https", excerpt(value).text);
    (void)row;
    connections->no_http = !has_http;
    connections->no_https = !has_https;
    return 0;
}

int read_protocol(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    bool is_http = strcasecmp(value, "http") == 0;
    if (!is_http && strcasecmp(value, "https") != 0)
        return refuse(ret_problem, "\"%s\" is not one of http and https", excerpt(value).text);
    (void)row;
    options->reading.implies_http = is_http;
    return 0;
}

int read_nothing(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)options;
    (void)row;
    (void)value;
    (void)ret_problem;
    return 0;
}
