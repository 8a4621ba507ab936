/* What listeners share with streams. */
#ifndef IO_STREAM_H
#define IO_STREAM_H

#include <haul/stream.h>

#include <stdbool.h>

/* How often in a row a call on the same object may succeed without waiting. The next one then waits although it need
 * not: a task that is always served at once would otherwise never leave its step, and nobody else would run. */
enum { HAUL__CALLS_A_TURN = 16 };

/* Counts a call against UNWAITED, the calls in a row that did not wait: whether it may try at once. */
static inline bool haul__may_try(unsigned *unwaited)
{
    if (++*unwaited <= HAUL__CALLS_A_TURN)
        return true;
    *unwaited = 0;
    return false;
}

/* haul_stream_create for a socket that is non-blocking already. */
int haul__stream_create_for_socket(struct haul_loop *loop, int descriptor, struct haul_stream **ret_stream);

#endif
