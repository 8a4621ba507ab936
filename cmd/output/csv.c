#include "output/csv.h"

#include "output/field.h"
#include "output/record.h"
#include "output/text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Quotes what stands from BEGIN on where it could be taken for more than one value, or lose its blanks. */
static void quote(struct text *text, size_t begin)
{
    size_t size = text->size - begin;
    size_t marks = 0;
    bool is_difficult = size > 0 && (text->bytes[begin] == ' ' || text->bytes[text->size - 1] == ' ');
    for (size_t i = begin; i < text->size; i++) {
        marks += text->bytes[i] == '"';
        is_difficult |= text->bytes[i] == ',' || text->bytes[i] == '"';
    }
    if (!is_difficult || text_reserve(text, marks + 2) == NULL)
        return;
    char *to = text->bytes + begin + size + marks + 1;
    text->size += marks + 2;
    *to-- = '"';
    for (const char *from = text->bytes + begin + size; from-- > text->bytes + begin;) {
        *to-- = *from;
        if (*from == '"')
            *to-- = '"';
    }
    *to = '"';
}

static int finish_line(struct text *text, size_t begin)
{
    text_append_string(text, "\n");
    if (!text->failed)
        return 0;
    text->size = begin;
    return -ENOMEM;
}

static bool is_present(const struct field *field, const struct record_options *options)
{
    switch (field->presence) {
    case FIELD_WITH_TRIES:
        return options->has_tries;
    case FIELD_WITH_DIGEST:
        return options->has_digest;
    case FIELD_ALWAYS:
        break;
    }
    return true;
}

int csv_write_names(struct text *text, const struct record_options *options)
{
    size_t begin = text->size;
    for (size_t i = 0; i < field_record_count; i++) {
        if (!is_present(&fields[i], options))
            continue;
        text_append_string(text, text->size > begin ? "," : "");
        text_append_string(text, fields[i].name);
    }
    return finish_line(text, begin);
}

/* The first field, the index, is never empty. */
int csv_write(struct text *text, const struct entry *entry, const struct record_options *options)
{
    size_t begin = text->size;
    for (size_t i = 0; i < field_record_count; i++) {
        if (!is_present(&fields[i], options))
            continue;
        text_append_string(text, text->size > begin ? "," : "");
        size_t value = text->size;
        fields[i].append(text, entry, &options->epoch);
        quote(text, value);
    }
    return finish_line(text, begin);
}
