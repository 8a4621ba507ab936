#include "input/source.h"

#include "message.h"

#include <haul/descriptor.h>
#include <haul/error.h>
#include <haul/sleep.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A read is of at most read_size bytes. A line that does not fit in as much makes the buffer larger, until it is of
 * longest_line bytes; of a line that still does not fit, with its newline, the begin is kept. */
enum { read_size = 64 * 1024, longest_line = 1024 * 1024, kept_of_longer = 64 * 1024 };

/* So much is read without a line coming out (a list may be all comments); then others have their turn. */
enum { reads_in_a_row = 16 };

static const char too_long[] = "the line is longer than 1 MB";

struct source {
    const struct source_item *items;
    size_t count;
    struct source_format format;
    size_t next;          /* the item that comes when the current list has ended */
    uint64_t arguments;   /* URL arguments so far */
    const char *list;     /* the name of the list that is open; NULL: none is */
    int descriptor;       /* of that list */
    bool is_at_end;       /* nothing is left to read of it; the buffer may still hold lines */
    bool is_line_cut;     /* the begin of a line was taken, and its rest is still to be skipped */
    uint64_t line_number; /* of the last line taken */
    char *buffer;
    size_t capacity;
    size_t begin;   /* what was read and not given: from here */
    size_t end;     /* to here */
    size_t scanned; /* up to here, counted from the buffer's begin, there is no end of a line */
    bool has_read_standard_input;
    bool has_failed;
    bool leaves_pipes;
};

struct raw_line {
    const char *bytes;
    size_t size;
    bool is_too_long;
};

int source_create(const struct source_item *items, size_t count, struct source_format format,
                  struct source **ret_source)
{
    struct source *source = calloc(1, sizeof(*source));
    if (!source)
        return -ENOMEM;
    source->items = items;
    source->count = count;
    source->format = format;
    source->descriptor = -1;
    source->buffer = malloc(read_size);
    source->capacity = read_size;
    if (!source->buffer) {
        free(source);
        return -ENOMEM;
    }
    *ret_source = source;
    return 0;
}

static void close_list(struct source *source)
{
    if (source->descriptor > STDIN_FILENO)
        close(source->descriptor);
    source->descriptor = -1;
    source->list = NULL;
}

void source_destroy(struct source *source)
{
    if (!source)
        return;
    close_list(source);
    free(source->buffer);
    free(source);
}

/* Standard input is given once; who names it again gets nothing more, a terminal not read a second time. */
static int open_standard_input(struct source *source)
{
    if (source->has_read_standard_input)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    source->has_read_standard_input = true;
    return STDIN_FILENO;
}

static void open_list(struct source *source, const char *name)
{
    bool is_standard_input = strcmp(name, "-") == 0;
    /* Without O_NONBLOCK, opening a FIFO would stop everything until somebody writes to it. */
    int descriptor =
        is_standard_input ? open_standard_input(source) : open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0) {
        message("cannot read %s: %s", name, strerror(errno));
        source->has_failed = true;
        return;
    }
    source->list = is_standard_input ? "standard input" : name;
    source->descriptor = descriptor;
    source->is_at_end = false;
    source->is_line_cut = false;
    source->line_number = 0;
    source->begin = source->end = source->scanned = 0;
}

/* Gives up a list in the middle. What was read of a line is not given: half a URL is another URL. */
static void fail_list(struct source *source, int error)
{
    if (source->line_number == 0)
        message("cannot read %s: %s", source->list, strerror(error));
    else
        message("cannot read %s after line %llu: %s", source->list, (unsigned long long)source->line_number,
                strerror(error));
    source->has_failed = true;
    close_list(source);
}

/* Whether reading would not wait. What fails here fails in reading too, and is told there. */
static bool is_readable(int descriptor)
{
    struct pollfd pollfd = {.fd = descriptor, .events = POLLIN};
    return poll(&pollfd, 1, 0) > 0;
}

/* Makes room behind what is in the buffer. */
static int make_room(struct source *source)
{
    if (source->begin > 0) {
        memmove(source->buffer, source->buffer + source->begin, source->end - source->begin);
        source->end -= source->begin;
        source->scanned -= source->begin;
        source->begin = 0;
    }
    if (source->end < source->capacity)
        return 0;
    assert(source->capacity < longest_line);
    char *buffer = realloc(source->buffer, source->capacity * 2);
    if (!buffer)
        return -ENOMEM;
    source->buffer = buffer;
    source->capacity *= 2;
    return 0;
}

static bool is_regular(int descriptor)
{
    struct stat status;
    return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

/* Reads on in the open list, and closes it where that fails. HAUL_E_BUSY; -ENOMEM. */
static int fill(struct source *source)
{
    if (source->leaves_pipes && !is_regular(source->descriptor)) {
        close_list(source);
        return 0;
    }
    if (!is_readable(source->descriptor))
        return HAUL_E_BUSY;
    int code = make_room(source);
    if (code != 0)
        return code;
    size_t room = source->capacity - source->end;
    ssize_t size = read(source->descriptor, source->buffer + source->end, room < read_size ? room : read_size);
    if (size < 0 && (errno == EINTR || errno == EAGAIN))
        return HAUL_E_BUSY;
    if (size < 0)
        fail_list(source, errno);
    else if (size == 0)
        source->is_at_end = true;
    else
        source->end += (size_t)size;
    return 0;
}

/* Looks for the end of a line in what is in the buffer, where it was not looked for. NULL: there is none. */
static const char *find_separator(struct source *source)
{
    int separator = source->format.is_null_separated ? '\0' : '\n';
    const char *found = memchr(source->buffer + source->scanned, separator, source->end - source->scanned);
    source->scanned = source->end;
    return found;
}

/* Gives up what is in the buffer as far as SEPARATOR, or all of it where that is NULL. */
static void drop(struct source *source, const char *separator)
{
    source->begin = separator ? (size_t)(separator + 1 - source->buffer) : source->end;
    source->scanned = source->begin;
    source->is_line_cut = !separator;
}

/* Takes a line out of the buffer; its bytes stay there until the next read. False: no whole one is there. */
static bool take_raw_line(struct source *source, struct raw_line *ret_line)
{
    if (source->is_line_cut)
        drop(source, find_separator(source));
    if (source->is_line_cut)
        return false;
    struct raw_line line = {.bytes = source->buffer + source->begin};
    const char *separator = find_separator(source);
    line.size = separator ? (size_t)(separator - line.bytes) : source->end - source->begin;
    line.is_too_long = !separator && line.size >= longest_line;
    if (!separator && !line.is_too_long && !(source->is_at_end && line.size > 0))
        return false;
    drop(source, separator);
    source->line_number++;
    *ret_line = line;
    return true;
}

/* False: it is to be skipped. */
static bool read_line(const struct source *source, const struct raw_line *raw, struct source_line *ret_line)
{
    bool is_json = source->format.is_json;
    bool is_first = source->line_number == 1;
    size_t size = raw->is_too_long ? kept_of_longer : raw->size;
    struct line line;
    if (!(is_json ? line_parse_json : line_parse)(raw->bytes, size, is_first, &line))
        return false;
    *ret_line = (struct source_line){
        .kind = is_json ? SOURCE_LINE_JSON : SOURCE_LINE_PLAIN,
        .line = line,
        .list = source->list,
        .number = source->line_number,
        .problem = raw->is_too_long ? too_long : NULL,
    };
    return true;
}

/* The next line of the open list. HAUL_E_DRAINED: it has ended, or failed, and is closed. */
static int next_of_list(struct source *source, struct source_line *ret_line)
{
    for (int reads = 0; source->list; reads++) {
        struct raw_line raw;
        while (take_raw_line(source, &raw))
            if (read_line(source, &raw, ret_line))
                return 0;
        if (source->is_at_end) {
            close_list(source);
            break;
        }
        int code = reads < reads_in_a_row ? fill(source) : HAUL_E_BUSY;
        if (code != 0)
            return code;
    }
    return HAUL_E_DRAINED;
}

/* An argument is a URL whatever files there are: the meaning of a command must not hang on what lies in the current
 * directory (a file named example.com is there after many a download). But people should hear of their mistake. */
static void hint_at_list(const struct source *source, const char *argument)
{
    struct stat status;
    if (source->format.has_base && *argument == '/')
        return;
    if (strcmp(argument, "-") == 0)
        message("- is taken as a URL; to read URLs from standard input: -i -");
    else if (!strchr(argument, ':') && stat(argument, &status) == 0 && !S_ISDIR(status.st_mode))
        message("%s is taken as a URL; to read URLs from it: -i %s", argument, argument);
}

int source_next(struct source *source, struct source_line *ret_line)
{
    for (;;) {
        int code = next_of_list(source, ret_line);
        if (code != HAUL_E_DRAINED)
            return code;
        if (source->next == source->count)
            return HAUL_E_DRAINED;
        const struct source_item *item = &source->items[source->next++];
        if (item->kind == SOURCE_URL) {
            hint_at_list(source, item->text);
            *ret_line = (struct source_line){.number = ++source->arguments};
            line_parse_argument(item->text, &ret_line->line);
            return 0;
        }
        open_list(source, item->text);
    }
}

struct haul_await source_wait(struct haul_task *task, struct source *source)
{
    assert(source->list);
    /* There is more, and it was only somebody else's turn. */
    if (is_readable(source->descriptor))
        return haul_sleep(task, 0);
    return haul_wait_readable(task, source->descriptor);
}

void source_leave_pipes(struct source *source)
{
    source->leaves_pipes = true;
}

bool source_has_failed(const struct source *source)
{
    return source->has_failed;
}
