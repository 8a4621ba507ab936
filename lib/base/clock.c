#include <haul/clock.h>

#include <haul/duration.h>

#include <stddef.h>
#include <time.h>

static int64_t monotonic_now(void *data)
{
    (void)data;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * HAUL_SECOND + now.tv_nsec;
}

struct haul_clock haul_clock_monotonic(void)
{
    return (struct haul_clock){.now = monotonic_now};
}

static int64_t virtual_now(void *data)
{
    const struct haul_virtual_clock *clock = data;
    return clock->now;
}

static void virtual_advance(void *data, int64_t deadline)
{
    struct haul_virtual_clock *clock = data;
    if (deadline == INT64_MIN)
        clock->now = haul_deadline(clock->now, clock->tick);
    else if (deadline > clock->now)
        clock->now = deadline;
}

struct haul_clock haul_virtual_clock(struct haul_virtual_clock *virtual_clock)
{
    return (struct haul_clock){.now = virtual_now, .advance = virtual_advance, .data = virtual_clock};
}
