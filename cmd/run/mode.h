/* The modes: how many fetches run at once, and in which order their results leave. */
#ifndef RUN_MODE_H
#define RUN_MODE_H

#include <stddef.h>

enum mode {
    MODE_SEQUENTIAL,   /* one after another */
    MODE_GATHER,       /* side by side; results leave in the order of the input */
    MODE_AS_COMPLETED, /* side by side; each leaves as it finishes */
};

enum { MODE_COUNT = MODE_AS_COMPLETED + 1 };

/* "sequential", "gather", "as-completed". Static. */
const char *mode_name(enum mode mode);

/* The mode that SIZE bytes of NAME name. HAUL_E_INVALID: none. */
int mode_find(const char *name, size_t size, enum mode *ret_mode);

#endif
