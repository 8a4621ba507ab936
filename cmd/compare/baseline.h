/* An earlier export, and whether what was measured now is slower. */
#ifndef COMPARE_BASELINE_H
#define COMPARE_BASELINE_H

#include "compare/words.h"

struct cJSON;
struct text;

/* What a file says of a variant: the wall times of its rounds, in seconds. */
struct baseline_variant {
    enum mode mode;
    size_t concurrency;
    const char *side; /* NULL: there were none */
    double *walls;
    size_t count;
};

/* All zero is none. Its fields are private. */
struct baseline {
    struct cJSON *root; /* the file; NULL: none was read */
    struct baseline_variant *variants;
    size_t count;
};

/* How much slower a median wall time may be, in percent. */
struct baseline_limit {
    bool is_given;
    unsigned percent;
};

/* Reads what --export-json wrote to PATH. HAUL_E_INVALID: it is none, and *RET_PROBLEM, static, says why; negative
 * errno. */
int baseline_read(const char *path, struct baseline *ret_baseline, const char **ret_problem);

/* Whether it was made with connections that were kept. */
bool baseline_is_warm(const struct baseline *baseline);

/* What it says of VARIANT, against the side of that NAME, or NULL where there are none; NULL: nothing. */
const struct baseline_variant *baseline_find(const struct baseline *baseline, const struct variant *variant,
                                             const char *name);

/* Appends a sentence for each variant that is in both, and whether the lower end of the 95 % interval of (median wall
 * now) / (median wall then) lies past the limit; *RET_IS_WORSE says whether one does. Estimates are left out. -ENOMEM.
 */
int baseline_append(struct text *text, const struct baseline *baseline, const struct findings *findings,
                    struct baseline_limit limit, bool *ret_is_worse);

void baseline_finish(struct baseline *baseline);

#endif
