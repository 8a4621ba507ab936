#include "programs.h"

#include "pair.h"
#include "running.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

const struct haul_process_options three_pipes = {
    .input.kind = HAUL_PROCESS_PIPE, .output.kind = HAUL_PROCESS_PIPE, .error.kind = HAUL_PROCESS_PIPE};
const struct haul_process_options two_pipes = {.input.kind = HAUL_PROCESS_PIPE, .output.kind = HAUL_PROCESS_PIPE};
const struct haul_process_options output_pipe = {.input.kind = HAUL_PROCESS_NULL, .output.kind = HAUL_PROCESS_PIPE};

int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    /* Without itself, and `.` and `..`. */
    return count - 3;
}

bool has_children(void)
{
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

void wait_for_end(int pid)
{
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

int programs_open(void **state)
{
    struct programs *programs = calloc(1, sizeof(*programs));
    programs->descriptors = count_descriptors();
    assert_false(has_children());
    assert_int_equal(haul_loop_create(NULL, &programs->loop), 0);
    *state = programs;
    return 0;
}

int programs_close(void **state)
{
    struct programs *programs = *state;
    if (programs->loop)
        assert_int_equal(haul_loop_finish(programs->loop), 0);
    assert_int_equal(count_descriptors(), programs->descriptors);
    assert_false(has_children());
    free(programs);
    return 0;
}

struct haul_process *start_shell(struct haul_loop *loop, const char *script, const struct haul_process_options *options)
{
    struct haul_process *process = NULL;
    assert_int_equal(haul_process_create(loop, (const char *[]){"sh", "-c", script, NULL}, options, &process), 0);
    return process;
}

struct haul_process_output run_shell(struct haul_loop *loop, const char *script,
                                     const struct haul_process_options *options)
{
    struct haul_process_output output = {0};
    struct haul_process *process = start_shell(loop, script, options);
    assert_int_equal(run_task(loop, HAUL_CALL(converse, .process = process, .ret_output = &output)), 0);
    haul_process_destroy(process);
    return output;
}

struct haul_step await_end(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(await_end);
    HAUL_AWAIT(haul_process_wait(task, self->process));
    HAUL_RETURN(.integer = haul_awaited(task).integer);
    HAUL_FINALLY;
    HAUL_END;
}

int end_status(struct haul_loop *loop, struct haul_process *process)
{
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(loop, HAUL_CALL(await_end, .process = process), &outcome), 0);
    assert_int_equal(outcome.code, 0);
    return (int)outcome.value.integer;
}

struct haul_step converse(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(converse);
    HAUL_AWAIT_CODE(self->code, haul_process_communicate(task, self->process, self->input, self->size, self->limit,
                                                         self->ret_output));
    if (self->ret_code)
        *self->ret_code = self->code;
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

int64_t read_some(struct haul_loop *loop, struct haul_stream *stream, char *buffer, size_t size)
{
    int64_t got = -1;
    assert_int_equal(
        run_task(loop, HAUL_CALL(read_once, .stream = stream, .buffer = buffer, .size = size, .ret_got = &got)), 0);
    return got;
}

void send_through(struct haul_loop *loop, struct haul_process *process, const char *bytes)
{
    char buffer[64];
    size_t size = strlen(bytes);
    bool done = false;
    assert_true(size <= sizeof(buffer));
    assert_int_equal(run_task(loop, HAUL_CALL(write_once, .stream = haul_process_stdin(process), .bytes = bytes,
                                              .size = size, .ret_done = &done)),
                     0);
    for (size_t got = 0; got < size;) {
        int64_t more = read_some(loop, haul_process_stdout(process), buffer + got, size - got);
        assert_true(more > 0);
        got += (size_t)more;
    }
    assert_memory_equal(buffer, bytes, size);
}
