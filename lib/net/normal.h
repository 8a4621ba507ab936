/* The normal form of a URL's components (RFC 3986, 6.2.2): percent-encoding and dot segments. */
#ifndef NET_NORMAL_H
#define NET_NORMAL_H

#include "base/buffer.h"

#include <stdbool.h>

enum haul__component { HAUL__USER_COMPONENT, HAUL__PATH_COMPONENT, HAUL__QUERY_COMPONENT, HAUL__FRAGMENT_COMPONENT };

/* Whether all of TEXT, a path with its query, stands in normal form: then nothing below would change it. */
bool haul__is_normal(const char *text, size_t size);

/* Appends TEXT in normal form: encodes what may not stand there as it is, decodes what need not be encoded, and writes
 * hexadecimal digits in capitals. -ENOMEM. */
int haul__append_normal(struct haul__buffer *buffer, enum haul__component component, const char *text, size_t size);

/* Takes "." and ".." out of PATH, which begins with '/', in place (RFC 3986, 5.2.4). Returns its new size. */
size_t haul__remove_dots(char *path, size_t size);

#endif
