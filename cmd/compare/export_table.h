/* A comparison's figures as a table for other programs: a row for each variant. Times are seconds. */
#ifndef COMPARE_EXPORT_TABLE_H
#define COMPARE_EXPORT_TABLE_H

#include "compare/words.h"

struct text;

/* Appends CSV (RFC 4180, lines end with LF): a line with the names, and one for each variant. What there is none of is
 * empty. -ENOMEM. */
int export_csv_append(struct text *text, const struct findings *findings);

/* Appends a table in Markdown, for reports: fewer figures, rounded. -ENOMEM. */
int export_markdown_append(struct text *text, const struct findings *findings);

#endif
