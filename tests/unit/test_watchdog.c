#include "watchdog.h"

#include "captured_stderr.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_it_tells_where(void **state)
{
    (void)state;
    watchdog_start();
    capture_stderr();
    assert_int_equal(raise(SIGALRM), 0);
    const char *text = captured_stderr(NULL);
    watchdog_stop();
    assert_non_null(strstr(text, "it takes long"));
    /* The handler's own call, this one, and main at least. */
    size_t calls = 0;
    for (const char *at = text; (at = strstr(at, "test_watchdog(+0x")); at++)
        calls++;
    assert_true(calls >= 3);
}

/* In time, and not afterwards. */
static void test_it_waits(void **state)
{
    (void)state;
    watchdog_start();
    unsigned left = alarm(0);
    assert_in_range(left, 1, 29);
    watchdog_start();
    watchdog_stop();
    assert_int_equal(alarm(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_tells_where),
        cmocka_unit_test(test_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
