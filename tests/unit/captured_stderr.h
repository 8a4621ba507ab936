/* Has what a test writes to standard error kept for it to look at. */
#ifndef CAPTURED_STDERR_H
#define CAPTURED_STDERR_H

#include <stddef.h>

/* From now on standard error is kept. */
void capture_stderr(void);

/* Gives standard error back: what was written to it, with a NUL behind, good until the next capture. */
const char *captured_stderr(size_t *ret_size);

#endif
