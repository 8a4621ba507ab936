#include "net/shortage.h"

#include "base/memory.h"

#include <errno.h>

int haul__shortage_init(struct haul__shortage *shortage, size_t count)
{
    shortage->count = 0;
    shortage->loops = count;
    shortage->polls = haul__allocate(count * sizeof(struct haul__poll *));
    atomic_init(&shortage->until, INT64_MIN);
    atomic_init(&shortage->connected, 0);
    return shortage->polls ? 0 : -ENOMEM;
}

void haul__shortage_finish(struct haul__shortage *shortage)
{
    haul__free(shortage->polls);
}

void haul__shortage_add(struct haul__shortage *shortage, struct haul__poll *poll)
{
    shortage->polls[shortage->count++] = poll;
}

void haul__shortage_begin(struct haul__shortage *shortage, int64_t now, int64_t until)
{
    if (atomic_exchange(&shortage->until, until) > now)
        return;
    for (size_t i = 0; i < shortage->count; i++)
        haul__poll_wake(shortage->polls[i]);
}
