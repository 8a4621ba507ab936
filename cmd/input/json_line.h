/* A line of a list in JSON lines: one object that says what to fetch, and how. Nothing in it is an option, and nothing
 * of it reads a file: an @ means nothing here. */
#ifndef INPUT_JSON_LINE_H
#define INPUT_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct line_request;

/* What it says; to be finished. Where the line was refused it holds what could be read of it. */
struct json_line {
    char *url; /* NULL: there is none */
    char *tag; /* NULL: there is none, or null */
    size_t tag_size;
    bool is_tag_json; /* the tag is JSON, whole and on one line; otherwise text */
    struct line_request *request;
    char problem[160]; /* why it was refused; empty: it was not */
};

/* Reads a line, trimmed, without a byte order mark. 0, also for one that is refused; -ENOMEM. */
int json_line_parse(const char *bytes, size_t size, struct json_line *ret_line);

void json_line_finish(struct json_line *line);

#endif
