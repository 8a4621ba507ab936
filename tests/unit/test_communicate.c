/* Feeding a program and collecting what it writes. */
#include "failing_memory.h"
#include "programs.h"
#include "running.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* CPython: test_communicate */
static void test_communicate(void **state)
{
    struct programs *programs = *state;
    struct haul_process_output output;
    struct haul_process *process = start_shell(programs->loop, "cat", &two_pipes);
    assert_int_equal(run_task(programs->loop, HAUL_CALL(converse, .process = process, .input = "some data", .size = 9,
                                                        .ret_output = &output)),
                     0);
    assert_int_equal(output.status, 0);
    assert_int_equal(output.output_size, 9);
    assert_string_equal(output.output, "some data");
    assert_null(output.error);
    assert_null(haul_process_stdin(process));
    haul_process_output_finish(&output);
    assert_null(output.output);
    haul_process_destroy(process);
}

/* More than pipes hold, in all three: whoever did one after the other would wait for ever. */
static void test_much_in_and_out_and_to_stderr(void **state)
{
    struct programs *programs = *state;
    enum { size = 1000000 };
    char *input = malloc(size);
    for (int i = 0; i < size; i++)
        input[i] = (char)(i * 7 % 251);
    struct haul_process_output output;
    struct haul_process *process = start_shell(programs->loop, "exec tee /dev/stderr", &three_pipes);
    assert_int_equal(run_task(programs->loop, HAUL_CALL(converse, .process = process, .input = input, .size = size,
                                                        .ret_output = &output)),
                     0);
    assert_int_equal(output.output_size, size);
    assert_int_equal(output.error_size, size);
    assert_memory_equal(output.output, input, size);
    assert_memory_equal(output.error, input, size);
    haul_process_output_finish(&output);
    haul_process_destroy(process);
    free(input);
}

static void test_input_that_nobody_reads(void **state)
{
    struct programs *programs = *state;
    enum { size = 1000000 };
    char *input = calloc(1, size);
    struct haul_process_output output;
    struct haul_process *process = start_shell(programs->loop, "exit 5", &two_pipes);
    assert_int_equal(run_task(programs->loop, HAUL_CALL(converse, .process = process, .input = input, .size = size,
                                                        .ret_output = &output)),
                     0);
    assert_int_equal(output.status, 5);
    assert_string_equal(output.output, "");
    haul_process_output_finish(&output);
    haul_process_destroy(process);
    free(input);
}

static void test_without_pipes_it_only_waits(void **state)
{
    struct programs *programs = *state;
    struct haul_process_output output = run_shell(programs->loop, "kill -KILL $$", NULL);
    assert_null(output.output);
    assert_null(output.error);
    assert_int_equal(output.status, -SIGKILL);
    haul_process_output_finish(&output);
}

static void test_limit(void **state)
{
    struct programs *programs = *state;
    struct haul_process_output output;
    struct haul_process *process = start_shell(programs->loop, "printf 0123456789", &output_pipe);
    struct haul_awaitable nine = HAUL_CALL(converse, .process = process, .limit = 9, .ret_output = &output);
    assert_int_equal(run_task(programs->loop, nine), HAUL_E_LIMIT);
    assert_int_equal(run_task(programs->loop, nine), HAUL_E_LIMIT);
    assert_int_equal(
        run_task(programs->loop, HAUL_CALL(converse, .process = process, .limit = 10, .ret_output = &output)), 0);
    assert_string_equal(output.output, "0123456789");
    haul_process_output_finish(&output);
    haul_process_destroy(process);
}

static void count_report(void *data, struct haul_loop *loop, const char *message, int code)
{
    (void)loop;
    (void)message;
    (void)code;
    ++*(int *)data;
}

/* Both outputs are more than the limit at once: who communicates has the code, and nobody is told of tasks that are not
 * the program's own. */
static void test_limit_of_both_at_once(void **state)
{
    struct programs *programs = *state;
    struct haul_loop *loop = programs->loop;
    struct haul_process_output output;
    int reports = 0;
    haul_loop_set_exception_handler(loop, count_report, &reports);
    struct haul_process *process =
        start_shell(loop, "read nothing; printf 0123456789; printf 0123456789 >&2", &three_pipes);
    struct haul_task *task =
        start_task(loop, HAUL_CALL(converse, .process = process, .limit = 9, .ret_output = &output));
    run_once(loop);
    run_once(loop);
    wait_for_end(haul_process_pid(process));
    assert_int_equal(end_task(loop, task), HAUL_E_LIMIT);
    assert_int_equal(reports, 0);
    haul_process_destroy(process);
}

/* One that goes on for ever is left running where the limit is met, and ends with its process. */
static void test_limit_of_an_endless_program(void **state)
{
    struct programs *programs = *state;
    struct haul_process_output output;
    struct haul_process *process = start_shell(programs->loop, "exec yes", &output_pipe);
    int status;
    assert_int_equal(
        run_task(programs->loop, HAUL_CALL(converse, .process = process, .limit = 100000, .ret_output = &output)),
        HAUL_E_LIMIT);
    assert_int_equal(haul_process_status(process, &status), HAUL_E_BUSY);
    haul_process_destroy(process);
}

/* Whenever the cancel comes, nothing that was written is lost. */
static void test_cancelled_and_called_again(void **state)
{
    struct programs *programs = *state;
    bool ended = false;
    for (int turns = 0; !ended; turns++) {
        struct haul_process_output output;
        int code = -1;
        struct haul_process *process = start_shell(
            programs->loop, "for i in 1 2 3 4 5; do head -c 20000 /dev/zero; echo x >&2; done", &three_pipes);
        struct haul_awaitable call = HAUL_CALL(converse, .process = process, .ret_output = &output, .ret_code = &code);
        struct haul_task *task = start_task(programs->loop, call);
        for (int i = 0; i < turns && !haul_future_done(haul_task_future(task)); i++)
            run_once(programs->loop);
        ended = !haul_task_cancel(task);
        end_task(programs->loop, task);
        /* Before its first step the body of the task does not run at all. */
        assert_true(code == 0 || code == HAUL_E_CANCELLED || turns == 0);
        if (code != 0)
            assert_int_equal(run_task(programs->loop, call), 0);
        assert_int_equal(output.output_size, 100000);
        assert_string_equal(output.error, "x\nx\nx\nx\nx\n");
        assert_int_equal(output.status, 0);
        haul_process_output_finish(&output);
        haul_process_destroy(process);
    }
}

/* What the program left holds its pipe: it is waited for until its group is killed, and what was written is there. */
static void test_grandchild_that_holds_the_pipe(void **state)
{
    struct programs *programs = *state;
    struct haul_process_output output;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct haul_process_options options = {.input = {HAUL_PROCESS_DESCRIPTOR, ends[0]},
                                           .output.kind = HAUL_PROCESS_PIPE};
    struct haul_process *process = start_shell(programs->loop, "echo kept; exec 3<&0; cat <&3 & exit 4", &options);
    struct haul_task *task = start_task(programs->loop, HAUL_CALL(converse, .process = process, .ret_output = &output));
    assert_int_equal(end_status(programs->loop, process), 4);
    assert_false(haul_future_done(haul_task_future(task)));
    haul_task_cancel(task);
    assert_int_equal(end_task(programs->loop, task), HAUL_E_CANCELLED);
    assert_int_equal(haul_process_kill(process), 0);
    assert_int_equal(run_task(programs->loop, HAUL_CALL(converse, .process = process, .ret_output = &output)), 0);
    assert_string_equal(output.output, "kept\n");
    assert_int_equal(output.status, 4);
    haul_process_output_finish(&output);
    haul_process_destroy(process);
    close(ends[0]);
    close(ends[1]);
}

static void test_out_of_memory(void **state)
{
    struct programs *programs = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        failing_memory_set(0);
        struct haul_process_output output = {0};
        struct haul_process *process = start_shell(programs->loop, "cat; echo err >&2", &three_pipes);
        struct haul_task *task =
            start_task(programs->loop,
                       HAUL_CALL(converse, .process = process, .input = "some data", .size = 9, .ret_output = &output));
        failing_memory_set(n);
        int code = end_task(programs->loop, task);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        if (!failing_memory_happened())
            assert_string_equal(output.output, "some data");
        haul_process_output_finish(&output);
        haul_process_destroy(process);
        assert_false(has_children());
    }
}

static void destroy(void *data)
{
    haul_process_destroy(data);
}

struct second_call {
    struct haul_loop *loop;
    struct haul_process *process;
};

static void communicate_too(void *data)
{
    struct second_call *second = data;
    struct haul_process_output output;
    run_task(second->loop, HAUL_CALL(converse, .process = second->process, .ret_output = &output));
}

static void test_bad_use(void **state)
{
    struct programs *programs = *state;
    struct haul_process_output output;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct haul_process_options options = {.input = {HAUL_PROCESS_DESCRIPTOR, ends[0]},
                                           .output.kind = HAUL_PROCESS_PIPE};
    struct haul_process *process = start_shell(programs->loop, "cat", &options);
    struct haul_task *task = start_task(programs->loop, HAUL_CALL(converse, .process = process, .ret_output = &output));
    run_once(programs->loop);
    assert_true(meets_assert(destroy, process));
    assert_true(meets_assert(communicate_too, &(struct second_call){programs->loop, process}));
    haul_task_cancel(task);
    assert_int_equal(end_task(programs->loop, task), HAUL_E_CANCELLED);
    haul_process_destroy(process);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_programs(test_communicate),
        with_programs(test_much_in_and_out_and_to_stderr),
        with_programs(test_input_that_nobody_reads),
        with_programs(test_without_pipes_it_only_waits),
        with_programs(test_limit),
        with_programs(test_limit_of_both_at_once),
        with_programs(test_limit_of_an_endless_program),
        with_programs(test_cancelled_and_called_again),
        with_programs(test_grandchild_that_holds_the_pipe),
        with_programs(test_out_of_memory),
        with_programs(test_bad_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
