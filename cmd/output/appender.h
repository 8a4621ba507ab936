/* Lines that are appended to a file, each once all that haul gave out before it has been written: so whatever ends the
 * process, what a line tells of has left, and what has left without it comes again.
 *
 * That is in the same moment, unless a reader is slow: then lines wait here, in two batches, the older of which goes
 * when what was given out until then is written. Where nothing but lines comes, these may become many: it is full then.
 * Each write is of whole lines; one that does not succeed is taken back. */
#ifndef OUTPUT_APPENDER_H
#define OUTPUT_APPENDER_H

#include "output/text.h"

#include <haul/event.h>
#include <haul/loop.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct writer;

enum {
    APPENDER_HIGH_WATER = 1024 * 1024, /* bytes */
    OUTLET_WRITERS = 2,
    OUTLET_APPENDERS = 2,
};

/* What is given out, and what is appended behind it. */
struct outlets {
    struct haul_loop *loop;
    struct writer *writers[OUTLET_WRITERS]; /* whose written callbacks it takes, or NULL */
    bool (*is_settled)(void *data);         /* whether the writers have all that was given out */
    void *data;
    struct appender *appenders[OUTLET_APPENDERS]; /* NULL: no more */
};

/* Embedded by its owner. Its fields are private. */
struct appender {
    int descriptor;
    const char *what;
    const char *path;
    struct outlets *outlets;
    struct text leaving; /* may be written once so much of each writer is: */
    uint64_t marks[OUTLET_WRITERS];
    struct text waiting; /* behind those */
    struct haul_handle *handle;
    struct haul_event room; /* set unless it is full */
    bool has_failed;
};

/* The file of DESCRIPTOR, which is appended to and stays the caller's, is called WHAT PATH, both borrowed, in the
 * message that says why it cannot be written. */
void appender_init(struct appender *appender, int descriptor, const char *what, const char *path);
void appender_finish(struct appender *appender);

/* To be called before anything is added. OUTLETS stay in their place. */
void outlets_begin(struct outlets *outlets);

/* Gives the writers' callbacks back. What has not been written by then stays out. */
void outlets_end(struct outlets *outlets);

/* Writes the lines that may be written. */
void outlets_look(const struct outlets *outlets);

/* What is set once less than APPENDER_HIGH_WATER waits again; NULL: no more than that waits. */
struct haul_event *outlets_missing_room(const struct outlets *outlets);

/* Takes lines, with their newlines, behind what was given out for them. -ENOMEM. */
int appender_add(struct appender *appender, const char *bytes, size_t size);

/* How many bytes wait. */
size_t appender_pending(const struct appender *appender);

/* Copies those from OFFSET on, SIZE at most, and returns how many there were. */
size_t appender_read(const struct appender *appender, size_t offset, char *bytes, size_t size);

/* Whether the file could not be written, and a message has said so. */
bool appender_has_failed(const struct appender *appender);

#endif
