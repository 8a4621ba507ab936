#include "run/entry.h"

#include "files/file_body.h"
#include "output/body.h"

#include <haul/result.h>
#include <haul/url.h>

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

void entry_destroy(struct entry *entry)
{
    if (entry == NULL)
        return;
    body_destroy(entry->body);
    file_body_destroy(entry->file);
    haul_result_destroy(entry->result);
    haul_url_destroy(entry->url);
    free(entry);
}
