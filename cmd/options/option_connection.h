/* How the values of options are read that say how servers are reached: each function here is an option_read_fn. */
#ifndef OPTION_CONNECTION_H
#define OPTION_CONNECTION_H

#include "options/option_table.h"

option_read_fn read_proxy;        /* a URL, a copy; an empty one is none */
option_read_fn read_certificate;  /* FILE or FILE:PASSWORD, a copy */
option_read_fn read_file;         /* const char *, a file that can be read */
option_read_fn read_http_version; /* the row's minimum is the enum haul_http_version */
option_read_fn read_tls_version;  /* the row's minimum is the enum haul_tls_version */
option_read_fn read_ip_version;   /* the row's minimum is the enum haul_ip_version */
option_read_fn read_protocols;    /* curl's list: "https", "=http,https", "-http" */
option_read_fn read_protocol;     /* http or https */
option_read_fn read_nothing;      /* what curl's users write and haul does anyway, and what is done before */

#endif
