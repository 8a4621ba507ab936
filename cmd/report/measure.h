/* What one run of a list in one mode gave. Filled from the entries as they are emitted: it knows nothing of how they
 * came about. Times are nanoseconds. */
#ifndef REPORT_MEASURE_H
#define REPORT_MEASURE_H

#include <haul/result.h>

struct entry;
struct haul_client_statistics;

/* How one URL of the list came out. */
struct measured_url {
    int64_t bytes; /* of its body */
    int64_t total; /* what it took by itself, waiting for a place not counted */
    int64_t out;   /* from the start of the run until its result had left */
    int status;
    enum haul_class error_class;
    bool ok;
};

/* One run. */
struct measured_run {
    int64_t start;         /* on the loop's clock */
    int64_t wall;          /* from the start until all was over */
    int64_t first_out;     /* from the start until the first result had left; 0 where there is none */
    int64_t mean_out;      /* the mean of that time over all URLs; 0 where there is none */
    int64_t sum_of_totals; /* what the URLs would take one after another */
    int64_t bytes;         /* of all bodies */
    size_t slowest;        /* the index of the URL with the longest total, the first of several; 0 of an empty list */
    size_t peak_in_flight; /* the most that were in flight at once */
    uint64_t connections;  /* opened */
    size_t not_ok;         /* URLs */
    size_t emitted;        /* results that have left */
    size_t count;          /* URLs of the list */
    struct measured_url *urls; /* by their index in the list */
};

/* Begins the measurement of a run over COUNT URLs at START. -ENOMEM. */
int measure_begin(struct measured_run *run, size_t count, int64_t start);

/* Notes that ENTRY, which has a result, left at NOW. Each index of the list once. */
void measure_emit(struct measured_run *run, const struct entry *entry, int64_t now);

/* Ends it at NOW, with what the client counted since its making. */
void measure_end(struct measured_run *run, int64_t now, const struct haul_client_statistics *statistics);

/* The total of its slowest URL; 0 of an empty list. */
int64_t measure_slowest_total(const struct measured_run *run);

/* Frees what a run holds; one that is all zero, too. */
void measure_finish(struct measured_run *run);

#endif
