#include "compare/table.h"

#include "compare/prose.h"
#include "output/text.h"

#include <haul/duration.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 8, CELL_SIZE = 96, GAP = 2 };

/* A part of the table: a row for each variant. */
struct block {
    const char *const *head; /* over each column; ends with NULL */
    /* Fills the cells behind the first with the figures. */
    void (*fill)(char (*cells)[CELL_SIZE], const struct figures *figures, unsigned decimals);
    size_t left; /* the column that is aligned to the left, besides the first; 0: none is */
};

unsigned table_decimals(const struct comparison *comparison)
{
    int64_t longest = 0;

    for (size_t i = 0; i < comparison->rounds_complete * comparison->variant_count; i++) {
        if (comparison->runs[i].wall > longest)
            longest = comparison->runs[i].wall;
    }
    if (longest < HAUL_SECOND / 10)
        return 4;
    if (longest < 99 * HAUL_SECOND)
        return 3;
    return longest < 999 * HAUL_SECOND ? 2 : 1;
}

/* Puts what was written into a cell, and empties TEXT. */
static void put(char *cell, struct text *text)
{
    size_t size = text->size < CELL_SIZE - 1 ? text->size : CELL_SIZE - 1;

    if (size > 0)
        memcpy(cell, text->bytes, size);
    cell[size] = '\0';
    text_clear(text);
}

static void fill_speedup(char *cell, const struct figures *figures, struct text *text)
{
    const struct ratio *speedup = &figures->speedup;

    if (!figures->has_speedup)
        return;
    if (!figures->is_reference && (figures->is_estimate || figures->is_reference_estimate))
        text_append_string(text, "≈ ");
    prose_append_factor(text, speedup->ratio);
    if (speedup->has_interval) {
        text_append_string(text, " (");
        prose_append_factor(text, speedup->low);
        text_append_string(text, " to ");
        prose_append_factor(text, speedup->high);
        text_append_string(text, ")");
    }
    put(cell, text);
}

/* What one value alone does not have. */
static void append_error(struct text *text, const struct figures *figures, unsigned decimals)
{
    double error = figures->is_estimate ? figures->error : figures->wall.deviation;

    if (isnan(error))
        return;
    text_append_string(text, " ± ");
    prose_append_number(text, error, decimals);
}

static void fill_walls(char (*cells)[CELL_SIZE], const struct figures *figures, unsigned decimals)
{
    struct text text = {0};

    text_append_string(&text, figures->is_estimate ? "≈ " : "");
    prose_append_number(&text, figures->wall.mean, decimals);
    append_error(&text, figures, decimals);
    put(cells[1], &text);
    if (!figures->is_estimate) {
        prose_number(cells[2], figures->wall.median, decimals);
        prose_number(cells[3], figures->wall.min, decimals);
        prose_number(cells[4], figures->wall.max, decimals);
    }
    fill_speedup(cells[5], figures, &text);
    text_finish(&text);
}

static void fill_results(char (*cells)[CELL_SIZE], const struct figures *figures, unsigned decimals)
{
    struct text text = {0};

    prose_number(cells[1], figures->first_out, decimals);
    if (!figures->is_estimate)
        prose_number(cells[2], figures->mean_out, decimals);
    if (figures->rate > 0) {
        text_append_string(&text, figures->is_estimate ? "≈ " : "");
        prose_append_factor(&text, figures->rate);
        put(cells[3], &text);
    }
    for (size_t i = 0; i < FIGURES_QUANTILES; i++)
        prose_number(cells[4 + i], figures->quantiles[i], decimals);
    text_finish(&text);
}

static void fill_transfers(char (*cells)[CELL_SIZE], const struct figures *figures, unsigned decimals)
{
    struct text text = {0};

    if (figures->has_ideal) {
        prose_number(cells[1], figures->ideal, decimals);
        prose_append_number(&text, 100 * figures->reached, 1);
        text_append_string(&text, "%");
        put(cells[2], &text);
    }
    prose_number(cells[3], (double)figures->peak_in_flight, 0);
    prose_number(cells[4], (double)figures->connections, 0);
    prose_append_bytes(&text, figures->bytes);
    put(cells[5], &text);
    prose_number(cells[6], (double)figures->not_ok, 0);
    text_finish(&text);
}

static const char *const wall_head[] = {"wall", "mean ± σ", "median", "min", "max", "speedup (95 % CI)", NULL};
static const char *const result_head[] = {"results", "first out", "mean out", "URLs/s", "p50",
                                          "p90",     "p95",       "p99",      NULL};
static const char *const transfer_head[] = {"transfers",   "ideal", "reached", "in flight",
                                            "connections", "bytes", "not ok",  NULL};

static const struct block blocks[] = {
    {wall_head, fill_walls, 5},
    {result_head, fill_results, 0},
    {transfer_head, fill_transfers, 0},
};

static void append_line(struct text *text, char (*cells)[CELL_SIZE], const size_t *widths, size_t columns, size_t left)
{
    size_t blanks = 0; /* to be written where something comes behind them */

    for (size_t column = 0; column < columns; column++) {
        size_t size = strlen(cells[column]);
        size_t padding = widths[column] - prose_width(cells[column], size);
        bool is_left = column == 0 || column == left;

        blanks += (column > 0 ? GAP : 0) + (is_left ? 0 : padding);
        if (size > 0) {
            text_append_repeated(text, ' ', blanks);
            text_append(text, cells[column], size);
            blanks = 0;
        }
        blanks += is_left ? padding : 0;
    }
    text_append_string(text, "\n");
}

/* Whether the rows of each side stand below its name: labels that say more than the side would be wide. */
static bool is_grouped(const struct variant_labels *labels)
{
    return labels->sides != NULL && (labels->has_modes || labels->has_concurrencies);
}

static size_t count_columns(const struct block *block)
{
    size_t columns = 1; /* the first one, of what the rows are called, is always there */

    while (block->head[columns] != NULL)
        columns++;
    return columns;
}

/* The cells of a block, row by row, of which the first is the head, with rows that are called as LABELS says. NULL: no
 * memory. */
static char (*make_cells(const struct block *block, const struct comparison *comparison, const struct figures *figures,
                         const struct variant_labels *labels))[CELL_SIZE]
{
    size_t columns = count_columns(block);
    unsigned decimals = table_decimals(comparison);
    char(*cells)[CELL_SIZE] = calloc((comparison->variant_count + 1) * columns, sizeof(*cells));
    struct text text = {0};

    if (cells == NULL)
        return NULL;
    for (size_t column = 0; column < columns; column++)
        snprintf(cells[column], CELL_SIZE, "%s", block->head[column]);
    for (size_t i = 0; i < comparison->variant_count; i++) {
        char(*row)[CELL_SIZE] = cells + (i + 1) * columns;
        variant_append(&text, labels, &comparison->variants[i]);
        put(row[0], &text);
        if (figures != NULL)
            block->fill(row, &figures[i], decimals);
        for (size_t column = 1; column < columns; column++) {
            if (row[column][0] == '\0')
                snprintf(row[column], CELL_SIZE, "-");
        }
    }
    text_finish(&text);
    return cells;
}

static size_t widest(char (*cells)[CELL_SIZE], size_t rows, size_t columns, size_t column)
{
    size_t most = 0;

    for (size_t row = 0; row < rows; row++) {
        size_t width = prose_width(cells[row * columns + column], strlen(cells[row * columns + column]));
        most = width > most ? width : most;
    }
    return most;
}

/* Appends the name of the side that begins with this variant, if one does. */
static void append_group(struct text *text, const struct comparison *comparison, size_t variant)
{
    struct variant_labels labels = comparison_labels(comparison);
    size_t side = comparison->variants[variant].side;

    if (!is_grouped(&labels) || (variant > 0 && comparison->variants[variant - 1].side == side))
        return;
    text_append_string(text, comparison->sides[side]);
    text_append_string(text, ":\n");
}

static int append_block(struct text *text, const struct block *block, const struct comparison *comparison,
                        const struct figures *figures)
{
    const size_t least = strlen("as-completed"); /* so that the blocks stand below each other */
    size_t rows = comparison->variant_count + 1;
    size_t widths[COLUMNS] = {0};
    size_t columns = count_columns(block);
    struct variant_labels labels = comparison_labels(comparison);

    if (is_grouped(&labels))
        labels.sides = NULL;
    char(*cells)[CELL_SIZE] = make_cells(block, comparison, figures, &labels);
    if (cells == NULL)
        return -ENOMEM;
    for (size_t column = 0; column < columns; column++)
        widths[column] = widest(cells, rows, columns, column);
    widths[0] = widths[0] > least ? widths[0] : least;
    text_append_string(text, "\n");
    for (size_t row = 0; row < rows; row++) {
        if (row > 0)
            append_group(text, comparison, row - 1);
        append_line(text, cells + row * columns, widths, columns, block->left);
    }
    free(cells);
    return 0;
}

static int append_markdown_block(struct text *text, const struct block *block, const struct comparison *comparison,
                                 const struct figures *figures)
{
    const struct variant_labels labels = comparison_labels(comparison);
    size_t columns = count_columns(block);
    char(*cells)[CELL_SIZE] = make_cells(block, comparison, figures, &labels);

    if (cells == NULL)
        return -ENOMEM;
    for (size_t row = 0; row <= comparison->variant_count; row++) {
        for (size_t column = 0; column < columns; column++) {
            text_append_string(text, "| ");
            text_append_string(text, cells[row * columns + column]);
            text_append_string(text, row == 0 && column == 0 ? ", in seconds " : " ");
        }
        text_append_string(text, "|\n");
        for (size_t column = 0; row == 0 && column < columns; column++)
            text_append_string(text, column == 0 || column == block->left ? "|:---" : "|---:");
        text_append_string(text, row == 0 ? "|\n" : "");
    }
    free(cells);
    return 0;
}

static void append_concurrency(struct text *text, const struct comparison *comparison)
{
    size_t most = 0;

    /* The first side's first mode that has several at once has all of them. */
    for (size_t i = 0; i < comparison->variant_count; i++) {
        const struct variant *variant = &comparison->variants[i];
        if (variant->mode == MODE_SEQUENTIAL)
            continue;
        if (variant->concurrency <= most)
            break;
        text_append_string(text, most == 0 ? ", concurrency " : ", ");
        text_append_unsigned(text, variant->concurrency);
        most = variant->concurrency;
    }
    if (comparison->per_host > 0 && most > 0) {
        text_append_string(text, " (");
        text_append_unsigned(text, comparison->per_host);
        text_append_string(text, " a host)");
    }
}

static void append_head(struct text *text, const struct comparison *comparison)
{
    struct text sentence = {0};

    prose_append_count(&sentence, comparison->url_count, "URL");
    if (comparison->side_count > 1) {
        text_append_string(&sentence, " on each side");
    } else if (comparison->host_count > 0) {
        text_append_string(&sentence, " on ");
        prose_append_count(&sentence, comparison->host_count, "host");
    }
    append_concurrency(&sentence, comparison);
    text_append_string(&sentence, ", ");
    if (comparison->rounds_complete < comparison->rounds) {
        text_append_unsigned(&sentence, comparison->rounds_complete);
        text_append_string(&sentence, " of ");
    }
    prose_append_count(&sentence, comparison->rounds, "round");
    text_append_string(&sentence, ", times in seconds");
    prose_finish(text, &sentence);
    for (size_t i = 0; comparison->side_count > 1 && i < comparison->side_count; i++) {
        text_append_string(&sentence, "side ");
        text_append_string(&sentence, comparison->sides[i]);
        text_append_string(&sentence, ": ");
        prose_append_url(&sentence, comparison->bases[i]);
        prose_finish(text, &sentence);
    }
    if (comparison->host_count == 0)
        return;
    text_append_string(text, comparison->is_warm
                                 ? "warm: haul keeps connections, DNS answers and TLS sessions from run to run\n"
                                 : "cold: haul's connections, DNS answers and TLS sessions, new in each run;\n"
                                   "    not cold: what the servers and the system cache\n");
}

int table_append(struct text *text, const struct comparison *comparison, const struct figures *figures)
{
    int code = 0;

    append_head(text, comparison);
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]) && code == 0; i++)
        code = append_block(text, &blocks[i], comparison, figures);
    return code == 0 && text->failed ? -ENOMEM : code;
}

int table_append_markdown(struct text *text, const struct comparison *comparison, const struct figures *figures)
{
    int code = 0;

    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]) && code == 0; i++) {
        text_append_string(text, i > 0 ? "\n" : "");
        code = append_markdown_block(text, &blocks[i], comparison, figures);
    }
    return code == 0 && text->failed ? -ENOMEM : code;
}
