#include "report/words.h"

#include "output/text.h"
#include "output/utf8.h"
#include "report/table.h"

#include <haul/error.h>

#include <assert.h>
#include <errno.h>
#include <string.h>

enum {
    LINE_COLUMNS = 100,
    INDENT = 4,
    URL_BYTES = 72,    /* what is shown of a URL */
    MOST_URLS = 10,    /* named in one list */
    MOST_OUTCOMES = 3, /* named of one mode */
};

/* What all sentences are about. */
struct subject {
    const struct comparison *comparison;
    const struct differences *differences;
    const struct mode_summary *summaries; /* of each mode */
    unsigned decimals;
};

/* Where a line of COLUMNS at most that begins at BEGIN ends: behind a semicolon if there is one, else before a space.
 */
static size_t find_break(const struct text *sentence, size_t begin, size_t columns)
{
    size_t at_space = begin;

    for (size_t end = begin + columns; end > begin; end--) {
        if (sentence->bytes[end] != ' ')
            continue;
        if (sentence->bytes[end - 1] == ';')
            return end;
        if (at_space == begin)
            at_space = end;
    }
    return at_space;
}

/* Appends SENTENCE, broken where it is too long for a line, and a newline. */
static void append_wrapped(struct text *text, const struct text *sentence)
{
    size_t begin = 0;
    size_t columns = LINE_COLUMNS;

    while (sentence->size - begin > columns) {
        size_t end = find_break(sentence, begin, columns);
        if (end == begin)
            break;
        text_append(text, sentence->bytes + begin, end - begin);
        text_append_string(text, "\n");
        text_append_repeated(text, ' ', INDENT);
        begin = end + 1;
        columns = LINE_COLUMNS - INDENT;
    }
    text_append(text, sentence->bytes + begin, sentence->size - begin);
    text_append_string(text, "\n");
}

/* Ends a sentence: it goes to TEXT, with its failure if it had one. */
static void finish_sentence(struct text *text, struct text *sentence)
{
    text->failed |= sentence->failed;
    if (sentence->size > 0)
        append_wrapped(text, sentence);
    text_finish(sentence);
}

static void append_number(struct text *text, double number, unsigned decimals)
{
    char buffer[TABLE_NUMBER_SIZE];

    text_append_string(text, table_number(buffer, number, decimals));
}

static void append_time(struct text *text, double seconds, unsigned decimals)
{
    append_number(text, seconds, decimals);
    text_append_string(text, " s");
}

static void append_of(struct text *text, size_t part, size_t all)
{
    text_append_unsigned(text, part);
    text_append_string(text, " of ");
    text_append_unsigned(text, all);
    text_append_string(text, all == 1 ? " URL" : " URLs");
}

/* As much of a URL as is shown, without a broken character at its end. */
static void append_url(struct text *text, const char *url)
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
    text_append_unsigned(text, (uint64_t)url->bytes);
    text_append_string(text, url->bytes == 1 ? " byte" : " bytes");
}

/* Whether a URL came out in this round of a mode as in one before. */
static bool is_repeated(const struct comparison *comparison, size_t round, size_t mode, size_t index)
{
    const struct measured_url *url = &comparison_run(comparison, round, mode)->urls[index];

    for (size_t before = 0; before < round; before++) {
        if (differences_alike(url, &comparison_run(comparison, before, mode)->urls[index]))
            return true;
    }
    return false;
}

/* "gather 200 with 98 bytes or timeout" */
static void append_outcomes(struct text *text, const struct comparison *comparison, size_t mode, size_t index,
                            bool is_size_shown)
{
    size_t named = 0;

    text_append_string(text, mode_name(comparison->modes[mode]));
    for (size_t round = 0; round < comparison->rounds_complete; round++) {
        if (is_repeated(comparison, round, mode, index))
            continue;
        if (named++ == MOST_OUTCOMES) {
            text_append_string(text, " or more");
            return;
        }
        text_append_string(text, named > 1 ? " or " : " ");
        append_outcome(text, &comparison_run(comparison, round, mode)->urls[index], is_size_shown);
    }
}

static void append_difference(struct text *text, const struct comparison *comparison,
                              const struct difference *difference)
{
    text_append_string(text, "  ");
    append_url(text, comparison->urls[difference->index]);
    text_append_string(text, "\n");

    struct text sentence = {0};
    text_append_repeated(&sentence, ' ', INDENT);
    for (size_t mode = 0; mode < comparison->mode_count; mode++) {
        if (mode > 0)
            text_append_string(&sentence, "; ");
        append_outcomes(&sentence, comparison, mode, difference->index, difference->size);
    }
    finish_sentence(text, &sentence);
}

static void append_more(struct text *text, size_t count)
{
    if (count <= MOST_URLS)
        return;
    text_append_string(text, "  and ");
    text_append_unsigned(text, count - MOST_URLS);
    text_append_string(text, " more\n");
}

static void append_differences(struct text *text, const struct subject *subject)
{
    const struct comparison *comparison = subject->comparison;
    const struct differences *differences = subject->differences;

    append_of(text, differences->count, comparison->url_count);
    text_append_string(text, " did not come out alike in all runs, so the times do not compare like with like:\n");
    for (size_t i = 0; i < differences->count && i < MOST_URLS; i++)
        append_difference(text, comparison, &differences->items[i]);
    append_more(text, differences->count);
}

/* The URLs that failed; all runs came out alike. */
static void append_failures(struct text *text, const struct subject *subject)
{
    const struct comparison *comparison = subject->comparison;
    const struct measured_run *run = comparison_run(comparison, 0, 0);
    size_t named = 0;

    append_of(text, run->not_ok, comparison->url_count);
    text_append_string(text, run->not_ok == 1 ? " was" : " were");
    text_append_string(text, " not ok, alike in all runs:\n");
    for (size_t i = 0; i < run->count && named < MOST_URLS; i++) {
        if (run->urls[i].ok)
            continue;
        named++;
        text_append_string(text, "  ");
        append_outcome(text, &run->urls[i], false);
        text_append_string(text, " ");
        append_url(text, comparison->urls[i]);
        text_append_string(text, "\n");
    }
    append_more(text, run->not_ok);
}

/* "4.1 times as fast (4.0 to 4.2)" */
static void append_ratio(struct text *text, const struct ratio *ratio, bool has_range)
{
    /* What is slower is not shown as 0.0 or 1.0. */
    unsigned decimals = ratio->ratio < 0.95 ? 2 : 1;

    append_number(text, ratio->ratio, decimals);
    text_append_string(text, " times as fast");
    if (!has_range)
        return;
    text_append_string(text, " (");
    append_number(text, ratio->min, decimals);
    text_append_string(text, " to ");
    append_number(text, ratio->max, decimals);
    text_append_string(text, ")");
}

static void append_speedup(struct text *text, const struct subject *subject, const struct mode_summary *summary)
{
    const struct comparison *comparison = subject->comparison;
    size_t sequential = comparison_find_mode(comparison, MODE_SEQUENTIAL);
    struct text sentence = {0};

    text_append_string(&sentence, mode_name(summary->mode));
    text_append_string(&sentence, " took ");
    append_time(&sentence, summary->wall.median, subject->decimals);
    text_append_string(&sentence, " where sequential took ");
    append_time(&sentence, subject->summaries[sequential].wall.median, subject->decimals);
    text_append_string(&sentence, ": ");
    append_ratio(&sentence, &summary->speedup, comparison->rounds_complete > 1);
    finish_sentence(text, &sentence);
}

/* How much faster the modes were than sequential, or why that is not said. */
static void append_speedups(struct text *text, const struct subject *subject)
{
    const struct comparison *comparison = subject->comparison;

    if (comparison_find_mode(comparison, MODE_SEQUENTIAL) == comparison->mode_count || comparison->mode_count == 1)
        return;
    if (comparison->url_count == 1) {
        text_append_string(text, "with one URL there is nothing to do side by side\n");
        return;
    }
    if (comparison_run(comparison, 0, 0)->not_ok == comparison->url_count) {
        text_append_string(text, "every URL failed: these are the times of failing\n");
        return;
    }
    for (size_t mode = 0; mode < comparison->mode_count; mode++) {
        const struct mode_summary *summary = &subject->summaries[mode];
        if (summary->mode != MODE_SEQUENTIAL && summary->has_speedup)
            append_speedup(text, subject, summary);
    }
}

/* When the first result was there: as completed, gathered, and as asyncio.gather gives it, with the last. */
static void append_first_results(struct text *text, const struct subject *subject)
{
    const struct comparison *comparison = subject->comparison;
    static const enum mode modes[] = {MODE_AS_COMPLETED, MODE_GATHER};
    const struct mode_summary *last = NULL;
    struct text sentence = {0};

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        size_t mode = comparison_find_mode(comparison, modes[i]);
        if (mode == comparison->mode_count)
            continue;
        text_append_string(&sentence, last == NULL ? "first result: " : ", ");
        last = &subject->summaries[mode];
        text_append_string(&sentence, mode_name(modes[i]));
        text_append_string(&sentence, " after ");
        append_time(&sentence, last->first_out, subject->decimals);
    }
    if (last != NULL) {
        text_append_string(&sentence, "; asyncio.gather would have given its first after ");
        append_time(&sentence, last->wall.median, subject->decimals);
    }
    finish_sentence(text, &sentence);
}

static void append_slowest(struct text *text, const struct subject *subject)
{
    const struct mode_summary *slowest = &subject->summaries[0];

    for (size_t mode = 1; mode < subject->comparison->mode_count; mode++) {
        if (subject->summaries[mode].slowest_total > slowest->slowest_total)
            slowest = &subject->summaries[mode];
    }
    if (slowest->slowest_total <= 0)
        return;
    text_append_string(text, "slowest URL: ");
    append_url(text, subject->comparison->urls[slowest->slowest]);
    text_append_string(text, " with ");
    append_time(text, slowest->slowest_total, subject->decimals);
    text_append_string(text, "\n");
}

static void append_all(struct text *text, const struct subject *subject)
{
    if (subject->differences->count > 0) {
        append_differences(text, subject);
    } else {
        append_speedups(text, subject);
        if (comparison_run(subject->comparison, 0, 0)->not_ok > 0)
            append_failures(text, subject);
    }
    append_first_results(text, subject);
    append_slowest(text, subject);
}

int words_append(struct text *text, const struct comparison *comparison, const struct differences *differences)
{
    struct mode_summary summaries[MODE_COUNT] = {0};
    struct subject subject = {
        .comparison = comparison,
        .differences = differences,
        .summaries = summaries,
        .decimals = table_decimals(comparison),
    };

    assert(comparison->mode_count > 0);
    if (comparison->url_count == 0) {
        text_append_string(text, "the list is empty: nothing was measured\n");
        return text->failed ? -ENOMEM : 0;
    }
    if (comparison->rounds_complete == 0) {
        text_append_string(text, "no round is complete: nothing can be said\n");
        return text->failed ? -ENOMEM : 0;
    }
    for (size_t mode = 0; mode < comparison->mode_count; mode++) {
        int code = comparison_summarize(comparison, mode, &summaries[mode]);
        if (code != 0)
            return code;
    }
    append_all(text, &subject);
    return text->failed ? -ENOMEM : 0;
}
