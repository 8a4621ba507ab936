#include "output/failures.h"

#include "output/replacement.h"
#include "output/text.h"
#include "run/entry.h"

#include <errno.h>
#include <stdlib.h>

enum { batch_size = 64 * 1024 };

struct failures {
    struct replacement *file;
    struct text text; /* not written yet */
    int error;        /* the first, as a negative errno */
};

int failures_create(const char *path, struct failures **ret_failures)
{
    struct failures *failures = calloc(1, sizeof(*failures));
    if (failures == NULL)
        return -ENOMEM;
    int code = replacement_create(path, 0600, &failures->file);
    if (code != 0) {
        free(failures);
        return code;
    }
    *ret_failures = failures;
    return 0;
}

static void flush(struct failures *failures)
{
    if (failures->error == 0 && failures->text.failed)
        failures->error = -ENOMEM;
    if (failures->error == 0 && failures->text.size > 0)
        failures->error = replacement_write(failures->file, failures->text.bytes, failures->text.size);
    text_clear(&failures->text);
}

/* An argument may hold a newline, which would make two lines of it, each perhaps a URL. Another control character has
 * it refused again. */
static void hide_newlines(struct text *text, size_t begin)
{
    for (size_t i = begin; i < text->size; i++)
        if (text->bytes[i] == '\n')
            text->bytes[i] = '\v';
}

void failures_add(struct failures *failures, const struct entry *entry)
{
    struct text *text = &failures->text;
    size_t begin = text->size;
    text_append(text, entry->input, entry->input_size);
    if (entry->tag != NULL) {
        text_append_string(text, "\t");
        text_append(text, entry->tag, entry->tag_size);
    }
    hide_newlines(text, begin);
    text_append_string(text, "\n");
    if (text->size >= batch_size)
        flush(failures);
}

int failures_commit(struct failures *failures)
{
    flush(failures);
    return failures->error != 0 ? failures->error : replacement_commit(failures->file);
}

void failures_destroy(struct failures *failures)
{
    if (failures == NULL)
        return;
    replacement_destroy(failures->file);
    text_finish(&failures->text);
    free(failures);
}
