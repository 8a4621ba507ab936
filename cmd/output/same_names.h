/* Which fields of a header have the same name, whatever the case of its letters. A server chooses how many there are
 * and how they are called, so that it is found out by sorting. */
#ifndef OUTPUT_SAME_NAMES_H
#define OUTPUT_SAME_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct haul_header;

struct same_name {
    size_t next;      /* the next field of the name; the count: there is none */
    bool is_repeated; /* one of the name stands before it */
};

enum { SAME_NAMES_FEW = 32 };

struct same_names {
    struct same_name *of; /* by index of the field */
    struct same_name few[SAME_NAMES_FEW];
};

/* Does not change place. -ENOMEM. */
int same_names_init(struct same_names *same, const struct haul_header *fields, size_t count);
void same_names_finish(struct same_names *same);

#endif
