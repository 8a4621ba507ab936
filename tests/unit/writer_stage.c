#include "writer_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

void writer_stage_open(struct writer_stage *stage, bool is_virtual)
{
    struct haul_loop_options options = {0};
    if (is_virtual) {
        stage->clock = (struct haul_virtual_clock){.now = HAUL_SECOND};
        options.clock = haul_virtual_clock(&stage->clock);
    }
    if (stage->reading >= 0)
        assert_int_equal(fcntl(stage->reading, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(haul_loop_create(&options, &stage->loop), 0);
    assert_int_equal(writer_create(stage->loop, stage->writing, &stage->writer), 0);
    stage->run = writer_stage_task(stage, HAUL_CALL(writer_run, .writer = stage->writer));
}

void writer_stage_open_pipe(struct writer_stage *stage, bool is_virtual)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    stage->reading = ends[0];
    stage->writing = ends[1];
    writer_stage_open(stage, is_virtual);
}

void writer_stage_open_socket(struct writer_stage *stage, int type, bool is_virtual)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, type, 0, ends), 0);
    stage->reading = ends[0];
    stage->writing = ends[1];
    writer_stage_open(stage, is_virtual);
}

void writer_stage_open_terminal(struct writer_stage *stage, bool is_virtual)
{
    assert_int_equal(openpty(&stage->reading, &stage->writing, NULL, NULL, NULL), 0);
    writer_stage_open(stage, is_virtual);
}

void writer_stage_open_file(struct writer_stage *stage, bool is_virtual)
{
    char path[] = "/tmp/haul-test-XXXXXX";
    stage->writing = mkstemp(path);
    assert_true(stage->writing >= 0);
    stage->reading = open(path, O_RDONLY | O_CLOEXEC);
    unlink(path);
    writer_stage_open(stage, is_virtual);
}

void writer_stage_open_path(struct writer_stage *stage, const char *path)
{
    stage->reading = -1;
    stage->writing = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(stage->writing >= 0);
    writer_stage_open(stage, false);
}

void writer_stage_end_run(struct writer_stage *stage)
{
    haul_task_cancel(stage->run);
    writer_stage_end(stage, stage->run);
}

void writer_stage_close(struct writer_stage *stage)
{
    writer_destroy(stage->writer);
    assert_int_equal(haul_loop_finish(stage->loop), 0);
    writer_stage_close_reading(stage);
    close(stage->writing);
}

void writer_stage_close_reading(struct writer_stage *stage)
{
    if (stage->reading >= 0)
        close(stage->reading);
    stage->reading = -1;
}

static void stop(void *data)
{
    haul_loop_stop(data);
}

void writer_stage_iterate(struct writer_stage *stage)
{
    for (int i = 0; i < 20; i++) {
        assert_int_equal(haul_loop_call_soon(stage->loop, stop, stage->loop, NULL), 0);
        assert_int_equal(haul_loop_run_forever(stage->loop), 0);
    }
}

struct haul_task *writer_stage_task(struct writer_stage *stage, struct haul_awaitable awaitable)
{
    struct haul_task *task;
    assert_int_equal(haul_task_create(stage->loop, awaitable, &task), 0);
    return task;
}

int writer_stage_end(struct writer_stage *stage, struct haul_task *task)
{
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), 0);
    int code = haul_future_code(haul_task_future(task));
    haul_task_unref(task);
    return code;
}

void writer_stage_assert_arrived(struct writer_stage *stage, const char *text)
{
    char buffer[1000];
    ssize_t size = read(stage->reading, buffer, sizeof(buffer) - 1);
    if (size < 0)
        assert_int_equal(errno, EAGAIN);
    buffer[size > 0 ? size : 0] = '\0';
    assert_string_equal(buffer, text);
}
