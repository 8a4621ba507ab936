#include "output/progress.h"

#include "output/bar.h"
#include "output/quantity.h"
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
    struct writer *writer;
    struct progress_source source;
    int64_t begin;
    struct haul_handle *next; /* drawing; NULL where no memory was left to ask for it */
    bool is_drawn;
    struct terminal_size size; /* of the terminal, when it was drawn last */
    struct text text;
    struct sample samples[sample_count]; /* a ring */
    size_t drawn;                        /* how often */
};

/* The cursor stands where the first line begins. From there on everything goes, into however many rows the terminal
 * may have broken the lines when it was made narrower. */
static const char clear_all[] = "\r\033[J";

/* Lines are cut where they are too long, which they are when the terminal was made narrower just now. */
static const char no_wrap[] = "\033[?7l";
static const char wrap[] = "\033[?7h";

void progress_clear(void *data)
{
    struct progress *progress = data;
    if (progress == NULL || !progress->is_drawn)
        return;
    progress->is_drawn = false;
    writer_decorate(progress->writer, clear_all, sizeof(clear_all) - 1);
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

/* Appends the bars, each with its newline: how many. */
static size_t append_bars(struct progress *progress, unsigned width)
{
    enum { other_rows = 2 }; /* the line below them, and one that is left free */
    struct bar bars[PROGRESS_BARS];
    unsigned room = progress->size.rows > other_rows ? progress->size.rows - other_rows : 0;
    if (progress->source.bars == NULL)
        return 0;
    size_t count = progress->source.bars(progress->source.data, bars, room < PROGRESS_BARS ? room : PROGRESS_BARS);
    for (size_t i = 0; i < count; i++) {
        bar_append(&progress->text, &bars[i], width);
        text_append_string(&progress->text, "\033[K\r\n");
    }
    return count;
}

/* Goes back up to the first line. */
static void append_return(struct text *text, size_t count)
{
    if (count > 0) {
        text_append_string(text, "\033[");
        text_append_unsigned(text, count);
        text_append_string(text, "A");
    }
    text_append_string(text, "\r");
}

static void draw(struct progress *progress)
{
    struct progress_figures figures;
    struct text *text = &progress->text;
    progress->source.figures(progress->source.data, &figures);
    double rate = rate_now(progress, figures.done);
    if (!progress->is_drawn && !writer_may_decorate(progress->writer))
        return;
    struct terminal_size size = terminal_size(progress->descriptor);
    bool is_resized = size.columns != progress->size.columns || size.rows != progress->size.rows;
    progress->size = size;
    text_clear(text);
    text_append_string(text, progress->is_drawn && is_resized ? clear_all : "\r");
    text_append_string(text, no_wrap);
    size_t count = append_bars(progress, size.columns - 1);
    progress_append_line(text, &figures, haul_loop_now(progress->loop) - progress->begin, rate, size.columns - 1);
    text_append_string(text, clear_all + 1);
    append_return(text, count);
    text_append_string(text, wrap);
    if (text->failed || writer_pending(progress->writer) > 0)
        return;
    writer_decorate(progress->writer, text->bytes, text->size);
    progress->is_drawn = true;
}

static void draw_and_go_on(void *data)
{
    struct progress *progress = data;
    progress->next = NULL;
    draw(progress);
    haul_loop_call_later(progress->loop, interval, draw_and_go_on, progress, &progress->next);
}

int progress_create(struct haul_loop *loop, int descriptor, struct writer *writer, const struct progress_source *source,
                    struct progress **ret_progress)
{
    struct progress *progress = malloc(sizeof(*progress));
    if (progress == NULL)
        return -ENOMEM;
    *progress = (struct progress){
        .loop = loop,
        .descriptor = descriptor,
        .writer = writer,
        .source = *source,
        .begin = haul_loop_now(loop),
    };
    int code = haul_loop_call_later(loop, interval, draw_and_go_on, progress, &progress->next);
    if (code != 0) {
        free(progress);
        return code;
    }
    writer_set_before(writer, progress_clear, progress);
    *ret_progress = progress;
    return 0;
}

void progress_destroy(struct progress *progress)
{
    if (progress == NULL)
        return;
    progress_clear(progress);
    writer_set_before(progress->writer, NULL, NULL);
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
    quantity_append(&part, rate);
    text_append_string(&part, "/s");
    append_part(text, begin, width, &part);
    quantity_append_bytes(&part, figures->bytes);
    append_part(text, begin, width, &part);
    append_clock(&part, elapsed);
    append_part(text, begin, width, &part);
    append_time_to_go(&part, figures, elapsed);
    append_part(text, begin, width, &part);
    text_finish(&part);
}
