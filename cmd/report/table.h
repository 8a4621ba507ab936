/* What was run, and a row of figures for each mode. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "report/comparison.h"

struct text;

/* Appends the head, which says what was run, and the table, at most 100 columns wide for all times below a thousand
 * seconds. Where no round is complete the rows have no figures. -ENOMEM. */
int table_append(struct text *text, const struct comparison *comparison);

/* With how many decimals a comparison's seconds are shown, in table and words alike: so many that a short run shows
 * three figures, and so few that columns stay narrow. */
unsigned table_decimals(const struct comparison *comparison);

/* What a number takes with the NUL behind. */
enum { TABLE_NUMBER_SIZE = 32 };

/* Writes a number, not negative, with so many decimals (1 to 6) behind a point in every locale; returns BUFFER, which
 * has TABLE_NUMBER_SIZE bytes. */
const char *table_number(char *buffer, double number, unsigned decimals);

#endif
