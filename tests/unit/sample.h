/* Comparisons whose figures a test sets itself. */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include "compare/words.h"

#include <stdarg.h>

#include <setjmp.h>

#include <cmocka.h>

enum { SAMPLE_URLS = 16, SAMPLE_VARIANTS = 16 };

struct sample {
    struct comparison comparison;
    struct variant variants[SAMPLE_VARIANTS];
    char names[SAMPLE_URLS][64];
    const char *urls[SAMPLE_URLS];
    size_t hosts[SAMPLE_URLS];
    /* What sample_find found. */
    struct differences differences;
    struct pairs pairs;
    struct figures *figures;
    struct findings findings;
};

/* A comparison of URL_COUNT URLs, http://a.test/0 and so on, in the modes that LETTERS name (s, g, a, r), ROUNDS of
 * them all complete: every URL 200 with 100 bytes, all times 0. */
void sample_begin(struct sample *sample, size_t url_count, const char *letters, size_t rounds);

/* The same of COUNT variants, of as many sides as they name: "old", "new", "other". */
void sample_begin_variants(struct sample *sample, size_t url_count, const struct variant *variants, size_t count,
                           size_t rounds);

/* Sets the times, in milliseconds, of a run. */
void sample_set(struct sample *sample, size_t round, size_t variant, int64_t wall, int64_t first_out, int64_t mean_out);

/* A URL in a run. */
struct measured_url *sample_url(struct sample *sample, size_t round, size_t variant, size_t url);

/* Has a URL come out so in all runs. */
void sample_fail(struct sample *sample, size_t url, int status, enum haul_class error_class);

/* Finds out what it shows; gone with sample_forget. No figures where no round is complete or the list is empty. */
const struct findings *sample_find(struct sample *sample);
void sample_forget(struct sample *sample);

void sample_end(struct sample *sample);

#endif
