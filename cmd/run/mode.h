/* The modes: how many fetches run at once, and in which order their results leave. */
#ifndef RUN_MODE_H
#define RUN_MODE_H

#include <stddef.h>

enum mode {
    MODE_SEQUENTIAL,   /* one after another */
    MODE_GATHER,       /* side by side; results leave in the order of the input */
    MODE_AS_COMPLETED, /* side by side; each leaves as it finishes */
    MODE_RACE,         /* the same, until one is ok; of a fetch it is an option */
};

enum { MODE_COUNT = MODE_RACE + 1 };

/* "sequential", "gather", "as-completed", "race". Static. */
const char *mode_name(enum mode mode);

/* The mode that SIZE bytes of NAME name. HAUL_E_INVALID: none. */
int mode_find(const char *name, size_t size, enum mode *ret_mode);

#endif
