/* From what the command line and the environment ask for to what the library's client is told. */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include "options/options.h"

#include <haul/client.h>

/* The certificates that --cacert names, or the system's; kept for all clients of the run. HAUL_E_INVALID: the file
 * cannot be used, and a message has said so; -ENOMEM. */
int client_trust_create(const struct options *options, struct haul_trust **ret_trust);

/* Fills the options of a client that runs in MODE. Nothing is copied. */
void client_options_fill(const struct options *options, enum mode mode, struct haul_trust *trust,
                         struct haul_client_options *ret_client_options);

#endif
