/* `haul compare`: runs the same list in each mode, round after round, and tells what came of it. */
#ifndef COMPARE_COMPARE_H
#define COMPARE_COMPARE_H

#include "exit_status.h"
#include "options/options.h"

/* The whole subcommand. Where a signal ended it, what is complete is told, and the signal raised again: it does not
 * return then. */
enum exit_status compare_command(const struct options *options);

#endif
