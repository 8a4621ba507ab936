#include "output/progress.h"

#include "output/terminal.h"
#include "output/text.h"
#include "output/writer.h"

#include <haul/duration.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

static const int64_t interval = 100 * HAUL_MILLISECOND;

/* The rate is that of the last so many drawings: three seconds. */
enum { sample_count = 30 };

struct sample {
    int64_t time;
    uint64_t done;
};

struct progress {
    struct haul_loop *loop;
    int descriptor;
    const struct writer *writer;
    progress_fn *fn;
    void *data;
    int64_t begin;
    struct haul_handle *next; /* drawing; NULL where no memory was left to ask for it */
    bool is_drawn;
    struct text text;
    struct sample samples[sample_count]; /* a ring */
    size_t drawn;                        /* how often */
};

static const char clear_line[] = "\r\033[K";

void progress_clear(void *data)
{
    struct progress *progress = data;
    if (progress != NULL && progress->is_drawn &&
        terminal_draw(progress->descriptor, clear_line, sizeof(clear_line) - 1))
        progress->is_drawn = false;
}

/* Notes how many are done and tells how many a second lately. */
static double rate_now(struct progress *progress, uint64_t done)
{
    int64_t now = haul_loop_now(progress->loop);
    size_t place = progress->drawn % sample_count;
    struct sample before = {progress->begin, 0};
    if (progress->drawn >= sample_count)
        before = progress->samples[place];
    progress->samples[place] = (struct sample){now, done};
    progress->drawn++;
    int64_t time = now - before.time;
    return time > 0 ? (double)(done - before.done) * (double)HAUL_SECOND / (double)time : 0;
}

static void draw(struct progress *progress)
{
    struct progress_figures figures;
    progress->fn(progress->data, &figures);
    double rate = rate_now(progress, figures.done);
    if (progress->writer != NULL && writer_pending(progress->writer) > 0)
        return;
    text_clear(&progress->text);
    text_append_string(&progress->text, "\r");
    progress_append_line(&progress->text, &figures, haul_loop_now(progress->loop) - progress->begin, rate,
                         terminal_width(progress->descriptor) - 1);
    text_append_string(&progress->text, clear_line + 1);
    /* A line that cannot be drawn now will be another time. */
    if (!progress->text.failed && terminal_draw(progress->descriptor, progress->text.bytes, progress->text.size))
        progress->is_drawn = true;
}

static void draw_and_go_on(void *data)
{
    struct progress *progress = data;
    progress->next = NULL;
    draw(progress);
    haul_loop_call_later(progress->loop, interval, draw_and_go_on, progress, &progress->next);
}

int progress_create(struct haul_loop *loop, int descriptor, const struct writer *writer, progress_fn *fn, void *data,
                    struct progress **ret_progress)
{
    struct progress *progress = malloc(sizeof(*progress));
    if (progress == NULL)
        return -ENOMEM;
    *progress = (struct progress){
        .loop = loop,
        .descriptor = descriptor,
        .writer = writer,
        .fn = fn,
        .data = data,
        .begin = haul_loop_now(loop),
    };
    int code = haul_loop_call_later(loop, interval, draw_and_go_on, progress, &progress->next);
    if (code != 0) {
        free(progress);
        return code;
    }
    *ret_progress = progress;
    return 0;
}

void progress_destroy(struct progress *progress)
{
    if (progress == NULL)
        return;
    progress_clear(progress);
    if (progress->next != NULL)
        haul_handle_cancel(progress->next);
    text_finish(&progress->text);
    free(progress);
}

/* Appends PART behind a comma, where it fits. All parts are ASCII. Empties it. */
static void append_part(struct text *text, size_t begin, unsigned width, struct text *part)
{
    size_t gap = text->size > begin ? 2 : 0;
    if (part->size > 0 && text->size - begin + gap + part->size <= width) {
        text_append(text, ", ", gap);
        text_append(text, part->bytes, part->size);
    }
    text->failed |= part->failed;
    text_clear(part);
}

static void append_count(struct text *part, uint64_t count, const char *what)
{
    text_append_unsigned(part, count);
    text_append_string(part, what);
}

/* A number with one digit behind the point, as long as it is small enough for that to matter. */
static void append_rounded(struct text *part, double number)
{
    if (number < 99.95)
        text_append_seconds(part, (int64_t)(number * (double)HAUL_SECOND), 1);
    else
        text_append_unsigned(part, (uint64_t)(number + 0.5));
}

static void append_bytes(struct text *part, uint64_t bytes)
{
    static const char *const units[] = {" B", " kB", " MB", " GB", " TB"};
    size_t unit = 0;
    double number = (double)bytes;
    for (; number >= 999.5 && unit < sizeof(units) / sizeof(units[0]) - 1; unit++)
        number /= 1000;
    if (unit == 0)
        text_append_unsigned(part, bytes);
    else
        append_rounded(part, number);
    text_append_string(part, units[unit]);
}

static void append_two_digits(struct text *part, uint64_t number)
{
    text_append_string(part, number < 10 ? ":0" : ":");
    text_append_unsigned(part, number);
}

/* 0:05, 12:34, 1:02:03. */
static void append_clock(struct text *part, int64_t duration)
{
    uint64_t seconds = (uint64_t)(duration / HAUL_SECOND);
    text_append_unsigned(part, seconds < 3600 ? seconds / 60 : seconds / 3600);
    if (seconds >= 3600)
        append_two_digits(part, seconds / 60 % 60);
    append_two_digits(part, seconds % 60);
}

static void append_time_to_go(struct text *part, const struct progress_figures *figures, int64_t elapsed)
{
    static const double longest = 1000.0 * 3600 * (double)HAUL_SECOND;
    if (figures->total <= figures->done || figures->done == 0)
        return;
    double to_go = (double)elapsed / (double)figures->done * (double)(figures->total - figures->done);
    if (to_go > longest)
        return;
    append_clock(part, (int64_t)to_go);
    text_append_string(part, " to go");
}

void progress_append_line(struct text *text, const struct progress_figures *figures, int64_t elapsed, double rate,
                          unsigned width)
{
    size_t begin = text->size;
    struct text part = {0};
    append_count(&part, figures->done, figures->total > 0 ? " of " : " done");
    if (figures->total > 0)
        append_count(&part, figures->total, " done");
    append_part(text, begin, width, &part);
    append_count(&part, figures->in_flight, " in flight");
    append_part(text, begin, width, &part);
    append_count(&part, figures->failed, " failed");
    append_part(text, begin, width, &part);
    append_rounded(&part, rate);
    text_append_string(&part, "/s");
    append_part(text, begin, width, &part);
    append_bytes(&part, figures->bytes);
    append_part(text, begin, width, &part);
    append_clock(&part, elapsed);
    append_part(text, begin, width, &part);
    append_time_to_go(&part, figures, elapsed);
    append_part(text, begin, width, &part);
    text_finish(&part);
}
