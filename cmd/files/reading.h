/* Reads a file for its SHA-256, beside the loop: piece after piece on threads, so that a cancel has to wait for no more
 * than one of these. */
#ifndef FILES_READING_H
#define FILES_READING_H

#include <haul/coroutine.h>

struct reading;

/* Takes a copy of DESCRIPTOR for it, whose offset plays no part. Negative errno. */
int reading_create(int descriptor, struct reading **ret_reading);

/* Reads all of the file, once, and writes its digest to HEXADECIMAL, which has DIGEST_ROOM bytes (files/digest.h). A
 * negative errno; HAUL_E_CANCELLED. */
struct haul_await reading_run(struct haul_task *task, struct reading *reading, char *hexadecimal);

/* One that does not run, or runs no more. NULL is fine. */
void reading_destroy(struct reading *reading);

#endif
