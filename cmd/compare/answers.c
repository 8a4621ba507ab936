#include "compare/answers.h"

#include "compare/prose.h"
#include "output/text.h"

enum {
    INDENT = 4,
    MOST_URLS = 10,    /* named in one list */
    MOST_OUTCOMES = 3, /* named of one variant, or side */
};

/* Runs whose outcomes are told together: those of a variant, or of a side. */
struct group {
    const struct comparison *comparison;
    bool is_side;
    size_t place;
};

static bool has_run(const struct group *group, size_t run)
{
    size_t variant = run % group->comparison->variant_count;
    return group->is_side ? group->comparison->variants[variant].side == group->place : variant == group->place;
}

/* What made a URL not ok, or its answer. */
static void append_outcome(struct text *text, const struct measured_url *url, bool is_size_shown)
{
    if (url->error_class != HAUL_CLASS_NONE && url->error_class != HAUL_CLASS_HTTP) {
        text_append_string(text, haul_class_name(url->error_class));
        return;
    }
    text_append_unsigned(text, (uint64_t)url->status);
    if (!is_size_shown)
        return;
    text_append_string(text, " with ");
    prose_append_count(text, (size_t)url->bytes, "byte");
}

/* Whether a URL came out in this run as in one before of the same group. */
static bool is_repeated(const struct group *group, size_t run, size_t index)
{
    const struct measured_run *runs = group->comparison->runs;

    for (size_t before = 0; before < run; before++) {
        if (has_run(group, before) && runs[before].urls[index].is_out &&
            differences_alike(&runs[run].urls[index], &runs[before].urls[index]))
            return true;
    }
    return false;
}

static void append_label(struct text *text, const struct group *group)
{
    struct variant_labels labels = comparison_labels(group->comparison);

    if (group->is_side)
        text_append_string(text, group->comparison->sides[group->place]);
    else
        variant_append(text, &labels, &group->comparison->variants[group->place]);
}

/* "gather 200 with 98 bytes or timeout"; nothing where it did not come out. */
static void append_outcomes(struct text *text, const struct group *group, const struct difference *difference)
{
    const struct comparison *comparison = group->comparison;
    size_t named = 0;

    for (size_t run = 0; run < comparison->rounds_complete * comparison->variant_count; run++) {
        const struct measured_url *url = &comparison->runs[run].urls[difference->index];
        if (!has_run(group, run) || !url->is_out || is_repeated(group, run, difference->index))
            continue;
        if (named++ == MOST_OUTCOMES) {
            text_append_string(text, " or more");
            return;
        }
        if (named == 1) {
            text_append_string(text, text->size > INDENT ? "; " : "");
            append_label(text, group);
        }
        text_append_string(text, named > 1 ? " or " : " ");
        append_outcome(text, url, difference->size);
    }
}

static void append_difference(struct text *text, const struct comparison *comparison,
                              const struct difference *difference)
{
    struct group group = {.comparison = comparison, .is_side = comparison->side_count > 1};
    size_t groups = group.is_side ? comparison->side_count : comparison->variant_count;
    struct text sentence = {0};

    text_append_string(text, "  ");
    prose_append_url(text, comparison->urls[difference->index]);
    text_append_string(text, "\n");
    text_append_repeated(&sentence, ' ', INDENT);
    for (; group.place < groups; group.place++)
        append_outcomes(&sentence, &group, difference);
    prose_finish(text, &sentence);
}

static void append_more(struct text *text, size_t count)
{
    if (count <= MOST_URLS)
        return;
    text_append_string(text, "  and ");
    text_append_unsigned(text, count - MOST_URLS);
    text_append_string(text, " more\n");
}

void answers_append_differences(struct text *text, const struct comparison *comparison,
                                const struct differences *differences)
{
    struct text sentence = {0};

    if (differences->count == 0)
        return;
    prose_append_of(&sentence, differences->count, comparison->url_count);
    text_append_string(&sentence, differences->within > 0
                                      ? " did not come out alike in all runs, so the times do not compare like with "
                                        "like:"
                                      : " came out differently on the sides:");
    prose_finish(text, &sentence);
    for (size_t i = 0; i < differences->count && i < MOST_URLS; i++)
        append_difference(text, comparison, &differences->items[i]);
    append_more(text, differences->count);
}

/* How a URL came out in all runs in which it did. */
static const struct measured_url *outcome_of(const struct comparison *comparison, size_t index)
{
    size_t run = 0;

    while (run + 1 < comparison->rounds_complete * comparison->variant_count &&
           !comparison->runs[run].urls[index].is_out)
        run++;
    return &comparison->runs[run].urls[index];
}

/* Moves INDEX on to the next URL that failed alike in all runs, NEXT to the next difference; `url_count`: none did. */
static size_t find_failure(const struct comparison *comparison, const struct differences *differences, size_t index,
                           size_t *next)
{
    for (; index < comparison->url_count; index++) {
        const struct measured_url *url = outcome_of(comparison, index);
        while (*next < differences->count && differences->items[*next].index < index)
            ++*next;
        bool is_difference = *next < differences->count && differences->items[*next].index == index;
        if (url->is_out && !url->ok && !is_difference)
            break;
    }
    return index;
}

void answers_append_failures(struct text *text, const struct comparison *comparison,
                             const struct differences *differences)
{
    struct text lines = {0};
    size_t failed = 0;
    size_t next = 0;
    size_t index = find_failure(comparison, differences, 0, &next);

    for (; index < comparison->url_count; index = find_failure(comparison, differences, index + 1, &next)) {
        if (failed++ >= MOST_URLS)
            continue;
        text_append_string(&lines, "  ");
        append_outcome(&lines, outcome_of(comparison, index), false);
        text_append_string(&lines, " ");
        prose_append_url(&lines, comparison->urls[index]);
        text_append_string(&lines, "\n");
    }
    if (failed > 0) {
        prose_append_of(text, failed, comparison->url_count);
        text_append_string(text, failed == 1 ? " was" : " were");
        text_append_string(text, " not ok, alike in all runs:\n");
        text_append(text, lines.bytes, lines.size);
        text->failed |= lines.failed;
        append_more(text, failed);
    }
    text_finish(&lines);
}
