/* Makes text that haul did not write itself (from servers, lists, certificates) harmless to a terminal and to a table
 * of lines and tabs. Reversible: a backslash is always the begin of an escape.
 *
 *     tab, newline, backslash                  \t \n \\
 *     other control characters below U+0080    \xHH
 *     bytes that are not UTF-8                 \xHH
 *     C1 controls, U+2028, U+2029, and what    \u{H...}
 *     turns the direction of writing */
#ifndef OUTPUT_ESCAPE_H
#define OUTPUT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a character must not stand as it is: C0 (tab and newline among them), DEL, C1, U+2028, U+2029 and bidi
 * controls. The backslash is no such character. */
bool escape_is_needed(uint32_t code_point);

/* How many bytes the escaped form of SIZE bytes of TEXT takes: SIZE if, and only if, it is the text itself. */
size_t escape_size(const char *text, size_t size);

/* Writes the escaped form, without a NUL, as far as whole characters and whole escapes fit in CAPACITY bytes. Returns
 * the number of bytes written. */
size_t escape_write(const char *text, size_t size, char *buffer, size_t capacity);

#endif
