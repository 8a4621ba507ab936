/* The files that options have written. */
#ifndef OPTIONS_WRITTEN_H
#define OPTIONS_WRITTEN_H

struct options;

/* No two options write one file: the last would win, without a word; and none writes a list or records that are read.
 * HAUL_E_INVALID with the problem, the caller's to free; -ENOMEM. */
int written_check(const struct options *options, char **ret_problem);

#endif
