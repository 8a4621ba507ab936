#include "report/table.h"

#include "output/number.h"
#include "output/text.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 11, HEAD_ROWS = 2, GAP = 2 };

/* What stands over each column. Every column is as wide as its widest cell; the first is aligned to the left. */
static const char *const head[HEAD_ROWS][COLUMNS] = {
    {"in seconds", "wall", "", "", "", "first", "mean", "slowest", "peak in", "", ""},
    {"mode", "median", "min", "max", "speedup", "out", "out", "URL", "flight", "connections", "not ok"},
};

struct row {
    char cells[COLUMNS][TABLE_NUMBER_SIZE];
};

unsigned table_decimals(const struct comparison *comparison)
{
    int64_t longest = 0;

    for (size_t i = 0; i < comparison->rounds_complete * comparison->mode_count; i++) {
        if (comparison->runs[i].wall > longest)
            longest = comparison->runs[i].wall;
    }
    if (longest < HAUL_SECOND / 10)
        return 4;
    if (longest < 99 * HAUL_SECOND)
        return 3;
    return longest < 999 * HAUL_SECOND ? 2 : 1;
}

const char *table_number(char *buffer, double number, unsigned decimals)
{
    const double most = 9e9; /* of what has room in 64 bits as billionths */
    double shown = number < most ? number : most;

    *number_write_seconds(buffer, (int64_t)(shown * 1e9 + 0.5), decimals) = '\0';
    return buffer;
}

static void fill_row(struct row *row, const struct mode_summary *summary, unsigned decimals)
{
    table_number(row->cells[1], summary->wall.median, decimals);
    table_number(row->cells[2], summary->wall.min, decimals);
    table_number(row->cells[3], summary->wall.max, decimals);
    if (summary->has_speedup)
        table_number(row->cells[4], summary->speedup.ratio, summary->speedup.ratio < 99 ? 2 : 1);
    else
        strcpy(row->cells[4], "-");
    table_number(row->cells[5], summary->first_out, decimals);
    table_number(row->cells[6], summary->mean_out, decimals);
    table_number(row->cells[7], summary->slowest_total, decimals);
    snprintf(row->cells[8], TABLE_NUMBER_SIZE, "%zu", summary->peak_in_flight);
    snprintf(row->cells[9], TABLE_NUMBER_SIZE, "%" PRIu64, summary->connections);
    snprintf(row->cells[10], TABLE_NUMBER_SIZE, "%zu", summary->not_ok);
}

static int make_row(const struct comparison *comparison, size_t mode, unsigned decimals, struct row *ret_row)
{
    struct row row = {0};
    struct mode_summary summary;
    int code = comparison_summarize(comparison, mode, &summary);

    if (code < 0)
        return code;
    snprintf(row.cells[0], TABLE_NUMBER_SIZE, "%s", mode_name(comparison->modes[mode]));
    if (code == 0 && comparison->url_count > 0)
        fill_row(&row, &summary, decimals);
    for (size_t column = 1; column < COLUMNS; column++) {
        if (row.cells[column][0] == '\0')
            strcpy(row.cells[column], "-");
    }
    *ret_row = row;
    return 0;
}

static void append_line(struct text *text, const char *const *cells, const size_t *widths)
{
    size_t blanks = 0; /* to be written where something comes behind them */

    for (size_t column = 0; column < COLUMNS; column++) {
        size_t size = strlen(cells[column]);
        size_t padding = widths[column] - size;

        if (column > 0)
            blanks += GAP + padding;
        if (size > 0) {
            text_append_repeated(text, ' ', blanks);
            text_append(text, cells[column], size);
            blanks = 0;
        }
        if (column == 0)
            blanks = padding;
    }
    text_append_string(text, "\n");
}

static void append_rows(struct text *text, const struct row *rows, size_t count)
{
    const char *cells[MODE_COUNT + HEAD_ROWS][COLUMNS];
    size_t widths[COLUMNS] = {0};

    memcpy(cells, head, sizeof(head));
    for (size_t i = 0; i < count; i++) {
        for (size_t column = 0; column < COLUMNS; column++)
            cells[HEAD_ROWS + i][column] = rows[i].cells[column];
    }
    for (size_t i = 0; i < HEAD_ROWS + count; i++) {
        for (size_t column = 0; column < COLUMNS; column++) {
            size_t size = strlen(cells[i][column]);
            if (size > widths[column])
                widths[column] = size;
        }
    }
    for (size_t i = 0; i < HEAD_ROWS + count; i++)
        append_line(text, cells[i], widths);
}

static void append_count(struct text *text, size_t count, const char *noun)
{
    text_append_unsigned(text, count);
    text_append_string(text, " ");
    text_append_string(text, noun);
    if (count != 1)
        text_append_string(text, "s");
}

static void append_head(struct text *text, const struct comparison *comparison)
{
    append_count(text, comparison->url_count, "URL");
    if (comparison->host_count > 0) {
        text_append_string(text, " on ");
        append_count(text, comparison->host_count, "host");
    }
    text_append_string(text, ", concurrency ");
    text_append_unsigned(text, comparison->concurrency);
    if (comparison->per_host > 0) {
        text_append_string(text, " (");
        text_append_unsigned(text, comparison->per_host);
        text_append_string(text, " a host)");
    }
    text_append_string(text, ", ");
    if (comparison->rounds_complete < comparison->rounds) {
        text_append_unsigned(text, comparison->rounds_complete);
        text_append_string(text, " of ");
    }
    append_count(text, comparison->rounds, "round");
    text_append_string(text, ", connections fresh in each run\n\n");
}

int table_append(struct text *text, const struct comparison *comparison)
{
    struct row rows[MODE_COUNT];
    unsigned decimals = table_decimals(comparison);

    for (size_t mode = 0; mode < comparison->mode_count; mode++) {
        int code = make_row(comparison, mode, decimals, &rows[mode]);
        if (code != 0)
            return code;
    }
    append_head(text, comparison);
    append_rows(text, rows, comparison->mode_count);
    return text->failed ? -ENOMEM : 0;
}
