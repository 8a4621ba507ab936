#include "run/facts.h"

#include "output/text.h"
#include "run/entry.h"

#include <haul/result.h>
#include <haul/url.h>

#include <assert.h>
#include <errno.h>
#include <string.h>

/* Each text of a result is kept as its size and, with a NUL, its bytes. */
enum {
    text_message,
    text_method,
    text_final_url,
    text_http_version,
    text_content_type,
    text_remote_ip,
    text_redirect_url,
    text_file,
    text_digest,
    text_count
};

/* Sizes of a text that is NULL, and of one that is the URL. */
static const uint32_t is_null = UINT32_MAX;
static const uint32_t is_url = UINT32_MAX - 1;

struct head {
    uint64_t check;
    uint64_t size; /* of all */
    int64_t bytes;
    int32_t status;
    int32_t code;
    uint32_t redirects;
    uint16_t remote_port;
    uint8_t ok;
    uint8_t error_class;
    uint32_t sizes[text_count];
};

_Static_assert(offsetof(struct head, bytes) == FACTS_HEAD, "the check and the size come first");

static uint32_t size_of(const char *text, const char *url)
{
    if (!text)
        return is_null;
    return url && strcmp(text, url) == 0 ? is_url : (uint32_t)strlen(text);
}

int facts_write(struct text *text, uint64_t check, const struct entry *entry)
{
    const struct haul_result *result = entry->result;
    const char *const texts[text_count] = {
        [text_message] = result->message,           [text_method] = result->method,
        [text_final_url] = result->final_url,       [text_http_version] = result->http_version,
        [text_content_type] = result->content_type, [text_remote_ip] = result->remote_ip,
        [text_redirect_url] = result->redirect_url, [text_file] = entry_file(entry),
        [text_digest] = entry_digest(entry),
    };
    struct head head = {
        .check = check,
        .size = sizeof(head),
        .bytes = result->bytes,
        .status = result->status,
        .code = result->code,
        .redirects = result->redirects,
        .remote_port = (uint16_t)result->remote_port,
        .ok = result->ok,
        .error_class = (uint8_t)result->error_class,
    };
    for (size_t i = 0; i < text_count; i++) {
        head.sizes[i] = size_of(texts[i], result->url);
        if (head.sizes[i] < is_url)
            head.size += head.sizes[i] + 1;
    }
    text_append(text, (const char *)&head, sizeof(head));
    for (size_t i = 0; i < text_count; i++)
        if (head.sizes[i] < is_url)
            text_append(text, texts[i], head.sizes[i] + 1);
    return text->failed ? -ENOMEM : 0;
}

size_t facts_size(const char *head)
{
    uint64_t size;
    memcpy(&size, head + offsetof(struct head, size), sizeof(size));
    return (size_t)size;
}

uint64_t facts_check(const char *head)
{
    uint64_t check;
    memcpy(&check, head + offsetof(struct head, check), sizeof(check));
    return check;
}

/* A copy of TEXT, which may be NULL. False: out of memory. */
static bool copy(const char *text, char **ret_copy)
{
    *ret_copy = text ? strdup(text) : NULL;
    return !text || *ret_copy;
}

int facts_read(const char *facts, struct entry *entry)
{
    const char *url = haul_url_masked(entry->url);
    struct head head;
    const char *texts[text_count];
    memcpy(&head, facts, sizeof(head));
    const char *at = facts + sizeof(head);
    for (size_t i = 0; i < text_count; i++) {
        bool is_there = head.sizes[i] < is_url;
        texts[i] = is_there ? at : NULL;
        if (head.sizes[i] == is_url)
            texts[i] = url;
        at += is_there ? head.sizes[i] + 1 : 0;
    }
    assert(at == facts + head.size);
    const struct haul_result result = {
        .ok = head.ok,
        .status = head.status,
        .error_class = (enum haul_class)head.error_class,
        .code = head.code,
        .message = texts[text_message],
        .url = url,
        .method = texts[text_method],
        .redirects = head.redirects,
        .final_url = texts[text_final_url],
        .http_version = texts[text_http_version],
        .content_type = texts[text_content_type],
        .bytes = head.bytes,
        .remote_ip = texts[text_remote_ip],
        .redirect_url = texts[text_redirect_url],
        .remote_port = head.remote_port,
    };
    entry->result = haul_result_copy(&result);
    entry->is_shared = true;
    bool is_whole =
        entry->result && copy(texts[text_file], &entry->shared_file) && copy(texts[text_digest], &entry->shared_digest);
    return is_whole ? 0 : -ENOMEM;
}
