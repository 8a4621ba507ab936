/* How the options of `haul compare` are read: option_read_fn, and what they come to together. */
#ifndef OPTION_COMPARISON_H
#define OPTION_COMPARISON_H

#include "options/option_table.h"

option_read_fn read_concurrency; /* size_t from the row's minimum to its maximum, or auto; to compare several of them */
option_read_fn read_modes;       /* names of modes, with commas between them */
option_read_fn read_base;        /* an http or https URL; to compare several, with a name before each or without */

/* What `haul compare` does by default. */
void comparison_options_init(struct comparison_options *comparison);

/* Completes the options of a comparison; what is sent is known. HAUL_E_INVALID: they do not go together, and
 * *RET_PROBLEM, static, says why; -ENOMEM. */
int comparison_options_complete(struct options *options, const char **ret_problem);

void comparison_options_finish(struct comparison_options *comparison);

#endif
