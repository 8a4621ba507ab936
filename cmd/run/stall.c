#include "run/stall.h"

#include "message.h"
#include "run/entry.h"
#include "run/order.h"

#include <haul/duration.h>
#include <haul/url.h>

static const int64_t patience = 5 * HAUL_SECOND;

void stall_init(struct stall *stall, const struct order *order)
{
    *stall = (struct stall){.order = order};
}

static void tell(void *data)
{
    struct stall *stall = data;
    stall->handle = NULL;
    stall->is_told = true;
    const struct entry *entry = order_first(stall->order);
    size_t count = stall->order->count;
    if (entry && entry->url)
        message("the window of %zu line%s is full, and waits for %s", count, count == 1 ? "" : "s",
                haul_url_masked(entry->url));
}

void stall_note(struct stall *stall, struct haul_loop *loop, bool is_full)
{
    if (stall->is_told || is_full == (stall->handle != NULL))
        return;
    if (is_full)
        haul_loop_call_later(loop, patience, tell, stall, &stall->handle); /* without memory nothing is told */
    else
        stall_finish(stall);
}

void stall_finish(struct stall *stall)
{
    if (stall->handle)
        haul_handle_cancel(stall->handle);
    stall->handle = NULL;
}
