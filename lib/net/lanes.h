/* Lanes: the places in flight, told from each other. Whoever comes gets the lowest that is free, so that few are used,
 * and two that are in flight at a time never have the same. */
#ifndef NET_LANES_H
#define NET_LANES_H

#include <stddef.h>
#include <stdint.h>

/* All zero at first. */
struct haul__lanes {
    uint64_t *words; /* a bit for each, set while it is taken */
    size_t count;    /* words */
    size_t full;     /* so many at the begin are */
};

void haul__lanes_finish(struct haul__lanes *lanes);

/* -ENOMEM. */
int haul__lanes_take(struct haul__lanes *lanes, size_t *ret_lane);
void haul__lanes_give(struct haul__lanes *lanes, size_t lane);

#endif
