#include "input/base64.h"

#include <stdint.h>

size_t base64_room(size_t size)
{
    return size / 4 * 3;
}

/* What a character stands for; -1: it is none. */
static int value_of(char character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    if (character == '+')
        return 62;
    return character == '/' ? 63 : -1;
}

bool base64_decode(const char *text, size_t size, unsigned char *bytes, size_t *ret_size)
{
    size_t written = 0;
    if (size % 4 != 0)
        return false;
    size_t padding = 0;
    while (padding < 2 && padding < size && text[size - 1 - padding] == '=')
        padding++;
    uint32_t group = 0;
    for (size_t i = 0; i < size - padding; i++) {
        int value = value_of(text[i]);
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
        /* Each character but the first of four completes a byte. */
        unsigned spare = 6 - 2 * (i % 4);
        if (spare < 6)
            bytes[written++] = (unsigned char)(group >> spare);
    }
    /* What is left over of the last byte must be zero: each sequence of bytes has one text. */
    uint32_t left_over = padding == 2 ? 0xf : padding == 1 ? 0x3 : 0;
    if ((group & left_over) != 0)
        return false;
    *ret_size = written;
    return true;
}
