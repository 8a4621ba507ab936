/* The one door through which haul allocates, so that tests can make the n-th allocation fail (they wrap
 * haul__allocate, haul__allocate_aligned and haul__reallocate when they link). */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>
#include <string.h>

/* As malloc, realloc and free, with NULL where memory is out. */
void *haul__allocate(size_t size);
void *haul__reallocate(void *memory, size_t size);
void haul__free(void *memory);

/* SIZE bytes at a multiple of ALIGNMENT, a power of two. */
void *haul__allocate_aligned(size_t alignment, size_t size);

/* These two stand here and not in memory.c because the linker wraps only calls that leave their file. */

/* As calloc(1, size). */
static inline void *haul__allocate_zeroed(size_t size)
{
    void *memory = haul__allocate(size);
    if (memory)
        memset(memory, 0, size);
    return memory;
}

/* A copy of LENGTH bytes of TEXT, with a NUL behind. */
static inline char *haul__copy_text(const char *text, size_t length)
{
    char *copy = haul__allocate(length + 1);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

#endif
