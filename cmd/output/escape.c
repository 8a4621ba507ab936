#include "output/escape.h"

#include "output/utf8.h"

#include <stdio.h>
#include <string.h>

/* The longest escape, "\u{2069}", and a NUL. */
enum { escape_room = 12 };

/* What stands in the output for the characters at one place of the text. */
struct piece {
    size_t taken;              /* bytes of the text */
    size_t size;               /* bytes of the output */
    bool is_verbatim;          /* it is the text itself, else: */
    char escaped[escape_room]; /* this */
};

static bool is_plain(char character)
{
    return character >= 0x20 && character < 0x7f && character != '\\';
}

bool escape_is_needed(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f) || code_point == 0x061c ||
           code_point == 0x200e || code_point == 0x200f || (code_point >= 0x2028 && code_point <= 0x202e) ||
           (code_point >= 0x2066 && code_point <= 0x2069);
}

static void set_escaped(struct piece *piece, const char *format, unsigned number)
{
    piece->is_verbatim = false;
    piece->size = (size_t)snprintf(piece->escaped, sizeof(piece->escaped), format, number);
}

/* Looks at the one character, or the invalid byte, that TEXT begins with. */
static struct piece piece_of_character(const char *text, size_t size)
{
    uint32_t code_point;
    size_t length = utf8_decode(text, size, &code_point);
    struct piece piece = {.taken = length > 0 ? length : 1, .size = length, .is_verbatim = true};
    if (length == 0)
        set_escaped(&piece, "\\x%02x", (unsigned char)text[0]);
    else if (code_point == '\t')
        set_escaped(&piece, "\\t", 0);
    else if (code_point == '\n')
        set_escaped(&piece, "\\n", 0);
    else if (code_point == '\\')
        set_escaped(&piece, "\\\\", 0);
    else if (escape_is_needed(code_point))
        set_escaped(&piece, code_point < 0x80 ? "\\x%02x" : "\\u{%x}", code_point);
    return piece;
}

static size_t plain_size(const char *text, size_t size)
{
    size_t plain = 0;
    while (plain < size && is_plain(text[plain]))
        plain++;
    return plain;
}

size_t escape_size(const char *text, size_t size)
{
    size_t total = plain_size(text, size);
    for (size_t done = total; done < size;) {
        struct piece piece = piece_of_character(text + done, size - done);
        done += piece.taken;
        total += piece.size;
    }
    return total;
}

size_t escape_write(const char *text, size_t size, char *buffer, size_t capacity)
{
    size_t written = 0;
    for (size_t done = 0; done < size;) {
        size_t plain = plain_size(text + done, size - done);
        if (plain > capacity - written)
            plain = capacity - written;
        memcpy(buffer + written, text + done, plain);
        written += plain;
        done += plain;
        if (done == size)
            break;
        struct piece piece = piece_of_character(text + done, size - done);
        if (piece.size > capacity - written)
            break;
        memcpy(buffer + written, piece.is_verbatim ? text + done : piece.escaped, piece.size);
        written += piece.size;
        done += piece.taken;
    }
    return written;
}
