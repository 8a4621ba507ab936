#include "input/glob_range.h"

#include <inttypes.h>
#include <stdio.h>

/* What is still to be read. */
struct reader {
    const char *at;
    const char *end;
};

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static bool take(struct reader *reader, char character)
{
    if (reader->at == reader->end || *reader->at != character)
        return false;
    reader->at++;
    return true;
}

static void skip_blanks(struct reader *reader)
{
    while (take(reader, ' ') || take(reader, '\t'))
        ;
}

/* At least one digit. False: none, or more than fits. */
static bool take_number(struct reader *reader, uint64_t *ret_number)
{
    uint64_t number = 0;
    const char *begin = reader->at;
    for (; reader->at < reader->end && is_digit(*reader->at); reader->at++) {
        uint64_t digit = (uint64_t)(*reader->at - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return reader->at > begin;
}

/* The step, if there is one, and the closing bracket. */
static bool take_end(struct reader *reader, uint64_t *ret_step)
{
    *ret_step = 1;
    if (take(reader, ':')) {
        skip_blanks(reader);
        if (!take_number(reader, ret_step))
            return false;
    }
    return take(reader, ']');
}

static bool take_letters(struct reader *reader, struct glob_range *range, uint64_t *ret_last)
{
    range->is_letters = true;
    range->first = (unsigned char)*reader->at++;
    if (!take(reader, '-') || reader->at == reader->end)
        return false;
    *ret_last = (unsigned char)*reader->at++;
    return take_end(reader, &range->step) && *ret_last >= range->first && *ret_last - range->first <= 'z' - 'a';
}

static bool take_numbers(struct reader *reader, struct glob_range *range, uint64_t *ret_last)
{
    const char *begin = reader->at;
    if (!take_number(reader, &range->first))
        return false;
    if (*begin == '0' && reader->at - begin <= GLOB_RANGE_WIDEST)
        range->width = (int)(reader->at - begin);
    else if (*begin == '0')
        return false;
    if (!take(reader, '-'))
        return false;
    skip_blanks(reader);
    return take_number(reader, ret_last) && take_end(reader, &range->step) && *ret_last >= range->first;
}

const char *glob_range_parse(const char *text, const char *end, struct glob_range *ret_range)
{
    struct reader reader = {text, end};
    struct glob_range range = {.width = 1};
    uint64_t last;
    bool is_range = false;
    if (text < end && is_letter(*text))
        is_range = take_letters(&reader, &range, &last);
    else if (text < end && is_digit(*text))
        is_range = take_numbers(&reader, &range, &last);
    if (!is_range)
        return NULL;
    uint64_t distance = last - range.first;
    bool is_step = range.step > 0 && (distance == 0 ? range.step == 1 : range.step <= distance);
    if (!is_step || distance / range.step == SIZE_MAX)
        return NULL;
    range.count = (size_t)(distance / range.step) + 1;
    *ret_range = range;
    return reader.at;
}

size_t glob_range_write(const struct glob_range *range, size_t index, char *buffer)
{
    uint64_t value = range->first + range->step * index;
    if (range->is_letters) {
        buffer[0] = (char)value;
        return 1;
    }
    return (size_t)snprintf(buffer, GLOB_RANGE_ROOM, "%0*" PRIu64, range->width, value);
}
