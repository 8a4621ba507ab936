/* How the values of options are read that say what is written and what is a failure: each function here is an
 * option_read_fn. */
#ifndef OPTION_OUTPUT_H
#define OPTION_OUTPUT_H

#include "options/option_table.h"

option_read_fn read_format;      /* a format, by its name */
option_read_fn read_this_format; /* the format that is the row's minimum */
option_read_fn read_write_out;   /* a format, or @FILE with one */
option_read_fn read_only;        /* ok or failed */
option_read_fn read_record;      /* short or full */
option_read_fn read_colour;      /* auto, always or never */
option_read_fn read_progress;    /* line, bars or none */
option_read_fn read_summary;     /* none, total or host */
option_read_fn read_statuses;    /* of those that are ok */
option_read_fn read_fail_on;     /* as fail_on_parse */

#endif
