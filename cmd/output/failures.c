#include "output/failures.h"

#include "input/glob.h"
#include "input/line.h"
#include "input/line_request.h"
#include "output/record.h"
#include "output/replacement.h"
#include "output/text.h"
#include "output/utf8.h"
#include "run/entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { batch_size = 64 * 1024 };

/* What no URL and no JSON begins with. It stands before what was refused and would be read as something else. */
static const char refused[] = "\v";

/* The first line of a list may have one before it that is no part of it. */
static const char byte_order_mark[] = "\xef\xbb\xbf";

struct failures {
    struct replacement *file;
    struct source_format format;
    bool has_globs;
    bool has_lines;
    struct text input; /* of the line at hand, kept for its memory */
    struct text text;  /* not written yet */
    int error;         /* the first, as a negative errno */
};

int failures_create(const char *path, struct source_format format, bool has_globs, struct failures **ret_failures)
{
    struct failures *failures = calloc(1, sizeof(*failures));
    if (failures == NULL)
        return -ENOMEM;
    failures->format = format;
    failures->has_globs = has_globs;
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

/* Whether text that is read as a pattern stands for itself. False where memory runs out: then it says more than it
 * must. */
static bool is_itself(const char *bytes, size_t size)
{
    struct glob *glob;
    struct glob_problem problem;
    if (!glob_is_pattern(bytes, size))
        return true;
    if (glob_create(bytes, size, 1, &glob, &problem) != 0)
        return false;
    size_t its_size;
    const char *its = glob_text(glob, &its_size);
    bool is_same = its_size == size && memcmp(its, bytes, size) == 0;
    glob_destroy(glob);
    return is_same;
}

/* Writes the input as it has to stand in a list to be read as itself. */
static void write_input(struct failures *failures, const struct entry *entry)
{
    struct text *text = &failures->input;
    bool is_no_pattern = entry->is_expanded || entry->is_literal;
    text_clear(text);
    if (!failures->has_globs || !is_no_pattern || is_itself(entry->input, entry->input_size)) {
        text_append(text, entry->input, entry->input_size);
        return;
    }
    for (size_t i = 0; i < entry->input_size; i++) {
        if (glob_is_pattern(entry->input + i, 1))
            text_append_string(text, "\\");
        text_append(text, entry->input + i, 1);
    }
}

/* A JSON line as it was read, but for the URL where it was a pattern. */
static int add_json_line(struct failures *failures, const struct entry *entry)
{
    struct text *text = &failures->text;
    const struct line_request *line = entry->request;
    size_t begin = line->text_size;
    size_t end = line->text_size;
    if (entry->is_expanded) {
        begin = line->url_at;
        end = line->url_at + line->url_size;
    }
    /* Of one that is too long the begin may be an object of its own. */
    if (entry->is_misread)
        text_append_string(text, refused);
    text_append(text, line->text, begin);
    int code = begin < end ? record_write_string(text, failures->input.bytes, failures->input.size) : 0;
    text_append(text, line->text + end, line->text_size - end);
    return code;
}

/* What is no UTF-8 cannot stand in JSON. It is sent like this anyway. */
static void append_encoded(struct text *text, const char *bytes, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    uint32_t ignored;
    for (size_t length; size > 0; bytes += length, size -= length) {
        unsigned char byte = (unsigned char)*bytes;
        const char encoded[] = {'%', digits[byte >> 4], digits[byte & 0xf]};
        length = utf8_decode(bytes, size, &ignored);
        text_append(text, length > 0 ? bytes : encoded, length > 0 ? length : sizeof(encoded));
        length += length == 0;
    }
}

static int add_json_argument(struct failures *failures, const struct entry *entry)
{
    struct text *text = &failures->text;
    struct text url = {0};
    if (entry->is_misread)
        text_append_string(&url, refused);
    append_encoded(&url, failures->input.bytes, failures->input.size);
    text_append_string(text, "{\"url\":");
    int code = url.failed ? -ENOMEM : record_write_string(text, url.bytes, url.size);
    text_finish(&url);
    if (code == 0 && entry->tag != NULL) {
        text_append_string(text, ",\"tag\":");
        code = record_write_string(text, entry->tag, entry->tag_size);
    }
    text_append_string(text, "}");
    return code;
}

/* Whether LINE is read as what it was made of. */
static bool comes_back(const struct text *line, size_t input_size, size_t tag_size)
{
    struct line read;
    return line_parse(line->bytes, line->size, false, &read) && read.input == line->bytes &&
           read.input_size == input_size && read.tag_size == tag_size;
}

static void add_plain_line(struct failures *failures, const struct entry *entry)
{
    struct text *text = &failures->text;
    struct text *line = &failures->input;
    size_t begin = text->size;
    size_t input_size = line->size;
    if (entry->tag != NULL) {
        text_append_string(line, "\t");
        text_append(line, entry->tag, entry->tag_size);
    }
    /* One at the end is taken for a part of the newline. */
    if (line->size > 0 && line->bytes[line->size - 1] == '\r')
        text_append_string(line, "\r");
    if (entry->is_misread || !comes_back(line, input_size, entry->tag_size))
        text_append_string(text, refused);
    text_append(text, line->bytes, line->size);
    if (!failures->format.is_null_separated)
        hide_newlines(text, begin);
}

/* A mark that the first line begins with is a part of it where another one stands before. */
static void begin_list(struct failures *failures, const struct entry *entry)
{
    const struct line_request *line = entry->request;
    const char *bytes = line ? line->text : failures->input.bytes;
    size_t size = line ? line->text_size : failures->input.size;
    size_t mark = sizeof(byte_order_mark) - 1;
    if (size >= mark && memcmp(bytes, byte_order_mark, mark) == 0)
        text_append_string(&failures->text, byte_order_mark);
    failures->has_lines = true;
}

void failures_add(struct failures *failures, const struct entry *entry)
{
    int code = 0;
    write_input(failures, entry);
    if (!failures->has_lines)
        begin_list(failures, entry);
    if (entry->request != NULL)
        code = add_json_line(failures, entry);
    else if (failures->format.is_json)
        code = add_json_argument(failures, entry);
    else
        add_plain_line(failures, entry);
    text_append(&failures->text, failures->format.is_null_separated ? "" : "\n", 1);
    failures->text.failed |= code != 0 || failures->input.failed;
    if (failures->text.size >= batch_size)
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
    text_finish(&failures->input);
    free(failures);
}
