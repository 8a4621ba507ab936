/* The readers and writers of a loop: what it calls while a descriptor is ready. */
#ifndef CORE_DESCRIPTORS_H
#define CORE_DESCRIPTORS_H

#include <stddef.h>

struct haul__callbacks;

/* By number; NULL where there is neither. All zero at first. */
struct haul__descriptors {
    struct haul__callbacks **of;
    size_t count;
};

/* Takes all of them away. */
void haul__descriptors_finish(struct haul__descriptors *descriptors);

#endif
