/* Messages for people on standard error. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stddef.h>

/* Writes "haul: ", the text and a newline, in one piece. The whole text is escaped, so that what comes from outside
 * can stand in it as it is (and must not have been escaped before). */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes BYTES, text for people that stands by itself (a table), the same way but as they are. */
void message_write(const char *bytes, size_t size);

/* Has FN write the messages; NULL: they are written directly, which waits for whoever reads standard error. */
typedef void message_sink_fn(void *data, const char *bytes, size_t size);
void message_set_sink(message_sink_fn *fn, void *data);

/* Has FN called before each message: a progress line goes out of the way. NULL: no more. */
typedef void message_before_fn(void *data);
void message_set_before(message_before_fn *fn, void *data);

/* TEXT, shortened to what fits in a message. */
struct excerpt {
    char text[80];
};

/* The begin of TEXT, with "..." behind it if it is longer than fits. For texts of any length in a message:
 *     message("%s: no such mode", excerpt(name).text); */
struct excerpt excerpt(const char *text);

#endif
