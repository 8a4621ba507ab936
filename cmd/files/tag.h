/* Tags that are JSON, and what they have inside. */
#ifndef FILES_TAG_H
#define FILES_TAG_H

#include <stddef.h>

struct text;

/* Appends what TAG has under KEYS, names with dots between them: a text as it is (but a NUL
 * in it as another control character), a number as it stands there, a truth value, and nothing where TAG is no JSON
 * object, has no such thing, or it is not one value. KEYS may be NULL: of TAG itself, which is JSON then; where it is
 * not one value, its JSON. -ENOMEM. */
int tag_append_value(struct text *text, const char *tag, size_t size, const char *keys);

#endif
