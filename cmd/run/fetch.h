/* `haul URLs`: fetches lists and gives out their results. */
#ifndef RUN_FETCH_H
#define RUN_FETCH_H

#include "exit_status.h"
#include "options/options.h"

/* The whole subcommand. Where a signal ended the run it raises that signal again and does not return. */
enum exit_status fetch_command(const struct options *options);

#endif
