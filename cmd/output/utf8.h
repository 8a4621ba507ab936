/* UTF-8, read one character at a time. */
#ifndef OUTPUT_UTF8_H
#define OUTPUT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Reads the character that BYTES, SIZE of them, begin with: how many bytes it takes, 1 to 4. 0: they begin with none
 * (RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF, nothing cut off), or SIZE is 0. */
size_t utf8_decode(const char *bytes, size_t size, uint32_t *ret_code_point);

#endif
