/* The SHA-256 of files, read beside the loop. */
#include "running.h"

#include "files/digest.h"
#include "files/reading.h"

#include <haul/haul.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* An unlinked file of SIZE zeros with TEXT at its end. */
static int make_file(off_t size, const char *text)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    int descriptor = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
    fclose(file);
    assert_true(descriptor >= 0);
    assert_int_equal(ftruncate(descriptor, size), 0);
    assert_int_equal(pwrite(descriptor, text, strlen(text), size), strlen(text));
    return descriptor;
}

static void expect_digest(off_t size, const char *text, char *hexadecimal)
{
    static const char zeros[1024 * 1024];
    struct digest *digest;
    assert_int_equal(digest_create(&digest), 0);
    for (off_t done = 0; done < size; done += (off_t)sizeof(zeros))
        assert_int_equal(digest_add(digest, zeros, sizeof(zeros)), 0);
    assert_int_equal(digest_add(digest, text, strlen(text)), 0);
    assert_int_equal(digest_write(digest, hexadecimal), 0);
    digest_destroy(digest);
}

struct read_file {
    struct haul_coroutine coroutine;
    struct reading *reading;
    char *hexadecimal;
};

static struct haul_step read_file(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(read_file);
    HAUL_AWAIT(reading_run(task, self->reading, self->hexadecimal));
    HAUL_FINALLY;
    HAUL_END;
}

/* Reads it; the code. Cancels that after so many iterations of the loop; 0: never. */
static int read_by_turns(int descriptor, int turns_before_cancel, char *hexadecimal, int *ret_turns)
{
    struct haul_loop *loop;
    struct reading *reading;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_int_equal(reading_create(descriptor, &reading), 0);
    struct haul_task *task = start_task(loop, HAUL_CALL(read_file, .reading = reading, .hexadecimal = hexadecimal));
    for (*ret_turns = 0; !haul_future_done(haul_task_future(task)); ++*ret_turns) {
        if (turns_before_cancel > 0 && *ret_turns == turns_before_cancel)
            haul_task_cancel(task);
        run_once(loop);
    }
    int code = end_task(loop, task);
    reading_destroy(reading);
    haul_loop_destroy(loop);
    return code;
}

static void check(off_t size, const char *text)
{
    char expected[DIGEST_ROOM];
    char hexadecimal[DIGEST_ROOM] = "";
    int turns;
    int descriptor = make_file(size, text);
    expect_digest(size, text, expected);
    assert_int_equal(read_by_turns(descriptor, 0, hexadecimal, &turns), 0);
    assert_string_equal(hexadecimal, expected);
    close(descriptor);
}

static void test_digests(void **state)
{
    (void)state;
    check(0, "");
    check(0, "abc");
    check((off_t)1024 * 1024, "abc");
}

/* The loop goes on meanwhile, and has its turn at least once for each job. */
static void test_it_is_read_in_pieces(void **state)
{
    (void)state;
    enum { jobs = 3 };
    const off_t size = (off_t)20 * 1024 * 1024;
    char expected[DIGEST_ROOM];
    char hexadecimal[DIGEST_ROOM] = "";
    int turns;
    int descriptor = make_file(size, "end");
    expect_digest(size, "end", expected);
    assert_int_equal(read_by_turns(descriptor, 0, hexadecimal, &turns), 0);
    assert_string_equal(hexadecimal, expected);
    assert_true(turns >= jobs);
    close(descriptor);
}

static void test_cancel(void **state)
{
    (void)state;
    char hexadecimal[DIGEST_ROOM] = "";
    int turns;
    int descriptor = make_file((off_t)1024 * 1024 * 1024, "never read");
    assert_int_equal(read_by_turns(descriptor, 2, hexadecimal, &turns), HAUL_E_CANCELLED);
    assert_string_equal(hexadecimal, "");
    close(descriptor);
}

static void test_what_cannot_be_read(void **state)
{
    (void)state;
    char hexadecimal[DIGEST_ROOM] = "";
    int turns;
    int descriptor = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(read_by_turns(descriptor, 0, hexadecimal, &turns), -EISDIR);
    assert_string_equal(hexadecimal, "");
    close(descriptor);
}

static void test_one_that_does_not_run(void **state)
{
    (void)state;
    struct reading *reading;
    int descriptor = make_file(0, "abc");
    assert_int_equal(reading_create(descriptor, &reading), 0);
    reading_destroy(reading);
    assert_int_equal(reading_create(-1, &reading), -EBADF);
    close(descriptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_it_is_read_in_pieces),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_what_cannot_be_read),
        cmocka_unit_test(test_one_that_does_not_run),
    };
    return cmocka_run_group_tests_name("reading", tests, NULL, NULL);
}
