/* How the values of options are read: each function here is an option_read_fn. */
#ifndef OPTION_VALUE_H
#define OPTION_VALUE_H

#include "options/option_table.h"

option_read_fn read_true;         /* bool */
option_read_fn read_false;        /* bool */
option_read_fn read_text;         /* const char *, not empty */
option_read_fn read_any_text;     /* const char * */
option_read_fn read_number;       /* size_t, from the row's minimum to its maximum */
option_read_fn read_concurrency;  /* the same, or auto */
option_read_fn read_loops;        /* size_t, as read_number; or auto: as many as there are processors */
option_read_fn read_size;         /* int64_t bytes; with k, M or G in units of 1024 */
option_read_fn read_duration;     /* int64_t; 0 is HAUL_NEVER */
option_read_fn read_continue;     /* bool; "-" alone */
option_read_fn read_template;     /* const char *: a name for files */
option_read_fn read_list;         /* a list's name, behind the items */
option_read_fn read_input_format; /* bool: whether it is jsonl */
option_read_fn read_base;         /* char *, a copy: an http or https URL */
option_read_fn read_mode;         /* enum mode, by its name */
option_read_fn read_this_mode;    /* enum mode: the row's minimum */
option_read_fn read_modes;        /* names of modes, with commas between them */
option_read_fn read_dns_servers;  /* addresses with ports and commas, as they are */
option_read_fn read_resolver;     /* bool: whether it is the system's */
option_read_fn read_resolve;      /* HOST:PORT:ADDRESS[,ADDRESS], behind the others of a NULL-ended array */
option_read_fn read_connect_to;   /* HOST1:PORT1:HOST2:PORT2, the same */

/* The problem, formatted, that makes a value HAUL_E_INVALID; -ENOMEM. */
int refuse(char **ret_problem, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
