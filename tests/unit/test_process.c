/* How a program is started, and what it has then. */
#include "failing_memory.h"
#include "programs.h"
#include "running.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int try(struct haul_loop *loop, const char *program, const struct haul_process_options *options)
{
    struct haul_process *process = NULL;
    int code = haul_process_create(loop, (const char *[]){program, NULL}, options, &process);
    assert_true((code == 0) == (process != NULL));
    haul_process_destroy(process);
    return code;
}

static void assert_shell_writes(struct haul_loop *loop, const char *script, const struct haul_process_options *options,
                                const char *text)
{
    struct haul_process_output output = run_shell(loop, script, options);
    assert_string_equal(output.output, text);
    assert_int_equal(output.status, 0);
    haul_process_output_finish(&output);
}

/* valgrind turns the process that posix_spawn makes, which shares the caller's memory, into one that has its own: what
 * fails in it is not told. */
static void skip_under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    if (preloaded && strstr(preloaded, "vgpreload"))
        skip();
}

static void test_start_says_what_exec_says(void **state)
{
    skip_under_valgrind();
    struct programs *programs = *state;
    char name[] = "/tmp/haul-process-XXXXXX";
    int file = mkstemp(name);
    assert_true(file >= 0);
    assert_int_equal(try(programs->loop, name, NULL), -EACCES);
    assert_int_equal(fchmod(file, 0700), 0);
    assert_int_equal(write(file, "exit 0\n", 7), 7);
    close(file);
    assert_int_equal(try(programs->loop, name, &three_pipes), -ENOEXEC);
    unlink(name);
    assert_int_equal(try(programs->loop, name, &three_pipes), -ENOENT);
    assert_int_equal(try(programs->loop, "no-such-program-on-any-path", NULL), -ENOENT);
    assert_int_equal(try(programs->loop, "true", &(struct haul_process_options){.directory = name}), -ENOENT);
    assert_int_equal(try(programs->loop, "true", &(struct haul_process_options){.directory = "/dev/null"}), -ENOTDIR);
}

static void test_descriptor_that_is_not_open(void **state)
{
    skip_under_valgrind();
    struct programs *programs = *state;
    struct haul_process_options options = three_pipes;
    options.error = (struct haul_process_channel){HAUL_PROCESS_DESCRIPTOR, -1};
    assert_int_equal(try(programs->loop, "true", &options), -EBADF);
    options.error.descriptor = 1000;
    assert_int_equal(try(programs->loop, "true", &options), -EBADF);
}

static void test_environment(void **state)
{
    struct programs *programs = *state;
    struct haul_process_options options = output_pipe;
    setenv("HAUL_TEST", "inherited", 1);
    assert_shell_writes(programs->loop, "printf %s \"$HAUL_TEST\"", &options, "inherited");
    options.environment = (const char *[]){"HAUL_TEST=given", NULL};
    assert_shell_writes(programs->loop, "printf %s \"$HAUL_TEST\"", &options, "given");
    options.environment = (const char *[]){NULL};
    assert_shell_writes(programs->loop, "printf %s \"${HAUL_TEST-unset}\"", &options, "unset");
    unsetenv("HAUL_TEST");
}

static void test_directory(void **state)
{
    struct programs *programs = *state;
    struct haul_process_options options = output_pipe;
    options.directory = "/usr/bin";
    assert_shell_writes(programs->loop, "pwd -P", &options, "/usr/bin\n");
    assert_int_equal(try(programs->loop, "./true", &options), 0);
}

static void test_null(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(
        programs->loop, "for i in 0 1 2; do [ /proc/$$/fd/$i -ef /dev/null ] || exit 1; done; cat",
        &(struct haul_process_options){
            .input.kind = HAUL_PROCESS_NULL, .output.kind = HAUL_PROCESS_NULL, .error.kind = HAUL_PROCESS_NULL});
    assert_null(haul_process_stdin(process));
    assert_null(haul_process_stdout(process));
    assert_null(haul_process_stderr(process));
    assert_int_equal(end_status(programs->loop, process), 0);
    haul_process_destroy(process);
}

static void test_inherited(void **state)
{
    struct programs *programs = *state;
    struct stat status;
    char script[200];
    assert_int_equal(fstat(STDERR_FILENO, &status), 0);
    snprintf(script, sizeof(script), "[ $(stat -Lc %%i /proc/$$/fd/2) = %llu ]", (unsigned long long)status.st_ino);
    struct haul_process *process = start_shell(programs->loop, script, NULL);
    assert_int_equal(end_status(programs->loop, process), 0);
    haul_process_destroy(process);
}

static void test_stderr_to_stdout(void **state)
{
    struct programs *programs = *state;
    struct haul_process_options options = output_pipe;
    options.error.kind = HAUL_PROCESS_STDOUT;
    assert_shell_writes(programs->loop, "echo one; echo two >&2; echo three", &options, "one\ntwo\nthree\n");
}

static void assert_pipe_holds(int descriptor, const char *text)
{
    char buffer[64];
    ssize_t size = read(descriptor, buffer, sizeof(buffer) - 1);
    assert_true(size >= 0);
    buffer[size] = '\0';
    assert_string_equal(buffer, text);
}

/* Standard output and error as each other, which are descriptors of the program's own that must not be lost on the way.
 */
static void test_given_descriptors_that_are_swapped(void **state)
{
    struct programs *programs = *state;
    int one[2], two[2];
    int saved[2] = {dup(1), dup(2)};
    assert_int_equal(pipe(one), 0);
    assert_int_equal(pipe(two), 0);
    dup2(one[1], 1);
    dup2(two[1], 2);
    struct haul_process_options options = {.output = {HAUL_PROCESS_DESCRIPTOR, 2},
                                           .error = {HAUL_PROCESS_DESCRIPTOR, 1}};
    struct haul_process *process = NULL;
    int code = haul_process_create(programs->loop, (const char *[]){"sh", "-c", "echo out; echo err >&2", NULL},
                                   &options, &process);
    dup2(saved[0], 1);
    dup2(saved[1], 2);
    assert_int_equal(code, 0);
    assert_int_equal(end_status(programs->loop, process), 0);
    assert_pipe_holds(one[0], "err\n");
    assert_pipe_holds(two[0], "out\n");
    haul_process_destroy(process);
    for (int i = 0; i < 2; i++) {
        close(one[i]);
        close(two[i]);
        close(saved[i]);
    }
}

static void test_given_descriptor_stays_open(void **state)
{
    struct programs *programs = *state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct haul_process_options options = {.output = {HAUL_PROCESS_DESCRIPTOR, ends[1]}};
    for (int i = 0; i < 2; i++) {
        struct haul_process *process = start_shell(programs->loop, "echo out", &options);
        assert_int_equal(end_status(programs->loop, process), 0);
        haul_process_destroy(process);
        assert_pipe_holds(ends[0], "out\n");
    }
    close(ends[0]);
    close(ends[1]);
}

/* Then new descriptors get the numbers that a program's own will have. */
static void test_caller_without_standard_descriptors(void **state)
{
    struct programs *programs = *state;
    int saved[3];
    for (int i = 0; i < 3; i++) {
        saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
        close(i);
    }
    struct haul_process_output output = {0};
    struct haul_process *process = NULL;
    int code = haul_process_create(programs->loop, (const char *[]){"sh", "-c", "cat; echo err >&2", NULL},
                                   &three_pipes, &process);
    int converse_code = code == 0 ? run_task(programs->loop, HAUL_CALL(converse, .process = process, .input = "in",
                                                                       .size = 2, .ret_output = &output))
                                  : code;
    for (int i = 0; i < 3; i++) {
        dup2(saved[i], i);
        close(saved[i]);
    }
    assert_int_equal(converse_code, 0);
    assert_string_equal(output.output, "in");
    assert_string_equal(output.error, "err\n");
    haul_process_output_finish(&output);
    haul_process_destroy(process);
}

static void test_no_descriptor_leaks_into_the_program(void **state)
{
    struct programs *programs = *state;
    int leaks[2];
    assert_int_equal(pipe(leaks), 0);
    struct haul_process *other = start_shell(programs->loop, "cat", &three_pipes);
    assert_shell_writes(programs->loop, "exec ls /proc/self/fd", &output_pipe, "0\n1\n2\n3\n");
    haul_process_destroy(other);
    close(leaks[0]);
    close(leaks[1]);
}

static void test_signals_are_as_if_nobody_had_changed_them(void **state)
{
    struct programs *programs = *state;
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGRTMAX, SIG_IGN);
    struct haul_process_output output =
        run_shell(programs->loop, "exec grep -E '^Sig(Blk|Ign)' /proc/self/status", &output_pipe);
    unsigned long long has_blocked, has_ignored;
    assert_int_equal(sscanf(output.output, "SigBlk: %llx SigIgn: %llx", &has_blocked, &has_ignored), 2);
    haul_process_output_finish(&output);
    assert_int_equal(has_blocked, 0);
    /* But 32 and 33, which are the C library's own. */
    assert_int_equal(has_ignored & ~0x180000000ULL, 0);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGRTMAX, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void test_group_of_its_own(void **state)
{
    struct programs *programs = *state;
    struct haul_process *process = start_shell(programs->loop, "cat", &two_pipes);
    int pid = haul_process_pid(process);
    assert_true(pid > 0 && pid != getpid());
    assert_int_equal(getpgid(pid), pid);
    assert_int_not_equal(getpgid(0), pid);
    haul_process_destroy(process);
}

static void test_no_process_on_a_virtual_clock(void **state)
{
    (void)state;
    struct haul_virtual_clock clock = {0};
    struct haul_loop_options options = {.clock = haul_virtual_clock(&clock)};
    struct haul_loop *loop;
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    assert_int_equal(try(loop, "true", NULL), HAUL_E_INVALID);
    assert_int_equal(haul_loop_destroy(loop), 0);
}

static void test_out_of_memory(void **state)
{
    struct programs *programs = *state;
    int open_now = count_descriptors();
    FAILING_MEMORY_SWEEP(n)
    {
        int code = try(programs->loop, "cat", &three_pipes);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(count_descriptors(), open_now);
        assert_false(has_children());
    }
}

/* With room for one more descriptor at each try; the first four are open. */
static void assert_needs_descriptors(struct haul_loop *loop, const struct haul_process_options *options)
{
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int open_now = count_descriptors();
    int code = -EMFILE;
    int failures = 0;
    for (; code == -EMFILE; failures++) {
        struct rlimit limit = {.rlim_cur = (rlim_t)(4 + failures), .rlim_max = before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        code = try(loop, "cat", options);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(count_descriptors(), open_now);
        assert_false(has_children());
    }
    assert_int_equal(code, 0);
    assert_true(failures > 0);
}

static void test_out_of_descriptors(void **state)
{
    struct programs *programs = *state;
    assert_needs_descriptors(programs->loop, &three_pipes);
    assert_needs_descriptors(programs->loop, NULL);
}

static void start_nothing(void *data)
{
    struct haul_process *process;
    haul_process_create(data, (const char *[]){NULL}, NULL, &process);
}

static void send_output_to_itself(void *data)
{
    try(data, "true", &(struct haul_process_options){.output.kind = HAUL_PROCESS_STDOUT});
}

static void outlive_loop(void *data)
{
    start_shell(data, "cat", &two_pipes);
    haul_loop_finish(data);
}

static void test_bad_use(void **state)
{
    struct programs *programs = *state;
    assert_true(meets_assert(start_nothing, programs->loop));
    assert_true(meets_assert(send_output_to_itself, programs->loop));
    assert_true(meets_assert(outlive_loop, programs->loop));
    haul_process_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_programs(test_start_says_what_exec_says),
        with_programs(test_descriptor_that_is_not_open),
        with_programs(test_environment),
        with_programs(test_directory),
        with_programs(test_null),
        with_programs(test_inherited),
        with_programs(test_stderr_to_stdout),
        with_programs(test_given_descriptors_that_are_swapped),
        with_programs(test_given_descriptor_stays_open),
        with_programs(test_caller_without_standard_descriptors),
        with_programs(test_no_descriptor_leaks_into_the_program),
        with_programs(test_signals_are_as_if_nobody_had_changed_them),
        with_programs(test_group_of_its_own),
        with_programs(test_no_process_on_a_virtual_clock),
        with_programs(test_out_of_memory),
        with_programs(test_out_of_descriptors),
        with_programs(test_bad_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
