/* The name of a file in a Content-Disposition field (RFC 6266). */
#ifndef FILES_DISPOSITION_H
#define FILES_DISPOSITION_H

#include <stdbool.h>

struct text;

/* Appends the name that VALUE gives, filename* (RFC 8187) before filename, without what stands before its last slash
 * or backslash. It comes from a stranger as it is: see files/filename.h. False: there is none, or an empty one. */
bool disposition_append_name(struct text *text, const char *value);

#endif
