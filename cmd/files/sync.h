/* Waits for the disk, beside the loop: fsync(2) on a thread. */
#ifndef FILES_SYNC_H
#define FILES_SYNC_H

#include <haul/coroutine.h>

struct sync;

/* Takes a copy of DESCRIPTOR for it. Negative errno. */
int sync_create(int descriptor, struct sync **ret_sync);

/* One that never runs. NULL is fine. */
void sync_destroy(struct sync *sync);

/* Runs it, once, and destroys it: a negative errno; HAUL_E_CANCELLED. */
struct haul_await sync_run(struct haul_task *task, struct sync *sync);

#endif
