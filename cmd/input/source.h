/* Where URLs come from: arguments and lists, one after the other, read line by line as they are asked for.
 *
 * Pull, not push: nothing is opened or read before a line is asked for, and then a buffer's worth at most, so that what
 * is not asked for stays in the pipe. A list that cannot be read costs a message; the others go on. */
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H

#include "input/line.h"

#include <haul/coroutine.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum source_kind {
    SOURCE_URL,  /* the text is a line itself */
    SOURCE_LIST, /* the text is the name of a file with lines, or "-" for standard input */
};

struct source_item {
    enum source_kind kind;
    const char *text;
};

struct source;

/* How lists are written. All zero: a line each, as line_parse takes it apart. */
struct source_format {
    bool is_null_separated; /* lines end with NUL, not with a newline */
    bool is_json;           /* each is a JSON object */
    bool has_base;          /* a line that begins with a slash is a URL, of arguments too, and means no file */
};

enum source_line_kind {
    SOURCE_LINE_ARGUMENT,
    SOURCE_LINE_PLAIN, /* of a list */
    SOURCE_LINE_JSON,  /* of a list: `input` is all of it */
};

/* A line that is neither blank nor a comment. Its bytes are good until the next one is asked for. */
struct source_line {
    enum source_line_kind kind;
    struct line line;
    const char *list;    /* the name of its list, for people; NULL: it is an argument */
    uint64_t number;     /* in its list, from 1; of an argument its place among the URL arguments, from 1 */
    const char *problem; /* NULL; or why it cannot be a URL, whatever it says: it is too long, and `line` only its
                          * begin. Static */
};

/* Makes a source of COUNT items, which are borrowed for its life. -ENOMEM. */
int source_create(const struct source_item *items, size_t count, struct source_format format,
                  struct source **ret_source);

/* Closes what is open. NULL is fine. */
void source_destroy(struct source *source);

/* The next line; never waits. HAUL_E_BUSY: it is not there yet, see source_wait; HAUL_E_DRAINED: there is none any
 * more; -ENOMEM. */
int source_next(struct source *source, struct source_line *ret_line);

/* After HAUL_E_BUSY: waits until it is worth to ask again. Answers as haul_wait_readable. */
struct haul_await source_wait(struct haul_task *task, struct source *source);

/* From now on what has not been read yet is given only of regular files, and what of others has been read, but for a
 * line that is not whole. So an end is sure to come, and nothing that somebody else could read is taken. */
void source_leave_pipes(struct source *source);

/* Nonzero if a list could not be read, or not to its end, and a message has said so. */
bool source_has_failed(const struct source *source);

#endif
