/* What a comparison shows, in sentences. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report/differences.h"

struct text;

/* Appends the sentences, each on lines of its own, of at most 100 columns where no URL is in them; a URL is cut off
 * where it is long. How many times as fast a mode was is only said where that compares like with like: where all runs
 * came out alike, not every URL failed, and there was something to do side by side. -ENOMEM. */
int words_append(struct text *text, const struct comparison *comparison, const struct differences *differences);

#endif
