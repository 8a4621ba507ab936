#include "run/list_feed.h"

#include "run/entry.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>

static int copy_outcome(struct entry *copy, const struct entry *entry)
{
    if (entry->url && !(copy->url = haul_url_copy(entry->url)))
        return -ENOMEM;
    if (entry->result && !(copy->result = haul_result_copy(entry->result)))
        return -ENOMEM;
    return 0;
}

static int next(struct feed *feed, struct entry **ret_entry)
{
    struct list_feed *self = (struct list_feed *)feed;
    if (self->next == self->count)
        return HAUL_E_DRAINED;
    const struct entry *entry = self->entries[self->next];
    struct entry *copy = entry_create(entry->input, entry->input_size, entry->tag, entry->tag_size);
    if (!copy)
        return -ENOMEM;
    copy->index = self->next;
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
