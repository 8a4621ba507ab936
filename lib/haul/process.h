/* Processes: start a program, feed it, read from it, wait for its end (asyncio: create_subprocess_exec).
 *
 * A program is started directly, without a shell; whoever wants one runs "sh", "-c". It is the head of a process group
 * of its own, with what it starts itself, and signals go to the group: to all of a shell's pipeline. The terminal's
 * Ctrl-C does not reach it, and it may not read from the terminal. It has no open descriptor but 0, 1 and 2, whatever
 * is open in the caller, no blocked signal, and every signal with its default action, SIGPIPE too.
 *
 * It is watched by a descriptor of its own (where the system has none, before Linux 5.3, it is looked at every 10 ms
 * while somebody waits). SIGCHLD is neither used nor handled, and no other child of the caller is looked at. That it
 * has ended is found out when somebody asks or waits. Until the process is destroyed the system keeps the entry of a
 * program that has ended (a zombie), so that its number and its group's are nobody else's and signals cannot hit
 * strangers; so destroy what is not needed any more.
 *
 * Where SIGCHLD is ignored in the caller, or others wait for all of its children, the system forgets how a program
 * ended: its status is then HAUL_PROCESS_UNKNOWN. No wait hangs for that. */
#ifndef HAUL_PROCESS_H
#define HAUL_PROCESS_H

#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_loop;
struct haul_process;
struct haul_stream;

enum haul_process_channel_kind {
    HAUL_PROCESS_INHERIT,    /* what the caller has */
    HAUL_PROCESS_NULL,       /* /dev/null */
    HAUL_PROCESS_PIPE,       /* a pipe to the caller, who has its other end as a stream */
    HAUL_PROCESS_DESCRIPTOR, /* an open descriptor, which stays the caller's */
    HAUL_PROCESS_STDOUT,     /* of the standard error alone: where the standard output goes */
};

/* What a program has as standard input, output or error. */
struct haul_process_channel {
    enum haul_process_channel_kind kind;
    int descriptor; /* for HAUL_PROCESS_DESCRIPTOR */
};

/* All zero: as the caller has it. */
struct haul_process_options {
    struct haul_process_channel input;
    struct haul_process_channel output;
    struct haul_process_channel error;
    const char *const *environment; /* "NAME=value", ..., NULL */
    const char *directory;          /* its working directory */
};

/* Starts a program. ARGUMENTS ends with NULL; its first is the program, looked for along the caller's PATH unless it
 * has a slash, relative to the new working directory. OPTIONS may be NULL. Returns when the program runs, or cannot:
 * -ENOENT, -EACCES (the program or the directory), -ENOEXEC (a script that does not say by "#!" what runs it), -EBADF
 * and other negative errno. HAUL_E_INVALID: the loop's clock is virtual, and no process keeps to that. -ENOMEM,
 * -EMFILE: it was not started, or killed at its very start. */
int haul_process_create(struct haul_loop *loop, const char *const *arguments,
                        const struct haul_process_options *options, struct haul_process **ret_process);

/* Ends it: kills the group of a program that still runs, and waits until that one has died, without letting the loop
 * run, since a SIGKILL takes little time; then closes its streams and frees all. Of a program that has ended the group
 * is left alone. One that may not be killed (set-user-ID) is not waited for. Nobody may be waiting for it. NULL is
 * fine. A process does not outlive its loop: what holds it destroys it in `finally`, which haul_loop_finish runs, too.
 */
void haul_process_destroy(struct haul_process *process);

/* Its number, and its group's. */
int haul_process_pid(const struct haul_process *process);

/* The streams of its pipes: to its standard input, from its standard output and error. The process's own, which closes
 * them when it is destroyed; NULL where it has none. */
struct haul_stream *haul_process_stdin(const struct haul_process *process);
struct haul_stream *haul_process_stdout(const struct haul_process *process);
struct haul_stream *haul_process_stderr(const struct haul_process *process);

/* Closes the pipe to its standard input, which ends there; the stream is no more. Nobody may be writing to it. Does
 * nothing where there is none. */
void haul_process_close_stdin(struct haul_process *process);

/* The status of a program that has ended, where nobody can tell how. */
#define HAUL_PROCESS_UNKNOWN 256

/* How it ended: its exit status, 0 to 255; the negated number of the signal that killed it (asyncio: returncode); or
 * HAUL_PROCESS_UNKNOWN. HAUL_E_BUSY: it still runs. Does not wait. */
int haul_process_status(struct haul_process *process, int *ret_status);

/* Waits until it has ended: haul_awaited(task).integer is its status, as above. The program alone is waited for: not
 * what it has started, nor the end of its pipes. Any number of tasks may wait. HAUL_E_CANCELLED, and the program runs
 * on. Allocates nothing. */
HAUL__MUST_AWAIT struct haul_await haul_process_wait(struct haul_task *task, struct haul_process *process);

/* Sends a signal to its group: to the program and to what it has started, if that has not left the group, also where
 * the program itself has ended. 0, also where nothing is left of it; -EINVAL: there is no such signal; -EPERM. */
int haul_process_send_signal(struct haul_process *process, int signal);
int haul_process_terminate(struct haul_process *process); /* SIGTERM */
int haul_process_kill(struct haul_process *process);      /* SIGKILL */

/* How much haul_process_communicate collects where no limit is given, in bytes. */
#define HAUL_PROCESS_LIMIT ((size_t)64 << 20)

/* What a program wrote, a NUL behind it that is not counted; NULL where it had no pipe. */
struct haul_process_output {
    char *output;
    size_t output_size;
    char *error;
    size_t error_size;
    int status; /* as haul_process_status */
};

/* Frees what was collected. */
void haul_process_output_finish(struct haul_process_output *output);

/* Does all at once that its pipes need: sends SIZE bytes of INPUT and closes its standard input, collects what it
 * writes until both pipes are at their ends, and waits for its end. That it reads only a part of INPUT is no error.
 * INPUT stays the caller's and unchanged until the await is over; RET_OUTPUT is the caller's to finish. What the
 * program has started and left holds a pipe open, and is waited for: bound it with haul_wait_for or a timeout, and kill
 * the group.
 *
 * HAUL_E_LIMIT: it wrote more than LIMIT bytes (0: HAUL_PROCESS_LIMIT) to one of them; HAUL_E_CANCELLED; -ENOMEM and
 * other negative errno. Then the program runs on, a part of INPUT may be sent, and what was collected is kept: the next
 * call goes on from there. Nobody else may use its streams or destroy it meanwhile. */
HAUL__MUST_AWAIT struct haul_await haul_process_communicate(struct haul_task *task, struct haul_process *process,
                                                            const void *input, size_t size, size_t limit,
                                                            struct haul_process_output *ret_output);

HAUL__END_C

#endif
