/* Memory for very many things of few sizes: in chunks of slots of one size, with nothing to pay for each but a bit.
 *
 * A chunk is 32 kB and begins at a multiple of that, so that a slot's address tells its chunk; its free slots are a map
 * of bits at its begin, so that a free slot is not touched. A chunk without a slot in use is given back, unless it is
 * the only one of its size with room, so that who takes and gives one in turn pays for neither.
 *
 * A slot lies 8 bytes behind a multiple of 16: what follows a header of 88 bytes in it is aligned for everything.
 *
 * What is too large for slots is allocated by itself ("apart"). Under the address sanitizer and under valgrind
 * everything is, so that they see the use of what was given back. */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <haul/embedded.h>

#include <stdbool.h>

enum { HAUL__SLOT_STEP = 16, HAUL__SLOT_LEAST = 128, HAUL__SLOT_MOST = 1024 };

struct haul__slab {
    struct haul_list chunks;                                                            /* all */
    struct haul_list rooms[(HAUL__SLOT_MOST - HAUL__SLOT_LEAST) / HAUL__SLOT_STEP + 1]; /* with a free slot, by size */
    struct haul_list apart;
    size_t most; /* the largest size in slots; 0: none is */
};

void haul__slab_init(struct haul__slab *slab);

/* What is in use stays, and can be given back later. */
void haul__slab_finish(struct haul__slab *slab);

/* Whether SIZE bytes are allocated apart. The user of a slot knows it when giving it back. */
static inline bool haul__slab_is_apart(const struct haul__slab *slab, size_t size)
{
    return size > slab->most;
}

/* Allocates once at most. NULL: out of memory. */
void *haul__slab_take(struct haul__slab *slab, size_t size);

/* Never fails. */
void haul__slab_give(void *slot, bool is_apart);

/* Calls FN with each that is in use, in no certain order. FN takes and gives none. */
void haul__slab_each(const struct haul__slab *slab, void (*fn)(void *slot, void *data), void *data);

#endif
