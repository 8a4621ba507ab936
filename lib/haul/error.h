/* Codes that haul's functions and awaits give, and their names. */
#ifndef HAUL_ERROR_H
#define HAUL_ERROR_H

#include <haul/linkage.h>

HAUL__BEGIN_C

/* A function that can fail returns an int:
 *   0         it was done;
 *   negative  it cannot go on: a negated errno (-ENOMEM, -EMFILE, ...). Forward it, do not match on it;
 *   positive  one of the answers below, each listed in the comment of the functions that give it.
 * Every code fits in 16 bits. Outputs (`ret_x`) are written only where 0 is returned. */
enum haul_error {
    HAUL_E_CANCELLED = 1, /* the task, future or transfer was cancelled */
    HAUL_E_TIMEOUT,       /* its deadline passed first */
    HAUL_E_DRAINED,       /* nothing is left: an iteration or a stream has ended */
    HAUL_E_CLOSED,        /* what a generator that is closed meets at its yield */
    HAUL_E_BUSY,          /* it cannot be done while tasks are alive or others use it */
    HAUL_E_SETTLED,       /* the future has its outcome already */
    HAUL_E_INVALID,       /* an argument that comes from outside is not what it should be */
    HAUL_E_URL,           /* the text is not a URL that haul fetches */
    HAUL_E_STOPPED,       /* the loop was stopped before the future was done */
    HAUL_E_STALLED,       /* nothing is left that could ever make the future done */
    HAUL_E_LIMIT,         /* more than the limit that was set */
    HAUL_E_FULL,          /* no room is left in the queue */
    HAUL_E_EMPTY,         /* no item is in the queue now */
    HAUL_E_SHUTDOWN,      /* the queue was shut down */
    HAUL_E_BROKEN,        /* the barrier was broken */
};

/* The code's name as in this header or errno.h ("HAUL_E_TIMEOUT", "ENOMEM"), "unknown" for any other. Static. */
const char *haul_error_name(int code);

/* One sentence without a full stop, for people ("the deadline passed"). Static. */
const char *haul_error_message(int code);

HAUL__END_C

#endif
