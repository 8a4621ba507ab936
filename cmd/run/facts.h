/* What a record says of an answer, as bytes: to be put away, and to make the result of another occurrence of the same
 * URL from. That occurrence was never requested: it has no attempts, no times and no connection. */
#ifndef RUN_FACTS_H
#define RUN_FACTS_H

#include <stddef.h>
#include <stdint.h>

struct haul_result;
struct text;

enum { FACTS_HEAD = 16 }; /* what they begin with tells the rest: */

/* Appends the facts of RESULT; CHECK comes back with them. -ENOMEM. */
int facts_write(struct text *text, uint64_t check, const struct haul_result *result);

/* How large they are, and their check, from their first FACTS_HEAD bytes. */
size_t facts_size(const char *head);
uint64_t facts_check(const char *head);

/* Makes a result of whole facts, for a URL in its masked form. NULL: out of memory. */
struct haul_result *facts_read(const char *facts, const char *url);

#endif
