/* What is told at the end of a run: counts and times over all entries, in memory that does not grow with them. */
#ifndef OUTPUT_SUMMARY_H
#define OUTPUT_SUMMARY_H

#include <haul/result.h>

#include <stdint.h>

struct haul_client_statistics;
struct histogram;
struct summary;
struct text;

/* NULL: out of memory. */
struct summary *summary_create(void);
void summary_destroy(struct summary *summary); /* NULL is fine */

/* Counts a result that was emitted. */
void summary_add(struct summary *summary, const struct haul_result *result);

/* Counts an input that was done before, and has no result. */
void summary_add_done(struct summary *summary);

struct summary_counts {
    uint64_t urls;
    uint64_t ok;
    uint64_t not_ok;
    uint64_t unstarted;    /* of those that are not ok: cancelled before their first request */
    uint64_t already_done; /* beside all those */
    uint64_t bytes;        /* decoded body bytes */
    int64_t total;         /* sum of the total times, in nanoseconds */
};

void summary_counts(const struct summary *summary, struct summary_counts *ret_counts);

/* The total time, in nanoseconds, that PERCENT of the requests did not exceed; 0 where there was none. Counted are
 * all that were sent, failures too, but not those that were cancelled. Off by 0.1 % or half a microsecond at most. */
int64_t summary_percentile(const struct summary *summary, unsigned percent);

/* The same times in their buckets. */
const struct histogram *summary_times(const struct summary *summary);

/* Statuses are below this. */
enum { SUMMARY_STATUSES = 1000 };

/* How many were not ok for this reason, and how many answers had this status, 1 or more. */
uint64_t summary_class(const struct summary *summary, enum haul_class error_class);
uint64_t summary_status(const struct summary *summary, unsigned status);

/* Appends the table. WALL is how long the run took, in nanoseconds. TEXT has `failed` set where memory ran out. */
void summary_append_table(const struct summary *summary, int64_t wall, const struct haul_client_statistics *statistics,
                          struct text *text);

/* Appends one line without a newline, "2 of 20 URLs not ok (1 http, 1 connect)"; nothing where all are ok. */
void summary_append_line(const struct summary *summary, struct text *text);

#endif
