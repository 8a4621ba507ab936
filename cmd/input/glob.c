#include "input/glob.h"

#include "input/glob_range.h"
#include "output/text.h"

#include <haul/error.h>

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A stretch of `texts`. */
struct stretch {
    size_t begin;
    size_t size;
};

/* What stands between two literal stretches: a range, or a set of words. */
struct pattern {
    struct stretch before; /* the literal text in front of it */
    struct glob_range range;
    size_t first_word; /* in `words` */
    size_t count;      /* how many it stands for */
    size_t at;         /* the one it stands for now */
    bool is_range;
};

struct glob {
    struct text texts;   /* all literal text and all words, without their escapes */
    struct text words;   /* struct stretch: the words of all sets */
    struct text parts;   /* struct pattern */
    struct stretch rest; /* the literal text behind the last pattern */
    size_t count;
    struct text url;           /* the one it stands at */
    struct glob_value *values; /* of each pattern, in `url` */
};

/* Where the text is taken apart. */
struct reader {
    struct glob *glob;
    const char *text;
    size_t size;
    size_t at;
    size_t maximum;
    struct glob_problem *ret_problem;
};

static size_t pattern_count(const struct glob *glob)
{
    return glob->parts.size / sizeof(struct pattern);
}

static struct pattern *pattern_at(const struct glob *glob, size_t i)
{
    return (struct pattern *)(void *)glob->parts.bytes + i;
}

static const struct stretch *word_at(const struct glob *glob, size_t i)
{
    return (const struct stretch *)(const void *)glob->words.bytes + i;
}

bool glob_is_pattern(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] == '{' || text[i] == '}' || text[i] == '[' || text[i] == ']')
            return true;
    return false;
}

static int refuse(struct reader *reader, const char *what, size_t at)
{
    snprintf(reader->ret_problem->text, sizeof(reader->ret_problem->text), "%s at position %zu", what, at + 1);
    return HAUL_E_INVALID;
}

static bool is_special(char character)
{
    return character == '{' || character == '}' || character == '[' || character == ']';
}

/* How long an address in brackets is, with them, that stands here; 0: none does. */
static size_t measure_address(const struct reader *reader)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr bytes;
    const char *begin = reader->text + reader->at;
    const char *end = memchr(begin, ']', reader->size - reader->at);
    if (!end)
        return 0;
    size_t inside = (size_t)(end - begin) - 1;
    if (inside == 0)
        return 2;
    const char *zone = memchr(begin, '%', inside);
    size_t size = zone ? (size_t)(zone - begin) - 1 : inside;
    if (size >= sizeof(address))
        return 0;
    memcpy(address, begin + 1, size);
    address[size] = '\0';
    return inet_pton(AF_INET6, address, &bytes) == 1 ? inside + 2 : 0;
}

/* Reads what is literal, up to a pattern or the end. */
static int read_literal(struct reader *reader, struct stretch *ret_literal)
{
    struct text *texts = &reader->glob->texts;
    struct stretch literal = {.begin = texts->size};
    while (reader->at < reader->size && reader->text[reader->at] != '{') {
        const char *here = reader->text + reader->at;
        size_t taken = 1;
        if (*here == '}' || *here == ']')
            return refuse(reader, "unmatched close brace or bracket", reader->at);
        if (*here == '[') {
            taken = measure_address(reader);
            if (taken == 0)
                break;
        } else if (*here == '\\' && reader->at + 1 < reader->size && is_special(here[1])) {
            reader->at++;
            here++;
        }
        text_append(texts, here, taken);
        reader->at += taken;
    }
    literal.size = texts->size - literal.begin;
    *ret_literal = literal;
    return 0;
}

static void end_word(struct glob *glob, size_t begin)
{
    struct stretch word = {begin, glob->texts.size - begin};
    text_append(&glob->words, (const char *)&word, sizeof(word));
}

/* Reads {one,two}, from behind the brace. */
static int read_set(struct reader *reader, struct pattern *pattern)
{
    struct glob *glob = reader->glob;
    size_t open = reader->at - 1;
    size_t begin = glob->texts.size;
    pattern->first_word = glob->words.size / sizeof(struct stretch);
    for (; reader->at < reader->size; reader->at++) {
        char here = reader->text[reader->at];
        if (here == '{' || here == '[')
            return refuse(reader, "nested brace", reader->at);
        if (here == ']')
            return refuse(reader, "unexpected close bracket", reader->at);
        if (here == ',' || here == '}') {
            end_word(glob, begin);
            begin = glob->texts.size;
            pattern->count++;
            if (here == '}')
                break;
        } else {
            if (here == '\\' && reader->at + 1 < reader->size)
                here = reader->text[++reader->at];
            text_append(&glob->texts, &here, 1);
        }
    }
    if (reader->at == reader->size)
        return refuse(reader, "unmatched brace", open);
    if (reader->at == open + 1)
        return refuse(reader, "empty braces", open);
    reader->at++;
    return 0;
}

static int read_range(struct reader *reader, struct pattern *pattern)
{
    const char *end = glob_range_parse(reader->text + reader->at, reader->text + reader->size, &pattern->range);
    if (!end)
        return refuse(reader, "bad range", reader->at - 1);
    pattern->is_range = true;
    pattern->count = pattern->range.count;
    reader->at = (size_t)(end - reader->text);
    return 0;
}

static int multiply(struct reader *reader, size_t by)
{
    struct glob *glob = reader->glob;
    assert(by > 0);
    if (by <= reader->maximum && glob->count <= reader->maximum / by) {
        glob->count *= by;
        return 0;
    }
    snprintf(reader->ret_problem->text, sizeof(reader->ret_problem->text),
             "it stands for more than %zu URLs (--glob-max)", reader->maximum);
    return HAUL_E_INVALID;
}

static int read_all(struct reader *reader)
{
    for (;;) {
        struct pattern pattern = {.at = 0};
        int code = read_literal(reader, &pattern.before);
        if (code != 0)
            return code;
        if (reader->at == reader->size) {
            reader->glob->rest = pattern.before;
            return 0;
        }
        code = reader->text[reader->at++] == '{' ? read_set(reader, &pattern) : read_range(reader, &pattern);
        if (code == 0)
            code = multiply(reader, pattern.count);
        if (code != 0)
            return code;
        text_append(&reader->glob->parts, (const char *)&pattern, sizeof(pattern));
    }
}

static void append_stretch(struct glob *glob, struct stretch stretch)
{
    text_append(&glob->url, glob->texts.bytes + stretch.begin, stretch.size);
}

static void append_value(struct glob *glob, const struct pattern *pattern)
{
    if (pattern->is_range) {
        char value[GLOB_RANGE_ROOM];
        text_append(&glob->url, value, glob_range_write(&pattern->range, pattern->at, value));
    } else {
        append_stretch(glob, *word_at(glob, pattern->first_word + pattern->at));
    }
}

/* Makes the URL it stands at, and finds the values in it. */
static int make_url(struct glob *glob)
{
    size_t count = pattern_count(glob);
    text_clear(&glob->url);
    for (size_t i = 0; i < count; i++) {
        const struct pattern *pattern = pattern_at(glob, i);
        append_stretch(glob, pattern->before);
        glob->values[i].size = glob->url.size;
        append_value(glob, pattern);
        glob->values[i].size = glob->url.size - glob->values[i].size;
    }
    append_stretch(glob, glob->rest);
    if (glob->url.failed)
        return -ENOMEM;
    size_t begin = 0;
    for (size_t i = 0; i < count; i++) {
        begin += pattern_at(glob, i)->before.size;
        glob->values[i].bytes = glob->url.bytes + begin;
        begin += glob->values[i].size;
    }
    return 0;
}

int glob_create(const char *text, size_t size, size_t maximum, struct glob **ret_glob, struct glob_problem *ret_problem)
{
    struct glob *glob = calloc(1, sizeof(*glob));
    if (!glob)
        return -ENOMEM;
    glob->count = 1;
    struct reader reader = {.glob = glob, .text = text, .size = size, .maximum = maximum, .ret_problem = ret_problem};
    int code = read_all(&reader);
    if (glob->texts.failed || glob->words.failed || glob->parts.failed)
        code = -ENOMEM;
    if (code == 0) {
        glob->values = calloc(pattern_count(glob) + 1, sizeof(*glob->values));
        code = glob->values ? make_url(glob) : -ENOMEM;
    }
    if (code != 0) {
        glob_destroy(glob);
        return code;
    }
    *ret_glob = glob;
    return 0;
}

void glob_destroy(struct glob *glob)
{
    if (!glob)
        return;
    text_finish(&glob->texts);
    text_finish(&glob->words);
    text_finish(&glob->parts);
    text_finish(&glob->url);
    free(glob->values);
    free(glob);
}

size_t glob_count(const struct glob *glob)
{
    return glob->count;
}

const char *glob_text(const struct glob *glob, size_t *ret_size)
{
    *ret_size = glob->url.size;
    return glob->url.bytes ? glob->url.bytes : "";
}

const struct glob_value *glob_values(const struct glob *glob, size_t *ret_count)
{
    *ret_count = pattern_count(glob);
    return glob->values;
}

int glob_step(struct glob *glob)
{
    size_t i = pattern_count(glob);
    while (i > 0 && pattern_at(glob, i - 1)->at + 1 == pattern_at(glob, i - 1)->count)
        pattern_at(glob, --i)->at = 0;
    if (i == 0)
        return HAUL_E_DRAINED;
    pattern_at(glob, i - 1)->at++;
    return make_url(glob);
}
