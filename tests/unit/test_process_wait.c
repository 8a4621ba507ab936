/* How a program ends, who is told, and what signals reach. */
#include "failing_memory.h"
#include "failing_pidfd.h"
#include "programs.h"
#include "running.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* This very program, which plays others, see main. */
static const char *self_name;

static void test_exit_status(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "exit 7", NULL);
    int status = -1;
    assert_int_equal(end_status(programs->loop, process), 7);
    assert_int_equal(end_status(programs->loop, process), 7);
    assert_int_equal(haul_process_status(process, &status), 0);
    assert_int_equal(status, 7);
    haul_process_destroy(process);
}

static void test_killed_by_a_signal(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "kill -TERM $$", NULL);
    assert_int_equal(end_status(programs->loop, process), -SIGTERM);
    haul_process_destroy(process);
}

static void test_status_without_a_wait(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "cat; exit 3", &two_pipes);
    int status = -1;
    assert_int_equal(haul_process_status(process, &status), HAUL_E_BUSY);
    assert_int_equal(status, -1);
    haul_process_close_stdin(process);
    wait_for_end(haul_process_pid(process));
    assert_int_equal(haul_process_status(process, &status), 0);
    assert_int_equal(status, 3);
    haul_process_destroy(process);
}

/* CPython: test_read_stdout_after_process_exit */
static void test_read_stdout_after_the_end(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "head -c 60000 /dev/zero; exit 1", &output_pipe);
    char buffer[4096];
    int64_t size = 0;
    assert_int_equal(end_status(programs->loop, process), 1);
    for (int64_t got; (got = read_some(programs->loop, haul_process_stdout(process), buffer, sizeof(buffer))) > 0;)
        size += got;
    assert_int_equal(size, 60000);
    haul_process_destroy(process);
}

/* CPython: test_cancel_process_wait */
static void test_cancelled_wait_leaves_it_alone(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "cat", &two_pipes);
    struct haul_task *task = start_task(programs->loop, HAUL_CALL(await_end, .process = process));
    struct haul_task *other = start_task(programs->loop, HAUL_CALL(await_end, .process = process));
    assert_int_equal(haul_loop_call_soon(programs->loop, cancel_task, task, NULL), 0);
    assert_int_equal(end_task(programs->loop, task), HAUL_E_CANCELLED);
    send_through(programs->loop, process, "it lives");
    haul_task_cancel(other);
    assert_int_equal(end_task(programs->loop, other), HAUL_E_CANCELLED);
    /* With nobody who waits for it, it does not keep the loop waiting either. */
    assert_int_equal(haul_loop_run_forever(programs->loop), HAUL_E_STALLED);
    haul_process_close_stdin(process);
    assert_int_equal(end_status(programs->loop, process), 0);
    haul_process_destroy(process);
}

/* The end is there, and the cancel comes before the task has its turn: the await gives the status all the same. */
static void test_end_that_comes_with_a_cancel(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "cat", &two_pipes);
    struct haul_task *task = start_task(programs->loop, HAUL_CALL(await_end, .process = process));
    run_once(programs->loop);
    haul_process_close_stdin(process);
    wait_for_end(haul_process_pid(process));
    assert_int_equal(haul_loop_call_soon(programs->loop, cancel_task, task, NULL), 0);
    assert_int_equal(end_task(programs->loop, task), HAUL_E_CANCELLED);
    assert_int_equal(end_status(programs->loop, process), 0);
    haul_process_destroy(process);
}

/* CPython: test_subprocess_concurrent_wait */
static void test_many_wait_for_one(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "cat", &two_pipes);
    struct haul_task *tasks[5];
    for (int i = 0; i < 5; i++)
        tasks[i] = start_task(programs->loop, HAUL_CALL(await_end, .process = process));
    run_once(programs->loop);
    assert_int_equal(haul_process_kill(process), 0);
    for (int i = 0; i < 5; i++) {
        struct haul_future *future = haul_task_future(tasks[i]);
        assert_int_equal(haul_run_until_complete(programs->loop, future), 0);
        assert_int_equal(haul_future_value(future).integer, -SIGKILL);
        haul_task_unref(tasks[i]);
    }
    haul_process_destroy(process);
}

static void test_waiting_allocates_nothing(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "cat", &two_pipes);
    struct haul_task *task = start_task(programs->loop, HAUL_CALL(await_end, .process = process));
    failing_memory_set(1);
    run_once(programs->loop);
    haul_process_terminate(process);
    assert_int_equal(end_task(programs->loop, task), 0);
    haul_process_destroy(process);
    assert_false(failing_memory_happened());
    failing_memory_set(0);
}

/* CPython: test_kill_issue43884 */
static void test_kill(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "cat; cat", &two_pipes);
    send_through(programs->loop, process, "first");
    assert_int_equal(haul_process_kill(process), 0);
    assert_int_equal(end_status(programs->loop, process), -SIGKILL);
    haul_process_destroy(process);
}

static void test_signals(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(
        programs->loop, "trap 'echo usr1' USR1; trap '' TERM; echo ready; while :; do read x; done", &two_pipes);
    char buffer[16];
    assert_int_equal(read_some(programs->loop, haul_process_stdout(process), buffer, sizeof(buffer)), 6);
    assert_int_equal(haul_process_terminate(process), 0);
    assert_int_equal(haul_process_send_signal(process, SIGUSR1), 0);
    assert_int_equal(read_some(programs->loop, haul_process_stdout(process), buffer, sizeof(buffer)), 5);
    assert_memory_equal(buffer, "usr1\n", 5);
    assert_int_equal(haul_process_send_signal(process, 1000), -EINVAL);
    haul_process_kill(process);
    assert_int_equal(end_status(programs->loop, process), -SIGKILL);
    assert_int_equal(haul_process_terminate(process), 0);
    assert_int_equal(end_status(programs->loop, process), -SIGKILL);
    haul_process_destroy(process);
}

/* The wait is for the program, not for what it left behind; and that one is still in reach. */
static void test_grandchild_that_holds_the_pipe(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "exec 3<&0; cat <&3 & exit 3", &two_pipes);
    char byte;
    assert_int_equal(end_status(programs->loop, process), 3);
    send_through(programs->loop, process, "it lives");
    assert_int_equal(haul_process_kill(process), 0);
    assert_int_equal(read_some(programs->loop, haul_process_stdout(process), &byte, 1), 0);
    haul_process_destroy(process);
}

/* Of a program that has ended what it left is left alone. */
static void test_destroying_what_has_ended_kills_nobody(void **state)
{
    struct programs *programs = *state;
    int in[2], out[2];
    char bytes[4];
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    struct haul_process_options options = {.input = {HAUL_PROCESS_DESCRIPTOR, in[0]},
                                           .output = {HAUL_PROCESS_DESCRIPTOR, out[1]}};
    struct haul_process *process = start_shell(programs->loop, "exec 3<&0; cat <&3 & exit 0", &options);
    assert_int_equal(end_status(programs->loop, process), 0);
    haul_process_destroy(process);
    close(in[0]);
    close(out[1]);
    assert_int_equal(write(in[1], "left", 4), 4);
    assert_int_equal(read(out[0], bytes, 4), 4);
    close(in[1]);
    assert_int_equal(read(out[0], bytes, 4), 0);
    close(out[0]);
}

static void test_terminate_ends_a_whole_pipeline(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "cat | cat | cat; exit 0", &two_pipes);
    char byte;
    send_through(programs->loop, process, "all run");
    assert_int_equal(haul_process_terminate(process), 0);
    assert_int_equal(read_some(programs->loop, haul_process_stdout(process), &byte, 1), 0);
    assert_int_equal(end_status(programs->loop, process), -SIGTERM);
    haul_process_destroy(process);
}

static void test_destroying_kills_a_whole_pipeline(void **state)
{
    struct programs *programs = *state;
    int in[2], out[2];
    char bytes[4];
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    struct haul_process_options options = {.input = {HAUL_PROCESS_DESCRIPTOR, in[0]},
                                           .output = {HAUL_PROCESS_DESCRIPTOR, out[1]}};
    struct haul_process *process = start_shell(programs->loop, "cat | cat | cat; exit 0", &options);
    close(in[0]);
    close(out[1]);
    assert_int_equal(write(in[1], "runs", 4), 4);
    assert_int_equal(read(out[0], bytes, 4), 4);
    haul_process_destroy(process);
    assert_false(has_children());
    assert_int_equal(read(out[0], bytes, 4), 0);
    close(in[1]);
    close(out[0]);
}

static void test_destroying_what_is_stopped(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "exec cat", &two_pipes);
    siginfo_t info;
    send_through(programs->loop, process, "it runs");
    assert_int_equal(haul_process_send_signal(process, SIGSTOP), 0);
    assert_int_equal(waitid(P_PID, (id_t)haul_process_pid(process), &info, WSTOPPED | WNOWAIT), 0);
    haul_process_destroy(process);
    assert_false(has_children());
}

static void test_program_that_has_left_its_group(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = NULL;
    char bytes[4];
    assert_int_equal(haul_process_create(programs->loop, (const char *[]){self_name, "leave the group", NULL},
                                         &output_pipe, &process),
                     0);
    assert_int_equal(read_some(programs->loop, haul_process_stdout(process), bytes, sizeof(bytes)), 4);
    assert_int_equal(getpgid(haul_process_pid(process)), getpgid(0));
    assert_int_equal(haul_process_terminate(process), 0);
    assert_int_equal(end_status(programs->loop, process), -SIGTERM);
    haul_process_destroy(process);
}

/* The system keeps nothing of children that have ended: it is not known how they did, but that they did. */
static void test_ignored_sigchld(void **state)
{
    struct programs *programs = *state;
    signal(SIGCHLD, SIG_IGN);
    struct haul_process *process = start_shell(programs->loop, "cat; exit 3", &two_pipes);
    struct haul_task *task = start_task(programs->loop, HAUL_CALL(await_end, .process = process));
    run_once(programs->loop);
    send_through(programs->loop, process, "it lives");
    haul_process_close_stdin(process);
    struct haul_future *future = haul_task_future(task);
    assert_int_equal(haul_run_until_complete(programs->loop, future), 0);
    assert_int_equal(haul_future_value(future).integer, HAUL_PROCESS_UNKNOWN);
    haul_task_unref(task);
    assert_int_equal(haul_process_kill(process), 0);
    haul_process_destroy(process);
    /* Some of these have ended before anybody can look. */
    for (int i = 0; i < 20; i++) {
        process = start_shell(programs->loop, "exit 3", NULL);
        assert_int_equal(end_status(programs->loop, process), HAUL_PROCESS_UNKNOWN);
        haul_process_destroy(process);
    }
    process = start_shell(programs->loop, "cat", &two_pipes);
    haul_process_destroy(process);
    signal(SIGCHLD, SIG_DFL);
}

static void test_reaped_by_somebody_else(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "exit 3", NULL);
    int status;
    assert_int_equal(waitpid(-1, &status, 0), haul_process_pid(process));
    assert_int_equal(end_status(programs->loop, process), HAUL_PROCESS_UNKNOWN);
    assert_int_equal(haul_process_kill(process), 0);
    haul_process_destroy(process);
}

/* Others' children are not looked at, and SIGCHLD is not used. */
static void test_other_children_are_left_alone(void **state)
{
    struct programs *programs = *state;
    struct sigaction before, after;
    assert_int_equal(sigaction(SIGCHLD, NULL, &before), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(9);
    wait_for_end(child);
    struct haul_process *process = start_shell(programs->loop, "exit 3", NULL);
    assert_int_equal(end_status(programs->loop, process), 3);
    haul_process_destroy(process);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 9);
    assert_int_equal(sigaction(SIGCHLD, NULL, &after), 0);
    assert_true(before.sa_handler == after.sa_handler);
}

/* Owns a process, as one should. */
struct keep_program {
    struct haul_coroutine coroutine;
    struct haul_process *process;
    int *ret_pid;
    int code;
};

static struct haul_step keep_program(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(keep_program);
    self->code = haul_process_create(haul_task_loop(task), (const char *[]){"cat", NULL}, &two_pipes, &self->process);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    *self->ret_pid = haul_process_pid(self->process);
    HAUL_AWAIT(haul_process_wait(task, self->process));
    HAUL_FINALLY;
    haul_process_destroy(self->process);
    HAUL_END;
}

static void test_loop_is_finished_with_a_program_that_runs(void **state)
{
    struct programs *programs = *state;
    int pid = 0;
    assert_int_equal(haul_task_create(programs->loop, HAUL_CALL(keep_program, .ret_pid = &pid), NULL), 0);
    run_once(programs->loop);
    assert_int_equal(kill(pid, 0), 0);
    assert_int_equal(haul_loop_finish(programs->loop), 0);
    programs->loop = NULL;
    assert_false(has_children());
}

static void destroy(void *data)
{
    haul_process_destroy(data);
}

static void test_destroyed_while_a_task_waits(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "cat", &two_pipes);
    struct haul_task *task = start_task(programs->loop, HAUL_CALL(await_end, .process = process));
    run_once(programs->loop);
    assert_true(meets_assert(destroy, process));
    haul_process_terminate(process);
    assert_int_equal(end_task(programs->loop, task), 0);
    haul_process_destroy(process);
}

static int leave_the_group(void)
{
    if (setpgid(0, getpgid(getppid())) < 0 || write(STDOUT_FILENO, "left", 4) != 4)
        return 1;
    for (;;)
        pause();
}

/* Once more where the system has no pidfd. */
static int open_without_pidfd(void **state)
{
    failing_pidfd_set(true);
    return programs_open(state);
}

static int close_without_pidfd(void **state)
{
    failing_pidfd_set(false);
    return programs_close(state);
}

#define without_pidfd(test) cmocka_unit_test_setup_teardown(test, open_without_pidfd, close_without_pidfd)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        with_programs(test_exit_status),
        with_programs(test_killed_by_a_signal),
        with_programs(test_status_without_a_wait),
        with_programs(test_read_stdout_after_the_end),
        with_programs(test_cancelled_wait_leaves_it_alone),
        with_programs(test_end_that_comes_with_a_cancel),
        with_programs(test_many_wait_for_one),
        with_programs(test_waiting_allocates_nothing),
        with_programs(test_kill),
        with_programs(test_signals),
        with_programs(test_grandchild_that_holds_the_pipe),
        with_programs(test_destroying_what_has_ended_kills_nobody),
        with_programs(test_terminate_ends_a_whole_pipeline),
        with_programs(test_destroying_kills_a_whole_pipeline),
        with_programs(test_destroying_what_is_stopped),
        with_programs(test_program_that_has_left_its_group),
        with_programs(test_ignored_sigchld),
        with_programs(test_reaped_by_somebody_else),
        with_programs(test_other_children_are_left_alone),
        with_programs(test_loop_is_finished_with_a_program_that_runs),
        with_programs(test_destroyed_while_a_task_waits),
        without_pidfd(test_exit_status),
        without_pidfd(test_status_without_a_wait),
        without_pidfd(test_cancelled_wait_leaves_it_alone),
        without_pidfd(test_end_that_comes_with_a_cancel),
        without_pidfd(test_many_wait_for_one),
        without_pidfd(test_waiting_allocates_nothing),
        without_pidfd(test_grandchild_that_holds_the_pipe),
        without_pidfd(test_terminate_ends_a_whole_pipeline),
        without_pidfd(test_destroying_kills_a_whole_pipeline),
        without_pidfd(test_program_that_has_left_its_group),
        without_pidfd(test_ignored_sigchld),
        without_pidfd(test_loop_is_finished_with_a_program_that_runs),
    };
    if (argc > 1 && strcmp(argv[1], "leave the group") == 0)
        return leave_the_group();
    self_name = argv[0];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
