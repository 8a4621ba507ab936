#include "picture/telling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void unref(struct telling_row *row)
{
    if (!row || --row->references > 0)
        return;
    free(row->error_class);
    free(row->url);
    free(row);
}

static void take_span(void *data, const struct track_span *span)
{
    struct telling_row *row = data;
    if (row->span_count == TELLING_SPANS) {
        row->spans[TELLING_SPANS - 1].to = span->to;
        return;
    }
    row->spans[row->span_count].phase = span->phase;
    row->spans[row->span_count].from = span->from;
    row->spans[row->span_count++].to = span->to;
}

static struct telling_row *make_row(const struct track *track, uint64_t number)
{
    struct telling_row *row = calloc(1, sizeof(*row));
    if (!row)
        return NULL;
    row->index = track->index;
    row->number = number;
    row->ok = track->ok;
    row->status = track->status;
    row->references = 1;
    track_bounds(track, &row->from, &row->to);
    track_each_span(track, take_span, row);
    row->url = strdup(track->url ? track->url : track->input);
    row->error_class = track->error_class ? strdup(track->error_class) : NULL;
    if (row->url && (row->error_class || !track->error_class))
        return row;
    unref(row);
    return NULL;
}

/* Whether A is to be preferred to B. */
typedef bool measure_fn(const struct telling_row *a, const struct telling_row *b);

static bool starts_earlier(const struct telling_row *a, const struct telling_row *b)
{
    if (a->from != b->from)
        return a->from < b->from;
    return a->index != b->index ? a->index < b->index : a->number < b->number;
}

static bool starts_later(const struct telling_row *a, const struct telling_row *b)
{
    return starts_earlier(b, a);
}

static bool is_longer(const struct telling_row *a, const struct telling_row *b)
{
    int64_t one = a->to - a->from, other = b->to - b->from;
    return one != other ? one > other : a->number < b->number;
}

/* Puts ROW on the shelf, in the order of the measure, if it is among the best MOST of those that came. */
static void shelve(struct telling_shelf *shelf, size_t most, measure_fn *is_better, struct telling_row *row)
{
    if (shelf->count == most) {
        if (!is_better(row, shelf->rows[most - 1]))
            return;
        unref(shelf->rows[--shelf->count]);
    }
    size_t at = shelf->count++;
    for (; at > 0 && is_better(row, shelf->rows[at - 1]); at--)
        shelf->rows[at] = shelf->rows[at - 1];
    shelf->rows[at] = row;
    row->references++;
}

int telling_add(struct telling *telling, const struct track *track)
{
    telling->failures += track->ok ? 0 : 1;
    if (track->hop_count == 0) {
        telling->never_begun++;
        return 0;
    }
    struct telling_row *row = make_row(track, telling->count);
    if (!row)
        return -ENOMEM;
    telling->count++;
    if (row->to > telling->end)
        telling->end = row->to;
    shelve(&telling->first, TELLING_ENDS, starts_earlier, row);
    shelve(&telling->last, TELLING_ENDS, starts_later, row);
    if (!row->ok)
        shelve(&telling->failed, TELLING_FAILED, is_longer, row);
    shelve(&telling->longest, TELLING_MOST, is_longer, row);
    unref(row);
    return 0;
}

static void choose(struct telling *telling, struct telling_row *row)
{
    if (telling->chosen_count == TELLING_MOST)
        return;
    for (size_t i = 0; i < telling->chosen_count; i++)
        if (telling->chosen[i] == row)
            return;
    telling->chosen[telling->chosen_count++] = row;
}

static int compare(const void *a, const void *b)
{
    return starts_earlier(*(struct telling_row *const *)a, *(struct telling_row *const *)b) ? -1 : 1;
}

void telling_choose(struct telling *telling)
{
    const struct telling_shelf *const shelves[] = {&telling->first, &telling->last, &telling->failed,
                                                   &telling->longest};
    telling->chosen_count = 0;
    for (size_t i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++)
        for (size_t j = 0; j < shelves[i]->count; j++)
            choose(telling, shelves[i]->rows[j]);
    if (telling->chosen_count > 1)
        qsort(telling->chosen, telling->chosen_count, sizeof(struct telling_row *), compare);
}

static void empty(struct telling_shelf *shelf)
{
    while (shelf->count > 0)
        unref(shelf->rows[--shelf->count]);
}

void telling_finish(struct telling *telling)
{
    empty(&telling->first);
    empty(&telling->last);
    empty(&telling->failed);
    empty(&telling->longest);
    *telling = (struct telling){0};
}
