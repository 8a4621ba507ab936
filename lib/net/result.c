#include "net/result.h"

#include "base/memory.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* More room, where the first is full. */
struct haul__result_chunk {
    struct haul__result_chunk *next;
    _Alignas(struct haul_header) char bytes[];
};

/* Room for a final URL or a long content type, an address and a message. */
enum { spare_room = 192 };

/* Indexed by the class. */
static const char *const class_names[] = {
    [HAUL_CLASS_NONE] = "none",         [HAUL_CLASS_URL] = "url",         [HAUL_CLASS_DNS] = "dns",
    [HAUL_CLASS_ADDRESS] = "address",   [HAUL_CLASS_CONNECT] = "connect", [HAUL_CLASS_TLS] = "tls",
    [HAUL_CLASS_TIMEOUT] = "timeout",   [HAUL_CLASS_HTTP] = "http",       [HAUL_CLASS_PROTOCOL] = "protocol",
    [HAUL_CLASS_REDIRECT] = "redirect", [HAUL_CLASS_SIZE] = "size",       [HAUL_CLASS_CANCELLED] = "cancelled",
    [HAUL_CLASS_LOCAL] = "local",
};

const char *haul_class_name(enum haul_class error_class)
{
    size_t index = (size_t)error_class;
    return index < sizeof(class_names) / sizeof(class_names[0]) ? class_names[index] : "unknown";
}

struct haul__result *haul__result_create(const char *url)
{
    size_t url_size = strlen(url);
    size_t room = url_size + 1 + spare_room;
    struct haul__result *result = haul__allocate(sizeof(*result) + room);
    if (!result)
        return NULL;
    *result = (struct haul__result){.room = result->first, .left = room};
    result->public.method = "GET";
    result->public.url = haul__result_add_text(result, url, url_size);
    return result;
}

void *haul__result_allocate(struct haul__result *result, size_t size)
{
    struct haul__result_chunk *chunk = haul__allocate(sizeof(*chunk) + size);
    if (!chunk)
        return NULL;
    chunk->next = result->chunks;
    result->chunks = chunk;
    return chunk->bytes;
}

const char *haul__result_add_text(struct haul__result *result, const char *text, size_t size)
{
    char *at;
    if (size < result->left) {
        at = result->room;
        result->room += size + 1;
        result->left -= size + 1;
    } else {
        at = haul__result_allocate(result, size + 1);
        if (!at)
            return NULL;
    }
    memcpy(at, text, size);
    at[size] = '\0';
    return at;
}

void haul__result_keep_body(struct haul__result *result, struct haul__buffer *buffer)
{
    haul__free(result->kept);
    result->kept = buffer->bytes;
    result->public.body = buffer->bytes ? buffer->bytes : &result->nothing;
    result->public.body_size = buffer->size;
    haul__buffer_init(buffer);
}

struct haul_header *haul__result_make_headers(struct haul__result *result, size_t count)
{
    struct haul_header *headers = haul__allocate_zeroed(count * sizeof(*headers));
    if (!headers)
        return NULL;
    haul__free(result->headers);
    result->headers = headers;
    result->public.headers = headers;
    result->public.header_count = count;
    return headers;
}

const char *haul_result_header(const struct haul_result *result, const char *name)
{
    for (size_t i = 0; i < result->header_count; i++)
        if (strcasecmp(result->headers[i].name, name) == 0)
            return result->headers[i].value;
    return NULL;
}

int haul__result_fail(struct haul__result *result, enum haul_class error_class, int code, const char *message)
{
    result->public.error_class = error_class;
    result->public.code = code;
    result->public.message = haul__result_add_text(result, message, strlen(message));
    return result->public.message ? 0 : -ENOMEM;
}

int haul__result_add_try(struct haul__result *result, int64_t started)
{
    struct haul_result *public = &result->public;
    struct haul_try *tries = haul__reallocate(result->tries, (public->try_count + 1) * sizeof(*tries));
    if (!tries)
        return -ENOMEM;
    tries[public->try_count++] = (struct haul_try){
        .status = public->status,
        .error_class = public->error_class,
        .code = public->code,
        .started = started,
        .total = public->time.total,
    };
    result->tries = tries;
    public->tries = tries;
    return 0;
}

void haul__result_begin_anew(struct haul__result *result)
{
    struct haul_result *public = &result->public;
    haul__free(result->kept);
    result->kept = NULL;
    public->body = NULL;
    public->body_size = 0;
    public->final_url = public->url;
    public->redirects = 0;
    public->header_size = 0;
    public->request_size = 0;
    public->connect_status = 0;
    public->verify_result = 0;
    public->proxy_verify_result = 0;
    public->certs = NULL;
    public->cert_count = 0;
    public->time = (struct haul_times){.queue = public->time.queue};
}

struct haul_result *haul_result_create_failed(const char *url, enum haul_class error_class, const char *message)
{
    struct haul__result *result = haul__result_create(url ? url : "");
    if (!result)
        return NULL;
    if (!url)
        result->public.url = NULL;
    /* What curl says of a URL it cannot use; the rest it does not know. */
    if (haul__result_fail(result, error_class, error_class == HAUL_CLASS_URL ? 3 : 0, message) < 0) {
        haul_result_destroy(&result->public);
        return NULL;
    }
    return &result->public;
}

/* Adds TEXT, which may be NULL, to the texts of RESULT. False: out of memory. */
static bool copy_text(struct haul__result *result, const char *text, const char **ret_text)
{
    *ret_text = text ? haul__result_add_text(result, text, strlen(text)) : NULL;
    return !text || *ret_text;
}

struct haul_result *haul_result_copy(const struct haul_result *result)
{
    struct haul__result *copy = haul__result_create(result->url ? result->url : "");
    if (!copy)
        return NULL;
    struct haul_result *public = &copy->public;
    const char *url = result->url ? public->url : NULL;
    *public = *result;
    public->url = url;
    public->tries = NULL;
    public->try_count = 0;
    public->body = NULL;
    public->body_size = 0;
    public->headers = NULL;
    public->header_count = 0;
    public->hops = NULL;
    public->hop_count = 0;
    bool is_whole =
        copy_text(copy, result->message, &public->message) && copy_text(copy, result->method, &public->method) &&
        copy_text(copy, result->final_url, &public->final_url) &&
        copy_text(copy, result->http_version, &public->http_version) &&
        copy_text(copy, result->content_type, &public->content_type) &&
        copy_text(copy, result->remote_ip, &public->remote_ip) &&
        copy_text(copy, result->local_ip, &public->local_ip) &&
        copy_text(copy, result->redirect_url, &public->redirect_url) && copy_text(copy, result->certs, &public->certs);
    if (is_whole)
        return public;
    haul_result_destroy(public);
    return NULL;
}

void haul_result_destroy(struct haul_result *public)
{
    if (!public)
        return;
    struct haul__result *result = haul__result_of(public);
    while (result->chunks) {
        struct haul__result_chunk *chunk = result->chunks;
        result->chunks = chunk->next;
        haul__free(chunk);
    }
    haul__free(result->headers);
    haul__free(result->kept);
    haul__free(result->tries);
    haul__free(result->hops);
    haul__free(result);
}
