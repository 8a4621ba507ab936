#include "compare/export_csv.h"

#include "compare/prose.h"
#include "output/text.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>

enum { CSV_DECIMALS = 6 };

#define AT(member) offsetof(struct figures, member)

/* What a column shows: a `double` or a `size_t` of struct figures. */
enum column_kind { COLUMN_NUMBER, COLUMN_COUNT, COLUMN_SPEEDUP, COLUMN_IDEAL, COLUMN_CONNECTIONS, COLUMN_BYTES };

struct column {
    const char *name;
    enum column_kind kind;
    size_t offset;
};

/* The columns behind mode, concurrency and side. */
static const struct column columns[] = {
    {"wall_mean", COLUMN_NUMBER, AT(wall.mean)},
    {"wall_stddev", COLUMN_NUMBER, AT(wall.deviation)},
    {"wall_median", COLUMN_NUMBER, AT(wall.median)},
    {"wall_min", COLUMN_NUMBER, AT(wall.min)},
    {"wall_max", COLUMN_NUMBER, AT(wall.max)},
    {"speedup", COLUMN_SPEEDUP, AT(speedup.ratio)},
    {"speedup_low", COLUMN_SPEEDUP, AT(speedup.low)},
    {"speedup_high", COLUMN_SPEEDUP, AT(speedup.high)},
    {"first_out", COLUMN_NUMBER, AT(first_out)},
    {"mean_out", COLUMN_NUMBER, AT(mean_out)},
    {"rate", COLUMN_NUMBER, AT(rate)},
    {"p50", COLUMN_NUMBER, AT(quantiles[0])},
    {"p90", COLUMN_NUMBER, AT(quantiles[1])},
    {"p95", COLUMN_NUMBER, AT(quantiles[2])},
    {"p99", COLUMN_NUMBER, AT(quantiles[3])},
    {"ideal", COLUMN_IDEAL, AT(ideal)},
    {"reached", COLUMN_IDEAL, AT(reached)},
    {"peak_in_flight", COLUMN_COUNT, AT(peak_in_flight)},
    {"connections", COLUMN_CONNECTIONS, AT(connections)},
    {"bytes", COLUMN_BYTES, AT(bytes)},
    {"not_ok", COLUMN_COUNT, AT(not_ok)},
};

static const size_t column_count = sizeof(columns) / sizeof(columns[0]);

static double number_at(const struct figures *figures, const struct column *column)
{
    return *(const double *)(const void *)((const char *)figures + column->offset);
}

static bool has_speedup(const struct figures *figures, const struct column *column)
{
    return figures->has_speedup && (figures->speedup.has_interval || column->offset == AT(speedup.ratio));
}

static void append_value(struct text *text, const struct figures *figures, const struct column *column)
{
    switch (column->kind) {
    case COLUMN_NUMBER:
        if (!isnan(number_at(figures, column)))
            prose_append_number(text, number_at(figures, column), CSV_DECIMALS);
        break;
    case COLUMN_SPEEDUP:
        if (has_speedup(figures, column))
            prose_append_number(text, number_at(figures, column), CSV_DECIMALS);
        break;
    case COLUMN_IDEAL:
        if (figures->has_ideal)
            prose_append_number(text, number_at(figures, column), CSV_DECIMALS);
        break;
    case COLUMN_COUNT:
        text_append_unsigned(text, *(const size_t *)(const void *)((const char *)figures + column->offset));
        break;
    case COLUMN_CONNECTIONS:
        text_append_unsigned(text, figures->connections);
        break;
    case COLUMN_BYTES:
        text_append_unsigned(text, (uint64_t)figures->bytes);
        break;
    }
}

static void append_csv_row(struct text *text, const struct comparison *comparison, const struct figures *figures)
{
    text_append_string(text, mode_name(figures->variant.mode));
    text_append_string(text, ",");
    text_append_unsigned(text, figures->variant.concurrency);
    /* No name of a side needs quotation marks: they are letters, digits and what stands in hosts. */
    text_append_string(text, ",");
    text_append_string(text, comparison->side_count > 1 ? comparison->sides[figures->variant.side] : "");
    text_append_string(text, figures->is_estimate ? ",true" : ",false");
    for (size_t i = 0; i < column_count; i++) {
        text_append_string(text, ",");
        append_value(text, figures, &columns[i]);
    }
    text_append_string(text, "\n");
}

int export_csv_append(struct text *text, const struct findings *findings)
{
    text_append_string(text, "mode,concurrency,side,estimate");
    for (size_t i = 0; i < column_count; i++) {
        text_append_string(text, ",");
        text_append_string(text, columns[i].name);
    }
    text_append_string(text, "\n");
    for (size_t i = 0; findings->figures != NULL && i < findings->comparison->variant_count; i++)
        append_csv_row(text, findings->comparison, &findings->figures[i]);
    return text->failed ? -ENOMEM : 0;
}
