/* A line of a file with records, as haul writes them: which input it is of, and what became of that. Read in place, and
 * no more of it than that asks for: a journal may have millions. */
#ifndef INPUT_RECORD_LINE_H
#define INPUT_RECORD_LINE_H

#include "output/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Texts are in the line, or in the reader. */
struct record_text {
    const char *bytes; /* NULL: there is none */
    size_t size;
};

struct record_line {
    struct record_text input; /* as it was written, any bytes */
    struct record_text tag;
    bool is_tag_json;           /* the tag is JSON, as it stands in the record; otherwise it is any bytes */
    struct record_text request; /* the digest of what a JSON line asks for */
    struct record_text file;    /* the path of the body's file */
    bool ok;
    bool is_refused; /* no URL came of it */
};

/* Where texts are put that do not stand in the line as they are; all zero, and good until the next line is read. */
struct record_line_reader {
    struct text input;
    struct text tag;
    struct text request;
    struct text file;
    struct text base64;
};

/* HAUL_E_INVALID: it is no record, or not a whole one; -ENOMEM. */
int record_line_read(struct record_line_reader *reader, const char *bytes, size_t size, struct record_line *ret_line);

/* Reads JSON, valid and on one line, as the tag of LINE. As above. */
int record_line_read_tag(struct record_line_reader *reader, const char *json, size_t size, struct record_line *line);

void record_line_reader_finish(struct record_line_reader *reader);

#endif
