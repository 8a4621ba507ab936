#include "net/normal.h"

#include <string.h>

/* What a character may be. */
enum { unreserved = 1, in_user = 2, in_tail = 4 };

/* Path, query and fragment keep what they have, but for spaces and all that is not ASCII: servers see in them what
 * the list's author wrote, as with curl. User information is between delimiters, and is encoded strictly. */
static unsigned classes_of(unsigned char character)
{
    if ((character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
        (character >= '0' && character <= '9') || (character != '\0' && strchr("-._~", character)))
        return unreserved | in_user | in_tail;
    if (character != '\0' && strchr("!$&'()*+,;=", character))
        return in_user | in_tail;
    return character > ' ' && character < 0x7f ? in_tail : 0;
}

static int hexadecimal(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return -1;
}

/* The byte that an encoded triplet stands for, or -1 if TEXT does not begin with one. */
static int decode(const char *text, size_t size)
{
    if (size < 3 || text[0] != '%' || hexadecimal(text[1]) < 0 || hexadecimal(text[2]) < 0)
        return -1;
    return hexadecimal(text[1]) * 16 + hexadecimal(text[2]);
}

/* Indexed by the character: whether it stands for itself in a path or query of normal form, whatever is beside it.
 * Left out are '%', '.', '#' and '?', which need a closer look. */
static const bool plain[256] = {
    ['!'] = true, ['$'] = true, ['&'] = true, ['\''] = true, ['('] = true, [')'] = true, ['*'] = true, ['+'] = true,
    [','] = true, ['-'] = true, ['/'] = true, ['0'] = true,  ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
    ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true,  ['9'] = true, [':'] = true, [';'] = true, ['='] = true,
    ['@'] = true, ['A'] = true, ['B'] = true, ['C'] = true,  ['D'] = true, ['E'] = true, ['F'] = true, ['G'] = true,
    ['H'] = true, ['I'] = true, ['J'] = true, ['K'] = true,  ['L'] = true, ['M'] = true, ['N'] = true, ['O'] = true,
    ['P'] = true, ['Q'] = true, ['R'] = true, ['S'] = true,  ['T'] = true, ['U'] = true, ['V'] = true, ['W'] = true,
    ['X'] = true, ['Y'] = true, ['Z'] = true, ['_'] = true,  ['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true,
    ['e'] = true, ['f'] = true, ['g'] = true, ['h'] = true,  ['i'] = true, ['j'] = true, ['k'] = true, ['l'] = true,
    ['m'] = true, ['n'] = true, ['o'] = true, ['p'] = true,  ['q'] = true, ['r'] = true, ['s'] = true, ['t'] = true,
    ['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true,  ['y'] = true, ['z'] = true, ['~'] = true,
};

bool haul__is_normal(const char *text, size_t size)
{
    bool in_query = false;
    for (size_t i = 0; i < size; i++) {
        char character = text[i];
        if (plain[(unsigned char)character])
            continue;
        if (character == '.') {
            if (!in_query && i > 0 && text[i - 1] == '/')
                return false;
        } else if (character == '?') {
            /* An empty query is for the parser to decide on. */
            if (i + 1 == size)
                return false;
            in_query = true;
        } else {
            int byte = decode(text + i, size - i);
            if (byte < 0 || (classes_of((unsigned char)byte) & unreserved) || text[i + 1] >= 'a' || text[i + 2] >= 'a')
                return false;
            i += 2;
        }
    }
    return true;
}

static int append_encoded(struct haul__buffer *buffer, unsigned char byte)
{
    static const char digits[] = "0123456789ABCDEF";
    const char triplet[3] = {'%', digits[byte >> 4], digits[byte & 15]};
    return haul__buffer_append(buffer, triplet, sizeof(triplet));
}

int haul__append_normal(struct haul__buffer *buffer, enum haul__component component, const char *text, size_t size)
{
    unsigned wanted = component == HAUL__USER_COMPONENT ? in_user : in_tail;
    /* So many hexadecimal digits would make a triplet of the lone '%' that was appended before. */
    int missing = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        int decoded = decode(text + i, size - i);
        bool as_it_is = (classes_of(byte) & wanted) && (byte != '%' || component != HAUL__USER_COMPONENT);
        if (decoded >= 0) {
            i += 2;
            byte = (unsigned char)decoded;
            as_it_is = (classes_of(byte) & unreserved) && !(missing > 0 && hexadecimal((char)byte) >= 0);
        }
        if (as_it_is && byte == '%')
            missing = 2;
        else
            missing = as_it_is && missing > 0 && hexadecimal((char)byte) >= 0 ? missing - 1 : 0;
        int code = as_it_is ? haul__buffer_append(buffer, &byte, 1) : append_encoded(buffer, byte);
        if (code < 0)
            return code;
    }
    return 0;
}

size_t haul__remove_dots(char *path, size_t size)
{
    size_t out = 0;
    for (size_t in = 0; in < size;) {
        /* A segment: a '/' and what follows it up to the next. */
        size_t end = in + 1;
        while (end < size && path[end] != '/')
            end++;
        size_t length = end - in - 1;
        bool is_dot = length == 1 && path[in + 1] == '.';
        bool is_dots = length == 2 && path[in + 1] == '.' && path[in + 2] == '.';
        if (is_dots)
            while (out > 0 && path[--out] != '/')
                ;
        if (is_dot || is_dots) {
            /* As the last segment it leaves its '/'. */
            if (end == size)
                path[out++] = '/';
        } else {
            memmove(path + out, path + in, end - in);
            out += end - in;
        }
        in = end;
    }
    return out;
}
