#include "run/interruption.h"

#include <haul/haul.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void count_call(void *data)
{
    ++*(int *)data;
}

/* The loop does not run any more when it comes. */
static void check_that_it_is_heard_of(int number)
{
    struct haul_loop *loop;
    struct interruption interruption;
    int calls = 0;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_int_equal(interruption_begin(&interruption, loop, count_call, &calls), 0);
    raise(number);
    interruption_end(&interruption);
    assert_int_equal(interruption.signal, number);
    assert_int_equal(calls, 1);
    assert_int_equal(haul_loop_finish(loop), 0);
}

static void test_a_signal_that_comes_at_the_last_moment_is_heard_of(void **state)
{
    (void)state;
    check_that_it_is_heard_of(SIGINT);
    check_that_it_is_heard_of(SIGTERM);
}

static void test_none_stays_blocked(void **state)
{
    (void)state;
    struct haul_loop *loop;
    struct interruption interruption;
    sigset_t blocked;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_int_equal(interruption_begin(&interruption, loop, count_call, NULL), 0);
    interruption_end(&interruption);
    assert_int_equal(interruption.signal, 0);
    assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &blocked), 0);
    assert_false(sigismember(&blocked, SIGINT));
    assert_false(sigismember(&blocked, SIGTERM));
    assert_int_equal(haul_loop_finish(loop), 0);
}

int main(void)
{
    signal(SIGINT, SIG_DFL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_signal_that_comes_at_the_last_moment_is_heard_of),
        cmocka_unit_test(test_none_stays_blocked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
