#include "failing_memory.h"
#include "running.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <haul/descriptor.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A function that is called, and says its name. */
struct caller {
    struct stage *stage;
    const char *name;
    int reads;   /* takes a byte from here; 0: nothing */
    int removes; /* takes this reader away; 0: none */
    int removes_writer;
    struct caller *next; /* puts this one in its place */
    int descriptor;
};

static void call(void *data)
{
    struct caller *caller = data;
    char byte;
    stage_say(caller->stage, "%s", caller->name);
    if (caller->reads)
        assert_int_equal(read(caller->reads, &byte, 1), 1);
    if (caller->removes)
        haul_loop_remove_reader(caller->stage->loop, caller->removes);
    if (caller->removes_writer)
        haul_loop_remove_writer(caller->stage->loop, caller->removes_writer);
    if (caller->next)
        assert_int_equal(haul_loop_add_reader(caller->stage->loop, caller->descriptor, call, caller->next), 0);
}

static void open_pair(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
}

static void close_pair(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

static void put(int descriptor, const char *bytes)
{
    assert_int_equal(write(descriptor, bytes, strlen(bytes)), strlen(bytes));
}

static void nothing(void *data)
{
    (void)data;
}

/* Iterations that do not wait. */
static void turns(struct stage *stage, int count)
{
    for (int i = 0; i < count; i++) {
        assert_int_equal(haul_loop_call_soon(stage->loop, nothing, NULL, NULL), 0);
        run_once(stage->loop);
    }
}

/* CPython: test_add_reader, test_remove_reader */
static void test_called_as_long_as_it_can_be_read(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pair(ends);
    struct caller caller = {.stage = stage, .name = "read", .reads = ends[0]};
    assert_int_equal(haul_loop_add_reader(stage->loop, ends[0], call, &caller), 0);
    turns(stage, 2);
    assert_script(stage, "");
    put(ends[1], "xyz");
    turns(stage, 5);
    assert_script(stage, "read, read, read");
    assert_int_equal(haul_loop_remove_reader(stage->loop, ends[0]), 1);
    assert_int_equal(haul_loop_remove_reader(stage->loop, ends[0]), 0);
    put(ends[1], "x");
    turns(stage, 2);
    assert_script(stage, "");
    close_pair(ends);
}

/* CPython: test_add_reader_existing_writer, test_remove_writer_read_write */
static void test_both_of_a_descriptor(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pair(ends);
    struct caller reader = {.stage = stage, .name = "read", .reads = ends[0]};
    struct caller writer = {.stage = stage, .name = "write", .removes_writer = ends[0]};
    assert_int_equal(haul_loop_add_writer(stage->loop, ends[0], call, &writer), 0);
    assert_int_equal(haul_loop_add_reader(stage->loop, ends[0], call, &reader), 0);
    put(ends[1], "xy");
    turns(stage, 3);
    assert_script(stage, "read, write, read");
    assert_int_equal(haul_loop_remove_writer(stage->loop, ends[0]), 0);
    assert_int_equal(haul_loop_remove_reader(stage->loop, ends[0]), 1);
    close_pair(ends);
}

static void test_it_is_told_of_the_end(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pair(ends);
    struct caller caller = {.stage = stage, .name = "end", .removes = ends[0]};
    assert_int_equal(haul_loop_add_reader(stage->loop, ends[0], call, &caller), 0);
    close(ends[1]);
    turns(stage, 3);
    assert_script(stage, "end");
    close(ends[0]);
}

/* CPython: test_add_reader_existing */
static void test_another_replaces_it(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pair(ends);
    struct caller second = {.stage = stage, .name = "second", .reads = ends[0]};
    struct caller first = {.stage = stage, .name = "first", .reads = ends[0], .next = &second, .descriptor = ends[0]};
    assert_int_equal(haul_loop_add_reader(stage->loop, ends[0], call, &second), 0);
    assert_int_equal(haul_loop_add_reader(stage->loop, ends[0], call, &first), 0);
    put(ends[1], "xyz");
    turns(stage, 5);
    assert_script(stage, "first, second, second");
    haul_loop_remove_reader(stage->loop, ends[0]);
    close_pair(ends);
}

/* One of two that are ready takes the other away: whichever comes first, the other is not called. */
static void test_taken_away_when_it_is_ready(void **state)
{
    struct stage *stage = *state;
    int ends[2], other[2];
    open_pair(ends);
    open_pair(other);
    struct caller one = {.stage = stage, .name = "called", .reads = ends[0], .removes = other[0]};
    struct caller two = {.stage = stage, .name = "called", .reads = other[0], .removes = ends[0]};
    assert_int_equal(haul_loop_add_reader(stage->loop, ends[0], call, &one), 0);
    assert_int_equal(haul_loop_add_reader(stage->loop, other[0], call, &two), 0);
    put(ends[1], "x");
    put(other[1], "x");
    turns(stage, 3);
    assert_script(stage, "called");
    assert_int_equal(haul_loop_remove_reader(stage->loop, ends[0]) + haul_loop_remove_reader(stage->loop, other[0]), 1);
    close_pair(ends);
    close_pair(other);
}

static void say_soon(void *data)
{
    stage_say(data, "soon");
}

/* In one queue with everything else: behind what was ready when the loop heard of the descriptor. */
static void test_order_in_the_ready_queue(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pair(ends);
    struct caller caller = {.stage = stage, .name = "read", .reads = ends[0]};
    assert_int_equal(haul_loop_add_reader(stage->loop, ends[0], call, &caller), 0);
    put(ends[1], "x");
    assert_int_equal(haul_loop_call_soon(stage->loop, say_soon, stage, NULL), 0);
    assert_int_equal(haul_loop_call_later(stage->loop, 0, say_soon, stage, NULL), 0);
    run_once(stage->loop);
    assert_script(stage, "soon, read, soon");
    haul_loop_remove_reader(stage->loop, ends[0]);
    close_pair(ends);
}

/* Waits for a descriptor, then says so. */
struct waits {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int descriptor;
};

static struct haul_step waits(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(waits);
    HAUL_AWAIT(haul_wait_readable(task, self->descriptor));
    stage_say(self->stage, "task");
    HAUL_FINALLY;
    HAUL_END;
}

static void test_beside_tasks_that_wait_for_the_same(void **state)
{
    struct stage *stage = *state;
    int ends[2];
    open_pair(ends);
    struct caller caller = {.stage = stage, .name = "reader", .removes = ends[0]};
    struct haul_task *tasks[2];
    tasks[0] = stage_task(stage, HAUL_CALL(waits, .stage = stage, .descriptor = ends[0]));
    assert_int_equal(haul_loop_add_reader(stage->loop, ends[0], call, &caller), 0);
    tasks[1] = stage_task(stage, HAUL_CALL(waits, .stage = stage, .descriptor = ends[0]));
    turns(stage, 1);
    /* Neither the reader's end nor a task's end is the others'. */
    haul_loop_remove_reader(stage->loop, ends[0]);
    haul_task_cancel(tasks[1]);
    stage_end(stage, tasks[1]);
    assert_int_equal(haul_loop_add_reader(stage->loop, ends[0], call, &caller), 0);
    put(ends[1], "x");
    run_once(stage->loop);
    assert_int_equal(stage_end(stage, tasks[0]), 0);
    assert_int_equal(haul_loop_remove_reader(stage->loop, ends[0]), 0);
    assert_true(strcmp(stage->script, "reader, task") == 0 || strcmp(stage->script, "task, reader") == 0);
    stage_forget(stage);
    close_pair(ends);
}

/* Reads what is there by a stream. */
struct reads {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    char byte;
};

static struct haul_step reads(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(reads);
    HAUL_AWAIT(haul_stream_read(task, self->stream, &self->byte, 1));
    HAUL_FINALLY;
    HAUL_END;
}

/* The stream takes the byte, and still the others hear of it, on the same loop and on another. */
static void test_beside_a_stream_and_another_loop(void **state)
{
    struct stage *stage = *state;
    struct stage other = {0};
    struct haul_stream *stream;
    int ends[2];
    open_pair(ends);
    assert_int_equal(haul_loop_create(NULL, &other.loop), 0);
    assert_int_equal(haul_stream_create(stage->loop, ends[0], &stream), 0);
    struct caller here = {.stage = stage, .name = "here", .removes = ends[0]};
    struct caller there = {.stage = &other, .name = "there", .removes = ends[0]};
    assert_int_equal(haul_loop_add_reader(stage->loop, ends[0], call, &here), 0);
    assert_int_equal(haul_loop_add_reader(other.loop, ends[0], call, &there), 0);
    struct haul_task *task = stage_task(stage, HAUL_CALL(reads, .stream = stream));
    turns(stage, 1);
    turns(&other, 1);
    put(ends[1], "x");
    turns(&other, 2);
    assert_int_equal(stage_end(stage, task), 0);
    turns(stage, 1);
    assert_script(stage, "here");
    assert_script(&other, "there");
    haul_stream_destroy(stream);
    close(ends[1]);
    assert_int_equal(haul_loop_destroy(other.loop), 0);
}

/* CPython: test_remove_reader_unknown, test_remove_writer_unknown */
static void test_refused(void **state)
{
    struct stage *stage = *state;
    struct caller caller = {.stage = stage};
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    assert_int_equal(haul_loop_add_reader(stage->loop, file, call, &caller), -EPERM);
    close(file);
    assert_int_equal(haul_loop_add_reader(stage->loop, file, call, &caller), -EBADF);
    assert_int_equal(haul_loop_add_writer(stage->loop, -1, call, &caller), -EBADF);
    assert_int_equal(haul_loop_remove_reader(stage->loop, -1), 0);
    assert_int_equal(haul_loop_remove_writer(stage->loop, 100000), 0);
}

/* The loop takes along what is left, also what is ready. */
static void test_left_to_the_loop(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop;
    int ends[2];
    open_pair(ends);
    struct caller caller = {.stage = stage, .name = "never"};
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_int_equal(haul_loop_add_reader(loop, ends[0], call, &caller), 0);
    assert_int_equal(haul_loop_add_writer(loop, ends[0], call, &caller), 0);
    assert_int_equal(haul_loop_destroy(loop), 0);
    assert_script(stage, "");
    assert_int_equal(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
    close_pair(ends);
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    struct caller caller = {.stage = stage};
    int ends[2];
    open_pair(ends);
    int number = fcntl(ends[0], F_DUPFD_CLOEXEC, 40);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_loop *loop;
        failing_memory_set(0);
        assert_int_equal(haul_loop_create(NULL, &loop), 0);
        failing_memory_set(n);
        int code = haul_loop_add_reader(loop, ends[0], call, &caller);
        if (code == 0)
            code = haul_loop_add_writer(loop, number, call, &caller);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(haul_loop_remove_writer(loop, number), code == 0);
        assert_int_equal(haul_loop_destroy(loop), 0);
    }
    close(number);
    close_pair(ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_called_as_long_as_it_can_be_read),
        on_stage(test_both_of_a_descriptor),
        on_stage(test_it_is_told_of_the_end),
        on_stage(test_another_replaces_it),
        on_stage(test_taken_away_when_it_is_ready),
        on_stage(test_order_in_the_ready_queue),
        on_stage(test_beside_tasks_that_wait_for_the_same),
        on_stage(test_beside_a_stream_and_another_loop),
        on_stage(test_refused),
        on_stage(test_left_to_the_loop),
        on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
