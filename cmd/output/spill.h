/* What does not fit in memory: one unlinked file for all, so that ten thousand kept bodies need one descriptor.
 *
 * Space is given out behind what was given out before, and what comes back is punched out of the file (the disk has it
 * again), and the file begins anew when nothing is in it. */
#ifndef OUTPUT_SPILL_H
#define OUTPUT_SPILL_H

#include <stddef.h>
#include <stdint.h>

struct spill;

/* Where files are made that nobody is to see: $TMPDIR, or /tmp. Static, or the environment's. */
const char *spill_directory(void);

/* Makes the file in DIRECTORY. Negative errno. */
int spill_create(const char *directory, struct spill **ret_spill);

void spill_destroy(struct spill *spill); /* NULL is fine */

/* A stretch of SIZE bytes: where it begins. It takes no disk before it is written. */
int64_t spill_reserve(struct spill *spill, int64_t size);

/* Gives a stretch back. */
void spill_release(struct spill *spill, int64_t offset, int64_t size);

/* Write and read all of SIZE bytes. Negative errno; -EIO where the file is shorter. */
int spill_write(struct spill *spill, int64_t offset, const void *bytes, size_t size);
int spill_read(struct spill *spill, int64_t offset, void *buffer, size_t size);

#endif
