/* How the values of options are read that say what is sent: each function here is an option_read_fn. */
#ifndef OPTION_REQUEST_H
#define OPTION_REQUEST_H

#include "options/option_table.h"

option_read_fn read_header; /* "Name: value", "Name:", "Name;" or @FILE with such lines */
option_read_fn read_plain_data;
option_read_fn read_binary_data;
option_read_fn read_encoded_data;
option_read_fn read_json_data;
option_read_fn read_user;           /* NAME:PASSWORD */
option_read_fn read_bearer;         /* a token */
option_read_fn read_cookie;         /* NAME=VALUE; ..., or a FILE, whose name has no equals sign */
option_read_fn read_referer;        /* URL, URL;auto or ;auto */
option_read_fn read_range;          /* as of the field Range, or one number */
option_read_fn read_time_condition; /* a date or a file, or with a dash before it */
option_read_fn read_auth_host;      /* a host, or with a dot before it a domain */
option_read_fn read_agent;          /* any text */

#endif
