/* The wall time that the latencies of a run would have allowed, had there been no time between them. */
#ifndef COMPARE_IDEAL_H
#define COMPARE_IDEAL_H

#include <stddef.h>
#include <stdint.h>

struct measured_run;

/* The host of a URL that has none. */
#define IDEAL_NO_HOST SIZE_MAX

/* What a run is held against. */
struct ideal_places {
    size_t concurrency;  /* in flight at most; at least 1 */
    size_t per_host;     /* of these for one host; 0: no limit of its own */
    const size_t *hosts; /* of each URL; below HOST_COUNT, or IDEAL_NO_HOST */
    size_t host_count;
};

/* List scheduling: each URL takes its own total, and in the order of the list each begins as soon as there is a place
 * for it; one whose host has none free stands aside. -ENOMEM. */
int ideal_wall(const struct measured_run *run, const struct ideal_places *places, int64_t *ret_wall);

#endif
