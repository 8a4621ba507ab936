#include "net/request.h"

#include "net/bounds.h"
#include "net/shard.h"

#include <errno.h>
#include <haul/error.h>
#include <string.h>

/* RFC 9110, 5.6.2. */
static bool is_token(const char *text, size_t size)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    if (size == 0)
        return false;
    for (size_t i = 0; i < size; i++) {
        char byte = text[i];
        bool is_alphanumeric =
            (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!is_alphanumeric && !memchr(others, byte, sizeof(others) - 1))
            return false;
    }
    return true;
}

static bool is_line(const char *text)
{
    return !text || !strpbrk(text, "\r\n");
}

/* "Name: value", "Name:" or "Name;". */
static bool is_field(const char *text)
{
    size_t name = strcspn(text, ":;");
    return is_token(text, name) && (text[name] == ':' || (text[name] == ';' && text[name + 1] == '\0'));
}

int haul_request_check(const struct haul_request *request, const char **ret_problem)
{
    const char *problem = NULL;
    const char *const texts[] = {request->user, request->bearer, request->cookies, request->referer, request->range};
    if (request->method && !is_token(request->method, strlen(request->method)))
        problem = "the method is no token";
    else if (request->method && strcmp(request->method, "HEAD") == 0 && request->body)
        problem = "a HEAD has no body";
    for (const char *const *header = request->headers; header && *header && !problem; header++) {
        if (!is_line(*header))
            problem = "a header field has a line break";
        else if (!is_field(*header))
            problem = "a header field is not \"Name: value\"";
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !problem; i++)
        if (!is_line(texts[i]))
            problem = "what becomes a header field has a line break";
    if (!problem)
        return 0;
    *ret_problem = problem;
    return HAUL_E_INVALID;
}

/* libcurl wants a list it could change, and does not. */
static char *as_list_text(const char *text)
{
    union {
        const char *constant;
        char *text;
    } pointer = {text};
    return pointer.text;
}

/* Has the fields in FIELDS be a list. */
static void link_fields(struct haul__buffer *fields)
{
    struct curl_slist *first = (struct curl_slist *)(void *)fields->bytes;
    for (size_t i = 1; i < fields->size / sizeof(*first); i++)
        first[i - 1].next = &first[i];
}

/* Makes the transfer's lists of those fields of the request that the hop has. */
static int make_fields(struct haul__transfer *transfer, const struct haul__outgoing *outgoing, bool is_authorized)
{
    const char *const *header = outgoing->request ? outgoing->request->headers : NULL;
    transfer->fields.size = transfer->proxy_fields.size = 0;
    for (; header && *header; header++) {
        struct curl_slist field = {.data = as_list_text(*header)};
        bool is_for_proxy = haul__outgoing_is_for_proxy(*header);
        if (!is_for_proxy && !haul__outgoing_has_field(outgoing, *header, is_authorized))
            continue;
        struct haul__buffer *fields = is_for_proxy ? &transfer->proxy_fields : &transfer->fields;
        int code = haul__buffer_append(fields, &field, sizeof(field));
        if (code < 0)
            return code;
    }
    link_fields(&transfer->fields);
    link_fields(&transfer->proxy_fields);
    return 0;
}

/* The options depend on each other: HTTPGET undoes NOBODY and POST. */
static CURLcode set_method(CURL *easy, const struct haul__outgoing *outgoing, const struct haul_request *request)
{
    const char *usual = outgoing->has_body ? "POST" : "GET";
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    if (strcmp(outgoing->method, "HEAD") == 0) {
        usual = outgoing->method;
        code |= curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (outgoing->has_body) {
        code |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
        code |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
        code |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    }
    bool is_usual = strcmp(outgoing->method, usual) == 0;
    return code | curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, is_usual ? NULL : outgoing->method);
}

static CURLcode set_credentials(CURL *easy, const struct haul_request *request, bool is_authorized)
{
    static const struct haul_request none;
    const struct haul_request *source = is_authorized ? request : &none;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_USERPWD, source->user);
    code |= curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, source->bearer);
    code |= curl_easy_setopt(easy, CURLOPT_HTTPAUTH, source->bearer ? CURLAUTH_BEARER : CURLAUTH_BASIC);
    return code | curl_easy_setopt(easy, CURLOPT_COOKIE, source->cookies);
}

static struct curl_slist *list_of(const struct haul__buffer *fields)
{
    return fields->size > 0 ? (struct curl_slist *)(void *)fields->bytes : NULL;
}

int haul__request_set(struct haul__transfer *transfer, const struct haul__outgoing *outgoing,
                      const struct haul_url *url)
{
    static const struct haul_request plain;
    const struct haul_request *request = outgoing->request ? outgoing->request : &plain;
    CURL *easy = transfer->easy;
    if (!outgoing->request && !transfer->has_request)
        return 0;
    bool is_authorized = haul__outgoing_is_authorized(outgoing, url);
    int made = make_fields(transfer, outgoing, is_authorized);
    if (made < 0)
        return made;
    transfer->has_request = outgoing->request != NULL;
    transfer->ends_with_header = request->ends_with_header;
    bool tells_hop_before = outgoing->is_followed && request->refers_to_hop_before;
    CURLcode code = set_method(easy, outgoing, request);
    code |= set_credentials(easy, request, is_authorized);
    code |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list_of(&transfer->fields));
    code |= curl_easy_setopt(easy, CURLOPT_PROXYHEADER, list_of(&transfer->proxy_fields));
    code |= curl_easy_setopt(easy, CURLOPT_REFERER, tells_hop_before ? outgoing->referer : request->referer);
    code |= curl_easy_setopt(easy, CURLOPT_RANGE, request->range);
    return code == CURLE_OK ? 0 : -ENOMEM;
}

/* A rest of less than so much is read. */
enum { small_rest = 16 * 1024 };

/* Where the size is unknown the rest may never end: it counts as small if it has come with the header, which libcurl
 * will have found by the time that the shard ends the transfer. */
void haul__request_end_with_header(struct haul__transfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200)
        return;
    int64_t size = haul__promised_size(transfer->easy);
    if (size >= 0 && size < small_rest)
        return;
    transfer->is_enough = true;
    if (transfer->task && haul__list_is_empty(&transfer->ending))
        haul__shard_end_soon(transfer);
}

bool haul__request_takes_rest(struct haul__transfer *transfer)
{
    transfer->is_enough = transfer->is_enough || transfer->body_size >= small_rest;
    return transfer->body_size < small_rest;
}
