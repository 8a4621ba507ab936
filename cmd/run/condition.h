/* Fetching only what has changed since it was fetched last. */
#ifndef RUN_CONDITION_H
#define RUN_CONDITION_H

struct entry;
struct etags;
struct haul_request;

/* Has ENTRY, which is sent what COMMON says if it says nothing itself, asked for on the condition that it has another
 * tag than ETAGS knows; unless its file is missing. -ENOMEM. */
int condition_set(struct entry *entry, struct etags *etags, const struct haul_request *common);

#endif
