/* The line of an entry, for people and simple scripts: status, seconds, bytes, URL, note.
 *
 * The status is the server's or, where the transfer itself failed, the error's class. The note says what else there is
 * to know: why it is not ok, where redirects led, the line's tag:
 *
 *     message                      -> final URL                message (at final URL) [tag]
 *
 * What haul did not write itself is escaped (output/escape.h), and passwords are masked. */
#ifndef OUTPUT_LINES_H
#define OUTPUT_LINES_H

#include <stddef.h>

struct entry;
struct text;

enum lines_style {
    LINES_TABS,     /* for programs: always four tabs, seconds with six decimals, nothing cut */
    LINES_COLUMNS,  /* for a terminal: aligned, seconds with three decimals, a very long URL cut */
    LINES_COLOURED, /* the same, the status in colour */
};

/* Appends the line of ENTRY, which has its result, with the newline. -ENOMEM, with nothing appended. */
int lines_write(struct text *text, const struct entry *entry, enum lines_style style);

/* Appends the URL of ENTRY as it may be shown: its normal form or, where it was refused, what was written; with
 * passwords masked, escaped. */
void lines_append_url(struct text *text, const struct entry *entry);

/* What is shown of the line of ENTRY, which was refused, before it is masked and escaped: all of it, but nothing of
 * what looks like JSON, which may hold fields of a header. */
const char *lines_refused(const struct entry *entry, size_t *ret_size);

/* Appends the tag, if there is one: text is escaped, and JSON stays JSON. */
void lines_append_tag(struct text *text, const struct entry *entry);

#endif
