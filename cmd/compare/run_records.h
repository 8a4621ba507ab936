/* The records of runs, kept in a file until it is known which of them pictures are to be made of. */
#ifndef COMPARE_RUN_RECORDS_H
#define COMPARE_RUN_RECORDS_H

#include "output/record.h"

struct entry;
struct run_records;

/* Keeps them in DIRECTORY; EPOCH is any moment on both clocks. Negative errno. */
int run_records_create(const char *directory, const struct epoch *epoch, struct run_records **ret_records);

/* Run NUMBER begins, from 1 and in turn; 0: of this one nothing is kept. */
void run_records_begin(struct run_records *records, size_t number);

/* Keeps the record of ENTRY, which has its result, of a run that began at START on the loop's clock. What goes wrong is
 * told when a run is read. */
void run_records_add(struct run_records *records, const struct entry *entry, int64_t start);

/* Takes a record: SIZE bytes of a line. Anything but 0 ends the reading. */
typedef int run_records_fn(void *data, const char *line, size_t size);

/* Calls FN with each record of run NUMBER, in the order in which they came. FN's code; negative errno. */
int run_records_read(struct run_records *records, size_t number, run_records_fn *fn, void *data);

/* NULL is fine. */
void run_records_destroy(struct run_records *records);

#endif
