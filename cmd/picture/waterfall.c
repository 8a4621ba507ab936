#include "picture/waterfall.h"

#include "output/escape.h"
#include "output/terminal.h"
#include "output/text.h"
#include "picture/picture.h"
#include "picture/telling.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct waterfall {
    struct picture picture;
    struct telling telling;
    char *name; /* of the run; NULL: it has none */
    bool has_drawn;
    bool is_coloured;
    struct waterfall_outlet outlet;
};

/* How a phase is shown. */
struct look {
    char character;
    const char *name;
    const char *colour;
};

static const struct look looks[PHASE_COUNT] = {
    [PHASE_QUEUE] = {'.', "queue", "\033[90m"},     [PHASE_DNS] = {':', "DNS", "\033[36m"},
    [PHASE_CONNECT] = {'+', "connect", "\033[33m"}, [PHASE_TLS] = {'*', "TLS", "\033[35m"},
    [PHASE_WAIT] = {'=', "wait", "\033[32m"},       [PHASE_TRANSFER] = {'#', "transfer", "\033[34m"},
};

static const char colour_bad[] = "\033[31m";
static const char colour_faint[] = "\033[90m";
static const char colour_off[] = "\033[0m";

/* No phase. */
enum { empty_cell = PHASE_COUNT };

/* Columns: the status, the URL, the bar, and how long it took, with a blank between them. */
enum { status_width = 4, duration_width = 7, widest_url = 48 };

/* Columns from one tick to the next, at least: for its label. */
static const int64_t tick_room = 10;

struct drawing {
    struct text *text;
    const struct telling *telling;
    bool is_coloured;
    unsigned url_width;
    unsigned bar_width;
    int64_t end;   /* what the bar's last column ends with */
    int64_t step;  /* from one tick to the next */
    size_t common; /* what all URLs begin with, which is said once */
};

static void append(struct drawing *drawing, const char *string)
{
    text_append_string(drawing->text, string);
}

static void append_colour(struct drawing *drawing, const char *colour)
{
    if (drawing->is_coloured)
        append(drawing, colour);
}

/* Three digits or so of a duration in microseconds, of 7 columns at most. */
static void write_duration(char *buffer, size_t size, int64_t duration)
{
    static const struct {
        double limit;
        double unit;
        int decimals;
        const char *name;
    } forms[] = {
        {999.5, 1, 0, "us"},    {9995, 1e3, 2, "ms"},   {99950, 1e3, 1, "ms"},
        {999500, 1e3, 0, "ms"}, {9995000, 1e6, 2, "s"}, {99950000, 1e6, 1, "s"},
        {6e9, 1e6, 0, "s"},     {6e11, 60e6, 0, "min"}, {INFINITY, 86400e6, 0, "d"},
    };
    size_t i = 0;
    while ((double)duration >= forms[i].limit)
        i++;
    snprintf(buffer, size, "%.*f%s", forms[i].decimals, (double)duration / forms[i].unit, forms[i].name);
}

/* A point on the axis: of ticks that are far enough apart, few digits do. */
static void write_tick(char *buffer, size_t size, int64_t point, int64_t step)
{
    static const int64_t thousand = 1000, million = 1000000;
    if (point == 0)
        snprintf(buffer, size, "0");
    else if (step < thousand)
        snprintf(buffer, size, "%" PRId64 "us", point);
    else if (step < million && point < 10 * million)
        snprintf(buffer, size, "%" PRId64 "ms", point / thousand);
    else if (step < million)
        snprintf(buffer, size, "%" PRId64 ".%" PRId64 "s", point / million, point % million / (million / 10));
    else
        snprintf(buffer, size, "%" PRId64 "s", point / million);
}

/* The smallest of 1, 2, 5, 10 ... that leaves room for the labels of ticks. */
static int64_t find_step(int64_t end, unsigned width)
{
    static const int64_t factors[] = {1, 2, 5};
    enum { ten = 10 };
    for (int64_t power = 1;; power *= ten)
        for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++)
            if (factors[i] * power * width >= end * tick_room)
                return factors[i] * power;
}

static unsigned column_of(const struct drawing *drawing, int64_t point)
{
    return (unsigned)((double)point / (double)drawing->end * drawing->bar_width);
}

static bool is_tick(const struct drawing *drawing, unsigned column)
{
    /* The first tick that is not before this column. */
    int64_t begin = drawing->end * column / drawing->bar_width;
    int64_t tick = (begin + drawing->step - 1) / drawing->step * drawing->step;
    for (; column_of(drawing, tick) < column; tick += drawing->step)
        continue;
    return column_of(drawing, tick) == column;
}

/* The phase that a row spends most of the time of a column in, but of one in which it did more than wait for a place
 * not that. */
static int find_cell(const struct drawing *drawing, const struct telling_row *row, unsigned column)
{
    int64_t from = drawing->end * column / drawing->bar_width;
    int64_t to = drawing->end * (column + 1) / drawing->bar_width;
    int64_t shares[PHASE_COUNT] = {0};
    int best = empty_cell;
    for (unsigned i = 0; i < row->span_count; i++) {
        int64_t begin = row->spans[i].from > from ? row->spans[i].from : from;
        int64_t end = row->spans[i].to < to ? row->spans[i].to : to;
        int phase = row->spans[i].phase;
        if (end <= begin)
            continue;
        shares[phase] += end - begin;
        bool is_more = best == empty_cell || shares[phase] > shares[best];
        if (best == PHASE_QUEUE || (is_more && (phase != PHASE_QUEUE || best == empty_cell)))
            best = phase;
    }
    return best;
}

static void append_bar(struct drawing *drawing, const struct telling_row *row)
{
    int before = empty_cell;
    for (unsigned column = 0; column < drawing->bar_width; column++) {
        int cell = find_cell(drawing, row, column);
        char character[] = {cell != empty_cell ? looks[cell].character : is_tick(drawing, column) ? '|' : ' ', '\0'};
        if (cell != before || column == 0)
            append_colour(drawing, cell != empty_cell ? looks[cell].colour : colour_faint);
        append(drawing, character);
        before = cell;
    }
    append_colour(drawing, colour_off);
}

/* What of TEXT is shown in WIDTH columns: its begin and its end where it is too long, and no character of which it is
 * not known how wide it is. */
static void append_fitted(struct drawing *drawing, const char *string, unsigned width)
{
    struct text escaped = {0};
    size_t size = 0;
    text_append_escaped(&escaped, string, strlen(string));
    for (size_t i = 0; i < escaped.size; i++) {
        unsigned char byte = (unsigned char)escaped.bytes[i];
        if (byte >> 6 != 2)
            escaped.bytes[size++] = byte < 0x80 ? escaped.bytes[i] : '?';
    }
    size_t gap = sizeof("..") - 1;
    size_t tail = size > width ? (width - gap) * 2 / 3 : 0;
    size_t head = size > width ? width - gap - tail : size;
    if (size > 0)
        text_append(drawing->text, escaped.bytes, head);
    if (size > width) {
        text_append(drawing->text, "..", gap);
        text_append(drawing->text, escaped.bytes + size - tail, tail);
    } else {
        text_append_repeated(drawing->text, ' ', width - size);
    }
    drawing->text->failed |= escaped.failed;
    text_finish(&escaped);
}

static void append_status(struct drawing *drawing, const struct telling_row *row)
{
    char status[16];
    bool has_status = row->status > 0;
    if (has_status)
        snprintf(status, sizeof(status), "%-*d", status_width, row->status);
    else
        snprintf(status, sizeof(status), "%-*.*s", status_width, status_width,
                 row->ok            ? "ok"
                 : row->error_class ? row->error_class
                                    : "?");
    append_colour(drawing, row->ok ? "" : colour_bad);
    append(drawing, status);
    append_colour(drawing, row->ok ? "" : colour_off);
    append(drawing, " ");
}

static void append_row(struct drawing *drawing, const struct telling_row *row)
{
    char duration[32];
    append_status(drawing, row);
    append_fitted(drawing, row->url + drawing->common, drawing->url_width);
    append(drawing, " ");
    append_bar(drawing, row);
    write_duration(duration, sizeof(duration), row->to - row->from);
    text_append_repeated(drawing->text, ' ', 1 + duration_width - strlen(duration));
    append(drawing, duration);
    append(drawing, "\n");
}

/* The labels of the ticks, each at its column. */
static void append_axis(struct drawing *drawing)
{
    unsigned column = 0;
    text_append_repeated(drawing->text, ' ', status_width + 1 + drawing->url_width + 1);
    append_colour(drawing, colour_faint);
    for (int64_t tick = 0; column_of(drawing, tick) < drawing->bar_width; tick += drawing->step) {
        char label[32];
        write_tick(label, sizeof(label), tick, drawing->step);
        unsigned at = column_of(drawing, tick);
        unsigned size = (unsigned)strlen(label);
        if (at + size > drawing->bar_width + duration_width)
            break;
        text_append_repeated(drawing->text, ' ', at - column);
        append(drawing, label);
        column = at + size;
    }
    append_colour(drawing, colour_off);
    append(drawing, "\n");
}

static void append_legend(struct drawing *drawing, unsigned width)
{
    unsigned column = 0;
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        char entry[32];
        unsigned size = (unsigned)snprintf(entry, sizeof(entry), "%c %s", looks[phase].character, looks[phase].name);
        bool is_first = column == 0;
        if (!is_first && column + 2 + size > width) {
            append(drawing, "\n");
            column = 0;
            is_first = true;
        }
        append(drawing, is_first ? "" : "  ");
        append_colour(drawing, looks[phase].colour);
        append(drawing, entry);
        append_colour(drawing, colour_off);
        column += size + (is_first ? 0 : 2);
    }
    append(drawing, "\n");
}

/* "https://a.test", where all begin with it and something follows. */
static size_t find_common(const struct telling *telling)
{
    size_t common = 0;
    for (size_t i = 0; i < telling->chosen_count; i++) {
        const char *url = telling->chosen[i]->url;
        size_t size;
        const char *host = track_host(url, &size);
        size_t origin = size > 0 ? (size_t)(host + size - url) : 0;
        if (origin == 0 || url[origin] != '/' || (i > 0 && origin != common) ||
            memcmp(url, telling->chosen[0]->url, origin) != 0)
            return 0;
        common = origin;
    }
    return common;
}

/* As wide as the longest that is shown, within limits. */
static unsigned find_url_width(const struct drawing *drawing, unsigned most)
{
    size_t widest = 1;
    for (size_t i = 0; i < drawing->telling->chosen_count; i++) {
        const char *shown = drawing->telling->chosen[i]->url + drawing->common;
        size_t size = escape_size(shown, strlen(shown));
        widest = size > widest ? size : widest;
    }
    if (most > widest_url)
        most = widest_url;
    return widest < most ? (unsigned)widest : most;
}

/* Of a long name the begin and the end. */
static unsigned append_name(struct drawing *drawing, const char *name, unsigned most)
{
    size_t size = escape_size(name, strlen(name));
    unsigned width = size < most ? (unsigned)size : most;
    append_fitted(drawing, name, width);
    append(drawing, ": ");
    return width + 2;
}

/* How many URLs, how long, and what their URLs have in common as far as there is room for some of it. */
static void append_head(struct drawing *drawing, const char *name, unsigned width)
{
    static const char at[] = " at ";
    enum { narrowest_origin = 8 };
    const struct telling *telling = drawing->telling;
    char line[160], duration[32];
    write_duration(duration, sizeof(duration), telling->end);
    snprintf(line, sizeof(line), "%" PRIu64 " URL%s in %s", telling->count, telling->count == 1 ? "" : "s", duration);
    unsigned used = name ? append_name(drawing, name, width / 3) : 0;
    append(drawing, line);
    used += (unsigned)strlen(line) + (unsigned)strlen(at);
    if (drawing->common > 0 && used + narrowest_origin <= width) {
        char *origin = strndup(telling->chosen[0]->url, drawing->common);
        append(drawing, at);
        if (!origin)
            drawing->text->failed = true;
        else if (drawing->common <= width - used)
            append_fitted(drawing, origin, (unsigned)drawing->common);
        else
            append_fitted(drawing, origin, width - used);
        free(origin);
    }
    append(drawing, "\n");
}

/* What is not shown, and why. */
static void append_rest(struct drawing *drawing, unsigned width)
{
    const struct telling *telling = drawing->telling;
    char line[160];
    if (telling->count > telling->chosen_count) {
        snprintf(line, sizeof(line), "%" PRIu64 " more: shown are the first, the last,%sfailed and the longest\n",
                 telling->count - telling->chosen_count, width < 72 ? "\n" : " ");
        append(drawing, line);
    }
    if (telling->never_begun > 0) {
        snprintf(line, sizeof(line), "%" PRIu64 " never started\n", telling->never_begun);
        append(drawing, line);
    }
}

void waterfall_append(struct text *text, const char *name, const struct telling *telling, unsigned width,
                      bool is_coloured)
{
    enum { besides = status_width + 1 + 1 + 1 + duration_width };
    struct drawing drawing = {.text = text, .telling = telling, .is_coloured = is_coloured};
    if (width < WATERFALL_NARROWEST)
        width = WATERFALL_NARROWEST;
    if (width > WATERFALL_WIDEST)
        width = WATERFALL_WIDEST;
    drawing.common = find_common(telling);
    drawing.url_width = find_url_width(&drawing, (width - besides) * 2 / 5);
    drawing.bar_width = width - besides - drawing.url_width;
    drawing.end = telling->end > drawing.bar_width ? telling->end : drawing.bar_width;
    drawing.step = find_step(drawing.end, drawing.bar_width);
    append_head(&drawing, name, width);
    if (telling->chosen_count > 0) {
        append_axis(&drawing);
        for (size_t i = 0; i < telling->chosen_count; i++)
            append_row(&drawing, telling->chosen[i]);
        append_legend(&drawing, width);
    }
    append_rest(&drawing, width);
}

static int add(struct picture *picture, const struct track *track)
{
    return telling_add(&((struct waterfall *)picture)->telling, track);
}

static int end(struct picture *picture)
{
    struct waterfall *waterfall = (struct waterfall *)picture;
    const struct waterfall_outlet *outlet = &waterfall->outlet;
    struct text text = {0};
    telling_choose(&waterfall->telling);
    text_append_string(&text, waterfall->has_drawn ? "\n" : "");
    waterfall_append(&text, waterfall->name, &waterfall->telling, terminal_size(outlet->descriptor).columns,
                     waterfall->is_coloured);
    int code = text.failed ? -ENOMEM : outlet->write(outlet->data, text.bytes, text.size);
    text_finish(&text);
    waterfall->has_drawn = true;
    return code;
}

static int begin_run(struct picture *picture, const char *name)
{
    struct waterfall *waterfall = (struct waterfall *)picture;
    int code = waterfall->name ? end(picture) : 0;
    telling_finish(&waterfall->telling);
    free(waterfall->name);
    waterfall->name = strdup(name);
    return waterfall->name ? code : -ENOMEM;
}

static void destroy(struct picture *picture)
{
    struct waterfall *waterfall = (struct waterfall *)picture;
    telling_finish(&waterfall->telling);
    free(waterfall->name);
    free(waterfall);
}

static const struct picture_kind kind = {.add = add, .begin_run = begin_run, .end = end, .destroy = destroy};

int waterfall_create(const struct waterfall_outlet *outlet, bool is_coloured, struct picture **ret_picture)
{
    struct waterfall *waterfall = calloc(1, sizeof(*waterfall));
    if (!waterfall)
        return -ENOMEM;
    waterfall->picture.kind = &kind;
    waterfall->is_coloured = is_coloured;
    waterfall->outlet = *outlet;
    *ret_picture = &waterfall->picture;
    return 0;
}
