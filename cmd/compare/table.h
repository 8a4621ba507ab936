/* What was run, and the figures of each variant. */
#ifndef COMPARE_TABLE_H
#define COMPARE_TABLE_H

#include "compare/figures.h"

struct text;

/* Appends the head, which says what was run, and the table in three blocks: the wall times, the results, the transfers.
 * At most 80 columns wide for all times below a thousand seconds, unless sides have long names. FIGURES are those of
 * all variants; NULL: no round is complete, or the list is empty, and the rows have none. -ENOMEM. */
int table_append(struct text *text, const struct comparison *comparison, const struct figures *figures);

/* Appends the three blocks as tables in Markdown, for reports, with what stands in the cells of the others. -ENOMEM. */
int table_append_markdown(struct text *text, const struct comparison *comparison, const struct figures *figures);

/* With how many decimals a comparison's seconds are shown, in table and words alike: so many that a short run shows
 * three figures, and so few that columns stay narrow. */
unsigned table_decimals(const struct comparison *comparison);

#endif
