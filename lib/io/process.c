/* The end of a program is noted without reaping it (WNOWAIT), in haul_process_destroy alone: until then its number
 * belongs to nobody else, and neither does its group's, so that a signal never hits a stranger. */
#include "io/process.h"

#include "base/memory.h"
#include "core/line.h"
#include "io/spawn.h"

#include <errno.h>
#include <haul/duration.h>
#include <haul/error.h>
#include <haul/stream.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* waitid for this process. Its descriptor stands for no other, whatever becomes of its number. */
static int wait_for(const struct haul_process *process, siginfo_t *info, int flags)
{
    bool has_descriptor = process->descriptor >= 0;
    id_t id = (id_t)(has_descriptor ? process->descriptor : process->pid);
    int code;
    do
        code = waitid(has_descriptor ? P_PIDFD : P_PID, id, info, WEXITED | flags);
    while (code < 0 && errno == EINTR);
    return code < 0 ? -errno : 0;
}

static void set_ended(struct haul_process *process, int status)
{
    process->has_ended = true;
    process->status = status;
}

/* Notes that it has ended, if it has. */
static bool note_end(struct haul_process *process)
{
    siginfo_t info = {.si_pid = 0};
    if (process->has_ended)
        return true;
    if (wait_for(process, &info, WNOHANG | WNOWAIT) < 0)
        set_ended(process, HAUL_PROCESS_UNKNOWN);
    else if (info.si_pid != 0)
        set_ended(process, info.si_code == CLD_EXITED ? info.si_status : -info.si_status);
    return process->has_ended;
}

/* Tells those who wait, if it has ended. */
static void look(struct haul_process *process)
{
    struct haul_task *task;
    if (!note_end(process))
        return;
    while ((task = haul__line_first(&process->waiters)))
        haul__line_wake(task, 0, (union haul_value){.integer = process->status});
    if (process->watch)
        haul__watch_set(process->watch, 0);
}

static void on_event(struct haul__watch *watch, int events, void *data)
{
    (void)watch;
    (void)events;
    look(data);
}

/* Where the system has no pidfd_open (before Linux 5.3, or in a sandbox or under valgrind 3.19 that do not know it), it
 * is looked for time and again while somebody waits. */
static int64_t before_poll(struct haul__hook *hook)
{
    const struct haul_process *process = haul__container(hook, struct haul_process, hook);
    if (haul__list_is_empty(&process->waiters))
        return HAUL_NEVER;
    return haul_loop_now(process->loop) + 10 * HAUL_MILLISECOND;
}

static void after_poll(struct haul__hook *hook)
{
    struct haul_process *process = haul__container(hook, struct haul_process, hook);
    if (!haul__list_is_empty(&process->waiters))
        look(process);
}

/* Signals the program alone. Negative errno. */
static int signal_program(const struct haul_process *process, int signal)
{
    int code =
        process->descriptor >= 0 ? pidfd_send_signal(process->descriptor, signal, NULL, 0) : kill(process->pid, signal);
    return code < 0 ? -errno : 0;
}

/* Ends a program that still runs, and has the system forget it. One that has become another user's may not be killed,
 * and is not waited for. */
static void end_program(struct haul_process *process)
{
    siginfo_t info;
    bool ends = note_end(process);
    if (ends && process->status == HAUL_PROCESS_UNKNOWN)
        return; /* somebody else has reaped it: its number may be another's by now */
    if (!ends) {
        haul_process_kill(process);
        ends = signal_program(process, SIGKILL) == 0;
    }
    wait_for(process, &info, ends ? 0 : WNOHANG);
}

/* Makes streams of our ends of the pipes. */
static int make_streams(struct haul_process *process, struct haul__channels *channels)
{
    for (int i = 0; i < HAUL__CHANNELS; i++) {
        if (channels->ours[i] < 0)
            continue;
        int code = haul_stream_create(process->loop, channels->ours[i], &process->streams[i]);
        if (code < 0)
            return code;
        channels->ours[i] = -1;
    }
    return 0;
}

static int watch_end(struct haul_process *process)
{
    int descriptor = pidfd_open(process->pid, 0);
    if (descriptor < 0 && errno == ESRCH) {
        /* It has ended already, and the system does not keep what has ended. */
        set_ended(process, HAUL_PROCESS_UNKNOWN);
        return 0;
    }
    if (descriptor < 0 && errno == ENOSYS) {
        process->hook = (struct haul__hook){.before_poll = before_poll, .after_poll = after_poll};
        haul__loop_add_hook(process->loop, &process->hook);
        return 0;
    }
    descriptor = haul__lift(descriptor < 0 ? -errno : descriptor);
    if (descriptor < 0)
        return descriptor;
    process->descriptor = descriptor;
    return haul__watch_create(process->loop->poll, descriptor, on_event, process, &process->watch);
}

/* All that can fail comes before the program begins, as far as it can. */
static int start(struct haul_process *process, const char *const *arguments, const struct haul_process_options *options)
{
    struct haul__channels channels;
    int code = haul__channels_open(options, &channels);
    if (code < 0)
        return code;
    code = make_streams(process, &channels);
    if (code == 0)
        code = haul__spawn(arguments, options, &channels);
    haul__channels_close_theirs(&channels);
    haul__channels_close_ours(&channels);
    if (code < 0)
        return code;
    process->pid = code;
    return watch_end(process);
}

int haul_process_create(struct haul_loop *loop, const char *const *arguments,
                        const struct haul_process_options *options, struct haul_process **ret_process)
{
    static const struct haul_process_options defaults;
    assert(arguments[0] && "a program is started without its name");
    if (haul_loop_is_virtual(loop))
        return HAUL_E_INVALID;
    struct haul_process *process = haul__allocate_zeroed(sizeof(*process));
    if (!process)
        return -ENOMEM;
    process->loop = loop;
    process->descriptor = -1;
    haul__list_init(&process->waiters);
    loop->processes++;
    int code = start(process, arguments, options ? options : &defaults);
    if (code < 0) {
        haul_process_destroy(process);
        return code;
    }
    *ret_process = process;
    return 0;
}

void haul_process_destroy(struct haul_process *process)
{
    if (!process)
        return;
    assert(haul__list_is_empty(&process->waiters) && "a process is destroyed while a task waits for it");
    assert(!process->is_communicating && "a process is destroyed while a task communicates with it");
    /* Before its pipes end, so that it does not take that for the end of what it is to do. */
    if (process->pid > 0)
        end_program(process);
    for (int i = 0; i < HAUL__CHANNELS; i++) {
        haul_stream_destroy(process->streams[i]);
        haul__buffer_finish(&process->collected[i]);
    }
    haul__watch_destroy(process->watch);
    if (process->hook.before_poll)
        haul__loop_remove_hook(process->loop, &process->hook);
    if (process->descriptor >= 0)
        close(process->descriptor);
    process->loop->processes--;
    haul__free(process);
}

int haul_process_pid(const struct haul_process *process)
{
    return process->pid;
}

struct haul_stream *haul_process_stdin(const struct haul_process *process)
{
    return process->streams[STDIN_FILENO];
}

struct haul_stream *haul_process_stdout(const struct haul_process *process)
{
    return process->streams[STDOUT_FILENO];
}

struct haul_stream *haul_process_stderr(const struct haul_process *process)
{
    return process->streams[STDERR_FILENO];
}

void haul_process_close_stdin(struct haul_process *process)
{
    haul_stream_destroy(process->streams[STDIN_FILENO]);
    process->streams[STDIN_FILENO] = NULL;
}

int haul_process_status(struct haul_process *process, int *ret_status)
{
    if (!note_end(process))
        return HAUL_E_BUSY;
    *ret_status = process->status;
    return 0;
}

/* Without a task that waits, the loop need not wait either. */
static void cancel_wait(struct haul_task *task)
{
    struct haul_process *process = haul__task_waited(task);
    haul__line_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
    if (process->watch && haul__list_is_empty(&process->waiters))
        haul__watch_set(process->watch, 0);
}

static const struct haul__ready_kind wait_kind = {.cancel = cancel_wait};

struct haul_await haul_process_wait(struct haul_task *task, struct haul_process *process)
{
    assert(haul_task_loop(task) == process->loop && "a task waits for a process of another loop");
    if (note_end(process))
        return haul__task_answer(task, 0, (union haul_value){.integer = process->status});
    struct haul_await await = haul__task_park(task, &wait_kind, process);
    haul__list_append(&process->waiters, &task->ready.at.link);
    if (process->watch)
        haul__watch_set(process->watch, HAUL__READABLE);
    return await;
}

int haul_process_send_signal(struct haul_process *process, int signal)
{
    /* Its number may be another's. */
    if (note_end(process) && process->status == HAUL_PROCESS_UNKNOWN)
        return 0;
    int code = kill(-process->pid, signal) < 0 ? -errno : 0;
    /* It may have left its group. */
    if (getpgid(process->pid) != process->pid)
        code = signal_program(process, signal);
    return code == -ESRCH ? 0 : code;
}

int haul_process_terminate(struct haul_process *process)
{
    return haul_process_send_signal(process, SIGTERM);
}

int haul_process_kill(struct haul_process *process)
{
    return haul_process_send_signal(process, SIGKILL);
}
