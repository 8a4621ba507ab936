/* `haul report`: pictures of records that were saved. */
#ifndef PICTURE_REPORT_H
#define PICTURE_REPORT_H

#include "exit_status.h"
#include "options/options.h"

/* The whole subcommand. */
enum exit_status report_command(const struct options *options);

#endif
