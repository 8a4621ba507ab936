#include "run/source_feed.h"

#include "input/source.h"
#include "request/query.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>

/* What is no URL has no normal form: who shows it goes by the input, which may hold any byte. */
static int refuse(struct entry *entry, const char *problem)
{
    entry->result = haul_result_create_failed(NULL, HAUL_CLASS_URL, problem);
    return entry->result ? 0 : -ENOMEM;
}

/* Reads the entry's URL, or gives it the result that says why it has none. */
static int read_url(const struct source_feed *feed, struct entry *entry, const char *problem)
{
    int code = HAUL_E_URL;
    if (!problem)
        code = haul_url_create_as(&feed->reading, entry->input, entry->input_size, &entry->url, &problem);
    if (code == 0 && feed->query)
        code = query_add(&entry->url, feed->query, &problem);
    if (code != HAUL_E_URL)
        return code;
    haul_url_destroy(entry->url);
    entry->url = NULL;
    return refuse(entry, problem);
}

static int next(struct feed *feed, struct entry **ret_entry)
{
    struct source_feed *self = (struct source_feed *)feed;
    struct source_line line;
    int code = source_next(self->source, &line);
    if (code != 0)
        return code;
    struct entry *entry = entry_create(line.line.input, line.line.input_size, line.line.tag, line.line.tag_size);
    if (!entry)
        return -ENOMEM;
    entry->index = self->count;
    entry->line = line.number;
    code = read_url(self, entry, line.problem);
    if (code != 0) {
        entry_destroy(entry);
        return code;
    }
    self->count++;
    *ret_entry = entry;
    return 0;
}

static struct haul_await wait_for_source(struct haul_task *task, struct feed *feed)
{
    return source_wait(task, ((struct source_feed *)feed)->source);
}

void source_feed_init(struct source_feed *feed, struct source *source, const struct haul_url_reading *reading,
                      const struct text *query)
{
    *feed = (struct source_feed){
        .feed = {.next = next, .wait = wait_for_source}, .source = source, .reading = *reading, .query = query};
}
