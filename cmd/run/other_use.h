/* What a file that a run appends to is used for besides. */
#ifndef RUN_OTHER_USE_H
#define RUN_OTHER_USE_H

struct options;

/* A list to which each of its records is appended has no end, and where two write one file neither is whole. For
 * people; NULL: the file, which need not be there, is neither. */
const char *other_use(const struct options *options, const char *path);

#endif
