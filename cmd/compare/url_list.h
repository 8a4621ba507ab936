/* The list that is compared, read to its end before anything is fetched. */
#ifndef COMPARE_URL_LIST_H
#define COMPARE_URL_LIST_H

#include <haul/coroutine.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry;
struct feed;
struct measured_run;
struct text;

/* All zero is an empty list. */
struct url_list {
    struct entry **entries; /* owned, by index */
    char **names;           /* of each: its URL as it is shown, masked and escaped */
    size_t count;
    size_t capacity;
    size_t host_count; /* different schemes, hosts and ports; known once it is read */
    size_t *hosts;     /* of each entry a number below that, or IDEAL_NO_HOST; known once it is read */
};

/* Appends ENTRY, and owns it, also where memory runs out: -ENOMEM. */
int url_list_add(struct url_list *list, struct entry *entry);

/* Reads all that FEED has: 0; HAUL_E_CANCELLED; negative errno. */
struct url_list_read {
    struct haul_coroutine coroutine;
    struct url_list *list;
    struct feed *feed;
    /* Private from here. */
    int code;
};
haul_step_fn url_list_read;

/* Counts the hosts, and tells them apart. -ENOMEM. */
int url_list_count_hosts(struct url_list *list);

/* Nonzero if nothing in it takes a network: sleeps, and what is refused. */
bool url_list_is_offline(const struct url_list *list);

/* What a run with so many sleeps at once would measure of an offline list: its wall time and the sum of its totals. */
void url_list_foretell(const struct url_list *list, size_t concurrency, struct measured_run *ret_run);

/* The place of the first entry that is no path, and so says itself where it is fetched from; `count`: all are. */
size_t url_list_find_other_than_path(const struct url_list *list);

/* Makes the same list as LIST, of paths alone, for another BASE, an http or https URL; QUERY as request_query says. Its
 * hosts are not counted. -ENOMEM. */
int url_list_copy_for(const struct url_list *list, const char *base, const struct text *query,
                      struct url_list *ret_list);

/* Has all entries shown by their paths. -ENOMEM. */
int url_list_show_paths(struct url_list *list);

void url_list_finish(struct url_list *list);

#endif
