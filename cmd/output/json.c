#include "output/json.h"

#include "output/escape.h"
#include "output/utf8.h"

#include <string.h>

static const char hexadecimal[] = "0123456789abcdef";

static char *write_escape(char *end, uint32_t code_point)
{
    end = JSON_WRITE(end, "\\u");
    for (int shift = 12; shift >= 0; shift -= 4)
        *end++ = hexadecimal[code_point >> shift & 0xf];
    return end;
}

static bool is_plain(char character)
{
    return character >= 0x20 && character < 0x7f && character != '"' && character != '\\';
}

/* The inside of a string: what takes more than a copy. Sets *RET_IS_VALID to false if a byte was no UTF-8. */
static char *write_difficult(char *end, const char *bytes, size_t size, bool *ret_is_valid)
{
    for (size_t done = 0; done < size;) {
        uint32_t code_point;
        size_t length = utf8_decode(bytes + done, size - done, &code_point);
        if (length == 0) {
            end = JSON_WRITE(end, "\xef\xbf\xbd");
            *ret_is_valid = false;
            length = 1;
        } else if (code_point == '"' || code_point == '\\') {
            *end++ = '\\';
            *end++ = (char)code_point;
        } else if (escape_is_needed(code_point)) {
            end = write_escape(end, code_point);
        } else {
            memcpy(end, bytes + done, length);
            end += length;
        }
        done += length;
    }
    return end;
}

char *json_write_string(char *end, const char *bytes, size_t size, bool *ret_is_valid)
{
    size_t plain = 0;
    *end++ = '"';
    while (plain < size && is_plain(bytes[plain])) {
        end[plain] = bytes[plain];
        plain++;
    }
    end += plain;
    if (plain < size)
        end = write_difficult(end, bytes + plain, size - plain, ret_is_valid);
    *end++ = '"';
    return end;
}

char *json_write_text(char *end, const char *text)
{
    bool ignored;
    if (text == NULL)
        return JSON_WRITE(end, "null");
    return json_write_string(end, text, strlen(text), &ignored);
}

char *json_write_boolean(char *end, bool value)
{
    return value ? JSON_WRITE(end, "true") : JSON_WRITE(end, "false");
}

char *json_write_base64(char *end, const char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *byte = (const unsigned char *)bytes;
    for (; size > 0; byte += 3) {
        size_t taken = size < 3 ? size : 3;
        uint32_t group = (uint32_t)byte[0] << 16;
        group |= taken > 1 ? (uint32_t)byte[1] << 8 : 0;
        group |= taken > 2 ? byte[2] : 0;
        for (size_t i = 0; i < 4; i++)
            *end++ = i <= taken ? digits[group >> (18 - 6 * i) & 0x3f] : '=';
        size -= taken;
    }
    return end;
}
