#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void *haul__allocate(size_t size)
{
    return malloc(size);
}

void *haul__allocate_zeroed(size_t size)
{
    void *memory = haul__allocate(size);
    if (memory)
        memset(memory, 0, size);
    return memory;
}

void *haul__reallocate(void *memory, size_t size)
{
    return realloc(memory, size);
}

void haul__free(void *memory)
{
    free(memory);
}

char *haul__copy_text(const char *text, size_t length)
{
    char *copy = haul__allocate(length + 1);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}
