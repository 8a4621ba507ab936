/* One line of a list: a URL, and perhaps a tag behind a tab. */
#ifndef INPUT_LINE_H
#define INPUT_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* Parts of the raw line, any bytes, NULs among them. */
struct line {
    const char *input; /* what stands for a URL */
    size_t input_size;
    const char *tag; /* NULL: none; never empty */
    size_t tag_size;
};

/* Reads a raw line of a list, without its newline. IS_FIRST: of its list, and may begin with a byte order mark. False:
 * it is blank or a comment. */
bool line_parse(const char *bytes, size_t size, bool is_first, struct line *ret_line);

/* The same of a list in JSON lines, which has neither tags nor comments: `input` is the line, trimmed. */
bool line_parse_json(const char *bytes, size_t size, bool is_first, struct line *ret_line);

/* Reads an argument of the command line, which stands for a line that is neither blank nor a comment: somebody meant
 * it to be fetched, and an unset variable in a script shall not count as a list that is done. */
void line_parse_argument(const char *argument, struct line *ret_line);

#endif
