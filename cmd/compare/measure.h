/* What one run of a list in one mode gave. Filled from the entries as they are emitted: it knows nothing of how they
 * came about. Times are nanoseconds. */
#ifndef COMPARE_MEASURE_H
#define COMPARE_MEASURE_H

#include <haul/result.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry;
struct haul_client_statistics;

/* How one URL of the list came out. */
struct measured_url {
    int64_t bytes; /* of its body */
    int64_t total; /* what it took by itself, waiting for a place not counted */
    int64_t out;   /* from the start of the run until its result had left */
    bool is_out;   /* it came out: it was in the sample, and was not cancelled when a race was won */
    int status;
    enum haul_class error_class;
    bool ok;
};

/* One run. */
struct measured_run {
    int64_t start;         /* on the loop's clock */
    int64_t wall;          /* from the start until all was over; of a sample what the whole list would have taken */
    bool is_sample;        /* in sequence, and perhaps not of all URLs; who begins the run says so */
    bool is_estimate;      /* it was not of all: the wall time is reckoned */
    double error;          /* the standard error of that; a NaN where one URL was all */
    int64_t first_out;     /* from the start until the first result had left; 0 where there is none */
    int64_t mean_out;      /* the mean of that time over all URLs that came out; 0 where there is none */
    int64_t sum_of_totals; /* of those that came out: what they would take one after another */
    int64_t bytes;         /* of all bodies */
    size_t slowest;        /* the index of the URL with the longest total, the first of several; 0 of an empty list */
    size_t peak_in_flight; /* the most that were in flight at once */
    uint64_t connections;  /* opened */
    size_t not_ok;         /* of the URLs that came out */
    size_t emitted;        /* results that have left */
    size_t came_out;       /* of these, URLs that came out */
    size_t counted;        /* of an estimate, those that it was reckoned from */
    size_t count;          /* URLs of the list */
    struct measured_url *urls; /* by their index in the list */
    /* Private: of a run in sequence, when the last result left, what its URL took, and the sums of what each took and
     * of its square. */
    int64_t last_out;
    double last_taken;
    double sum;
    double sum_of_squares;
};

/* Begins the measurement of a run over COUNT URLs at START. -ENOMEM. */
int measure_begin(struct measured_run *run, size_t count, int64_t start);

/* Notes that ENTRY, which has a result, left at NOW. Each index of the list once. */
void measure_emit(struct measured_run *run, const struct entry *entry, int64_t now);

/* Ends it at NOW, with what the client has counted. Where the run was of a sample of N URLs, its wall time is N times
 * the mean of what one took of the n that were out when time was over, and the standard error of that N times their
 * standard deviation over the square root of n, times the square root of 1 - n/N, since the sample is a part of the
 * list itself. The one that was under way then is not counted, unless there is no other: that it was is likelier the
 * longer it takes, and it would make the mean too large. */
void measure_end(struct measured_run *run, int64_t now, const struct haul_client_statistics *statistics);

/* The total of its slowest URL; 0 of an empty list. */
int64_t measure_slowest_total(const struct measured_run *run);

/* Frees what a run holds; one that is all zero, too. */
void measure_finish(struct measured_run *run);

#endif
