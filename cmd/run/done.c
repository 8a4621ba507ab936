#include "run/done.h"

#include "hash_table.h"
#include "input/line_buffer.h"
#include "input/line_request.h"
#include "input/record_line.h"
#include "output/text.h"
#include "run/entry.h"
#include "siphash.h"

#include <haul/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The word of a hash is the check, with these two bits. */
enum { is_done = 1, has_file = 2, all_bits = 3 };

struct done {
    struct siphash_key key;
    struct hash_table *table;
    struct text input; /* the one at hand, as bytes, kept for its memory */
    struct record_line_reader reader;
};

/* What stands for an input. */
struct mark {
    uint64_t hash;
    uint64_t check;
};

int done_create(struct done **ret_done)
{
    struct done *done = calloc(1, sizeof(*done));
    if (!done)
        return -ENOMEM;
    int code = siphash_make_key(&done->key);
    if (code == 0)
        code = hash_table_create(&done->table);
    if (code != 0) {
        done_destroy(done);
        return code;
    }
    *ret_done = done;
    return 0;
}

void done_destroy(struct done *done)
{
    if (!done)
        return;
    hash_table_destroy(done->table);
    text_finish(&done->input);
    record_line_reader_finish(&done->reader);
    free(done);
}

/* The size comes first: so no two inputs have the same bytes. */
static void append_part(struct text *text, struct record_text part)
{
    text_append(text, (const char *)&part.size, sizeof(part.size));
    if (part.size > 0)
        text_append(text, part.bytes, part.size);
}

static int mark_of(struct done *done, const struct record_line *line, struct mark *ret_mark)
{
    struct text *text = &done->input;
    text_clear(text);
    text_append(text, line->is_tag_json ? "j" : line->tag.bytes ? "t" : "-", 1);
    append_part(text, line->input);
    append_part(text, line->tag);
    append_part(text, line->request);
    if (text->failed)
        return -ENOMEM;
    struct siphash_words hash = siphash_128(&done->key, text->bytes, text->size);
    *ret_mark = (struct mark){.hash = hash.first, .check = hash.second & ~(uint64_t)all_bits};
    return 0;
}

/* Called with each record; a negative errno ends it. */
typedef int record_fn(struct done *done, const struct record_line *line, void *data);

static int each_record(struct done *done, int descriptor, record_fn *fn, void *data, uint64_t *ret_strange)
{
    struct line_buffer buffer = {.descriptor = descriptor};
    uint64_t strange = 0;
    int code;
    do {
        struct record_line record;
        const char *line;
        size_t size;
        bool is_ended;
        code = line_buffer_next(&buffer, &line, &size, &is_ended);
        if (code == 0 && size == 0)
            continue;
        if (code == 0)
            code = record_line_read(&done->reader, line, size, &record);
        if (code == 0)
            code = fn(done, &record, data);
        else if (code == HAUL_E_INVALID)
            strange += is_ended;
    } while (code == 0 || code == HAUL_E_INVALID);
    line_buffer_finish(&buffer);
    if (code != HAUL_E_DRAINED)
        return code;
    *ret_strange = strange;
    return 0;
}

/* A line that is refused is no input, though its record may look like that of one: a JSON line that cannot be read to
 * its end has no digest of what it asks for. */
static int note(struct done *done, const struct record_line *line, void *data)
{
    struct mark mark;
    uint64_t *word;
    (void)data;
    if (line->is_refused)
        return 0;
    int code = mark_of(done, line, &mark);
    if (code == 0)
        code = hash_table_put(done->table, mark.hash, &word);
    if (code != 0)
        return code;
    bool is_it = (*word & ~(uint64_t)all_bits) == mark.check;
    uint64_t bits = is_it ? *word & has_file : 0;
    if (line->ok)
        bits |= line->file.bytes ? is_done | has_file : is_done;
    *word = mark.check | bits;
    return 0;
}

int done_read(struct done *done, int descriptor, uint64_t *ret_strange)
{
    return each_record(done, descriptor, note, NULL, ret_strange);
}

static int has(struct done *done, const struct record_line *line, bool *ret_has_file)
{
    struct mark mark;
    int code = mark_of(done, line, &mark);
    if (code != 0)
        return code;
    uint64_t word = hash_table_look_up(done->table, mark.hash);
    *ret_has_file = word & has_file;
    return word & is_done && (word & ~(uint64_t)all_bits) == mark.check;
}

struct file_call {
    done_file_fn *fn;
    void *data;
};

static int tell_file(struct done *done, const struct record_line *line, void *data)
{
    const struct file_call *call = data;
    if (!line->ok || !line->file.bytes)
        return 0;
    bool ignored;
    int code = has(done, line, &ignored);
    return code == 1 ? call->fn(call->data, line->file.bytes, line->file.size) : code;
}

int done_each_file(struct done *done, int descriptor, done_file_fn *fn, void *data)
{
    struct file_call call = {fn, data};
    uint64_t ignored;
    return each_record(done, descriptor, tell_file, &call, &ignored);
}

int done_has(struct done *done, const struct entry *entry, bool *ret_has_file)
{
    struct record_line line = {.input = {entry->input, entry->input_size}, .tag = {entry->tag, entry->tag_size}};
    int code = 0;
    if (entry->tag && entry->is_tag_json)
        code = record_line_read_tag(&done->reader, entry->tag, entry->tag_size, &line);
    if (entry->request)
        line.request = (struct record_text){entry->request->digest, strlen(entry->request->digest)};
    return code == 0 ? has(done, &line, ret_has_file) : code;
}
