/* Shield: waits for a future without passing a cancel on to it (asyncio: shield).
 *
 *     code = haul_task_create(loop, HAUL_CALL(save), &self->save);
 *     ...
 *     HAUL_AWAIT(haul_shield(task, haul_task_future(self->save))); */
#ifndef HAUL_SHIELD_H
#define HAUL_SHIELD_H

#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

/* Awaits FUTURE, that of a task among them, as haul_future_wait does: its code and value. But a cancel of the waiting
 * task ends the wait alone, with HAUL_E_CANCELLED, and FUTURE runs on: a task in its group, and where its error finds
 * nobody any more it is reported. If FUTURE itself is cancelled, the await gives HAUL_E_CANCELLED as well. Allocates
 * nothing. */
HAUL__MUST_AWAIT struct haul_await haul_shield(struct haul_task *task, struct haul_future *future);

HAUL__END_C

#endif
