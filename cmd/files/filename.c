#include "files/filename.h"

#include "output/escape.h"
#include "output/text.h"
#include "output/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A dash and the digits of a hash. */
enum { hash_size = 17 };

/* FNV-1a. */
uint64_t filename_hash(const char *bytes, size_t size)
{
    uint64_t value = 0xcbf29ce484222325;
    for (size_t i = 0; i < size; i++)
        value = (value ^ (unsigned char)bytes[i]) * 0x100000001b3;
    return value;
}

/* How much of SIZE bytes, MOST at most, ends with a whole character. */
static size_t whole_characters(const char *bytes, size_t size, size_t most)
{
    size_t end = 0;
    for (uint32_t ignored; end < size;) {
        size_t length = utf8_decode(bytes + end, size - end, &ignored);
        length = length > 0 ? length : 1;
        if (end + length > most)
            break;
        end += length;
    }
    return end;
}

static void shorten(struct text *path, size_t begin, uint64_t hash_of_all)
{
    char digits[hash_size + 1];
    if (path->failed || path->size - begin <= FILENAME_MOST)
        return;
    path->size = begin + whole_characters(path->bytes + begin, path->size - begin, FILENAME_MOST - hash_size);
    snprintf(digits, sizeof(digits), "-%016" PRIx64, hash_of_all);
    text_append(path, digits, hash_size);
}

void filename_shorten(struct text *path, size_t begin)
{
    if (!path->failed && path->size > begin)
        shorten(path, begin, filename_hash(path->bytes + begin, path->size - begin));
}

void filename_append(struct text *path, const char *value, size_t size)
{
    size_t begin = path->size;
    for (size_t done = 0; done < size;) {
        uint32_t code_point;
        size_t length = utf8_decode(value + done, size - done, &code_point);
        bool is_first_bad = done == 0 && (value[0] == '.' || value[0] == '-');
        bool is_bad = length == 0 || code_point == '/' || escape_is_needed(code_point) || is_first_bad;
        length = length > 0 ? length : 1;
        if (is_bad)
            text_append(path, "_", 1);
        else
            text_append(path, value + done, length);
        done += length;
    }
    if (size == 0)
        text_append(path, "_", 1);
    else
        shorten(path, begin, filename_hash(value, size));
}

void filename_append_path(struct text *path, const char *value, size_t size)
{
    for (int depth = 1;; depth++) {
        const char *slash = size > 0 && depth < FILENAME_DEEPEST ? memchr(value, '/', size) : NULL;
        size_t length = slash ? (size_t)(slash - value) : size;
        filename_append(path, value, length);
        if (!slash)
            break;
        text_append(path, "/", 1);
        value += length + 1;
        size -= length + 1;
    }
}
