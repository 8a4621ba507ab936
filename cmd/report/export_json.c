#include "report/export.h"

#include "output/text.h"

#include <haul/duration.h>
#include <haul/error.h>
#include <haul/version.h>

#include <cjson/cJSON.h>
#include <errno.h>
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

static void add_mode(struct piece *piece, cJSON *array, const struct comparison *comparison,
                     const struct mode_summary *summary)
{
    cJSON *mode = add_object_item(piece, array);

    add_string(piece, mode, "mode", mode_name(summary->mode));
    cJSON *wall = add_object(piece, mode, "wall");
    add_number(piece, wall, "median", summary->wall.median);
    add_number(piece, wall, "min", summary->wall.min);
    add_number(piece, wall, "max", summary->wall.max);
    if (summary->has_speedup) {
        cJSON *speedup = add_object(piece, mode, "speedup");
        add_number(piece, speedup, "ratio", summary->speedup.ratio);
        add_number(piece, speedup, "min", summary->speedup.min);
        add_number(piece, speedup, "max", summary->speedup.max);
    } else {
        add_null(piece, mode, "speedup");
    }
    add_number(piece, mode, "first_out", summary->first_out);
    add_number(piece, mode, "mean_out", summary->mean_out);
    add_slowest(piece, mode, comparison->url_count, summary->slowest, summary->slowest_total);
    add_number(piece, mode, "peak_in_flight", (double)summary->peak_in_flight);
    add_number(piece, mode, "connections", (double)summary->connections);
    add_number(piece, mode, "not_ok", (double)summary->not_ok);
}

static int add_modes(struct piece *piece, const struct comparison *comparison)
{
    cJSON *modes = add_array(piece, piece->root, "modes");

    for (size_t i = 0; comparison->rounds_complete > 0 && i < comparison->mode_count; i++) {
        struct mode_summary summary;
        int code = comparison_summarize(comparison, i, &summary);
        if (code != 0)
            return code;
        add_mode(piece, modes, comparison, &summary);
    }
    return 0;
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
    }
}

/* Everything but the runs, which the caller appends before the last brace. */
static int append_head(struct text *text, const struct comparison *comparison, const struct differences *differences)
{
    struct piece piece;
    int code = begin_piece(&piece);

    if (code != 0)
        return code;
    add_number(&piece, piece.root, "v", 1);
    add_string(&piece, piece.root, "haul", haul_version());
    add_number(&piece, piece.root, "url_count", (double)comparison->url_count);
    add_number(&piece, piece.root, "host_count", (double)comparison->host_count);
    add_number(&piece, piece.root, "concurrency", (double)comparison->concurrency);
    add_number(&piece, piece.root, "per_host", (double)comparison->per_host);
    add_string(&piece, piece.root, "connections", "fresh");
    add_number(&piece, piece.root, "rounds", (double)comparison->rounds);
    add_number(&piece, piece.root, "rounds_complete", (double)comparison->rounds_complete);
    cJSON *urls = add_array(&piece, piece.root, "urls");
    for (size_t i = 0; i < comparison->url_count; i++)
        add_item(&piece, urls, cJSON_CreateString(comparison->urls[i]));
    add_differences(&piece, differences);
    code = add_modes(&piece, comparison);
    if (code != 0) {
        cJSON_Delete(piece.root);
        return code;
    }
    code = append_piece(text, &piece);
    if (code == 0)
        text->size--;
    return code;
}

/* The quantiles of the URLs' totals. -ENOMEM. */
static int add_quantiles(struct piece *piece, const struct measured_run *run)
{
    static const struct {
        const char *key;
        double quantile;
    } rows[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}};
    double *totals = calloc(run->count > 0 ? run->count : 1, sizeof(*totals));

    if (totals == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < run->count; i++)
        totals[i] = (double)run->urls[i].total;
    statistics_sort(totals, run->count);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (run->count == 0)
            add_null(piece, piece->root, rows[i].key);
        else
            add_seconds(piece, piece->root, rows[i].key,
                        (int64_t)statistics_quantile(totals, run->count, rows[i].quantile));
    }
    free(totals);
    return 0;
}

static void add_url(struct piece *piece, cJSON *array, const struct measured_url *url)
{
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

static int append_run(struct text *text, const struct measured_run *run, enum mode mode, size_t round)
{
    struct piece piece;
    int code = begin_piece(&piece);

    if (code != 0)
        return code;
    add_string(&piece, piece.root, "mode", mode_name(mode));
    add_number(&piece, piece.root, "round", (double)round);
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

int export_append(struct text *text, const struct comparison *comparison, const struct differences *differences)
{
    int code = append_head(text, comparison, differences);

    if (code != 0)
        return code;
    text_append_string(text, ",\"runs\":[");
    for (size_t round = 0; round < comparison->rounds_complete; round++) {
        for (size_t mode = 0; mode < comparison->mode_count; mode++) {
            if (round > 0 || mode > 0)
                text_append_string(text, ",");
            code = append_run(text, comparison_run(comparison, round, mode), comparison->modes[mode], round);
            if (code != 0)
                return code;
        }
    }
    text_append_string(text, "]}\n");
    return text->failed ? -ENOMEM : 0;
}
