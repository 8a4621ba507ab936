/* What a record says of an answer, as bytes: to be put away, and to make the result of another occurrence of the same
 * URL from. That occurrence was never requested: it has no attempts, no times and no connection. */
#ifndef RUN_FACTS_H
#define RUN_FACTS_H

#include <stddef.h>
#include <stdint.h>

struct entry;
struct text;

enum { FACTS_HEAD = 16 }; /* what they begin with tells the rest: */

/* Appends the facts of ENTRY, which has its result; CHECK comes back with them. -ENOMEM. */
int facts_write(struct text *text, uint64_t check, const struct entry *entry);

/* How large they are, and their check, from their first FACTS_HEAD bytes. */
size_t facts_size(const char *head);
uint64_t facts_check(const char *head);

/* Gives ENTRY, which has a URL of its own, a result of whole facts, and the file. -ENOMEM. */
int facts_read(const char *facts, struct entry *entry);

#endif
