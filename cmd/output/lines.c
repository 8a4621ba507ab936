#include "output/lines.h"

#include "output/text.h"
#include "run/entry.h"

#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* The columns on a terminal; the URL's is exceeded where it must. */
enum { status_width = 9, seconds_width = 8, bytes_width = 9, url_width = 40, longest_url = 400 };

static const char colour_ok[] = "\033[32m";
static const char colour_moved[] = "\033[33m";
static const char colour_bad[] = "\033[31m";
static const char colour_off[] = "\033[0m";

static bool is_failed_transfer(const struct haul_result *result)
{
    return !result->ok && result->error_class != HAUL_CLASS_HTTP;
}

static void append_status(struct text *text, const struct haul_result *result)
{
    if (is_failed_transfer(result))
        text_append_string(text, haul_class_name(result->error_class));
    else
        text_append_unsigned(text, (uint64_t)result->status);
}

const char *lines_refused(const struct entry *entry, size_t *ret_size)
{
    static const char object[] = "{...}";
    bool is_object = entry->input_size > 0 && entry->input[0] == '{';
    *ret_size = is_object ? sizeof(object) - 1 : entry->input_size;
    return is_object ? object : entry->input;
}

/* Masked after it was escaped, since it may hold NUL bytes before that. */
static void append_refused(struct text *text, const struct entry *entry)
{
    struct text escaped = {0};
    size_t size;
    const char *shown = lines_refused(entry, &size);
    text_append_escaped(&escaped, shown, size);
    size_t room = escaped.size + sizeof("***");
    char *masked = text_reserve(text, room);
    if (masked == NULL || escaped.failed) {
        text->failed = true;
    } else {
        haul_url_mask(escaped.size > 0 ? escaped.bytes : "", escaped.size, masked, room);
        text->size += strlen(masked);
    }
    text_finish(&escaped);
}

void lines_append_url(struct text *text, const struct entry *entry)
{
    if (entry->result->url != NULL)
        text_append_escaped(text, entry->result->url, strlen(entry->result->url));
    else
        append_refused(text, entry);
}

void lines_append_tag(struct text *text, const struct entry *entry)
{
    if (entry->is_tag_json)
        text_append_json(text, entry->tag, entry->tag_size);
    else
        text_append_escaped(text, entry->tag, entry->tag_size);
}

static void append_foreign(struct text *text, const char *string)
{
    text_append_escaped(text, string, strlen(string));
}

/* Whether something will stand in the note. */
static bool has_note(const struct entry *entry)
{
    return !entry->result->ok || entry->result->redirects > 0 || entry->result->attempts > 1 || entry->tag != NULL;
}

static void append_note(struct text *text, const struct entry *entry)
{
    const struct haul_result *result = entry->result;
    bool is_moved = result->redirects > 0 && result->final_url != NULL;
    const char *gap = "";
    if (!result->ok) {
        append_foreign(text, result->message != NULL ? result->message : haul_class_name(result->error_class));
        gap = " ";
    }
    if (is_moved) {
        text_append_string(text, result->ok ? "-> " : " (at ");
        append_foreign(text, result->final_url);
        text_append_string(text, result->ok ? "" : ")");
        gap = " ";
    }
    if (result->attempts > 1) {
        text_append_string(text, gap);
        text_append_string(text, "(");
        text_append_unsigned(text, result->attempts);
        text_append_string(text, " attempts)");
        gap = " ";
    }
    if (entry->tag != NULL) {
        text_append_string(text, gap);
        text_append_string(text, "[");
        lines_append_tag(text, entry);
        text_append_string(text, "]");
    }
}

static void append_tabs(struct text *text, const struct entry *entry)
{
    const struct haul_result *result = entry->result;
    append_status(text, result);
    text_append_string(text, "\t");
    text_append_seconds(text, result->time.total, 6);
    text_append_string(text, "\t");
    text_append_unsigned(text, (uint64_t)result->bytes);
    text_append_string(text, "\t");
    lines_append_url(text, entry);
    text_append_string(text, "\t");
    append_note(text, entry);
    text_append_string(text, "\n");
}

/* How many characters stand in TEXT from BEGIN on: its bytes but for those that continue a UTF-8 character. */
static size_t width_from(const struct text *text, size_t begin)
{
    size_t width = 0;
    for (size_t i = begin; i < text->size; i++)
        width += (text->bytes[i] & 0xc0) != 0x80;
    return width;
}

static void pad(struct text *text, size_t begin, size_t width)
{
    size_t taken = width_from(text, begin);
    text_append_repeated(text, ' ', taken < width ? width - taken : 0);
}

static void append_right(struct text *text, const struct text *number, size_t width)
{
    text_append_repeated(text, ' ', number->size < width ? width - number->size : 0);
    text_append(text, number->bytes, number->size);
}

static const char *colour_of(const struct haul_result *result)
{
    if (!result->ok)
        return colour_bad;
    return result->status >= 300 ? colour_moved : colour_ok;
}

static void append_status_column(struct text *text, const struct haul_result *result, bool is_coloured)
{
    size_t begin = text->size;
    append_status(text, result);
    size_t padding = text->size - begin < status_width ? status_width - (text->size - begin) : 0;
    if (is_coloured) {
        text->size = begin;
        text_append_string(text, colour_of(result));
        append_status(text, result);
        text_append_string(text, colour_off);
    }
    text_append_repeated(text, ' ', padding + 1);
}

static void append_numbers(struct text *text, const struct haul_result *result)
{
    struct text number = {0};
    text_append_seconds(&number, result->time.total, 3);
    append_right(text, &number, seconds_width);
    text_clear(&number);
    text_append_unsigned(&number, (uint64_t)result->bytes);
    text_append_string(text, " ");
    append_right(text, &number, bytes_width);
    text->failed |= number.failed;
    text_finish(&number);
}

/* Cuts what stands from BEGIN on to what a person will read, at the begin of a character. */
static void cut_url(struct text *text, size_t begin)
{
    if (text->size - begin <= longest_url)
        return;
    text->size = begin + longest_url;
    while ((text->bytes[text->size] & 0xc0) == 0x80)
        text->size--;
    text_append_string(text, "...");
}

static void append_columns(struct text *text, const struct entry *entry, bool is_coloured)
{
    append_status_column(text, entry->result, is_coloured);
    append_numbers(text, entry->result);
    text_append_string(text, "  ");
    size_t begin = text->size;
    lines_append_url(text, entry);
    cut_url(text, begin);
    if (has_note(entry)) {
        pad(text, begin, url_width);
        text_append_string(text, "  ");
        append_note(text, entry);
    }
    text_append_string(text, "\n");
}

int lines_write(struct text *text, const struct entry *entry, enum lines_style style)
{
    size_t begin = text->size;
    if (style == LINES_TABS)
        append_tabs(text, entry);
    else
        append_columns(text, entry, style == LINES_COLOURED);
    if (!text->failed)
        return 0;
    text->size = begin;
    return -ENOMEM;
}
