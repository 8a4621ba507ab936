/* A name server on a loop of the test's own, over UDP. What it says depends on how the name begins: "none" does not
 * exist, "empty" has no address, "silent" is not answered, "failed" is a failure, "brief" holds good for no time and
 * "long" for a million seconds. All others, and these two, are 127.0.0.1 for a minute; "both", "later4" and "later6"
 * are 2001:db8::1 too, and of "later4" and "later6" the addresses of this family are kept back until they are released.
 */
#ifndef TESTS_NAME_SERVER_H
#define TESTS_NAME_SERVER_H

#include <haul/haul.h>

#include <netinet/in.h>

struct name_server {
    struct haul_loop *loop;
    int descriptor;
    size_t questions; /* for IPv4 addresses */
    char address[32]; /* as haul_client_options.dns_servers */
    char last[256];   /* the name that was asked for last */
    size_t kept_size; /* of the answer that is kept back; 0: there is none */
    unsigned char kept[1024];
    struct sockaddr_in kept_for;
};

void name_server_open(struct name_server *server, struct haul_loop *loop);

/* Sends what is kept back. */
void name_server_release(struct name_server *server);

void name_server_close(struct name_server *server);

#endif
