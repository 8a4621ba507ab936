#include "core/poll.h"

#include "base/list.h"
#include "base/memory.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <assert.h>
#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct haul__poll {
    struct ev_loop *ev;
    struct haul_clock clock;
    int64_t now;
    ev_io timer;      /* on a timerfd, which ends a wait at a deadline; of a real clock only */
    int64_t timer_at; /* the deadline it is armed for; HAUL_NEVER: it is not */
    ev_io wake;       /* on an eventfd, by which other threads end a wait */
    size_t holds;     /* how many wake-ups by other threads are to come */
    size_t active;    /* descriptor watches that wait for something */
    size_t signals;   /* signal watches */
    size_t happened;  /* events of descriptors in this wait */
    bool has_had_signal;
};

struct haul__watch {
    struct haul__poll *poll;
    union {
        ev_io io;
        ev_signal signal;
    } ev;
    haul__watch_fn *fn;
    void *data;
    bool is_signal;
    bool is_new; /* the kernel does not know the file behind the number */
};

static void end_wait(struct ev_loop *ev, ev_io *timer, int events)
{
    (void)ev;
    (void)events;
    struct haul__poll *poll = timer->data;
    uint64_t expirations;
    poll->happened++;
    if (read(timer->fd, &expirations, sizeof(expirations)) > 0)
        poll->timer_at = HAUL_NEVER;
}

static void take_wake(struct ev_loop *ev, ev_io *wake, int events)
{
    (void)ev;
    (void)events;
    struct haul__poll *poll = wake->data;
    eventfd_t wakes;
    poll->happened++;
    (void)eventfd_read(wake->fd, &wakes);
}

/* An eventfd of its own, since libev aborts where it cannot make the one of its ev_async. */
static int start_wake(struct haul__poll *poll)
{
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    ev_io_init(&poll->wake, take_wake, descriptor, EV_READ);
    poll->wake.data = poll;
    ev_io_start(poll->ev, &poll->wake);
    return 0;
}

/* A descriptor, since libev's own timers go by whole milliseconds: what is due at different times within one would
 * come at once. */
static int start_timer(struct haul__poll *poll)
{
    int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    ev_io_init(&poll->timer, end_wait, descriptor, EV_READ);
    poll->timer.data = poll;
    poll->timer_at = HAUL_NEVER;
    ev_io_start(poll->ev, &poll->timer);
    return 0;
}

int haul__poll_create(struct haul_clock clock, struct haul__poll **ret_poll)
{
    struct haul__poll *poll = haul__allocate_zeroed(sizeof(*poll));
    if (!poll)
        return -ENOMEM;
    poll->clock = clock;
    /* NOENV: LIBEV_FLAGS could select a backend that libev itself does not recommend. */
    poll->ev = ev_loop_new(EVFLAG_NOENV);
    int code = poll->ev ? start_wake(poll) : -EMFILE;
    if (code == 0 && !haul__poll_is_virtual(poll))
        code = start_timer(poll);
    if (code < 0) {
        haul__poll_destroy(poll);
        return code;
    }
    haul__poll_update_now(poll);
    *ret_poll = poll;
    return 0;
}

static void close_own(struct haul__poll *poll, ev_io *io)
{
    if (!ev_is_active(io))
        return;
    ev_io_stop(poll->ev, io);
    close(io->fd);
}

void haul__poll_destroy(struct haul__poll *poll)
{
    if (!poll)
        return;
    close_own(poll, &poll->timer);
    close_own(poll, &poll->wake);
    if (poll->ev)
        ev_loop_destroy(poll->ev);
    haul__free(poll);
}

bool haul__poll_is_virtual(const struct haul__poll *poll)
{
    return poll->clock.advance != NULL;
}

int64_t haul__poll_now(const struct haul__poll *poll)
{
    return poll->now;
}

int64_t haul__poll_update_now(struct haul__poll *poll)
{
    poll->now = poll->clock.now(poll->clock.data);
    return poll->now;
}

/* A timer that is armed for an earlier deadline stays: waking early once is cheaper than arming it anew each time. */
static void arm(struct haul__poll *poll, int64_t deadline)
{
    if (deadline >= poll->timer_at)
        return;
    int64_t duration = deadline - haul__poll_update_now(poll);
    if (duration <= 0)
        duration = 1;
    const struct itimerspec when = {.it_value = {duration / HAUL_SECOND, duration % HAUL_SECOND}};
    timerfd_settime(poll->timer.fd, 0, &when, NULL);
    poll->timer_at = deadline;
}

static int wait_virtual(struct haul__poll *poll, int64_t deadline)
{
    poll->clock.advance(poll->clock.data, INT64_MIN);
    if (deadline == INT64_MIN || poll->signals > 0) {
        ev_run(poll->ev, EVRUN_NOWAIT);
        /* What has happened comes before the time that has not passed yet. */
        if (deadline == INT64_MIN || poll->happened > 0)
            return 0;
    }
    if (poll->active + poll->holds > 0)
        ev_run(poll->ev, EVRUN_ONCE);
    else if (deadline != HAUL_NEVER)
        poll->clock.advance(poll->clock.data, deadline);
    else if (poll->signals > 0)
        ev_run(poll->ev, EVRUN_ONCE);
    else
        return HAUL_E_STALLED;
    return 0;
}

static int wait_real(struct haul__poll *poll, int64_t deadline)
{
    bool watching = poll->active + poll->signals > 0;
    if (deadline == HAUL_NEVER && !watching && poll->holds == 0)
        return HAUL_E_STALLED;
    if (deadline == INT64_MIN) {
        /* Tasks that only work and wait for each other need no system call. */
        if (watching)
            ev_run(poll->ev, EVRUN_NOWAIT);
        return 0;
    }
    arm(poll, deadline);
    ev_run(poll->ev, EVRUN_ONCE);
    return 0;
}

int haul__poll_wait(struct haul__poll *poll, int64_t deadline)
{
    poll->happened = 0;
    int code = haul__poll_is_virtual(poll) ? wait_virtual(poll, deadline) : wait_real(poll, deadline);
    haul__poll_update_now(poll);
    return code;
}

/* libev takes 64 events at a time to begin with, and none where a signal has ended the wait: also the one that lets a
 * stopped process go on. How often it is asked is bounded, since there may always be more. */
void haul__poll_catch_up(struct haul__poll *poll, int64_t deadline)
{
    enum { at_a_time = 64, max_rounds = 8 };
    const int64_t late = 10 * HAUL_MILLISECOND;
    if (haul__poll_is_virtual(poll) || poll->active == 0 || deadline == INT64_MIN || deadline > poll->now)
        return;
    bool has_more = poll->happened >= at_a_time || (poll->happened == 0 && poll->now - deadline >= late);
    for (int round = 0; has_more && round < max_rounds; round++) {
        poll->happened = 0;
        ev_run(poll->ev, EVRUN_NOWAIT);
        has_more = poll->happened >= at_a_time;
    }
}

void haul__poll_wake(struct haul__poll *poll)
{
    /* Where the counter is full the descriptor is readable all the more. */
    (void)eventfd_write(poll->wake.fd, 1);
}

void haul__poll_hold(struct haul__poll *poll)
{
    poll->holds++;
}

void haul__poll_release(struct haul__poll *poll)
{
    assert(poll->holds > 0);
    poll->holds--;
}

/* What the watches call reads the time, which is not that of before the wait. */
static void note_event(struct haul__poll *poll)
{
    if (poll->happened++ == 0)
        haul__poll_update_now(poll);
}

static void descriptor_event(struct ev_loop *ev, ev_io *io, int events)
{
    (void)ev;
    struct haul__watch *watch = io->data;
    note_event(watch->poll);
    watch->fn(watch, (events & EV_READ ? HAUL__READABLE : 0) | (events & EV_WRITE ? HAUL__WRITABLE : 0), watch->data);
}

static void signal_event(struct ev_loop *ev, ev_signal *signal, int events)
{
    (void)ev;
    (void)events;
    struct haul__watch *watch = signal->data;
    note_event(watch->poll);
    watch->fn(watch, 0, watch->data);
}

static struct haul__watch *make_watch(struct haul__poll *poll, haul__watch_fn *fn, void *data)
{
    struct haul__watch *watch = haul__allocate_zeroed(sizeof(*watch));
    if (watch) {
        watch->poll = poll;
        watch->fn = fn;
        watch->data = data;
    }
    return watch;
}

int haul__watch_create(struct haul__poll *poll, int descriptor, haul__watch_fn *fn, void *data,
                       struct haul__watch **ret_watch)
{
    struct stat status;
    if (fstat(descriptor, &status) < 0)
        return -errno;
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
        return -EPERM;
    struct haul__watch *watch = make_watch(poll, fn, data);
    if (!watch)
        return -ENOMEM;
    ev_io_init(&watch->ev.io, descriptor_event, descriptor, 0);
    watch->ev.io.data = watch;
    watch->is_new = true;
    *ret_watch = watch;
    return 0;
}

int haul__watch_events(const struct haul__watch *watch)
{
    if (!ev_is_active(&watch->ev.io))
        return 0;
    int events = watch->ev.io.events;
    return (events & EV_READ ? HAUL__READABLE : 0) | (events & EV_WRITE ? HAUL__WRITABLE : 0);
}

static void stop(struct haul__watch *watch)
{
    if (ev_is_active(&watch->ev.io)) {
        ev_io_stop(watch->poll->ev, &watch->ev.io);
        watch->poll->active--;
    }
}

void haul__watch_set(struct haul__watch *watch, int events)
{
    assert(!watch->is_signal);
    if (!watch->is_new && events == haul__watch_events(watch))
        return;
    stop(watch);
    if (events == 0)
        return;
    int ev_events = (events & HAUL__READABLE ? EV_READ : 0) | (events & HAUL__WRITABLE ? EV_WRITE : 0);
    /* ev_io_set has libev tell the kernel even where the events are as before, which a new file needs and an old one
     * would pay for with a system call. */
    if (watch->is_new)
        ev_io_set(&watch->ev.io, watch->ev.io.fd, ev_events);
    else
        ev_io_modify(&watch->ev.io, ev_events);
    watch->is_new = false;
    ev_io_start(watch->poll->ev, &watch->ev.io);
    watch->poll->active++;
}

void haul__watch_renew(struct haul__watch *watch)
{
    stop(watch);
    watch->is_new = true;
}

void haul__watch_destroy(struct haul__watch *watch)
{
    if (!watch)
        return;
    if (watch->is_signal) {
        ev_signal_stop(watch->poll->ev, &watch->ev.signal);
        watch->poll->signals--;
    } else {
        stop(watch);
    }
    haul__free(watch);
}

/* Whether there is such a signal, and it can be caught. */
static bool can_be_caught(int signal)
{
    sigset_t set;
    sigemptyset(&set);
    return sigaddset(&set, signal) == 0 && signal != SIGKILL && signal != SIGSTOP;
}

/* A poll's first signal watch costs a descriptor, and libev aborts where it cannot make that. */
static int find_descriptor(void)
{
    int descriptor = eventfd(0, EFD_CLOEXEC);
    return descriptor < 0 ? -errno : close(descriptor);
}

int haul__signal_watch_create(struct haul__poll *poll, int signal, haul__watch_fn *fn, void *data,
                              struct haul__watch **ret_watch)
{
    if (!can_be_caught(signal))
        return -EINVAL;
    int code = poll->has_had_signal ? 0 : find_descriptor();
    if (code < 0)
        return code;
    struct haul__watch *watch = make_watch(poll, fn, data);
    if (!watch)
        return -ENOMEM;
    watch->is_signal = true;
    ev_signal_init(&watch->ev.signal, signal_event, signal);
    watch->ev.signal.data = watch;
    ev_signal_start(poll->ev, &watch->ev.signal);
    poll->has_had_signal = true;
    poll->signals++;
    *ret_watch = watch;
    return 0;
}

void haul__poll_library_version(int *ret_major, int *ret_minor)
{
    *ret_major = ev_version_major();
    *ret_minor = ev_version_minor();
}
