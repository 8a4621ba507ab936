#include "message.h"

#include "output/escape.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char prefix[] = "haul: ";
static const char out_of_memory[] = "haul: out of memory, and a message was lost\n";

static message_before_fn *before;
static void *before_data;
static message_sink_fn *sink;
static void *sink_data;

void message_set_before(message_before_fn *fn, void *data)
{
    before = fn;
    before_data = data;
}

void message_set_sink(message_sink_fn *fn, void *data)
{
    sink = fn;
    sink_data = data;
}

/* A message that cannot be written has nobody left to be told of it. Who shares standard error may have set O_NONBLOCK
 * on it. */
static void write_directly(const char *bytes, size_t size)
{
    struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, size);
        if (written < 0 && errno == EAGAIN)
            poll(&room, 1, -1);
        if (written < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (written < 0)
            return;
        bytes += written;
        size -= (size_t)written;
    }
}

static void write_all(const char *bytes, size_t size)
{
    if (sink)
        sink(sink_data, bytes, size);
    else
        write_directly(bytes, size);
}

static int write_line(const char *text, size_t size)
{
    size_t room = sizeof(prefix) - 1 + escape_size(text, size) + 1;
    char *line = malloc(room);
    if (!line)
        return -ENOMEM;
    memcpy(line, prefix, sizeof(prefix) - 1);
    escape_write(text, size, line + sizeof(prefix) - 1, room - sizeof(prefix));
    line[room - 1] = '\n';
    write_all(line, room);
    free(line);
    return 0;
}

void message(const char *format, ...)
{
    va_list arguments;
    char *text;
    va_start(arguments, format);
    int size = vasprintf(&text, format, arguments);
    va_end(arguments);

    int saved = errno;
    if (before)
        before(before_data);
    if (size < 0) {
        write_all(out_of_memory, sizeof(out_of_memory) - 1);
    } else {
        if (write_line(text, (size_t)size) != 0)
            write_all(out_of_memory, sizeof(out_of_memory) - 1);
        free(text);
    }
    errno = saved;
}

void message_write(const char *bytes, size_t size)
{
    if (before)
        before(before_data);
    write_all(bytes, size);
}

struct excerpt excerpt(const char *text)
{
    static const char dots[] = "...";
    struct excerpt excerpt;
    size_t size = strlen(text);
    if (size < sizeof(excerpt.text)) {
        memcpy(excerpt.text, text, size + 1);
        return excerpt;
    }
    size = sizeof(excerpt.text) - sizeof(dots);
    while (size > 0 && (text[size] & 0xc0) == 0x80) /* not inside a UTF-8 character */
        size--;
    memcpy(excerpt.text, text, size);
    memcpy(excerpt.text + size, dots, sizeof(dots));
    return excerpt;
}
