/* Reading what may be a URL with libcurl's own parser, which decides, and the rules for texts without a scheme. */
#include "net/url.h"

#include "base/memory.h"
#include "net/normal.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <haul/duration.h>
#include <haul/error.h>
#include <locale.h>
#include <string.h>

static const char problem_scheme[] = "only http, https and sleep URLs are fetched";
static const char problem_host[] = "the host is neither a name nor an address";
static const char problem_numbers[] = "a host of numbers has to be four decimal ones, or to stand behind a scheme";
static const char problem_user[] = "user information has to stand behind a scheme";
static const char problem_control[] = "it has a control character in it";
static const char problem_long[] = "it is too long";
static const char problem_sleep[] = "how long to sleep has to be a number of seconds";
static const char problem_port[] = "the port is not a number from 1 to 65535";
static const char problem_other[] = "it is not a URL";

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

static bool is_word(struct haul__text text, const char *word)
{
    size_t i = 0;
    while (i < text.size && lower(text.at[i]) == word[i] && word[i])
        i++;
    return i == text.size && word[i] == '\0';
}

/* The DURATION of a sleep. */
static int create_sleep(struct haul__text duration, struct haul_url **ret_url, const char **ret_problem)
{
    char text[64];
    int64_t sleep;
    bool fits = duration.size < sizeof(text);
    if (fits) {
        memcpy(text, duration.at, duration.size);
        text[duration.size] = '\0';
    }
    if (!fits || haul_duration_parse(text, &sleep) != 0) {
        *ret_problem = problem_sleep;
        return HAUL_E_URL;
    }
    return haul__url_make_sleep(duration, sleep, ret_url);
}

/* Whether all labels are numbers, decimal or with 0x, in any count: what a resolver might take for an address. */
static bool is_numbers(struct haul__text host)
{
    size_t i = 0;
    while (i < host.size) {
        size_t begin = i;
        bool hexadecimal = false;
        for (; i < host.size && host.at[i] != '.'; i++) {
            char character = lower(host.at[i]);
            if (i == begin + 1 && character == 'x' && host.at[begin] == '0')
                hexadecimal = true;
            else if (!is_digit(character) && !(hexadecimal && character >= 'a' && character <= 'f'))
                return false;
        }
        i++;
    }
    return host.size > 0;
}

/* What libcurl's parser found; all but host and path may be NULL. */
struct parsed {
    char *user;
    char *password;
    char *host;
    char *zone;
    char *port;
    char *path;
    char *query;
    char *fragment;
};

static void parsed_finish(struct parsed *parsed)
{
    curl_free(parsed->user);
    curl_free(parsed->password);
    curl_free(parsed->host);
    curl_free(parsed->zone);
    curl_free(parsed->port);
    curl_free(parsed->path);
    curl_free(parsed->query);
    curl_free(parsed->fragment);
}

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

/* What names of hosts are made of, and of interfaces: of a zone RFC 6874 has these, and triplets for all else, which
 * libcurl cuts. */
static bool is_name(const char *text)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    return text[strspn(text, characters)] == '\0';
}

/* The host in ASCII. libcurl's conversion of other letters, which may have been percent-encoded, goes by the locale's
 * character set, which must be UTF-8 for that moment, whatever the program's is. */
static CURLUcode get_ascii_host(CURLU *handle, char **ret_host)
{
    char *host = NULL;
    CURLUcode code = curl_url_get(handle, CURLUPART_HOST, &host, 0);
    bool is_converted = code == CURLUE_OK && is_ascii(host);
    if (is_converted)
        *ret_host = host;
    else
        curl_free(host);
    if (code != CURLUE_OK || is_converted)
        return code;
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    code = curl_url_get(handle, CURLUPART_HOST, ret_host, CURLU_PUNYCODE);
    if (utf8) {
        uselocale(before);
        freelocale(utf8);
    }
    /* Delimiters of full width become delimiters. */
    if (code == CURLUE_OK && !is_name(*ret_host))
        code = CURLUE_BAD_HOSTNAME;
    /* Before 8.0 libcurl says so of whatever cannot be converted. */
    return code == CURLUE_OUT_OF_MEMORY ? CURLUE_BAD_HOSTNAME : code;
}

/* What was decoded or converted once does not stand for something else yet again: neither what is still encoded, nor
 * numbers that libcurl would have made an address of, had it seen them. */
static CURLUcode get_host(CURLU *handle, char **ret_host)
{
    CURLUcode code = get_ascii_host(handle, ret_host);
    if (code != CURLUE_OK)
        return code;
    const struct haul__text host = {*ret_host, strlen(*ret_host)};
    bool is_final = !strchr(*ret_host, '%') && (!is_numbers(host) || haul__is_address(host));
    return is_final ? CURLUE_OK : CURLUE_BAD_HOSTNAME;
}

static CURLUcode get_parts(CURLU *handle, struct parsed *parsed)
{
    CURLUcode code = get_host(handle, &parsed->host);
    if (code == CURLUE_OK)
        code = curl_url_get(handle, CURLUPART_PATH, &parsed->path, 0);
    const struct {
        CURLUPart part;
        char **text;
        unsigned flags;
        CURLUcode missing;
    } optional[] = {
        {CURLUPART_USER, &parsed->user, 0, CURLUE_NO_USER},
        {CURLUPART_PASSWORD, &parsed->password, 0, CURLUE_NO_PASSWORD},
        {CURLUPART_ZONEID, &parsed->zone, 0, CURLUE_NO_ZONEID},
        {CURLUPART_PORT, &parsed->port, 0, CURLUE_NO_PORT},
        {CURLUPART_QUERY, &parsed->query, 0, CURLUE_NO_QUERY},
        {CURLUPART_FRAGMENT, &parsed->fragment, 0, CURLUE_NO_FRAGMENT},
    };
    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]) && code == CURLUE_OK; i++) {
        code = curl_url_get(handle, optional[i].part, optional[i].text, optional[i].flags);
        if (code == optional[i].missing)
            code = CURLUE_OK;
    }
    return code;
}

static int answer_of(CURLUcode code, const char **ret_problem)
{
    switch (code) {
    case CURLUE_OK:
        return 0;
    case CURLUE_OUT_OF_MEMORY:
        return -ENOMEM;
    case CURLUE_BAD_PORT_NUMBER:
        *ret_problem = problem_port;
        return HAUL_E_URL;
    case CURLUE_NO_HOST:
    case CURLUE_BAD_HOSTNAME:
    case CURLUE_BAD_IPV6:
        *ret_problem = problem_host;
        return HAUL_E_URL;
    case CURLUE_UNSUPPORTED_SCHEME:
        *ret_problem = problem_scheme;
        return HAUL_E_URL;
    default:
        *ret_problem = problem_other;
        return HAUL_E_URL;
    }
}

/* TEXT ends with NUL and has its scheme. */
static int parse(const char *text, struct parsed *parsed, const char **ret_problem)
{
    CURLU *handle = curl_url();
    if (!handle)
        return -ENOMEM;
    /* Spaces are allowed, and encoded below, where it is also done for what is plain but for them. */
    CURLUcode code = curl_url_set(handle, CURLUPART_URL, text, CURLU_ALLOW_SPACE | CURLU_PATH_AS_IS);
    if (code == CURLUE_OK)
        code = get_parts(handle, parsed);
    curl_url_cleanup(handle);
    if (code == CURLUE_OK && parsed->zone && !is_name(parsed->zone))
        code = CURLUE_BAD_IPV6;
    return answer_of(code, ret_problem);
}

/* Writes user information, host and tail in normal form one behind the other, and says where they are. */
static int normalize(const struct haul_url_reading *reading, const struct parsed *parsed, struct haul__buffer *buffer,
                     struct haul__pieces *pieces)
{
    int code = 0;
    size_t password = 0;
    if (parsed->user)
        code = haul__append_normal(buffer, HAUL__USER_COMPONENT, parsed->user, strlen(parsed->user));
    if (code == 0 && parsed->password) {
        code = haul__buffer_append(buffer, ":", 1);
        password = buffer->size;
        if (code == 0)
            code = haul__append_normal(buffer, HAUL__USER_COMPONENT, parsed->password, strlen(parsed->password));
    }
    size_t host = buffer->size;
    assert(parsed->host);
    size_t host_size = strlen(parsed->host);
    if (code == 0)
        code = haul__buffer_append(buffer, parsed->host, host_size);
    if (code == 0 && parsed->zone && parsed->host[host_size - 1] == ']') {
        buffer->size--;
        code = haul__buffer_append(buffer, "%25", 3);
        if (code == 0)
            code = haul__append_normal(buffer, HAUL__USER_COMPONENT, parsed->zone, strlen(parsed->zone));
        if (code == 0)
            code = haul__buffer_append(buffer, "]", 1);
    }
    size_t tail = buffer->size;
    if (code == 0)
        code = haul__append_normal(buffer, HAUL__PATH_COMPONENT, parsed->path, strlen(parsed->path));
    if (code == 0 && !reading->keeps_dots)
        buffer->size = tail + haul__remove_dots((char *)buffer->bytes + tail, buffer->size - tail);
    if (code == 0 && parsed->query)
        code = haul__buffer_append(buffer, "?", 1);
    if (code == 0 && parsed->query)
        code = haul__append_normal(buffer, HAUL__QUERY_COMPONENT, parsed->query, strlen(parsed->query));
    if (code == 0 && parsed->fragment)
        code = haul__buffer_append(buffer, "#", 1);
    if (code == 0 && parsed->fragment)
        code = haul__append_normal(buffer, HAUL__FRAGMENT_COMPONENT, parsed->fragment, strlen(parsed->fragment));
    if (code < 0)
        return code;
    const char *bytes = (const char *)buffer->bytes;
    pieces->user = (struct haul__text){bytes, host};
    pieces->password = password;
    pieces->host = (struct haul__text){bytes + host, tail - host};
    pieces->tail = (struct haul__text){bytes + tail, buffer->size - tail};
    return 0;
}

/* Has a URL of SCHEME made from TEXT, which has its scheme and ends with NUL. TYPED: the host as it stands in a text
 * without a scheme, or of size 0. */
static int create_parsed(const struct haul_url_reading *reading, enum haul_url_scheme scheme, const char *text,
                         struct haul__text typed, struct haul_url **ret_url, const char **ret_problem)
{
    struct parsed parsed = {0};
    struct haul__pieces pieces = {.scheme = scheme};
    struct haul__buffer buffer;
    haul__buffer_init(&buffer);
    int code = parse(text, &parsed, ret_problem);
    if (code == 0)
        code = normalize(reading, &parsed, &buffer, &pieces);
    if (code == 0 && (pieces.host.size == 0 || buffer.size > HAUL__URL_MAX_SIZE)) {
        *ret_problem = pieces.host.size == 0 ? problem_host : problem_long;
        code = HAUL_E_URL;
    }
    if (code == 0 && typed.size > 0 && is_numbers(pieces.host) && !haul__is_address(typed)) {
        *ret_problem = problem_numbers;
        code = HAUL_E_URL;
    }
    for (const char *digit = parsed.port; digit && *digit; digit++)
        pieces.port = pieces.port * 10 + (unsigned)(*digit - '0');
    if (code == 0 && parsed.port && pieces.port == 0) {
        *ret_problem = problem_port;
        code = HAUL_E_URL;
    }
    if (code == 0)
        code = haul__url_make(&pieces, ret_url);
    haul__buffer_finish(&buffer);
    parsed_finish(&parsed);
    return code;
}

/* Where the scheme of TEXT ends, at its ':'; 0: it has none. */
static size_t find_scheme(const char *text, size_t length)
{
    size_t colon = 0;
    while (colon < length && !strchr(":/?#[", text[colon]))
        colon++;
    if (colon == length || text[colon] != ':')
        return 0;
    if (is_word((struct haul__text){text, colon}, "sleep"))
        return colon;
    size_t end = colon + 1;
    while (end < length && is_digit(text[end]))
        end++;
    size_t digits = end - colon - 1;
    bool is_port = digits >= 1 && digits <= 5 && (end == length || strchr("/?#", text[end]));
    return is_port ? 0 : colon;
}

/* What is asked of a text without a scheme, and its HOST. The bare number or word that strays into a list must not
 * become a request to some address. */
static int check_typed(const char *text, size_t length, struct haul__text *ret_host, const char **ret_problem)
{
    size_t end = 0;
    while (end < length && !strchr("/?#", text[end]))
        end++;
    struct haul__text host = {text, end};
    if (memchr(text, '@', end)) {
        *ret_problem = problem_user;
        return HAUL_E_URL;
    }
    const char *colon = end > 0 && text[0] != '[' ? memchr(text, ':', end) : NULL;
    if (colon)
        host.size = (size_t)(colon - text);
    if (host.size == 0 || memchr(host.at, '%', host.size)) {
        *ret_problem = problem_host;
        return HAUL_E_URL;
    }
    if (is_numbers(host) && !haul__is_address(host)) {
        *ret_problem = problem_numbers;
        return HAUL_E_URL;
    }
    *ret_host = host;
    return 0;
}

/* Nothing of a control character. */
static int check_bytes(const char *text, size_t length, const char **ret_problem)
{
    if (length > HAUL__URL_MAX_SIZE) {
        *ret_problem = problem_long;
        return HAUL_E_URL;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < ' ' || byte == 0x7f) {
            *ret_problem = problem_control;
            return HAUL_E_URL;
        }
    }
    return 0;
}

int haul__url_create_parsed(const struct haul_url_reading *reading, const char *text, size_t length,
                            struct haul_url **ret_url, const char **ret_problem)
{
    int code = check_bytes(text, length, ret_problem);
    if (code != 0)
        return code;
    size_t scheme_size = find_scheme(text, length);
    struct haul__text scheme = {text, scheme_size};
    struct haul__text typed = {text, 0};
    enum haul_url_scheme kind = scheme_size == 0 && reading->implies_http ? HAUL_URL_HTTP : HAUL_URL_HTTPS;

    if (scheme_size > 0 && is_word(scheme, "sleep"))
        return create_sleep((struct haul__text){text + scheme_size + 1, length - scheme_size - 1}, ret_url,
                            ret_problem);
    if (scheme_size == 0) {
        code = check_typed(text, length, &typed, ret_problem);
        if (code != 0)
            return code;
    } else if (is_word(scheme, "http")) {
        kind = HAUL_URL_HTTP;
    } else if (!is_word(scheme, "https")) {
        *ret_problem = problem_scheme;
        return HAUL_E_URL;
    }
    size_t prefix = scheme_size == 0 ? sizeof("https://") - 1 : 0;
    char *whole = haul__allocate(prefix + length + 1);
    if (!whole)
        return -ENOMEM;
    memcpy(whole, "https://", prefix);
    memcpy(whole + prefix, text, length);
    whole[prefix + length] = '\0';
    code = create_parsed(reading, kind, whole, typed, ret_url, ret_problem);
    haul__free(whole);
    return code;
}

int haul_url_create_as(const struct haul_url_reading *reading, const char *text, size_t length,
                       struct haul_url **ret_url, const char **ret_problem)
{
    /* Most URLs in a list are plain; whatever has any peculiarity is libcurl's to decide. A plain path has no dots that
     * would go, and a plain text without a scheme is https. */
    int code = reading->implies_http ? HAUL_E_DRAINED : haul__url_create_plain(text, length, ret_url);
    return code == HAUL_E_DRAINED ? haul__url_create_parsed(reading, text, length, ret_url, ret_problem) : code;
}

int haul_url_create(const char *text, size_t length, struct haul_url **ret_url, const char **ret_problem)
{
    static const struct haul_url_reading usual;
    return haul_url_create_as(&usual, text, length, ret_url, ret_problem);
}
