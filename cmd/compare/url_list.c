#include "compare/url_list.h"

#include "compare/ideal.h"
#include "compare/measure.h"
#include "output/lines.h"
#include "output/text.h"
#include "request/query.h"
#include "run/entry.h"
#include "run/feed.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How an entry's URL is shown. */
static char *make_name(const struct entry *entry)
{
    struct text text = {0};
    if (entry->url)
        text_append_escaped(&text, haul_url_masked(entry->url), strlen(haul_url_masked(entry->url)));
    else
        lines_append_url(&text, entry);
    text_append(&text, "", 1);
    if (!text.failed)
        return text.bytes;
    text_finish(&text);
    return NULL;
}

static int grow(struct url_list *list)
{
    if (list->count < list->capacity)
        return 0;
    size_t capacity = list->capacity > 0 ? 2 * list->capacity : 64;
    struct entry **entries = realloc(list->entries, capacity * sizeof(struct entry *));
    if (!entries)
        return -ENOMEM;
    list->entries = entries;
    char **names = realloc(list->names, capacity * sizeof(char *));
    if (!names)
        return -ENOMEM;
    list->names = names;
    list->capacity = capacity;
    return 0;
}

int url_list_add(struct url_list *list, struct entry *entry)
{
    char *name = grow(list) == 0 ? make_name(entry) : NULL;
    if (!name) {
        entry_destroy(entry);
        return -ENOMEM;
    }
    list->entries[list->count] = entry;
    list->names[list->count] = name;
    list->count++;
    return 0;
}

struct haul_step url_list_read(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(url_list_read);
    for (;;) {
        struct entry *entry;
        self->code = self->feed->next(self->feed, &entry);
        if (self->code == 0)
            self->code = url_list_add(self->list, entry);
        if (self->code == HAUL_E_DRAINED)
            break;
        if (self->code == HAUL_E_BUSY)
            HAUL_AWAIT(self->feed->wait(task, self->feed));
        else if (self->code != 0)
            HAUL_FAIL(self->code);
    }
    self->code = url_list_count_hosts(self->list);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static bool has_host(const struct entry *entry)
{
    return entry->url && haul_url_scheme(entry->url) != HAUL_URL_SLEEP;
}

static int compare_origins(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Which of COUNT origins, in order, an entry's is. */
static size_t number_of(const struct entry *entry, const char *const *origins, size_t count)
{
    if (!has_host(entry))
        return IDEAL_NO_HOST;
    const char *origin = haul_url_origin(entry->url);
    const char *const *found = bsearch(&origin, origins, count, sizeof(char *), compare_origins);
    return (size_t)(found - origins);
}

int url_list_count_hosts(struct url_list *list)
{
    const char **origins = malloc((list->count + 1) * sizeof(char *));
    free(list->hosts);
    list->hosts = calloc(list->count + 1, sizeof(*list->hosts));
    if (!origins || !list->hosts) {
        free(origins);
        return -ENOMEM;
    }
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (has_host(list->entries[i]))
            origins[count++] = haul_url_origin(list->entries[i]->url);
    }
    qsort(origins, count, sizeof(char *), compare_origins);
    list->host_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(origins[i], origins[list->host_count - 1]) != 0)
            origins[list->host_count++] = origins[i];
    }
    for (size_t i = 0; i < list->count; i++)
        list->hosts[i] = number_of(list->entries[i], origins, list->host_count);
    free(origins);
    return 0;
}

bool url_list_is_offline(const struct url_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (has_host(list->entries[i]))
            return false;
    }
    return true;
}

void url_list_foretell(const struct url_list *list, size_t concurrency, struct measured_run *ret_run)
{
    int64_t longest = 0;
    double sum = 0;
    for (size_t i = 0; i < list->count; i++) {
        int64_t sleep = list->entries[i]->url ? haul_url_sleep(list->entries[i]->url) : 0;
        longest = sleep > longest ? sleep : longest;
        sum += (double)sleep;
    }
    /* Sleeps may be for ever, and their sum more than an int64_t holds. */
    double most = (double)(INT64_MAX / 2);
    double shared = sum / (double)concurrency;
    *ret_run = (struct measured_run){
        .sum_of_totals = (int64_t)(sum < most ? sum : most),
        .wall = shared > (double)longest ? (int64_t)(shared < most ? shared : most) : longest,
    };
}

static bool is_path(const struct entry *entry)
{
    return entry->input_size > 0 && entry->input[0] == '/';
}

size_t url_list_find_other_than_path(const struct url_list *list)
{
    size_t place = 0;
    while (place < list->count && is_path(list->entries[place]))
        place++;
    return place;
}

/* Gives COPY, of a path, its URL. What was refused for one base is refused for each. */
static int resolve(struct entry *copy, const struct entry *entry, const struct haul_url *base, const struct text *query)
{
    if (entry->result) {
        copy->result = haul_result_copy(entry->result);
        return copy->result ? 0 : -ENOMEM;
    }
    char *path = strndup(entry->input, entry->input_size);
    if (!path)
        return -ENOMEM;
    const char *problem;
    int code = haul_url_resolve(base, path, &copy->url, &problem);
    free(path);
    if (code == 0 && query)
        code = query_add(&copy->url, query, &problem);
    if (code != HAUL_E_URL)
        return code;
    haul_url_destroy(copy->url);
    copy->url = NULL;
    copy->result = haul_result_create_failed(NULL, HAUL_CLASS_URL, problem);
    return copy->result ? 0 : -ENOMEM;
}

static int add_copy(struct url_list *list, const struct entry *entry, const struct haul_url *base,
                    const struct text *query)
{
    struct entry *copy = entry_create(entry->input, entry->input_size, entry->tag, entry->tag_size);
    if (!copy)
        return -ENOMEM;
    copy->index = entry->index;
    copy->line = entry->line;
    int code = resolve(copy, entry, base, query);
    if (code == 0)
        return url_list_add(list, copy);
    entry_destroy(copy);
    return code;
}

int url_list_copy_for(const struct url_list *list, const char *base, const struct text *query,
                      struct url_list *ret_list)
{
    struct haul_url *url;
    const char *problem;
    struct url_list copies = {0};
    int code = haul_url_create(base, strlen(base), &url, &problem);
    if (code != 0)
        return code;
    for (size_t i = 0; i < list->count && code == 0; i++)
        code = add_copy(&copies, list->entries[i], url, query);
    haul_url_destroy(url);
    if (code == 0)
        *ret_list = copies;
    else
        url_list_finish(&copies);
    return code;
}

int url_list_show_paths(struct url_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct text text = {0};
        text_append_escaped(&text, list->entries[i]->input, list->entries[i]->input_size);
        text_append(&text, "", 1);
        if (text.failed) {
            text_finish(&text);
            return -ENOMEM;
        }
        free(list->names[i]);
        list->names[i] = text.bytes;
    }
    return 0;
}

void url_list_finish(struct url_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        entry_destroy(list->entries[i]);
        free(list->names[i]);
    }
    free(list->entries);
    free(list->names);
    free(list->hosts);
    *list = (struct url_list){0};
}
