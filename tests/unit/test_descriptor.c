#include "failing_memory.h"
#include "running.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <haul/timeout.h>
#include <unistd.h>

/* Waits for a descriptor, then says its name and how it came out. */
struct watcher {
    struct haul_coroutine coroutine;
    struct stage *stage;
    const char *name;
    int descriptor;
    bool writes;
    int code;
};

static struct haul_step watcher(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(watcher);
    if (self->writes)
        HAUL_AWAIT_CODE(self->code, haul_wait_writable(task, self->descriptor));
    else
        HAUL_AWAIT_CODE(self->code, haul_wait_readable(task, self->descriptor));
    stage_say(self->stage, "%s %d", self->name, self->code);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static void open_pipe(int ends[2])
{
    assert_int_equal(pipe(ends), 0);
}

static void close_pipe(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

static void test_readable(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pipe(ends);
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(watcher, .stage = stage, .name = "read", .descriptor = ends[0]));
    stage_turn(stage, 1);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "read 0");
    close_pipe(ends);
}

static void test_end_and_writable(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pipe(ends);
    assert_int_equal(
        stage_run(stage, HAUL_CALL(watcher, .stage = stage, .name = "write", .descriptor = ends[1], .writes = true)),
        0);
    close(ends[1]);
    assert_int_equal(stage_run(stage, HAUL_CALL(watcher, .stage = stage, .name = "end", .descriptor = ends[0])), 0);
    assert_script(stage, "write 0, end 0");
    close(ends[0]);
}

static void test_several_on_one(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pipe(ends);
    struct haul_task *a = stage_task(stage, HAUL_CALL(watcher, .stage = stage, .name = "a", .descriptor = ends[0]));
    struct haul_task *b = stage_task(stage, HAUL_CALL(watcher, .stage = stage, .name = "b", .descriptor = ends[0]));
    struct haul_task *c = stage_task(stage, HAUL_CALL(watcher, .stage = stage, .name = "c", .descriptor = ends[0]));
    stage_turn(stage, 1);
    haul_task_cancel(b);
    assert_int_equal(stage_end(stage, b), HAUL_E_CANCELLED);
    assert_script(stage, "b 1");
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, c), 0);
    close_pipe(ends);
    stage_forget(stage);
}

/* The same number twice, which is another file the second time. */
static void test_number_used_again(void **state)
{
    struct stage *stage = *state;
    int first[2];
    int second[2];
    open_pipe(first);
    open_pipe(second);
    int number = dup(first[0]);
    assert_int_equal(write(first[1], "x", 1), 1);
    assert_int_equal(stage_run(stage, HAUL_CALL(watcher, .stage = stage, .name = "first", .descriptor = number)), 0);
    close(number);
    assert_int_equal(dup2(second[0], number), number);
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(watcher, .stage = stage, .name = "second", .descriptor = number));
    stage_turn(stage, 1);
    assert_script(stage, "first 0");
    assert_int_equal(write(second[1], "x", 1), 1);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "second 0");
    close(number);
    close_pipe(first);
    close_pipe(second);
}

static void test_refused(void **state)
{
    struct stage *stage = *state;
    int file = open("/proc/self/exe", O_RDONLY);
    assert_int_equal(stage_run(stage, HAUL_CALL(watcher, .stage = stage, .name = "file", .descriptor = file)), -EPERM);
    close(file);
    assert_int_equal(stage_run(stage, HAUL_CALL(watcher, .stage = stage, .name = "closed", .descriptor = file)),
                     -EBADF);
    assert_script(stage, "file -1, closed -9");
}

struct timed_watcher {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int descriptor;
    struct haul_timeout timeout;
    int code;
};

static struct haul_step timed_watcher(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(timed_watcher);
    assert_int_equal(haul_timeout_enter(task, &self->timeout, HAUL_SECOND), 0);
    HAUL_AWAIT_CODE(self->code, haul_wait_readable(task, self->descriptor));
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

/* Descriptors come before deadlines: an answer that has arrived is not timed out. */
static void test_answer_with_the_deadline(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pipe(ends);
    struct haul_task *task = stage_task(stage, HAUL_CALL(timed_watcher, .stage = stage, .descriptor = ends[0]));
    stage_turn(stage, 1);
    assert_int_equal(write(ends[1], "x", 1), 1);
    stage->clock.now = HAUL_SECOND;
    assert_int_equal(stage_end(stage, task), 0);

    /* And without an answer it is. */
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    stage->clock.now = 0;
    haul_loop_update_now(stage->loop);
    task = stage_task(stage, HAUL_CALL(timed_watcher, .stage = stage, .descriptor = ends[0]));
    struct haul_task *spinner = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a"));
    stage->clock.now = HAUL_SECOND;
    assert_int_equal(stage_end(stage, spinner), 0);
    assert_int_equal(stage_end(stage, task), HAUL_E_TIMEOUT);
    stage_forget(stage);
    close_pipe(ends);
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pipe(ends);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_loop *loop = NULL;
        struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
        struct haul_outcome outcome;
        int code = haul_loop_create(&options, &loop);
        if (code == 0)
            code = haul_run_task(
                loop, HAUL_CALL(watcher, .stage = stage, .name = "write", .descriptor = ends[1], .writes = true),
                &outcome);
        if (code == 0)
            code = outcome.code;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(haul_loop_destroy(loop), 0);
    }
    close_pipe(ends);
    assert_script(stage, "write -12, write 0");
}

/* Waits for a descriptor for a while only. */
struct impatient {
    struct haul_coroutine coroutine;
    struct haul_timeout timeout;
    int descriptor;
    int64_t deadline;
    int code;
};

static struct haul_step impatient(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(impatient);
    assert_int_equal(haul_timeout_enter(task, &self->timeout, self->deadline), 0);
    HAUL_AWAIT_CODE(self->code, haul_wait_readable(task, self->descriptor));
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

/* However many they are, and however late: libev takes 64 at a time at first. */
static void test_what_has_happened_comes_before_what_is_due(void **state)
{
    enum { count = 300 };
    struct haul_task *tasks[count];
    struct haul_loop *loop;
    int ends[2], copies[count];
    (void)state;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    open_pipe(ends);
    int64_t deadline = haul_loop_now(loop) + HAUL_SECOND;
    for (size_t i = 0; i < count; i++) {
        copies[i] = dup(ends[0]);
        tasks[i] = start_task(loop, HAUL_CALL(impatient, .descriptor = copies[i], .deadline = deadline));
    }
    run_once(loop);
    assert_int_equal(write(ends[1], "x", 1), 1);
    while (haul_loop_update_now(loop) < deadline)
        ;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(end_task(loop, tasks[i]), 0);
    for (size_t i = 0; i < count; i++)
        close(copies[i]);
    close_pipe(ends);
    assert_int_equal(haul_loop_finish(loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_readable),       on_stage(test_end_and_writable),
        on_stage(test_several_on_one), on_stage(test_number_used_again),
        on_stage(test_refused),        on_stage(test_answer_with_the_deadline),
        on_stage(test_out_of_memory),  cmocka_unit_test(test_what_has_happened_comes_before_what_is_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
