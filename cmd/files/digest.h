/* SHA-256, of bytes as they come. */
#ifndef FILES_DIGEST_H
#define FILES_DIGEST_H

#include <stddef.h>

struct digest;

enum { DIGEST_ROOM = 65 };

/* -ENOMEM; -ENOTSUP: the system has none. */
int digest_create(struct digest **ret_digest);

/* Negative errno. */
int digest_add(struct digest *digest, const void *bytes, size_t size);

/* Writes it in hexadecimal, with a NUL, DIGEST_ROOM bytes. Once. Negative errno. */
int digest_write(struct digest *digest, char *buffer);

/* NULL is fine. */
void digest_destroy(struct digest *digest);

#endif
