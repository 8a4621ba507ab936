/* URLs. Most in a list are plain already and are taken apart here; whatever has any peculiarity goes to libcurl's own
 * parser (parser.c), so that haul and libcurl never disagree on where a request goes. Either way gives pieces, and one
 * function makes a URL of them. */
#include "net/url.h"

#include "base/memory.h"
#include "net/normal.h"

#include <errno.h>
#include <haul/error.h>
#include <string.h>

static const char *const scheme_names[] = {"http", "https"};
static const unsigned default_ports[] = {80, 443};

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

static char *put(char *at, const char *bytes, size_t size)
{
    if (size > 0)
        memcpy(at, bytes, size);
    return at + size;
}

static char *put_lower(char *at, struct haul__text text)
{
    for (size_t i = 0; i < text.size; i++)
        *at++ = lower(text.at[i]);
    return at;
}

static char *put_port(char *at, unsigned port)
{
    char digits[5];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + port % 10);
    while ((port /= 10) > 0);
    *at++ = ':';
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

static uint32_t hash_of(const char *text, size_t size)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619U;
    return hash;
}

/* How much of the user information may be shown: the name, unless no password is behind it, for then it may be a
 * token. */
static size_t shown_user(const struct haul__pieces *pieces)
{
    return pieces->password < pieces->user.size ? pieces->password : 0;
}

/* Writes the URL's text at AT, with "***" for what is secret if MASKED; returns its end, without a NUL. */
static char *put_text(char *at, const struct haul__pieces *pieces, bool masked, char **ret_tail)
{
    at = put(at, scheme_names[pieces->scheme], strlen(scheme_names[pieces->scheme]));
    at = put(at, "://", 3);
    if (pieces->user.size > 0) {
        at = put(at, pieces->user.at, masked ? shown_user(pieces) : pieces->user.size);
        at = put(at, masked ? "***@" : "@", masked ? 4 : 1);
    }
    at = put_lower(at, pieces->host);
    if (pieces->port > 0 && pieces->port != default_ports[pieces->scheme])
        at = put_port(at, pieces->port);
    *ret_tail = at;
    if (pieces->tail.size == 0 || pieces->tail.at[0] != '/')
        *at++ = '/';
    return put(at, pieces->tail.at, pieces->tail.size);
}

int haul__url_make(const struct haul__pieces *pieces, struct haul_url **ret_url)
{
    /* "https://", '@', ":65535", '/' and NUL round up to 20. */
    size_t text_room = 20 + pieces->user.size + pieces->host.size + pieces->tail.size;
    size_t origin_room = 20 + pieces->host.size;
    bool masked = pieces->user.size > 0;
    size_t size = sizeof(struct haul_url) + text_room + (masked ? text_room + 3 : 0) + origin_room;
    struct haul_url *url = haul__allocate(size);
    if (!url)
        return -ENOMEM;
    char *tail;
    char *at = put_text(url->texts, pieces, false, &tail);
    *url = (struct haul_url){.scheme = pieces->scheme, .size = size};
    url->text_size = (size_t)(at - url->texts);
    url->tail = (size_t)(tail - url->texts);
    *at++ = '\0';
    if (masked) {
        url->masked = (size_t)(at - url->texts);
        at = put_text(at, pieces, true, &tail);
        *at++ = '\0';
    }
    char *origin = at;
    at = put(at, scheme_names[pieces->scheme], strlen(scheme_names[pieces->scheme]));
    at = put(at, "://", 3);
    at = put_lower(at, pieces->host);
    at = put_port(at, pieces->port > 0 ? pieces->port : default_ports[pieces->scheme]);
    *at = '\0';
    url->origin = (size_t)(origin - url->texts);
    url->origin_size = (size_t)(at - origin);
    url->origin_hash = hash_of(origin, url->origin_size);
    *ret_url = url;
    return 0;
}

int haul__url_make_sleep(struct haul__text duration, int64_t sleep, struct haul_url **ret_url)
{
    static const char origin[] = "sleep:";
    enum { prefix = sizeof(origin) - 1 };
    size_t text_size = prefix + duration.size;
    size_t size = sizeof(struct haul_url) + text_size + 1 + sizeof(origin);
    struct haul_url *url = haul__allocate(size);
    if (!url)
        return -ENOMEM;
    *url = (struct haul_url){.scheme = HAUL_URL_SLEEP, .size = size, .text_size = text_size, .tail = prefix};
    char *at = put(url->texts, origin, prefix);
    at = put(at, duration.at, duration.size);
    *at++ = '\0';
    put(at, origin, sizeof(origin));
    url->origin = text_size + 1;
    url->origin_size = prefix;
    url->origin_hash = hash_of(origin, prefix);
    url->sleep = sleep;
    *ret_url = url;
    return 0;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* Indexed by the character: what a plain host is made of. */
static bool is_plain_in_host(char character)
{
    return (character >= 'a' && character <= 'z') || is_digit(character) || character == '-' || character == '_';
}

/* Four decimal numbers below 256 without leading zeros. */
bool haul__is_address(struct haul__text host)
{
    size_t numbers = 0;
    for (size_t i = 0; i < host.size; i++) {
        size_t begin = i;
        unsigned number = 0;
        while (i < host.size && is_digit(host.at[i]) && i - begin < 3)
            number = number * 10 + (unsigned)(host.at[i++] - '0');
        if (i == begin || number > 255 || (host.at[begin] == '0' && i - begin > 1))
            return false;
        if (++numbers == 4)
            return i == host.size;
        if (i == host.size || host.at[i] != '.')
            return false;
    }
    return false;
}

/* The length of the plain host that TEXT begins with; 0: it is not plain. */
static size_t plain_host(const char *text, size_t size)
{
    size_t i = 0, label = 0;
    while (i < size && (is_plain_in_host(text[i]) || (text[i] == '.' && i > label))) {
        if (text[i++] == '.')
            label = i;
    }
    /* An empty last label is the parser's, and so are numbers that may be an address in some other spelling. */
    if (i == label || (is_digit(text[label]) && !haul__is_address((struct haul__text){text, i})))
        return 0;
    return i;
}

int haul__url_create_plain(const char *text, size_t length, struct haul_url **ret_url)
{
    struct haul__pieces pieces = {.scheme = HAUL_URL_HTTPS};
    size_t at = 0;
    if (length > 7 && memcmp(text, "http://", 7) == 0) {
        pieces.scheme = HAUL_URL_HTTP;
        at = 7;
    } else if (length > 8 && memcmp(text, "https://", 8) == 0) {
        at = 8;
    }
    pieces.host = (struct haul__text){text + at, plain_host(text + at, length - at)};
    /* Whatever follows "sleep:", it is no port. */
    bool is_sleep = at == 0 && pieces.host.size == 5 && memcmp(text, "sleep", 5) == 0;
    if (pieces.host.size == 0 || is_sleep)
        return HAUL_E_DRAINED;
    at += pieces.host.size;
    if (at < length && text[at] == ':') {
        size_t begin = ++at;
        for (; at < length && is_digit(text[at]) && at - begin < 5; at++)
            pieces.port = pieces.port * 10 + (unsigned)(text[at] - '0');
        if (pieces.port == 0 || pieces.port > 65535 || text[begin] == '0')
            return HAUL_E_DRAINED;
    }
    pieces.tail = (struct haul__text){text + at, length - at};
    bool ends_host = at == length || text[at] == '/' || text[at] == '?';
    if (!ends_host || length > HAUL__URL_MAX_SIZE || !haul__is_normal(text + at, length - at))
        return HAUL_E_DRAINED;
    return haul__url_make(&pieces, ret_url);
}

struct haul_url *haul_url_copy(const struct haul_url *url)
{
    struct haul_url *copy = haul__allocate(url->size);
    if (copy)
        memcpy(copy, url, url->size);
    return copy;
}

void haul_url_destroy(struct haul_url *url)
{
    haul__free(url);
}

const char *haul_url_text(const struct haul_url *url)
{
    return url->texts;
}

const char *haul_url_masked(const struct haul_url *url)
{
    return url->texts + url->masked;
}

enum haul_url_scheme haul_url_scheme(const struct haul_url *url)
{
    return url->scheme;
}

const char *haul_url_origin(const struct haul_url *url)
{
    return url->texts + url->origin;
}

int64_t haul_url_sleep(const struct haul_url *url)
{
    return url->sleep;
}

/* How many digits TEXT begins with. */
static size_t digits(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size && is_digit(text[i]))
        i++;
    return i;
}

/* Where the authority of TEXT begins, which need not be a URL: behind the scheme, and any slashes. */
static size_t authority_begin(const char *text, size_t length)
{
    const char *colon = memmem(text, length, "://", 3);
    size_t begin = colon ? (size_t)(colon - text) + 3 : 0;
    while (begin < length && (text[begin] == '/' || text[begin] == '\\'))
        begin++;
    return begin;
}

/* Where the password of TEXT begins and ends, whose user name ends at COLON; false: it has none. A '/', '?' or '#' that
 * was left as it is in a password is what makes many a text no URL, and must not be what shows it: only a port ends the
 * search. */
static bool find_password(const char *text, size_t length, size_t colon, size_t *ret_begin, size_t *ret_end)
{
    if (colon == length || text[colon] != ':')
        return false;
    size_t begin = colon + 1;
    size_t port_end = begin + digits(text + begin, length - begin);
    bool is_port = port_end > begin && (port_end == length || memchr("/?#", text[port_end], 3));
    const char *at = memrchr(text + begin, '@', length - begin);
    *ret_begin = begin;
    *ret_end = at ? (size_t)(at - text) : begin;
    return at && !is_port;
}

/* The same of all that is secret: a name that no password follows may be a token. */
static bool find_secret(const char *text, size_t length, size_t *ret_begin, size_t *ret_end)
{
    size_t begin = authority_begin(text, length);
    size_t end = begin;
    while (end < length && !memchr(":/?#", text[end], 4))
        end++;
    if (find_password(text, length, end, ret_begin, ret_end)) {
        if (*ret_begin == *ret_end)
            *ret_begin = begin;
        return true;
    }
    const char *at = memrchr(text + begin, '@', end - begin);
    *ret_begin = begin;
    *ret_end = at ? (size_t)(at - text) : begin;
    return at != NULL;
}

void haul_url_mask(const char *text, size_t length, char *buffer, size_t size)
{
    size_t begin = length, end = length;
    bool found = find_secret(text, length, &begin, &end);
    const struct haul__text parts[] = {
        {text, found ? begin : length}, {"***", found ? 3 : 0}, {text + end, found ? length - end : 0}};
    if (size == 0)
        return;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t room = parts[i].size < size ? parts[i].size : size - 1;
        buffer = put(buffer, parts[i].at, room);
        size -= room;
    }
    *buffer = '\0';
}
