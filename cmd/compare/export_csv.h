/* A comparison's figures as CSV (RFC 4180, lines end with LF). Times are seconds. */
#ifndef COMPARE_EXPORT_CSV_H
#define COMPARE_EXPORT_CSV_H

#include "compare/words.h"

struct text;

/* Appends a line with the names, and one for each variant. What there is none of is empty. -ENOMEM. */
int export_csv_append(struct text *text, const struct findings *findings);

#endif
