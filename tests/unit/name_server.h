/* A name server on a loop of the test's own, over UDP. What it says depends on how the name begins: "none" does not
 * exist, "empty" has no address, "silent" is not answered, "brief" holds good for no time and "long" for a million
 * seconds. All others, and these two, are 127.0.0.1 for a minute. */
#ifndef TESTS_NAME_SERVER_H
#define TESTS_NAME_SERVER_H

#include <haul/haul.h>

struct name_server {
    struct haul_loop *loop;
    int descriptor;
    size_t questions; /* for IPv4 addresses */
    char address[32]; /* as haul_client_options.dns_servers */
};

void name_server_open(struct name_server *server, struct haul_loop *loop);
void name_server_close(struct name_server *server);

#endif
