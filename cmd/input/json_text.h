/* JSON as text: what cJSON takes that is none (RFC 8259), and values given back as they were written, since a number
 * that goes through a double is another one. */
#ifndef INPUT_JSON_TEXT_H
#define INPUT_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text;

/* Looks at the tokens alone, not at how they are put together, which cJSON does. NULL, or what is wrong, static, and
 * *RET_AT where. */
const char *json_text_check(const char *bytes, size_t size, size_t *ret_at);

/* Whether text that was checked has a \u0000, where a string of C ends. */
bool json_text_has_nul(const char *bytes, size_t size);

/* Appends text that was checked: without the space between tokens, and with escapes for all characters that must not
 * stand as they are (output/escape.h). */
void json_text_append(struct text *text, const char *bytes, size_t size);

#endif
