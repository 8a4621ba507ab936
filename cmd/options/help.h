/* What haul says about itself. Written to STREAM, whose errors are left for the caller to see. */
#ifndef HELP_H
#define HELP_H

#include "options/options.h"

#include <stdio.h>

/* --help of haul or of one of its subcommands: at most 80 columns. */
void help_print(FILE *stream, enum command command);

/* The usage lines alone, and where to find more: for who gave nothing to read. */
void help_print_usage(FILE *stream, enum command command);

/* --version: "haul 0.1.0 libcurl/7.88.1 c-ares/1.18.1 libev/4.33". */
void help_print_version(FILE *stream);

#endif
