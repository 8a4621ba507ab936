#include "output/appender.h"

#include "message.h"
#include "output/writer.h"

#include <haul/loop.h>

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void appender_init(struct appender *appender, int descriptor, const char *what, const char *path)
{
    *appender = (struct appender){.descriptor = descriptor, .what = what, .path = path};
    haul_event_init(&appender->room);
    haul_event_set(&appender->room);
}

void appender_finish(struct appender *appender)
{
    assert(!appender->outlets);
    haul_event_finish(&appender->room);
    text_finish(&appender->leaving);
    text_finish(&appender->waiting);
}

/* Whether all that the writers have taken is written. Where they have nothing to write they will not call, either. */
static bool is_quiet(const struct appender *appender)
{
    for (size_t i = 0; i < OUTLET_WRITERS; i++) {
        const struct writer *writer = appender->outlets->writers[i];
        if (writer && writer_written(writer) < writer_taken(writer))
            return false;
    }
    return true;
}

/* Whether all that the marks are at is written. */
static bool has_left(const struct appender *appender)
{
    for (size_t i = 0; i < OUTLET_WRITERS; i++)
        if (appender->outlets->writers[i] && writer_written(appender->outlets->writers[i]) < appender->marks[i])
            return false;
    return true;
}

static void set_marks(struct appender *appender)
{
    for (size_t i = 0; i < OUTLET_WRITERS; i++)
        if (appender->outlets->writers[i])
            appender->marks[i] = writer_taken(appender->outlets->writers[i]);
}

static void fail(struct appender *appender, int error, off_t size)
{
    appender->has_failed = true;
    /* Half a line is worse than none, but nothing that the rest depends on. */
    if (size >= 0 && ftruncate(appender->descriptor, size) < 0)
        error = errno;
    message("cannot write to %s %s: %s", appender->what, excerpt(appender->path).text, strerror(error));
}

static bool is_full(const struct appender *appender)
{
    return appender_pending(appender) > APPENDER_HIGH_WATER;
}

/* Writes what leaves. */
static void append(struct appender *appender)
{
    struct stat status;
    off_t size = fstat(appender->descriptor, &status) == 0 ? status.st_size : -1;
    for (size_t done = 0; done < appender->leaving.size && !appender->has_failed;) {
        ssize_t written = write(appender->descriptor, appender->leaving.bytes + done, appender->leaving.size - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno != EINTR)
            fail(appender, errno, size);
    }
    text_clear(&appender->leaving);
    if (!is_full(appender))
        haul_event_set(&appender->room);
}

/* What waits shall leave when all that was given out until now is written. */
static void turn(struct appender *appender)
{
    struct text empty = appender->leaving;
    if (appender->leaving.size > 0 || !appender->outlets->is_settled(appender->outlets->data))
        return;
    appender->leaving = appender->waiting;
    appender->waiting = empty;
    set_marks(appender);
}

/* What waits may leave at once, in the same write. */
static void join(struct appender *appender)
{
    text_append(&appender->leaving, appender->waiting.bytes, appender->waiting.size);
    if (appender->leaving.failed)
        appender->leaving.failed = false;
    else
        text_clear(&appender->waiting);
}

/* Writes the lines that may be written. */
static void look(struct appender *appender)
{
    if (appender->leaving.size > 0 && has_left(appender)) {
        if (appender->waiting.size > 0 && is_quiet(appender) && appender->outlets->is_settled(appender->outlets->data))
            join(appender);
        append(appender);
    }
    if (appender->waiting.size == 0)
        return;
    turn(appender);
    if (appender->leaving.size > 0 && has_left(appender))
        append(appender);
}

static void look_when_due(void *data)
{
    struct appender *appender = data;
    appender->handle = NULL;
    look(appender);
}

/* Looks in the loop's next iteration: what comes together is one write. */
static void look_soon(struct appender *appender)
{
    if (!appender->handle &&
        haul_loop_call_soon(appender->outlets->loop, look_when_due, appender, &appender->handle) != 0)
        look(appender);
}

/* What was written may be the end of what the writer is still being given. */
static void note_written(void *data)
{
    const struct outlets *outlets = data;
    for (size_t i = 0; i < OUTLET_APPENDERS && outlets->appenders[i]; i++) {
        struct appender *appender = outlets->appenders[i];
        look(appender);
        if (appender->waiting.size > 0 && appender->leaving.size == 0)
            look_soon(appender);
    }
}

static void set_callbacks(const struct outlets *outlets, haul_callback_fn *fn, void *data)
{
    for (size_t i = 0; i < OUTLET_WRITERS; i++)
        if (outlets->writers[i])
            writer_set_written_callback(outlets->writers[i], fn, data);
}

void outlets_begin(struct outlets *outlets)
{
    if (!outlets->appenders[0])
        return;
    set_callbacks(outlets, note_written, outlets);
    for (size_t i = 0; i < OUTLET_APPENDERS && outlets->appenders[i]; i++)
        outlets->appenders[i]->outlets = outlets;
}

void outlets_end(struct outlets *outlets)
{
    if (!outlets->appenders[0])
        return;
    set_callbacks(outlets, NULL, NULL);
    for (size_t i = 0; i < OUTLET_APPENDERS && outlets->appenders[i]; i++) {
        struct appender *appender = outlets->appenders[i];
        if (appender->handle)
            haul_handle_cancel(appender->handle);
        appender->handle = NULL;
        appender->outlets = NULL;
    }
}

void outlets_look(const struct outlets *outlets)
{
    for (size_t i = 0; i < OUTLET_APPENDERS && outlets->appenders[i]; i++)
        look(outlets->appenders[i]);
}

struct haul_event *outlets_missing_room(const struct outlets *outlets)
{
    for (size_t i = 0; i < OUTLET_APPENDERS && outlets->appenders[i]; i++)
        if (is_full(outlets->appenders[i]))
            return &outlets->appenders[i]->room;
    return NULL;
}

int appender_add(struct appender *appender, const char *bytes, size_t size)
{
    if (appender->has_failed)
        return 0;
    text_append(&appender->waiting, bytes, size);
    if (appender->waiting.failed)
        return -ENOMEM;
    if (is_full(appender))
        haul_event_clear(&appender->room);
    if (is_quiet(appender))
        look_soon(appender);
    else
        turn(appender);
    return 0;
}

size_t appender_pending(const struct appender *appender)
{
    return appender->leaving.size + appender->waiting.size;
}

size_t appender_read(const struct appender *appender, size_t offset, char *bytes, size_t size)
{
    const struct text *const texts[] = {&appender->leaving, &appender->waiting};
    size_t done = 0;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t begin = offset < texts[i]->size ? offset : texts[i]->size;
        size_t more = texts[i]->size - begin < size - done ? texts[i]->size - begin : size - done;
        if (more > 0)
            memcpy(bytes + done, texts[i]->bytes + begin, more);
        done += more;
        offset -= begin;
    }
    return done;
}

bool appender_has_failed(const struct appender *appender)
{
    return appender->has_failed;
}
