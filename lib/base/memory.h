/* The one door through which haul allocates, so that tests can make the n-th allocation fail (they wrap these
 * functions when they link). */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* As malloc, calloc(1, size), realloc and free, with NULL where memory is out. */
void *haul__allocate(size_t size);
void *haul__allocate_zeroed(size_t size);
void *haul__reallocate(void *memory, size_t size);
void haul__free(void *memory);

/* A copy of LENGTH bytes of TEXT, with a NUL behind. */
char *haul__copy_text(const char *text, size_t length);

#endif
