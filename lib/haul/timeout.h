/* Timeout scopes: a deadline for all awaits between enter and leave (asyncio: timeout).
 *
 *     haul_timeout_enter(task, &self->timeout, haul_deadline(haul_loop_now(loop), 5 * HAUL_SECOND));
 *     HAUL_AWAIT_CODE(self->code, haul_fetch...);
 *     self->code = haul_timeout_leave(task, &self->timeout, self->code);     // HAUL_E_TIMEOUT if it was this scope
 *
 * When the deadline passes, the task is cancelled once. Leaving turns that HAUL_E_CANCELLED into HAUL_E_TIMEOUT; a
 * cancel by anybody else passes through. Scopes nest, and each turns only its own. A result that arrives with the
 * timeout is kept. Every enter has its leave, in `finally` at the latest. */
#ifndef HAUL_TIMEOUT_H
#define HAUL_TIMEOUT_H

#include <haul/coroutine.h>
#include <haul/duration.h>
#include <haul/embedded.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

/* A scope, in the frame of the coroutine that enters it. Its fields are private. */
struct haul_timeout {
    struct haul_timer timer;
    struct haul_task *task;
    unsigned cancelling;    /* the requests that the task had been given when it was entered */
    unsigned short request; /* its own, once it has expired */
    unsigned char expired;
};

/* Enters a scope that ends at DEADLINE on the loop's clock, HAUL_NEVER for no end. -ENOMEM: it has no deadline then,
 * and is to be left all the same. */
int haul_timeout_enter(struct haul_task *task, struct haul_timeout *timeout, int64_t deadline);

/* Moves the deadline; a scope that has expired stays so. -ENOMEM. */
int haul_timeout_reschedule(struct haul_timeout *timeout, int64_t deadline);

/* Leaves the scope: the code to go on with, given CODE, with which its body ended. */
int haul_timeout_leave(struct haul_task *task, struct haul_timeout *timeout, int code);

HAUL__END_C

#endif
