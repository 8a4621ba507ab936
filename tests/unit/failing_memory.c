#include "failing_memory.h"

#include <stdatomic.h>

/* The names that --wrap gives. */
void *__real_haul__allocate(size_t size);
void *__real_haul__reallocate(void *memory, size_t size);
void *__wrap_haul__allocate(size_t size);
void *__real_haul__allocate_aligned(size_t alignment, size_t size);
void *__wrap_haul__allocate_aligned(size_t alignment, size_t size);
void *__wrap_haul__reallocate(void *memory, size_t size);

/* Threads allocate, too. */
static atomic_size_t left;
static atomic_bool happened;
static atomic_size_t count;

void failing_memory_set(size_t n)
{
    left = n;
    happened = false;
}

bool failing_memory_happened(void)
{
    return happened;
}

size_t failing_memory_count(void)
{
    return count;
}

static bool fails_now(void)
{
    count++;
    if (left == 0 || --left > 0)
        return false;
    happened = true;
    return true;
}

void *__wrap_haul__allocate(size_t size)
{
    return fails_now() ? NULL : __real_haul__allocate(size);
}

void *__wrap_haul__allocate_aligned(size_t alignment, size_t size)
{
    return fails_now() ? NULL : __real_haul__allocate_aligned(alignment, size);
}

void *__wrap_haul__reallocate(void *memory, size_t size)
{
    return fails_now() ? NULL : __real_haul__reallocate(memory, size);
}
