/* How the values of options for rates and shares are read: each function here is an option_read_fn. */
#ifndef OPTION_RATE_H
#define OPTION_RATE_H

#include "options/option_table.h"

option_read_fn read_rate;       /* int64_t: the time from one to the next, of "50/s", "0.5/m" */
option_read_fn read_percentage; /* unsigned: 20 of "20%" */

#endif
