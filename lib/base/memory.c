#include "base/memory.h"

#include <stdlib.h>

void *haul__allocate(size_t size)
{
    return malloc(size);
}

void *haul__allocate_aligned(size_t alignment, size_t size)
{
    void *memory;
    return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

void *haul__reallocate(void *memory, size_t size)
{
    return realloc(memory, size);
}

void haul__free(void *memory)
{
    free(memory);
}
