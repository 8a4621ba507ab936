#include "compare/run_records.h"

#include "output/spill.h"
#include "output/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* So much is written at once, and read. */
enum { piece_size = 256 * 1024 };

/* Where its records are: the runs lie one behind another. */
struct stretch {
    int64_t offset;
    int64_t size;
};

struct run_records {
    struct epoch epoch;
    struct spill *spill;
    struct text text; /* what is not written yet */
    struct stretch *runs;
    size_t count;
    size_t capacity;
    bool is_kept; /* the run that goes on, which is the last one */
    int code;     /* what went wrong first */
};

int run_records_create(const char *directory, const struct epoch *epoch, struct run_records **ret_records)
{
    struct run_records *records = calloc(1, sizeof(*records));
    if (!records)
        return -ENOMEM;
    records->epoch = *epoch;
    int code = spill_create(directory, &records->spill);
    if (code != 0) {
        free(records);
        return code;
    }
    *ret_records = records;
    return 0;
}

/* Writes what is not written yet, and notes what goes wrong. */
static void write_out(struct run_records *records)
{
    struct text *text = &records->text;
    if (text->failed)
        records->code = -ENOMEM;
    if (records->code != 0 || text->size == 0)
        return;
    int64_t size = (int64_t)text->size;
    records->code = spill_write(records->spill, spill_reserve(records->spill, size), text->bytes, text->size);
    records->runs[records->count - 1].size += size;
    text_clear(text);
}

static int grow(struct run_records *records)
{
    if (records->count < records->capacity)
        return 0;
    size_t capacity = records->capacity > 0 ? 2 * records->capacity : 16;
    struct stretch *runs = realloc(records->runs, capacity * sizeof(*runs));
    if (!runs)
        return -ENOMEM;
    records->runs = runs;
    records->capacity = capacity;
    return 0;
}

void run_records_begin(struct run_records *records, size_t number)
{
    write_out(records);
    records->is_kept = number > 0;
    if (records->code != 0 || !records->is_kept)
        return;
    records->code = grow(records);
    if (records->code == 0)
        records->runs[records->count++] = (struct stretch){.offset = spill_reserve(records->spill, 0)};
}

void run_records_add(struct run_records *records, const struct entry *entry, int64_t start)
{
    if (!records->is_kept || records->code != 0)
        return;
    const struct record_options options = {
        .epoch = {.wall = records->epoch.wall + (start - records->epoch.monotonic), .monotonic = start}};
    records->code = record_write(&records->text, entry, &options);
    if (records->text.size >= piece_size)
        write_out(records);
}

/* Takes the whole lines out of TEXT. */
static int take_lines(struct text *text, run_records_fn *fn, void *data)
{
    size_t begin = 0;
    int code = 0;
    while (code == 0 && begin < text->size) {
        const char *line = text->bytes + begin;
        const char *end = memchr(line, '\n', text->size - begin);
        if (!end)
            break;
        size_t size = (size_t)(end + 1 - line);
        code = fn(data, line, size);
        begin += size;
    }
    if (begin > 0)
        memmove(text->bytes, text->bytes + begin, text->size - begin);
    text->size -= begin;
    return code;
}

int run_records_read(struct run_records *records, size_t number, run_records_fn *fn, void *data)
{
    struct text text = {0};
    write_out(records);
    if (records->code != 0)
        return records->code;
    struct stretch left = records->runs[number - 1];
    int code = 0;
    while (code == 0 && left.size > 0) {
        size_t size = left.size < piece_size ? (size_t)left.size : piece_size;
        char *room = text_reserve(&text, size);
        code = room ? spill_read(records->spill, left.offset, room, size) : -ENOMEM;
        if (code != 0)
            break;
        text.size += size;
        left.offset += (int64_t)size;
        left.size -= (int64_t)size;
        code = take_lines(&text, fn, data);
    }
    text_finish(&text);
    return code;
}

void run_records_destroy(struct run_records *records)
{
    if (!records)
        return;
    spill_destroy(records->spill);
    text_finish(&records->text);
    free(records->runs);
    free(records);
}
