#include "failing_memory.h"
#include "stage.h"

#include "core/poll.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct bench {
    struct haul_virtual_clock clock;
    struct haul__poll *poll;
    int pipe[2];
    int other[2];
};

static void bench_open(struct bench *bench, bool is_virtual)
{
    *bench = (struct bench){0};
    assert_int_equal(pipe(bench->pipe), 0);
    assert_int_equal(pipe(bench->other), 0);
    struct haul_clock clock = is_virtual ? haul_virtual_clock(&bench->clock) : haul_clock_monotonic();
    assert_int_equal(haul__poll_create(clock, &bench->poll), 0);
}

static void bench_close(struct bench *bench)
{
    haul__poll_destroy(bench->poll);
    for (int i = 0; i < 2; i++) {
        close(bench->pipe[i]);
        close(bench->other[i]);
    }
}

static void note_events(struct haul__watch *watch, int events, void *data)
{
    (void)watch;
    *(int *)data = events;
}

static void stop_at_event(struct haul__watch *watch, int events, void *data)
{
    note_events(watch, events, data);
    haul__watch_set(watch, 0);
}

static void test_virtual_clock_jumps_to_the_deadline(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, true);
    assert_true(haul__poll_is_virtual(bench.poll));
    assert_int_equal(haul__poll_wait(bench.poll, 5 * HAUL_SECOND), 0);
    assert_int_equal(haul__poll_now(bench.poll), 5 * HAUL_SECOND);
    assert_int_equal(haul__poll_wait(bench.poll, INT64_MIN), 0);
    assert_int_equal(haul__poll_now(bench.poll), 5 * HAUL_SECOND);
    bench.clock.now = 7 * HAUL_SECOND;
    assert_int_equal(haul__poll_now(bench.poll), 5 * HAUL_SECOND);
    assert_int_equal(haul__poll_update_now(bench.poll), 7 * HAUL_SECOND);
    bench_close(&bench);
}

struct reader_of_time {
    struct haul__poll *poll;
    int64_t time;
};

static void read_time(struct haul__watch *watch, int events, void *data)
{
    struct reader_of_time *reader = data;
    (void)events;
    reader->time = haul__poll_now(reader->poll);
    haul__watch_set(watch, 0);
}

/* What happens during a wait has a later time than its begin. */
static void test_an_event_has_its_own_time(void **state)
{
    const int64_t duration = 30 * HAUL_MILLISECOND;
    const struct itimerspec when = {.it_value = {.tv_nsec = duration}};
    struct reader_of_time reader = {0};
    struct haul__watch *watch;
    struct bench bench;
    (void)state;
    bench_open(&bench, false);
    reader.poll = bench.poll;
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    assert_true(timer >= 0);
    assert_int_equal(haul__watch_create(bench.poll, timer, read_time, &reader, &watch), 0);
    haul__watch_set(watch, HAUL__READABLE);
    int64_t begin = haul__poll_update_now(bench.poll);
    assert_int_equal(timerfd_settime(timer, 0, &when, NULL), 0);
    while (reader.time == 0)
        assert_int_equal(haul__poll_wait(bench.poll, begin + HAUL_MINUTE), 0);
    assert_true(reader.time >= begin + duration);
    haul__watch_destroy(watch);
    close(timer);
    bench_close(&bench);
}

static void test_virtual_clock_ticks_once_a_wait(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, true);
    bench.clock.tick = HAUL_MILLISECOND;
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(haul__poll_wait(bench.poll, INT64_MIN), 0);
        assert_int_equal(haul__poll_now(bench.poll), i * HAUL_MILLISECOND);
    }
    bench_close(&bench);
}

static void test_virtual_clock_waits_for_descriptors(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, true);
    int events = 0;
    struct haul__watch *watch;
    assert_int_equal(haul__watch_create(bench.poll, bench.pipe[0], stop_at_event, &events, &watch), 0);
    haul__watch_set(watch, HAUL__READABLE);
    assert_int_equal(write(bench.pipe[1], "x", 1), 1);
    assert_int_equal(haul__poll_wait(bench.poll, 5 * HAUL_SECOND), 0);
    assert_int_equal(events, HAUL__READABLE);
    assert_int_equal(haul__poll_now(bench.poll), 0);
    assert_int_equal(haul__poll_wait(bench.poll, 5 * HAUL_SECOND), 0);
    assert_int_equal(haul__poll_now(bench.poll), 5 * HAUL_SECOND);
    haul__watch_destroy(watch);
    bench_close(&bench);
}

/* Tasks that only sleep never leave anything ready for the next iteration. */
static void test_virtual_clock_does_not_jump_over_a_signal(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, true);
    int events = -1;
    struct haul__watch *watch;
    assert_int_equal(haul__signal_watch_create(bench.poll, SIGUSR1, note_events, &events, &watch), 0);
    raise(SIGUSR1);
    assert_int_equal(haul__poll_wait(bench.poll, 5 * HAUL_SECOND), 0);
    assert_int_equal(events, 0);
    assert_int_equal(haul__poll_now(bench.poll), 0);
    assert_int_equal(haul__poll_wait(bench.poll, 5 * HAUL_SECOND), 0);
    assert_int_equal(haul__poll_now(bench.poll), 5 * HAUL_SECOND);
    haul__watch_destroy(watch);
    bench_close(&bench);
}

static void test_stalled(void **state)
{
    (void)state;
    for (int is_virtual = 0; is_virtual < 2; is_virtual++) {
        struct bench bench;
        bench_open(&bench, is_virtual);
        int events = 0;
        struct haul__watch *watch;
        assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), HAUL_E_STALLED);
        assert_int_equal(haul__poll_wait(bench.poll, INT64_MIN), 0);
        assert_int_equal(haul__watch_create(bench.poll, bench.pipe[1], stop_at_event, &events, &watch), 0);
        assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), HAUL_E_STALLED);
        haul__watch_set(watch, HAUL__WRITABLE);
        assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), 0);
        assert_int_equal(events, HAUL__WRITABLE);
        assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), HAUL_E_STALLED);
        haul__watch_destroy(watch);

        assert_int_equal(haul__signal_watch_create(bench.poll, SIGUSR1, note_events, &events, &watch), 0);
        raise(SIGUSR1);
        assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), 0);
        assert_int_equal(events, 0);
        haul__watch_destroy(watch);
        assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), HAUL_E_STALLED);
        bench_close(&bench);
    }
}

/* CPython: test_timeout_rounding. A wait ends when its deadline has come and not before, so that nobody polls its
 * clock in a circle; and a deadline that has passed costs one wait. */
static void test_timeout_rounding(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, false);
    int waits = 0;
    const int64_t durations[] = {100, 10 * HAUL_MICROSECOND, 999999, 1000001, 1500 * HAUL_MICROSECOND, 0, -1};
    const int count = sizeof(durations) / sizeof(durations[0]);
    for (int i = 0; i < count; i++) {
        int64_t deadline = haul__poll_update_now(bench.poll) + durations[i];
        do {
            assert_int_equal(haul__poll_wait(bench.poll, deadline), 0);
            waits++;
        } while (haul__poll_now(bench.poll) < deadline);
    }
    assert_in_range(waits, count, 2 * count);
    bench_close(&bench);
}

static void test_later_deadline_after_an_earlier(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, false);
    int events = 0;
    struct haul__watch *watch;
    assert_int_equal(haul__watch_create(bench.poll, bench.pipe[1], stop_at_event, &events, &watch), 0);
    haul__watch_set(watch, HAUL__WRITABLE);
    int64_t begin = haul__poll_now(bench.poll);
    assert_int_equal(haul__poll_wait(bench.poll, begin + HAUL_SECOND), 0);
    assert_int_equal(events, HAUL__WRITABLE);
    /* The earlier one has been taken back: what counts now is this one. */
    int64_t deadline = haul__poll_now(bench.poll) + 3 * HAUL_MILLISECOND;
    while (haul__poll_now(bench.poll) < deadline)
        assert_int_equal(haul__poll_wait(bench.poll, deadline), 0);
    assert_true(haul__poll_now(bench.poll) < begin + HAUL_SECOND);
    haul__watch_destroy(watch);
    bench_close(&bench);
}

static void test_watch_events(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, false);
    int events = 0;
    struct haul__watch *watch;
    assert_int_equal(haul__watch_create(bench.poll, bench.pipe[0], note_events, &events, &watch), 0);
    assert_int_equal(haul__watch_events(watch), 0);
    haul__watch_set(watch, HAUL__READABLE | HAUL__WRITABLE);
    assert_int_equal(haul__watch_events(watch), HAUL__READABLE | HAUL__WRITABLE);
    haul__watch_set(watch, HAUL__READABLE);
    assert_int_equal(haul__watch_events(watch), HAUL__READABLE);
    assert_int_equal(haul__poll_wait(bench.poll, haul__poll_now(bench.poll)), 0);
    assert_int_equal(events, 0);
    close(bench.pipe[1]);
    assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), 0);
    assert_int_equal(events, HAUL__READABLE);
    haul__watch_destroy(watch);
    haul__watch_destroy(NULL);
    bench.pipe[1] = open("/dev/null", O_RDONLY);
    bench_close(&bench);
}

static void test_watch_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, false);
    struct haul__watch *watch = NULL;
    int file = open("/proc/self/exe", O_RDONLY);
    int folder = open("/", O_RDONLY);
    assert_int_equal(haul__watch_create(bench.poll, file, note_events, NULL, &watch), -EPERM);
    assert_int_equal(haul__watch_create(bench.poll, folder, note_events, NULL, &watch), -EPERM);
    close(file);
    close(folder);
    assert_int_equal(haul__watch_create(bench.poll, file, note_events, NULL, &watch), -EBADF);
    assert_int_equal(haul__watch_create(bench.poll, -1, note_events, NULL, &watch), -EBADF);
    assert_null(watch);
    bench_close(&bench);
}

static struct haul__watch *pair[2];
static int pair_calls;

static void destroy_both(struct haul__watch *watch, int events, void *data)
{
    (void)watch;
    (void)events;
    (void)data;
    pair_calls++;
    haul__watch_destroy(pair[0]);
    haul__watch_destroy(pair[1]);
}

static void test_destroy_inside_of_an_event(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, false);
    pair_calls = 0;
    assert_int_equal(haul__watch_create(bench.poll, bench.pipe[1], destroy_both, NULL, &pair[0]), 0);
    assert_int_equal(haul__watch_create(bench.poll, bench.other[1], destroy_both, NULL, &pair[1]), 0);
    haul__watch_set(pair[0], HAUL__WRITABLE);
    haul__watch_set(pair[1], HAUL__WRITABLE);
    assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), 0);
    assert_int_equal(pair_calls, 1);
    assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), HAUL_E_STALLED);
    bench_close(&bench);
}

/* A number that is closed and used again is another file, which the kernel does not watch. */
static void test_number_used_again(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, false);
    int events = 0;
    struct haul__watch *watch;
    int number = dup(bench.pipe[0]);
    assert_int_equal(haul__watch_create(bench.poll, number, note_events, &events, &watch), 0);
    haul__watch_set(watch, HAUL__READABLE);
    assert_int_equal(haul__poll_wait(bench.poll, haul__poll_now(bench.poll)), 0);
    haul__watch_renew(watch);
    assert_int_equal(haul__watch_events(watch), 0);
    close(number);
    assert_int_equal(dup2(bench.other[0], number), number);
    haul__watch_set(watch, HAUL__READABLE);
    assert_int_equal(write(bench.other[1], "x", 1), 1);
    assert_int_equal(haul__poll_wait(bench.poll, haul__poll_now(bench.poll) + 60 * HAUL_SECOND), 0);
    assert_int_equal(events, HAUL__READABLE);
    haul__watch_destroy(watch);
    close(number);
    bench_close(&bench);
}

static void test_new_watch_on_a_number_used_again(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, false);
    int events = 0;
    int number = dup(bench.pipe[0]);
    for (int i = 0; i < 2; i++) {
        struct haul__watch *watch;
        int *ends = i == 0 ? bench.pipe : bench.other;
        assert_int_equal(dup2(ends[0], number), number);
        assert_int_equal(haul__watch_create(bench.poll, number, stop_at_event, &events, &watch), 0);
        haul__watch_set(watch, HAUL__READABLE);
        assert_int_equal(haul__poll_wait(bench.poll, haul__poll_now(bench.poll)), 0);
        assert_int_equal(events, 0);
        assert_int_equal(write(ends[1], "x", 1), 1);
        assert_int_equal(haul__poll_wait(bench.poll, haul__poll_now(bench.poll) + 60 * HAUL_SECOND), 0);
        assert_int_equal(events, HAUL__READABLE);
        events = 0;
        haul__watch_destroy(watch);
        close(number);
    }
    bench_close(&bench);
}

static void test_signal_default_afterwards(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, false);
    struct haul__watch *watch;
    struct sigaction action;
    assert_int_equal(haul__signal_watch_create(bench.poll, SIGUSR1, note_events, NULL, &watch), 0);
    assert_int_equal(sigaction(SIGUSR1, NULL, &action), 0);
    assert_ptr_not_equal(action.sa_handler, SIG_DFL);
    haul__watch_destroy(watch);
    assert_int_equal(sigaction(SIGUSR1, NULL, &action), 0);
    assert_ptr_equal(action.sa_handler, SIG_DFL);
    bench_close(&bench);
}

static void test_signals_that_cannot_be_caught(void **state)
{
    (void)state;
    const int signals[] = {-1, 0, SIGKILL, SIGSTOP, SIGRTMAX + 1, 1000};
    struct bench bench;
    bench_open(&bench, false);
    struct haul__watch *watch;
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
        assert_int_equal(haul__signal_watch_create(bench.poll, signals[i], note_events, NULL, &watch), -EINVAL);
    assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), HAUL_E_STALLED);
    bench_close(&bench);
}

static void test_a_signal_watch_without_a_descriptor_left(void **state)
{
    (void)state;
    struct bench bench;
    struct rlimit before;
    bench_open(&bench, false);
    int next = dup(STDERR_FILENO);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit limit = {.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    struct haul__watch *watch;
    int code = haul__signal_watch_create(bench.poll, SIGUSR1, note_events, NULL, &watch);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(code, -EMFILE);
    int events = -1;
    assert_int_equal(haul__signal_watch_create(bench.poll, SIGUSR1, note_events, &events, &watch), 0);
    raise(SIGUSR1);
    assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), 0);
    assert_int_equal(events, 0);
    haul__watch_destroy(watch);
    bench_close(&bench);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__poll *poll = NULL;
        struct haul__watch *watch = NULL;
        struct haul__watch *signal_watch = NULL;
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        int code = haul__poll_create(haul_clock_monotonic(), &poll);
        if (code == 0)
            code = haul__watch_create(poll, ends[0], note_events, NULL, &watch);
        if (code == 0)
            code = haul__signal_watch_create(poll, SIGUSR1, note_events, NULL, &signal_watch);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul__watch_destroy(signal_watch);
        haul__watch_destroy(watch);
        haul__poll_destroy(poll);
        close(ends[0]);
        close(ends[1]);
    }
}

/* By a hold a wait is for a wake-up, which may have come before. */
static void test_wake(void **state)
{
    (void)state;
    for (int is_virtual = 0; is_virtual < 2; is_virtual++) {
        struct bench bench;
        bench_open(&bench, is_virtual);
        haul__poll_hold(bench.poll);
        haul__poll_wake(bench.poll);
        haul__poll_wake(bench.poll);
        assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), 0);
        haul__poll_wake(bench.poll);
        assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), 0);
        haul__poll_release(bench.poll);
        assert_int_equal(haul__poll_wait(bench.poll, HAUL_NEVER), HAUL_E_STALLED);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_virtual_clock_jumps_to_the_deadline),
        cmocka_unit_test(test_an_event_has_its_own_time),
        cmocka_unit_test(test_virtual_clock_ticks_once_a_wait),
        cmocka_unit_test(test_virtual_clock_waits_for_descriptors),
        cmocka_unit_test(test_virtual_clock_does_not_jump_over_a_signal),
        cmocka_unit_test(test_stalled),
        cmocka_unit_test(test_timeout_rounding),
        cmocka_unit_test(test_later_deadline_after_an_earlier),
        cmocka_unit_test(test_watch_events),
        cmocka_unit_test(test_watch_is_refused),
        cmocka_unit_test(test_destroy_inside_of_an_event),
        cmocka_unit_test(test_number_used_again),
        cmocka_unit_test(test_new_watch_on_a_number_used_again),
        cmocka_unit_test(test_signal_default_afterwards),
        cmocka_unit_test(test_signals_that_cannot_be_caught),
        cmocka_unit_test(test_a_signal_watch_without_a_descriptor_left),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_wake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
