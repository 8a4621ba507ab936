/* How an outcome is made of a future that is done. */
#ifndef CORE_OUTCOME_H
#define CORE_OUTCOME_H

#include "core/future.h"

#include <haul/gather.h>

/* IS_OWN: nobody else has the future, and its value is taken from it. What another future gives stays its own, since
 * several may be waiting for it. */
static inline struct haul_outcome haul__outcome_of(struct haul_future *future, bool is_own, uint32_t index)
{
    struct haul_outcome outcome = {.code = haul_future_code(future), .index = index};
    if (outcome.code == 0)
        outcome.value = is_own ? haul_future_take(future, &outcome.destroy) : haul_future_value(future);
    return outcome;
}

#endif
