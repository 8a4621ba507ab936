/* Base64 (RFC 4648, 4), read strictly: with its padding, and nothing else in it. */
#ifndef INPUT_BASE64_H
#define INPUT_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* How many bytes at most SIZE characters stand for. */
size_t base64_room(size_t size);

/* Writes what TEXT stands for; false where it is no base64. */
bool base64_decode(const char *text, size_t size, unsigned char *bytes, size_t *ret_size);

#endif
