/* A comparison's figures as JSON, every sample among them, for other programs and for --baseline. The manual page
 * haul-compare(1), EXPORT, is its schema. Times are seconds on the monotonic clock, to the nanosecond. */
#ifndef COMPARE_EXPORT_JSON_H
#define COMPARE_EXPORT_JSON_H

#include "compare/words.h"

struct text;

/* Changes when a key changes its meaning or goes; keys may be added. */
enum { EXPORT_JSON_VERSION = 2 };

/* Appends all of it, with a newline at the end. -ENOMEM. */
int export_json_append(struct text *text, const struct findings *findings);

/* Appends the same without what there is of each URL: URLs, differences and runs. -ENOMEM. */
int export_json_append_figures(struct text *text, const struct findings *findings);

#endif
