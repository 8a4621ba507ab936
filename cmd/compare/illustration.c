#include "compare/illustration.h"

#include "compare/export_json.h"
#include "compare/rounds.h"
#include "compare/run_records.h"
#include "output/record.h"
#include "output/text.h"
#include "picture/pictures.h"

#include <haul/error.h>

#include <assert.h>
#include <errno.h>

/* How many rounds were shorter for VARIANT than ROUND, or came before it and were as long. */
static size_t rank(const struct comparison *comparison, size_t variant, size_t round)
{
    int64_t wall = comparison_run(comparison, round, variant)->wall;
    size_t before = 0;
    for (size_t other = 0; other < comparison->rounds_complete; other++) {
        int64_t other_wall = comparison_run(comparison, other, variant)->wall;
        before += other_wall < wall || (other_wall == wall && other < round);
    }
    return before;
}

size_t illustration_round(const struct comparison *comparison, size_t variant)
{
    size_t round = 0;
    assert(comparison->rounds_complete > 0);
    while (rank(comparison, variant, round) != (comparison->rounds_complete - 1) / 2)
        round++;
    return round;
}

/* How many runs had begun when this one had, itself among them. */
static size_t run_number(const struct comparison *comparison, size_t round, size_t variant)
{
    size_t number = round * comparison->variant_count;
    while (rounds_variant_of(comparison, number) != variant)
        number++;
    return number + 1;
}

static int add_record(void *data, const char *line, size_t size)
{
    int code = pictures_add(data, line, size);
    assert(code != HAUL_E_INVALID);
    return code;
}

static void append_label(struct text *text, const struct comparison *comparison, size_t variant)
{
    struct variant_labels labels = comparison_labels(comparison);
    variant_append(text, &labels, &comparison->variants[variant]);
}

static int add_run(struct pictures *pictures, struct run_records *records, const struct comparison *comparison,
                   size_t variant)
{
    struct text label = {0};
    append_label(&label, comparison, variant);
    text_append(&label, "", 1);
    int code = label.failed ? -ENOMEM : 0;
    if (code == 0)
        pictures_begin_run(pictures, label.bytes);
    text_finish(&label);
    size_t number = run_number(comparison, illustration_round(comparison, variant), variant);
    return code == 0 ? run_records_read(records, number, add_record, pictures) : code;
}

static void append_json_string(struct text *text, const struct text *string)
{
    if (string->failed || record_write_string(text, string->bytes, string->size) != 0)
        text->failed = true;
}

static void append_labels(struct text *text, const struct comparison *comparison)
{
    for (size_t variant = 0; variant < comparison->variant_count; variant++) {
        struct text label = {0};
        append_label(&label, comparison, variant);
        text_append_string(text, variant > 0 ? "," : "");
        append_json_string(text, &label);
        text_finish(&label);
    }
}

static int add_findings(struct pictures *pictures, const struct findings *findings, const struct text *words)
{
    struct text json = {0};
    text_append_string(&json, "{\"labels\":[");
    append_labels(&json, findings->comparison);
    text_append_string(&json, "],\"words\":");
    append_json_string(&json, words);
    text_append_string(&json, ",\"figures\":");
    int code = export_json_append_figures(&json, findings);
    text_append_string(&json, "}");
    if (code == 0 && json.failed)
        code = -ENOMEM;
    if (code == 0)
        pictures_note_comparison(pictures, json.bytes, json.size);
    text_finish(&json);
    return code;
}

int illustration_add(struct pictures *pictures, struct run_records *records, const struct findings *findings,
                     const struct text *words)
{
    const struct comparison *comparison = findings->comparison;
    int code = 0;
    if (!findings->figures)
        return 0;
    for (size_t variant = 0; variant < comparison->variant_count && code == 0; variant++)
        code = add_run(pictures, records, comparison, variant);
    return code == 0 ? add_findings(pictures, findings, words) : code;
}
