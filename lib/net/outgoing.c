#include "net/outgoing.h"

#include "base/memory.h"
#include "net/url.h"

#include <errno.h>
#include <haul/error.h>
#include <string.h>
#include <strings.h>

static const char get[] = "GET";

void haul__outgoing_begin(struct haul__outgoing *outgoing, const struct haul_request *request,
                          const struct haul_url *url)
{
    *outgoing = (struct haul__outgoing){.request = request, .first = url, .method = get, .is_at_home = true};
    if (!request)
        return;
    outgoing->has_body = request->body != NULL;
    if (request->method)
        outgoing->method = request->method;
    else if (outgoing->has_body)
        outgoing->method = "POST";
}

void haul__outgoing_finish(struct haul__outgoing *outgoing)
{
    haul__free(outgoing->referer);
}

/* The user information of URL, without '@'. */
static struct haul__text user_of(const struct haul_url *url)
{
    const char *text = haul_url_text(url);
    const char *begin = strstr(text, "://");
    struct haul__text user = {text, 0};
    if (!begin)
        return user;
    user.at = begin + 3;
    const char *at = memrchr(user.at, '@', (size_t)(text + url->tail - user.at));
    if (at)
        user.size = (size_t)(at - user.at);
    return user;
}

/* The text of URL with USER instead of its own, up to END. NULL: out of memory. */
static char *text_with_user(const struct haul_url *url, struct haul__text user, size_t end)
{
    const char *text = haul_url_text(url);
    struct haul__text own = user_of(url);
    size_t scheme = (size_t)(own.at - text);
    size_t rest = scheme + own.size + (own.size > 0 ? 1 : 0);
    char *whole = haul__allocate(end + user.size + 2);
    if (!whole)
        return NULL;
    char *at = mempcpy(whole, text, scheme);
    if (user.size > 0) {
        at = mempcpy(at, user.at, user.size);
        *at++ = '@';
    }
    at = mempcpy(at, text + rest, end - rest);
    *at = '\0';
    return whole;
}

static int set_user(struct haul_url **url, struct haul__text user)
{
    static const struct haul_url_reading as_it_is = {.keeps_dots = true};
    char *text = text_with_user(*url, user, (*url)->text_size);
    struct haul_url *changed = NULL;
    const char *problem;
    int code = text ? haul_url_create_as(&as_it_is, text, strlen(text), &changed, &problem) : -ENOMEM;
    haul__free(text);
    if (code != 0)
        return -ENOMEM;
    haul_url_destroy(*url);
    *url = changed;
    return 0;
}

/* The URL of a hop as it is told to the next one: without fragment, and nobody's name; not from where it was secret to
 * where it is not (RFC 9110, 10.1.3). */
static int note_referer(struct haul__outgoing *outgoing, const struct haul_url *from, const struct haul_url *to)
{
    bool is_leak = from->scheme == HAUL_URL_HTTPS && to->scheme != HAUL_URL_HTTPS;
    haul__free(outgoing->referer);
    outgoing->referer = NULL;
    if (!outgoing->request || !outgoing->request->refers_to_hop_before || is_leak)
        return 0;
    outgoing->referer = text_with_user(from, (struct haul__text){0}, strcspn(haul_url_text(from), "#"));
    return outgoing->referer ? 0 : -ENOMEM;
}

/* RFC 9110, 15.4. */
static bool becomes_get(int status, const char *method)
{
    if (status == 303)
        return strcmp(method, "HEAD") != 0;
    return (status == 301 || status == 302) && strcmp(method, "POST") == 0;
}

static void change_method(struct haul__outgoing *outgoing, int status)
{
    bool keeps_method = outgoing->request && outgoing->request->keeps_method;
    if (keeps_method) {
        outgoing->has_body = outgoing->has_body && status != 301 && status != 302 && status != 303;
    } else if (becomes_get(status, outgoing->method)) {
        outgoing->method = get;
        outgoing->has_body = false;
    }
}

int haul__outgoing_follow(struct haul__outgoing *outgoing, int status, const struct haul_url *from,
                          struct haul_url **target)
{
    const struct haul_url *to = *target;
    outgoing->is_followed = true;
    outgoing->is_at_home = strcmp(haul_url_origin(to), haul_url_origin(outgoing->first)) == 0;
    change_method(outgoing, status);
    int code = note_referer(outgoing, from, to);
    if (code < 0)
        return code;
    struct haul__text own = user_of(to), user = user_of(outgoing->first);
    bool is_trusted = haul__outgoing_is_trusted(outgoing);
    if (is_trusted && own.size > 0)
        return 0;
    /* Its own origin has it, whoever else gets none. */
    if (!outgoing->is_at_home && !haul__outgoing_is_authorized(outgoing, to))
        user.size = 0;
    return own.size > 0 || user.size > 0 ? set_user(target, user) : 0;
}

bool haul__outgoing_is_trusted(const struct haul__outgoing *outgoing)
{
    return outgoing->is_at_home || (outgoing->request && outgoing->request->is_trusting);
}

static bool is_same(struct haul__text a, struct haul__text b)
{
    return a.size == b.size && strncasecmp(a.at, b.at, a.size) == 0;
}

/* Whether ENTRY, "example.com", "[::1]" or ".example.com", is for HOST. */
static bool is_for_host(const char *entry, struct haul__text host)
{
    struct haul__text text = {entry, strlen(entry)};
    if (*entry != '.' || host.size < text.size)
        return is_same(text, host) || (*entry == '.' && is_same((struct haul__text){entry + 1, text.size - 1}, host));
    return is_same(text, (struct haul__text){host.at + host.size - text.size, text.size});
}

/* Without its port. */
static struct haul__text host_of(const struct haul_url *url)
{
    const char *origin = haul_url_origin(url);
    const char *begin = strstr(origin, "://");
    const char *port = strrchr(origin, ':');
    if (!begin)
        return (struct haul__text){origin, 0};
    return (struct haul__text){begin + 3, (size_t)(port - begin - 3)};
}

bool haul__outgoing_is_authorized(const struct haul__outgoing *outgoing, const struct haul_url *url)
{
    const char *const *entries = outgoing->request ? outgoing->request->auth_hosts : NULL;
    if (!haul__outgoing_is_trusted(outgoing))
        return false;
    if (!entries)
        return true;
    struct haul__text host = host_of(url);
    for (; *entries; entries++)
        if (is_for_host(*entries, host))
            return true;
    return false;
}

static bool is_credential(struct haul__text name)
{
    return is_same(name, (struct haul__text){"Authorization", 13}) || is_same(name, (struct haul__text){"Cookie", 6});
}

bool haul__outgoing_has_field(const struct haul__outgoing *outgoing, const char *field, bool is_authorized)
{
    struct haul__text name = {field, strcspn(field, ":;")};
    if (is_credential(name))
        return is_authorized;
    if (is_same(name, (struct haul__text){"Host", 4}))
        return outgoing->is_at_home;
    bool had_body = outgoing->request && outgoing->request->body != NULL;
    bool is_of_body = name.size > 8 && strncasecmp(name.at, "Content-", 8) == 0;
    return !is_of_body || outgoing->has_body || !had_body;
}

bool haul__outgoing_is_for_proxy(const char *field)
{
    struct haul__text name = {field, strcspn(field, ":;")};
    return is_same(name, (struct haul__text){"Proxy-Authorization", 19});
}

bool haul__outgoing_is_idempotent(const struct haul__outgoing *outgoing)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (strcmp(methods[i], outgoing->method) == 0)
            return true;
    return false;
}
