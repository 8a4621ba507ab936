/* Which names are taken, so that two URLs never write one file: who comes second has .1 behind his, and so on.
 *
 * Names are known by a hash: for two that have the same one by chance the second gets its number for nothing. Folders
 * are names, too: a file where one is needed, or the other way round, gives way in the same manner. */
#ifndef FILES_CLAIMS_H
#define FILES_CLAIMS_H

#include "siphash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_table;
struct text;

/* Its fields are private. */
struct claims {
    struct hash_table *table;
    struct siphash_key key; /* names come from strangers */
};

/* Nothing is taken. Negative errno; to be finished in any case. */
int claims_init(struct claims *claims);
void claims_finish(struct claims *claims);

/* Tells whether PATH, which ends with a NUL, is not to be had for a reason of its own. */
typedef bool claims_refuse_fn(void *data, const char *path);

/* Takes PATH for a file and its folders for folders. RET_PATH, empty, becomes what it is called in the end, with a NUL
 * that is not counted. NAME.part and NAME.part.validator are the file's as well. REFUSE may be NULL. HAUL_E_BUSY: there
 * are too many of that name; -ENOMEM.
 */
int claims_take(struct claims *claims, const char *path, size_t size, claims_refuse_fn *refuse, void *data,
                struct text *ret_path);

/* PATH is a file's that was there before, and as it is called: nobody else gets it. -ENOMEM. */
int claims_keep(struct claims *claims, const char *path, size_t size);

#endif
