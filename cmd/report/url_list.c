#include "report/url_list.h"

#include "output/lines.h"
#include "output/text.h"
#include "report/measure.h"
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

int url_list_count_hosts(struct url_list *list)
{
    const char **origins = malloc((list->count + 1) * sizeof(char *));
    if (!origins)
        return -ENOMEM;
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (has_host(list->entries[i]))
            origins[count++] = haul_url_origin(list->entries[i]->url);
    }
    qsort(origins, count, sizeof(char *), compare_origins);
    list->host_count = 0;
    for (size_t i = 0; i < count; i++)
        list->host_count += i == 0 || strcmp(origins[i], origins[i - 1]) != 0;
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

void url_list_finish(struct url_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        entry_destroy(list->entries[i]);
        free(list->names[i]);
    }
    free(list->entries);
    free(list->names);
    *list = (struct url_list){0};
}
