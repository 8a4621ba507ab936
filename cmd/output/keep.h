/* Bytes kept for later, first in, first out: in memory up to a share, and behind that in a file (output/spill.h). */
#ifndef OUTPUT_KEEP_H
#define OUTPUT_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spill;
struct stretch;

enum {
    KEEP_SHARE = 64 * 1024,           /* in memory, of one */
    KEEP_TOGETHER = 32 * 1024 * 1024, /* in memory, of all with the same pool */
};

/* What all share. Set `directory` alone; ends with keep_pool_finish. */
struct keep_pool {
    const char *directory; /* where the file is made when it is first needed; borrowed */
    struct spill *spill;   /* NULL: not needed yet */
    int reserve;           /* a descriptor that makes way for the file's; 0: none */
    size_t memory;         /* allocated by all */
    uint64_t in_file;      /* bytes of all in the file */
};

/* Where such files are made: $TMPDIR, or /tmp. */
const char *keep_directory(void);

/* Sees to it that the file has a descriptor even when connections have taken all the others. */
void keep_pool_reserve(struct keep_pool *pool);

/* All that was kept must have been dropped. */
void keep_pool_finish(struct keep_pool *pool);

/* All zero but for the pool: nothing is kept. Embedded by its owner. Its fields are private. */
struct keep {
    struct keep_pool *pool;
    /* The oldest bytes are in memory, from `begin` to `end` ... */
    char *memory;
    size_t begin;
    size_t end;
    size_t capacity;
    /* ... and what came when it was full in stretches of the file. */
    struct stretch *stretches;
    size_t first;        /* of those that were not taken wholly */
    size_t count;        /* behind the last */
    size_t stretch_room; /* allocated */
    int64_t written;     /* of the last stretch */
    int64_t taken;       /* of the first */
    uint64_t in_file;    /* bytes in all of them */
};

bool keep_is_empty(const struct keep *keep);

/* Appends. Negative errno: the file cannot be made or written, or no memory; nothing can be relied on then but
 * keep_drop. */
int keep_append(struct keep *keep, const void *bytes, size_t size);

/* Takes the oldest bytes, SIZE at most; how many, at least one unless it is empty. Negative errno. */
int keep_take(struct keep *keep, void *buffer, size_t size, size_t *ret_size);

/* Empties it and gives back all that it has. */
void keep_drop(struct keep *keep);

#endif
