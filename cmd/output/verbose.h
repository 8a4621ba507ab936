/* What -v, --verbose writes to standard error. */
#ifndef OUTPUT_VERBOSE_H
#define OUTPUT_VERBOSE_H

#include <haul/client.h>

/* Writes a line, in one piece and escaped. */
haul_debug_fn verbose_write;

#endif
