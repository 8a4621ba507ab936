/* Quantities as people read them, of three digits or so. */
#ifndef OUTPUT_QUANTITY_H
#define OUTPUT_QUANTITY_H

#include <stdint.h>

struct text;

/* Appends a number, with one digit behind the point as long as it is small enough for that to matter. */
void quantity_append(struct text *text, double number);

/* Appends "999 B", "1.0 kB", "12.3 MB". */
void quantity_append_bytes(struct text *text, uint64_t bytes);

#endif
