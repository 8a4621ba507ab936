/* uthash with haul's memory: where there was none for an object to be added, the object's field `is_missing`, an int
 * that was 0, is set, and it is not in the table. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/memory.h"

#define HASH_NONFATAL_OOM           1
#define uthash_malloc(size)         haul__allocate(size)
#define uthash_free(memory, size)   haul__free(memory)
#define uthash_nonfatal_oom(object) ((object)->is_missing = 1)
#include <uthash.h>

#endif
