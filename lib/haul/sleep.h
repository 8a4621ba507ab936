/* Sleeping (asyncio: sleep). */
#ifndef HAUL_SLEEP_H
#define HAUL_SLEEP_H

#include <haul/coroutine.h>
#include <haul/duration.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

/* Sleeps so many nanoseconds. 0 or less: lets the others run once, exactly. HAUL_E_CANCELLED. */
HAUL__MUST_AWAIT struct haul_await haul_sleep(struct haul_task *task, int64_t duration);

/* Sleeps until DEADLINE on the loop's clock. */
HAUL__MUST_AWAIT struct haul_await haul_sleep_until(struct haul_task *task, int64_t deadline);

HAUL__END_C

#endif
