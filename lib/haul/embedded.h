/* What other public structs embed. Complete, so that it can stand in a frame; all fields are private. */
#ifndef HAUL_EMBEDDED_H
#define HAUL_EMBEDDED_H

#include <stddef.h>

/* Two pointers of a ring; as a head, of an empty one when they point to itself. */
struct haul_list {
    struct haul_list *next;
    struct haul_list *previous;
};

/* A point in time in a loop's timers. */
struct haul_timer {
    void (*fire)(struct haul_timer *timer); /* called by the loop when it is due; may only make something ready */
    size_t index;                           /* its place among the timers, SIZE_MAX for none */
};

#endif
