/* The header fields of an answer, as they come. libcurl keeps them, too, but goes through all of them to give out one:
 * a server that sends thousands would hold up everybody for many seconds. */
#ifndef NET_HEAD_H
#define NET_HEAD_H

#include "base/buffer.h"
#include "net/result.h"

#include <stdint.h>

/* All zero: of no answer yet. */
struct haul__head {
    struct haul__buffer texts; /* of those that are kept: name, NUL, value, NUL */
    size_t count;
    int64_t retry_after; /* the longest that is asked for; 0: none */
};

void haul__head_finish(struct haul__head *head);

/* Another answer begins: an interim one's fields are not its. */
void haul__head_begin(struct haul__head *head);

/* Takes LINE, of SIZE bytes with its end; where KEEPS, the field is kept. -ENOMEM. */
int haul__head_take(struct haul__head *head, const char *line, size_t size, bool keeps);

/* Copies the fields that were kept into RESULT. -ENOMEM. */
int haul__head_write(const struct haul__head *head, struct haul__result *result);

#endif
