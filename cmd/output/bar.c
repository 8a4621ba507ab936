#include "output/bar.h"

#include "output/quantity.h"
#include "output/text.h"

#include <haul/duration.h>

#include <stddef.h>
#include <string.h>

/* Columns with the gap before them. */
enum { share_width = 5, bytes_width = 9, rate_width = 11 };

/* Those of a line; 0: there is none. */
struct columns {
    unsigned name;
    unsigned bar; /* with a gap, and its ends */
    unsigned bytes;
    unsigned rate;
};

/* The name has what is left, and columns are there as long as enough of that is. */
static struct columns divide(unsigned width)
{
    enum { enough_for_bytes = 12, enough_for_rate = 20, enough_for_bar = 44 };
    struct columns columns = {.name = width > share_width ? width - share_width : 0};
    if (columns.name >= bytes_width + enough_for_bytes) {
        columns.bytes = bytes_width;
        columns.name -= bytes_width;
    }
    if (columns.bytes > 0 && columns.name >= rate_width + enough_for_rate) {
        columns.rate = rate_width;
        columns.name -= rate_width;
    }
    if (columns.rate > 0 && columns.name >= enough_for_bar) {
        columns.bar = columns.name * 2 / 5;
        columns.name -= columns.bar;
    }
    return columns;
}

/* "https://" says nothing that a person looks for here. */
static void append_name(struct text *text, const char *url, unsigned width)
{
    static const char dots[] = "...";
    const char *scheme_end = strstr(url, "://");
    const char *name = scheme_end ? scheme_end + 3 : url;
    size_t size = strlen(name);
    if (size <= width) {
        text_append(text, name, size);
        text_append_repeated(text, ' ', width - size);
        return;
    }
    size_t dots_size = width > 2 * (sizeof(dots) - 1) ? sizeof(dots) - 1 : 0;
    size_t head = (width - dots_size) / 2;
    size_t tail = width - dots_size - head;
    text_append(text, name, head);
    text_append(text, dots, dots_size);
    text_append(text, name + size - tail, tail);
}

/* Appends PART at the right of WIDTH columns, and empties it. */
static void append_right(struct text *text, struct text *part, unsigned width)
{
    if (part->size < width)
        text_append_repeated(text, ' ', width - part->size);
    if (part->size > 0 && width > 0)
        text_append(text, part->bytes, part->size < width ? part->size : width);
    text->failed |= part->failed;
    text_clear(part);
}

/* How many of WHOLE are done. A server may send more than it has announced. */
static unsigned share_of(const struct bar *bar, unsigned whole)
{
    double share = bar->expected > 0 ? (double)bar->received / (double)bar->expected : 1;
    return (unsigned)((share < 1 ? share : 1) * whole);
}

static void append_bar(struct text *text, const struct bar *bar, unsigned width)
{
    enum { around = 3 };
    if (width <= around)
        return;
    if (bar->expected < 0) {
        text_append_repeated(text, ' ', width);
        return;
    }
    unsigned inside = width - around;
    unsigned done = share_of(bar, inside);
    text_append_string(text, " [");
    text_append_repeated(text, '=', done);
    text_append_repeated(text, ' ', inside - done);
    text_append_string(text, "]");
}

static void append_rate(struct text *part, const struct bar *bar)
{
    if (bar->received == 0) {
        text_append_string(part, "waiting");
        return;
    }
    double seconds = (double)bar->duration / (double)HAUL_SECOND;
    quantity_append_bytes(part, seconds > 0 ? (uint64_t)((double)bar->received / seconds) : 0);
    text_append_string(part, "/s");
}

void bar_append(struct text *text, const struct bar *bar, unsigned width)
{
    const struct columns columns = divide(width);
    struct text part = {0};
    append_name(text, bar->url, columns.name);
    append_bar(text, bar, columns.bar);
    if (bar->expected >= 0) {
        text_append_unsigned(&part, share_of(bar, 100));
        text_append_string(&part, "%");
    }
    append_right(text, &part, width < share_width ? width : share_width);
    quantity_append_bytes(&part, (uint64_t)bar->received);
    append_right(text, &part, columns.bytes);
    append_rate(&part, bar);
    append_right(text, &part, columns.rate);
    text_finish(&part);
}
