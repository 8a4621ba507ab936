/* The parts of JSON, written where there is room for them: who writes reserves it once for the whole. */
#ifndef OUTPUT_JSON_H
#define OUTPUT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A byte of text becomes "\u00XX" at most; and a string has two quotes. */
enum { JSON_BYTE_ROOM = 6, JSON_QUOTES = 2 };

/* Appends a string literal. */
#define JSON_WRITE(end, literal) ((char *)memcpy((end), (literal), sizeof(literal) - 1) + sizeof(literal) - 1)

/* A string of any bytes: valid, and harmless on a terminal. Sets *RET_IS_VALID to false if a byte was no UTF-8. All
 * return the end. */
char *json_write_string(char *end, const char *bytes, size_t size, bool *ret_is_valid);

/* A text that ends with NUL; null where it is NULL. */
char *json_write_text(char *end, const char *text);

char *json_write_boolean(char *end, bool value);

/* Without quotes. */
char *json_write_base64(char *end, const char *bytes, size_t size);

#endif
