#include "compare/prose.h"

#include "output/number.h"
#include "output/text.h"
#include "output/utf8.h"

#include <math.h>
#include <string.h>

enum { INDENT = 4, URL_BYTES = 72 };

size_t prose_width(const char *bytes, size_t size)
{
    size_t width = 0;

    for (size_t i = 0; i < size; i++)
        width += (bytes[i] & 0xc0) != 0x80;
    return width;
}

/* Where a line of COLUMNS at most that begins at BEGIN ends: behind a semicolon if there is one, else before a space.
 * BEGIN: there is neither. */
static size_t find_break(const struct text *sentence, size_t begin, size_t columns)
{
    size_t at_space = begin;
    size_t at_clause = begin;
    size_t width = 0;

    for (size_t end = begin; end < sentence->size && width <= columns; end++) {
        if (end > begin && sentence->bytes[end] == ' ') {
            at_space = end;
            if (sentence->bytes[end - 1] == ';')
                at_clause = end;
        }
        width += (sentence->bytes[end] & 0xc0) != 0x80;
    }
    return at_clause > begin ? at_clause : at_space;
}

void prose_finish(struct text *text, struct text *sentence)
{
    size_t begin = 0;
    size_t columns = PROSE_COLUMNS;

    text->failed |= sentence->failed;
    while (sentence->size > 0 && prose_width(sentence->bytes + begin, sentence->size - begin) > columns) {
        size_t end = find_break(sentence, begin, columns);
        if (end == begin)
            break;
        text_append(text, sentence->bytes + begin, end - begin);
        text_append_string(text, "\n");
        text_append_repeated(text, ' ', INDENT);
        begin = end + 1;
        columns = PROSE_COLUMNS - INDENT;
    }
    if (sentence->size > 0) {
        text_append(text, sentence->bytes + begin, sentence->size - begin);
        text_append_string(text, "\n");
    }
    text_finish(sentence);
}

const char *prose_number(char *buffer, double number, unsigned decimals)
{
    const double most = 9e9; /* of what has room in 64 bits as billionths */
    double shown = number < most ? number : most;

    if (decimals == 0)
        *number_write_unsigned(buffer, (uint64_t)(shown + 0.5)) = '\0';
    else
        *number_write_seconds(buffer, (int64_t)(shown * 1e9 + 0.5), decimals) = '\0';
    return buffer;
}

void prose_append_number(struct text *text, double number, unsigned decimals)
{
    char buffer[PROSE_NUMBER_SIZE];

    text_append_string(text, prose_number(buffer, number, decimals));
}

void prose_append_time(struct text *text, double seconds, unsigned decimals)
{
    prose_append_number(text, seconds, decimals);
    text_append_string(text, " s");
}

void prose_append_factor(struct text *text, double factor)
{
    unsigned decimals = 0;

    if (factor < 99.5)
        decimals = factor < 9.95 ? 2 : 1;
    prose_append_number(text, factor, decimals);
}

void prose_append_probability(struct text *text, double probability)
{
    const double least = 0.0001;

    text_append_string(text, probability < least ? "p<" : "p=");
    prose_append_number(text, fmax(probability, least), probability < 0.01 ? 4 : 3);
}

void prose_append_of(struct text *text, size_t part, size_t all)
{
    text_append_unsigned(text, part);
    text_append_string(text, " of ");
    prose_append_count(text, all, "URL");
}

void prose_append_count(struct text *text, size_t count, const char *noun)
{
    text_append_unsigned(text, count);
    text_append_string(text, " ");
    text_append_string(text, noun);
    if (count != 1)
        text_append_string(text, "s");
}

void prose_append_url(struct text *text, const char *url)
{
    size_t size = 0;
    size_t length = 1;

    while (url[size] != '\0' && size < URL_BYTES && length > 0) {
        uint32_t code_point;
        length = utf8_decode(url + size, strlen(url + size), &code_point);
        size += length;
    }
    text_append(text, url, size);
    if (url[size] != '\0')
        text_append_string(text, "...");
}

void prose_append_bytes(struct text *text, int64_t bytes)
{
    static const char *const units[] = {" kB", " MB", " GB", " TB"};
    const double most = 999.95; /* of a unit */
    size_t unit = 0;

    if (bytes < 10000) {
        text_append_unsigned(text, (uint64_t)bytes);
        return;
    }
    double shown = (double)bytes / 1000;
    while (shown >= most && unit + 1 < sizeof(units) / sizeof(units[0])) {
        shown /= 1000;
        unit++;
    }
    prose_append_number(text, shown, 1);
    text_append_string(text, units[unit]);
}
