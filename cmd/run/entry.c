#include "run/entry.h"

#include "files/file_body.h"
#include "input/glob.h"
#include "input/line_request.h"
#include "output/body.h"
#include "request/extended.h"

#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct entry *entry_create(const char *input, size_t input_size, const char *tag, size_t tag_size)
{
    if (tag == NULL)
        tag_size = 0;
    struct entry *entry = malloc(sizeof(*entry) + input_size + tag_size);
    if (entry == NULL)
        return NULL;
    char *texts = (char *)(entry + 1);
    memcpy(texts, input, input_size);
    *entry = (struct entry){.input = texts, .input_size = input_size};
    if (tag != NULL) {
        memcpy(texts + input_size, tag, tag_size);
        entry->tag = texts + input_size;
        entry->tag_size = tag_size;
    }
    return entry;
}

int entry_set_globs(struct entry *entry, const struct glob_value *globs, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += globs[i].size;
    if (count == 0)
        return 0;
    entry->globs = malloc(count * sizeof(*globs) + size);
    if (entry->globs == NULL)
        return -ENOMEM;
    entry->glob_count = (unsigned)count;
    char *bytes = (char *)(entry->globs + count);
    for (size_t i = 0; i < count; i++) {
        entry->globs[i] = (struct glob_value){bytes, globs[i].size};
        if (globs[i].size > 0)
            memcpy(bytes, globs[i].bytes, globs[i].size);
        bytes += globs[i].size;
    }
    return 0;
}

const struct haul_request *entry_request(const struct entry *entry, const struct haul_request *common)
{
    if (entry->sent != NULL)
        return &entry->sent->request;
    return entry->request != NULL && entry->request->has_own ? &entry->request->sent : common;
}

const char *entry_file(const struct entry *entry)
{
    return entry->file ? file_body_path(entry->file) : entry->shared_file;
}

const char *entry_digest(const struct entry *entry)
{
    return entry->file ? file_body_digest(entry->file) : entry->shared_digest;
}

void entry_destroy(struct entry *entry)
{
    if (entry == NULL)
        return;
    extended_request_destroy(entry->sent);
    body_destroy(entry->body);
    file_body_destroy(entry->file);
    free(entry->shared_file);
    free(entry->shared_digest);
    haul_result_destroy(entry->result);
    haul_url_destroy(entry->url);
    line_request_unref(entry->request);
    free(entry->globs);
    free(entry);
}
