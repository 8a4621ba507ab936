#include "compare/export_json.h"

#include "output/text.h"

#include <haul/duration.h>
#include <haul/error.h>
#include <haul/version.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* cJSON's adding functions answer NULL, or 0, where memory runs out, and take a NULL item. Nothing is checked but the
 * end of a piece: what is missing there was NULL here. */
struct piece {
    cJSON *root;
    bool failed;
};

static void add_number(struct piece *piece, cJSON *object, const char *key, double number)
{
    if (cJSON_AddNumberToObject(object, key, number) == NULL)
        piece->failed = true;
}

static void add_seconds(struct piece *piece, cJSON *object, const char *key, int64_t nanoseconds)
{
    add_number(piece, object, key, (double)nanoseconds / (double)HAUL_SECOND);
}

static void add_string(struct piece *piece, cJSON *object, const char *key, const char *string)
{
    if (cJSON_AddStringToObject(object, key, string) == NULL)
        piece->failed = true;
}

static void add_bool(struct piece *piece, cJSON *object, const char *key, bool value)
{
    if (cJSON_AddBoolToObject(object, key, value) == NULL)
        piece->failed = true;
}

static void add_null(struct piece *piece, cJSON *object, const char *key)
{
    if (cJSON_AddNullToObject(object, key) == NULL)
        piece->failed = true;
}

/* A NaN is what there is none of. */
static void add_number_or_null(struct piece *piece, cJSON *object, const char *key, double number)
{
    if (isnan(number))
        add_null(piece, object, key);
    else
        add_number(piece, object, key, number);
}

static cJSON *add_object(struct piece *piece, cJSON *object, const char *key)
{
    cJSON *added = cJSON_AddObjectToObject(object, key);
    if (added == NULL)
        piece->failed = true;
    return added;
}

static cJSON *add_array(struct piece *piece, cJSON *object, const char *key)
{
    cJSON *added = cJSON_AddArrayToObject(object, key);
    if (added == NULL)
        piece->failed = true;
    return added;
}

static void add_item(struct piece *piece, cJSON *array, cJSON *item)
{
    if (item != NULL && cJSON_AddItemToArray(array, item))
        return;
    cJSON_Delete(item);
    piece->failed = true;
}

static cJSON *add_object_item(struct piece *piece, cJSON *array)
{
    cJSON *item = cJSON_CreateObject();
    if (item != NULL && cJSON_AddItemToArray(array, item))
        return item;
    cJSON_Delete(item);
    piece->failed = true;
    return NULL;
}

/* A piece is printed and freed before the next is made: a tree of all samples of a long list would be large. */
static int append_piece(struct text *text, struct piece *piece)
{
    char *printed = piece->failed ? NULL : cJSON_PrintUnformatted(piece->root);
    cJSON_Delete(piece->root);
    if (printed == NULL)
        return -ENOMEM;
    text_append_string(text, printed);
    cJSON_free(printed);
    return text->failed ? -ENOMEM : 0;
}

static int begin_piece(struct piece *ret_piece)
{
    *ret_piece = (struct piece){.root = cJSON_CreateObject()};
    return ret_piece->root != NULL ? 0 : -ENOMEM;
}

static void add_slowest(struct piece *piece, cJSON *object, size_t url_count, size_t index, double total)
{
    if (url_count == 0) {
        add_null(piece, object, "slowest");
        return;
    }
    cJSON *slowest = add_object(piece, object, "slowest");
    add_number(piece, slowest, "index", (double)index);
    add_number(piece, slowest, "total", total);
}

/* Which variant it is. */
static void add_variant(struct piece *piece, cJSON *object, const struct comparison *comparison,
                        const struct variant *variant)
{
    add_string(piece, object, "mode", mode_name(variant->mode));
    add_number(piece, object, "concurrency", (double)variant->concurrency);
    if (comparison->side_count > 1)
        add_string(piece, object, "side", comparison->sides[variant->side]);
    else
        add_null(piece, object, "side");
}

static void add_ratio(struct piece *piece, cJSON *object, const struct ratio *ratio)
{
    add_number(piece, object, "ratio", ratio->ratio);
    if (ratio->has_interval) {
        add_number(piece, object, "low", ratio->low);
        add_number(piece, object, "high", ratio->high);
    } else {
        add_null(piece, object, "low");
        add_null(piece, object, "high");
    }
}

static void add_wall(struct piece *piece, cJSON *object, const struct figures *figures)
{
    cJSON *wall = add_object(piece, object, "wall");

    add_number(piece, wall, "mean", figures->wall.mean);
    add_number_or_null(piece, wall, "stddev", figures->wall.deviation);
    add_number(piece, wall, "median", figures->wall.median);
    add_number(piece, wall, "min", figures->wall.min);
    add_number(piece, wall, "max", figures->wall.max);
    add_number(piece, wall, "outliers", (double)figures->outliers);
    add_number_or_null(piece, wall, "error", figures->is_estimate ? figures->error : NAN);
}

static void add_figures(struct piece *piece, cJSON *array, const struct comparison *comparison,
                        const struct figures *figures)
{
    cJSON *mode = add_object_item(piece, array);

    add_variant(piece, mode, comparison, &figures->variant);
    add_bool(piece, mode, "estimate", figures->is_estimate);
    add_wall(piece, mode, figures);
    if (figures->has_speedup) {
        cJSON *speedup = add_object(piece, mode, "speedup");
        add_number(piece, speedup, "over", (double)figures->reference);
        add_ratio(piece, speedup, &figures->speedup);
    } else {
        add_null(piece, mode, "speedup");
    }
    add_number(piece, mode, "first_out", figures->first_out);
    add_number(piece, mode, "mean_out", figures->mean_out);
    add_number(piece, mode, "rate", figures->rate);
    for (size_t i = 0; i < FIGURES_QUANTILES; i++)
        add_number(piece, mode, figures_quantile_names[i], figures->quantiles[i]);
    if (figures->has_ideal) {
        add_number(piece, mode, "ideal", figures->ideal);
        add_number(piece, mode, "reached", figures->reached);
    } else {
        add_null(piece, mode, "ideal");
        add_null(piece, mode, "reached");
    }
    add_slowest(piece, mode, comparison->url_count, figures->slowest, figures->slowest_total);
    add_number(piece, mode, "peak_in_flight", (double)figures->peak_in_flight);
    add_number(piece, mode, "connections", (double)figures->connections);
    add_number(piece, mode, "bytes", (double)figures->bytes);
    add_number(piece, mode, "not_ok", (double)figures->not_ok);
}

static void add_modes(struct piece *piece, const struct findings *findings)
{
    cJSON *modes = add_array(piece, piece->root, "modes");

    for (size_t i = 0; findings->figures != NULL && i < findings->comparison->variant_count; i++)
        add_figures(piece, modes, findings->comparison, &findings->figures[i]);
}

static void add_pairs(struct piece *piece, const struct pairs *pairs)
{
    static const char *const kinds[] = {
        [PAIR_WALL] = "wall", [PAIR_MEAN_OUT] = "mean_out", [PAIR_DISTURBANCE] = "disturbance"};
    cJSON *array = add_array(piece, piece->root, "pairs");

    for (size_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->items[i];
        cJSON *item = add_object_item(piece, array);
        add_string(piece, item, "kind", kinds[pair->kind]);
        add_number(piece, item, "one", (double)pair->one);
        add_number(piece, item, "other", (double)pair->other);
        add_number(piece, item, "p", pair->probability);
        add_bool(piece, item, "different", pair->is_different);
        if (pair->has_ratio)
            add_ratio(piece, item, &pair->ratio);
    }
    add_bool(piece, piece->root, "too_few_rounds", pairs->are_too_few);
}

static void add_sides(struct piece *piece, const struct comparison *comparison)
{
    cJSON *array = add_array(piece, piece->root, "sides");

    for (size_t i = 0; i < comparison->side_count; i++) {
        cJSON *side = add_object_item(piece, array);
        add_string(piece, side, "name", comparison->sides[i]);
        add_string(piece, side, "base", comparison->bases[i]);
    }
}

static void add_differences(struct piece *piece, const struct differences *differences)
{
    cJSON *array = add_array(piece, piece->root, "differences");

    for (size_t i = 0; i < differences->count; i++) {
        const struct difference *difference = &differences->items[i];
        cJSON *item = add_object_item(piece, array);
        add_number(piece, item, "index", (double)difference->index);
        add_bool(piece, item, "class", difference->error_class);
        add_bool(piece, item, "status", difference->status);
        add_bool(piece, item, "size", difference->size);
        add_bool(piece, item, "within", difference->is_within);
    }
}

static void add_head(struct piece *piece, const struct comparison *comparison)
{
    add_number(piece, piece->root, "v", EXPORT_JSON_VERSION);
    add_string(piece, piece->root, "haul", haul_version());
    add_number(piece, piece->root, "url_count", (double)comparison->url_count);
    add_number(piece, piece->root, "host_count", (double)comparison->host_count);
    add_number(piece, piece->root, "per_host", (double)comparison->per_host);
    add_string(piece, piece->root, "connections", comparison->is_warm ? "kept" : "fresh");
    add_number(piece, piece->root, "rounds", (double)comparison->rounds);
    add_number(piece, piece->root, "rounds_complete", (double)comparison->rounds_complete);
    add_sides(piece, comparison);
}

int export_json_append_figures(struct text *text, const struct findings *findings)
{
    struct piece piece;
    int code = begin_piece(&piece);

    if (code != 0)
        return code;
    add_head(&piece, findings->comparison);
    add_pairs(&piece, findings->pairs);
    add_modes(&piece, findings);
    return append_piece(text, &piece);
}

/* Everything but the runs, which the caller appends before the last brace. */
static int append_head(struct text *text, const struct findings *findings)
{
    const struct comparison *comparison = findings->comparison;
    struct piece piece;
    int code = begin_piece(&piece);

    if (code != 0)
        return code;
    add_head(&piece, comparison);
    cJSON *urls = add_array(&piece, piece.root, "urls");
    for (size_t i = 0; i < comparison->url_count; i++)
        add_item(&piece, urls, cJSON_CreateString(comparison->urls[i]));
    add_differences(&piece, findings->differences);
    add_pairs(&piece, findings->pairs);
    add_modes(&piece, findings);
    code = append_piece(text, &piece);
    if (code == 0)
        text->size--;
    return code;
}

/* The quantiles of the totals of the URLs that came out. -ENOMEM. */
static int add_quantiles(struct piece *piece, const struct measured_run *run)
{
    double *totals = calloc(run->count > 0 ? run->count : 1, sizeof(*totals));
    size_t count = 0;

    if (totals == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < run->count; i++) {
        if (run->urls[i].is_out)
            totals[count++] = (double)run->urls[i].total;
    }
    statistics_sort(totals, count);
    for (size_t i = 0; i < FIGURES_QUANTILES; i++) {
        if (count == 0)
            add_null(piece, piece->root, figures_quantile_names[i]);
        else
            add_seconds(piece, piece->root, figures_quantile_names[i],
                        (int64_t)statistics_quantile(totals, count, figures_quantiles[i]));
    }
    free(totals);
    return 0;
}

static void add_url(struct piece *piece, cJSON *array, const struct measured_url *url)
{
    if (!url->is_out) {
        add_item(piece, array, cJSON_CreateNull());
        return;
    }
    cJSON *item = add_object_item(piece, array);

    add_bool(piece, item, "ok", url->ok);
    add_number(piece, item, "status", url->status);
    if (url->ok)
        add_null(piece, item, "class");
    else
        add_string(piece, item, "class", haul_class_name(url->error_class));
    add_number(piece, item, "bytes", (double)url->bytes);
    add_seconds(piece, item, "total", url->total);
    add_seconds(piece, item, "out", url->out);
}

static int append_run(struct text *text, const struct comparison *comparison, size_t round, size_t place)
{
    const struct measured_run *run = comparison_run(comparison, round, place);
    struct piece piece;
    int code = begin_piece(&piece);

    if (code != 0)
        return code;
    add_variant(&piece, piece.root, comparison, &comparison->variants[place]);
    add_number(&piece, piece.root, "round", (double)round);
    add_bool(&piece, piece.root, "estimate", run->is_estimate);
    add_seconds(&piece, piece.root, "wall", run->wall);
    add_seconds(&piece, piece.root, "first_out", run->first_out);
    add_seconds(&piece, piece.root, "mean_out", run->mean_out);
    add_seconds(&piece, piece.root, "sum_of_totals", run->sum_of_totals);
    if (add_quantiles(&piece, run) != 0)
        piece.failed = true;
    add_slowest(&piece, piece.root, run->count, run->slowest, (double)measure_slowest_total(run) / (double)HAUL_SECOND);
    add_number(&piece, piece.root, "peak_in_flight", (double)run->peak_in_flight);
    add_number(&piece, piece.root, "connections", (double)run->connections);
    add_number(&piece, piece.root, "not_ok", (double)run->not_ok);
    add_number(&piece, piece.root, "bytes", (double)run->bytes);
    cJSON *urls = add_array(&piece, piece.root, "urls");
    for (size_t i = 0; i < run->count; i++)
        add_url(&piece, urls, &run->urls[i]);
    return append_piece(text, &piece);
}

int export_json_append(struct text *text, const struct findings *findings)
{
    const struct comparison *comparison = findings->comparison;
    int code = append_head(text, findings);

    if (code != 0)
        return code;
    text_append_string(text, ",\"runs\":[");
    for (size_t round = 0; round < comparison->rounds_complete; round++) {
        for (size_t place = 0; place < comparison->variant_count; place++) {
            if (round > 0 || place > 0)
                text_append_string(text, ",");
            code = append_run(text, comparison, round, place);
            if (code != 0)
                return code;
        }
    }
    text_append_string(text, "]}\n");
    return text->failed ? -ENOMEM : 0;
}
