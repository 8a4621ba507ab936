/* Secrets in URLs, besides passwords, which the library masks: what gives access by standing in a query. */
#ifndef OUTPUT_SECRET_H
#define OUTPUT_SECRET_H

#include <stddef.h>

/* Room for a URL of SIZE bytes, masked, with its NUL. */
#define SECRET_ROOM(size) (2 * (size) + sizeof("***"))

/* Writes the URL with "***" for the value of each parameter, in the query or the fragment, whose name says that it is a
 * secret: one with token, secret, password, signature, credential or api key in it; key, sig, pwd, pass, auth. Returns
 * the size, without the NUL that follows. */
size_t secret_mask_url(const char *url, size_t size, char *buffer);

#endif
