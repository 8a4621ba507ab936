#include "run/list_feed.h"

#include "run/entry.h"

#include <haul/error.h>
#include <haul/loop.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <stdbool.h>

static int copy_outcome(struct entry *copy, const struct entry *entry)
{
    if (entry->url && !(copy->url = haul_url_copy(entry->url)))
        return -ENOMEM;
    if (entry->result && !(copy->result = haul_result_copy(entry->result)))
        return -ENOMEM;
    return 0;
}

static bool is_over(const struct list_feed *self)
{
    return self->loop && self->next > 0 && haul_loop_update_now(self->loop) >= self->end;
}

static int next(struct feed *feed, struct entry **ret_entry)
{
    struct list_feed *self = (struct list_feed *)feed;
    if (self->next == self->count || is_over(self))
        return HAUL_E_DRAINED;
    size_t place = self->order ? self->order[self->next] : self->next;
    const struct entry *entry = self->entries[place];
    struct entry *copy = entry_create(entry->input, entry->input_size, entry->tag, entry->tag_size);
    if (!copy)
        return -ENOMEM;
    copy->index = place;
    copy->line = entry->line;
    int code = copy_outcome(copy, entry);
    if (code != 0) {
        entry_destroy(copy);
        return code;
    }
    self->next++;
    *ret_entry = copy;
    return 0;
}

void list_feed_init(struct list_feed *feed, const struct entry *const *entries, size_t count)
{
    *feed = (struct list_feed){.feed = {.next = next}, .entries = entries, .count = count};
}

void list_feed_sample(struct list_feed *feed, const size_t *order, struct haul_loop *loop, int64_t end)
{
    feed->order = order;
    feed->loop = loop;
    feed->end = end;
}
