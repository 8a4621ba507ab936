#include "output/utf8.h"

#include <stdbool.h>

/* The forms by length. A code point below `first` would have a shorter form. */
static const struct {
    unsigned char mask;
    unsigned char lead;
    uint32_t first;
} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

static bool is_surrogate(uint32_t code_point)
{
    return code_point >= 0xd800 && code_point <= 0xdfff;
}

size_t utf8_decode(const char *bytes, size_t size, uint32_t *ret_code_point)
{
    const unsigned char *byte = (const unsigned char *)bytes;
    if (size == 0)
        return 0;
    size_t form = 0;
    while ((byte[0] & forms[form].mask) != forms[form].lead)
        if (++form == sizeof(forms) / sizeof(forms[0]))
            return 0;
    if (size <= form)
        return 0;

    uint32_t code_point = byte[0] & (unsigned char)~forms[form].mask;
    for (size_t i = 1; i <= form; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        code_point = code_point << 6 | (byte[i] & 0x3f);
    }
    if (code_point < forms[form].first || code_point > 0x10ffff || is_surrogate(code_point))
        return 0;
    *ret_code_point = code_point;
    return form + 1;
}
