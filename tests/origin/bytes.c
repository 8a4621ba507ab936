#include "bytes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool slice_is(struct slice slice, const char *text)
{
    return strlen(text) == slice.size && memcmp(slice.at, text, slice.size) == 0;
}

bool slice_is_ignoring_case(struct slice slice, const char *text)
{
    return strlen(text) == slice.size && strncasecmp(slice.at, text, slice.size) == 0;
}

uint64_t slice_number(struct slice slice, uint64_t fallback)
{
    const size_t digits_that_fit = 19;
    if (slice.size == 0 || slice.size > digits_that_fit)
        return fallback;
    uint64_t number = 0;
    for (size_t i = 0; i < slice.size; i++) {
        if (slice.at[i] < '0' || slice.at[i] > '9')
            return fallback;
        number = number * 10 + (uint64_t)(slice.at[i] - '0');
    }
    return number;
}

void bytes_finish(struct bytes *bytes)
{
    free(bytes->at);
    *bytes = (struct bytes){0};
}

void bytes_reserve(struct bytes *bytes, size_t size)
{
    size_t needed = bytes->size + size;
    if (needed <= bytes->capacity)
        return;
    size_t capacity = bytes->capacity > 0 ? bytes->capacity : 512;
    while (capacity < needed)
        capacity *= 2;
    bytes->at = realloc(bytes->at, capacity);
    if (!bytes->at)
        out_of_memory();
    bytes->capacity = capacity;
}

void bytes_append(struct bytes *bytes, const void *more, size_t size)
{
    if (size == 0)
        return;
    bytes_reserve(bytes, size);
    memcpy(bytes->at + bytes->size, more, size);
    bytes->size += size;
}

void bytes_append_text(struct bytes *bytes, const char *text)
{
    bytes_append(bytes, text, strlen(text));
}

void bytes_append_number(struct bytes *bytes, uint64_t number)
{
    char text[24];
    int length = snprintf(text, sizeof(text), "%" PRIu64, number);
    bytes_append(bytes, text, (size_t)length);
}

/* The value of a hexadecimal digit, -1 if it is none. */
static int digit(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

void bytes_append_decoded(struct bytes *bytes, struct slice slice)
{
    for (size_t i = 0; i < slice.size; i++) {
        char character = slice.at[i];
        if (character == '%' && slice.size - i > 2 && digit(slice.at[i + 1]) >= 0 && digit(slice.at[i + 2]) >= 0) {
            character = (char)(digit(slice.at[i + 1]) * 16 + digit(slice.at[i + 2]));
            i += 2;
        }
        bytes_append(bytes, &character, 1);
    }
}

void bytes_drop(struct bytes *bytes, size_t size)
{
    bytes->size -= size;
    if (bytes->size > 0)
        memmove(bytes->at, bytes->at + size, bytes->size);
}

void out_of_memory(void)
{
    fputs("origin: out of memory\n", stderr);
    exit(3);
}
