/* Comparisons whose figures a test sets itself. */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include "report/comparison.h"

#include <stdarg.h>

#include <setjmp.h>

#include <cmocka.h>

enum { SAMPLE_URLS = 16 };

struct sample {
    struct comparison comparison;
    enum mode modes[MODE_COUNT];
    char names[SAMPLE_URLS][64];
    const char *urls[SAMPLE_URLS];
};

/* A comparison of URL_COUNT URLs, http://a.test/0 and so on, in the modes that LETTERS name (s, g, a), ROUNDS of them
 * all complete: every URL 200 with 100 bytes, all times 0. */
void sample_begin(struct sample *sample, size_t url_count, const char *letters, size_t rounds);

/* Sets the times, in milliseconds, of a run. */
void sample_set(struct sample *sample, size_t round, size_t mode, int64_t wall, int64_t first_out, int64_t mean_out);

/* A URL in a run. */
struct measured_url *sample_url(struct sample *sample, size_t round, size_t mode, size_t url);

/* Has a URL come out so in all runs. */
void sample_fail(struct sample *sample, size_t url, int status, enum haul_class error_class);

void sample_end(struct sample *sample);

#endif
