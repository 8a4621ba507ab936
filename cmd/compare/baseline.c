#include "compare/baseline.h"

#include "compare/export_json.h"
#include "compare/prose.h"
#include "compare/table.h"
#include "output/text.h"

#include <haul/error.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_file(const char *path, struct text *ret_text)
{
    enum { piece = 65536 };
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    for (;;) {
        char *room = text_reserve(ret_text, piece);
        size_t size = room ? fread(room, 1, piece, file) : 0;
        ret_text->size += size;
        if (size < piece)
            break;
    }
    int code = ret_text->failed ? -ENOMEM : 0;
    if (ferror(file))
        code = errno > 0 ? -errno : -EIO;
    fclose(file);
    return code;
}

static const char *text_at(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static bool is_same_side(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

static struct baseline_variant *find(const struct baseline *baseline, enum mode mode, size_t concurrency,
                                     const char *side)
{
    for (size_t i = 0; i < baseline->count; i++) {
        struct baseline_variant *variant = &baseline->variants[i];
        if (variant->mode == mode && variant->concurrency == concurrency && is_same_side(variant->side, side))
            return variant;
    }
    return NULL;
}

/* The variant that a run was of, made if there is none yet. NULL: no memory. */
static struct baseline_variant *take(struct baseline *baseline, const struct baseline_variant *of)
{
    struct baseline_variant *variant = find(baseline, of->mode, of->concurrency, of->side);
    if (variant)
        return variant;
    struct baseline_variant *variants = realloc(baseline->variants, (baseline->count + 1) * sizeof(*variants));
    if (!variants)
        return NULL;
    baseline->variants = variants;
    variants[baseline->count] = *of;
    return &variants[baseline->count++];
}

/* Takes the wall time of a run. HAUL_E_INVALID: it is none; -ENOMEM. */
static int take_run(struct baseline *baseline, const cJSON *run)
{
    const char *mode = text_at(run, "mode");
    const cJSON *concurrency = cJSON_GetObjectItemCaseSensitive(run, "concurrency");
    const cJSON *wall = cJSON_GetObjectItemCaseSensitive(run, "wall");
    struct baseline_variant of = {.side = text_at(run, "side")};
    if (!mode || mode_find(mode, strlen(mode), &of.mode) != 0 || !cJSON_IsNumber(concurrency) ||
        !(concurrency->valuedouble >= 1 && concurrency->valuedouble < 1e9) || !cJSON_IsNumber(wall) ||
        !(wall->valuedouble >= 0 && isfinite(wall->valuedouble)))
        return HAUL_E_INVALID;
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(run, "estimate")))
        return 0;
    of.concurrency = (size_t)concurrency->valuedouble;
    struct baseline_variant *variant = take(baseline, &of);
    double *walls = variant ? realloc(variant->walls, (variant->count + 1) * sizeof(*walls)) : NULL;
    if (!walls)
        return -ENOMEM;
    variant->walls = walls;
    walls[variant->count++] = wall->valuedouble;
    return 0;
}

static int read_runs(struct baseline *baseline, const char **ret_problem)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(baseline->root, "v");
    const cJSON *runs = cJSON_GetObjectItemCaseSensitive(baseline->root, "runs");
    const cJSON *run;
    int code = 0;
    *ret_problem = "it is no export of haul compare --export-json";
    if (!cJSON_IsNumber(version) || !cJSON_IsArray(runs))
        return HAUL_E_INVALID;
    if (version->valuedouble < EXPORT_JSON_VERSION || version->valuedouble > EXPORT_JSON_VERSION) {
        *ret_problem = "it was exported by another version of haul, whose figures have another form";
        return HAUL_E_INVALID;
    }
    cJSON_ArrayForEach(run, runs)
    {
        if (code == 0)
            code = take_run(baseline, run);
    }
    return code;
}

int baseline_read(const char *path, struct baseline *ret_baseline, const char **ret_problem)
{
    struct text text = {0};
    struct baseline baseline = {0};
    int code = read_file(path, &text);
    if (code == 0) {
        *ret_problem = "it is no JSON";
        baseline.root = cJSON_ParseWithLength(text.bytes, text.size);
        code = baseline.root ? read_runs(&baseline, ret_problem) : HAUL_E_INVALID;
    }
    text_finish(&text);
    if (code == 0)
        *ret_baseline = baseline;
    else
        baseline_finish(&baseline);
    return code;
}

bool baseline_is_warm(const struct baseline *baseline)
{
    const char *connections = text_at(baseline->root, "connections");
    return connections && strcmp(connections, "kept") == 0;
}

static bool is_of_same_urls(const struct baseline *baseline, const struct comparison *comparison)
{
    const cJSON *urls = cJSON_GetObjectItemCaseSensitive(baseline->root, "urls");
    const cJSON *url = cJSON_IsArray(urls) ? urls->child : NULL;
    for (size_t i = 0; i < comparison->url_count; i++, url = url->next)
        if (!url || !cJSON_IsString(url) || strcmp(url->valuestring, comparison->urls[i]) != 0)
            return false;
    return !url;
}

const struct baseline_variant *baseline_find(const struct baseline *baseline, const struct variant *variant,
                                             const char *name)
{
    return find(baseline, variant->mode, variant->concurrency, name);
}

/* How many percent more or less a ratio is. */
static void append_change(struct text *text, double ratio)
{
    text_append_string(text, ratio < 1 ? "-" : "+");
    prose_append_number(text, 100 * fabs(ratio - 1), 1);
    text_append_string(text, "%");
}

/* "as-completed took 0.612 s where the baseline took 0.512 s: +19.5% (+18.0% to +21.2%), past --max-regression" */
static void append_change_of(struct text *text, const struct findings *findings, size_t variant,
                             const struct ratio *ratio, const char *ending)
{
    unsigned decimals = table_decimals(findings->comparison);
    struct variant_labels labels = comparison_labels(findings->comparison);
    double now = findings->figures[variant].wall.median;
    struct text sentence = {0};
    variant_append(&sentence, &labels, &findings->comparison->variants[variant]);
    text_append_string(&sentence, " took ");
    prose_append_time(&sentence, now, decimals);
    text_append_string(&sentence, " where the baseline took ");
    prose_append_time(&sentence, now / ratio->ratio, decimals);
    text_append_string(&sentence, ": ");
    append_change(&sentence, ratio->ratio);
    if (ratio->has_interval) {
        text_append_string(&sentence, " (");
        append_change(&sentence, ratio->low);
        text_append_string(&sentence, " to ");
        append_change(&sentence, ratio->high);
        text_append_string(&sentence, ")");
    }
    text_append_string(&sentence, ending);
    prose_finish(text, &sentence);
}

/* Holds a variant against the same of then; *RET_IS_WORSE: it is past the limit. */
static int append_variant(struct text *text, const struct findings *findings, size_t variant,
                          const struct baseline_variant *then, struct baseline_limit limit, bool *ret_is_worse)
{
    double *walls = figures_walls(findings->comparison, variant);
    struct ratio ratio;
    if (!walls)
        return -ENOMEM;
    int code = rank_test_ratio(walls, findings->comparison->rounds_complete, then->walls, then->count, &ratio);
    free(walls);
    if (code != 0)
        return code < 0 ? code : 0;
    bool is_past = ratio.has_interval && limit.is_given && ratio.low > 1 + limit.percent / 100.0;
    const char *ending = "";
    if (!ratio.has_interval)
        ending = ": too few runs for an interval, and so for a verdict";
    else if (is_past)
        ending = ", past --max-regression";
    else if (ratio.low <= 1 && ratio.high >= 1)
        ending = ": no difference beyond the noise";
    *ret_is_worse |= is_past;
    append_change_of(text, findings, variant, &ratio, ending);
    return 0;
}

int baseline_append(struct text *text, const struct baseline *baseline, const struct findings *findings,
                    struct baseline_limit limit, bool *ret_is_worse)
{
    const struct comparison *comparison = findings->comparison;
    bool is_worse = false;
    size_t found = 0;
    int code = 0;
    if (!findings->figures)
        return 0;
    if (!is_of_same_urls(baseline, comparison))
        text_append_string(text, "the baseline is of other URLs\n");
    for (size_t i = 0; i < comparison->variant_count && code == 0; i++) {
        const struct variant *variant = &comparison->variants[i];
        const char *side = comparison->side_count > 1 ? comparison->sides[variant->side] : NULL;
        const struct baseline_variant *then = baseline_find(baseline, variant, side);
        if (!then || findings->figures[i].is_estimate)
            continue;
        found++;
        code = append_variant(text, findings, i, then, limit, &is_worse);
    }
    if (code == 0 && found == 0)
        text_append_string(text, "the baseline has nothing of what was run here\n");
    if (code == 0)
        *ret_is_worse = is_worse;
    return code == 0 && text->failed ? -ENOMEM : code;
}

void baseline_finish(struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->count; i++)
        free(baseline->variants[i].walls);
    free(baseline->variants);
    cJSON_Delete(baseline->root);
    *baseline = (struct baseline){0};
}
