/* The inside of trust: one certificate store of OpenSSL for all connections of all clients that share it. */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <haul/trust.h>

#include <stdbool.h>

/* The file it was made of, for a libcurl whose TLS is not OpenSSL; NULL: the system's. */
const char *haul__trust_file(const struct haul_trust *trust);

/* Has the connections that are made with SSL_CONTEXT, an SSL_CTX, verified by it; loads the certificates first if
 * nobody has. BUNDLE is where the system keeps them; NULL: where OpenSSL looks. Called from any thread. Negative errno.
 */
int haul__trust_install(struct haul_trust *trust, void *ssl_context, const char *bundle);

/* Whether the two sides of a connection, OpenSSL's SSL, have agreed on HTTP/2. NULL: no. */
bool haul__tls_has_http2(void *connection);

/* What the number means with which OpenSSL refuses a certificate. Static. */
const char *haul__trust_problem(long verify_result);

#endif
