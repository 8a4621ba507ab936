#include "simulated_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <haul/duration.h>

enum { most = 512, list = 5000, long_list = 10000 };

/* Means of several runs, as parts of the best's. */
struct ratios {
    double wall;
    double median;
};

static struct ratios measure(const struct simulated_host *host, size_t count)
{
    enum { runs = 5 };
    struct ratios mean = {0, 0};
    for (uint64_t seed = 1; seed <= runs; seed++) {
        struct simulated_run best = simulate_best(host, count, seed);
        struct simulated_run found = simulate(host, count, 0, most, seed);
        mean.wall += found.wall / best.wall / runs;
        mean.median += found.median / best.median / runs;
    }
    return mean;
}

static void check(const struct simulated_host *host, double wall, double median)
{
    struct ratios ratios = measure(host, list);
    if (ratios.wall > wall || ratios.median > median)
        fail_msg("%zu workers, %g s: %.2f times the best's wall time, %.2f times its median latency", host->knee,
                 (double)host->work / 1e9, ratios.wall, ratios.median);
}

static const size_t knees[] = {1, 4, 20, 100};
static const int64_t works[] = {HAUL_MILLISECOND, 20 * HAUL_MILLISECOND, 500 * HAUL_MILLISECOND};
enum { knee_count = sizeof(knees) / sizeof(knees[0]), work_count = sizeof(works) / sizeof(works[0]) };

static void test_a_knee_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < knee_count; i++)
        for (size_t j = 0; j < work_count; j++)
            check(&(struct simulated_host){.knee = knees[i], .work = works[j]}, 1.1, 2);
}

static void test_a_knee_is_found_far_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < knee_count; i++)
        check(&(struct simulated_host){.knee = knees[i], .work = works[1], .travel = works[1]}, 1.15, 2);
}

/* What is measured says less then, and the best is the best by chance, too. */
static void test_a_knee_is_found_in_noise(void **state)
{
    (void)state;
    for (size_t i = 0; i < knee_count; i++)
        for (size_t j = 0; j < work_count; j++)
            check(&(struct simulated_host){.knee = knees[i], .work = works[j], .service = EXPONENTIAL}, 1.35, 2);
}

/* The best has none wait for a slow one, and of these few are seen in its median. */
static void test_a_few_slow_urls_do_not_hide_the_knee(void **state)
{
    (void)state;
    for (size_t i = 0; i < knee_count; i++)
        check(
            &(struct simulated_host){.knee = knees[i], .work = works[1], .service = ONE_IN_TEN_TAKES_TEN_TIMES_AS_LONG},
            1.3, 3.5);
}

static void test_a_few_slow_urls_are_no_queue(void **state)
{
    const struct simulated_host host = {.work = works[1], .service = ONE_IN_TEN_TAKES_TEN_TIMES_AS_LONG};
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct simulated_run run = simulate(&host, list, 0, most, seed);
        assert_int_equal(run.limit, most);
    }
}

static void test_without_a_knee_it_doubles_until_it_is_at_the_most(void **state)
{
    (void)state;
    for (size_t i = 0; i < work_count; i++) {
        struct simulated_run run = simulate(&(struct simulated_host){.work = works[i]}, list, 0, most, 1);
        assert_in_range(run.full_after, 1, 1100);
        assert_int_equal(run.peak, most);
        assert_int_equal(run.limit, most);
        assert_int_equal(run.lowest, 16);
    }
}

static void test_it_follows_a_knee_that_moves(void **state)
{
    (void)state;
    struct simulated_run down =
        simulate(&(struct simulated_host){.knee = 100, .later_knee = 20, .work = works[1]}, list, 0, most, 1);
    assert_in_range(down.middle, 70, 200);
    assert_in_range(down.limit, 14, 40);
    struct simulated_run up =
        simulate(&(struct simulated_host){.knee = 20, .later_knee = 100, .work = works[1]}, long_list, 0, most, 1);
    assert_in_range(up.middle, 14, 40);
    assert_in_range(up.limit, 70, 200);
}

static void test_a_moment_of_trouble_is_no_knee(void **state)
{
    (void)state;
    for (int64_t stall = HAUL_SECOND / 10; stall <= 10 * HAUL_SECOND; stall *= 3) {
        const struct simulated_host host = {.knee = 20, .work = works[1], .stall = stall};
        struct simulated_run run = simulate(&host, list, 0, most, 1);
        assert_in_range(run.lowest, 10, 16);
        assert_in_range(run.limit, 14, 40);
    }
}

static void test_urls_that_all_take_longer_are_no_queue(void **state)
{
    const struct simulated_host host = {.work = works[1], .later_work = 5};
    (void)state;
    struct simulated_run run = simulate(&host, long_list, 0, most, 1);
    assert_int_equal(run.middle, most);
    assert_int_equal(run.limit, most);
}

static void test_the_most_is_never_passed(void **state)
{
    static const size_t limits[] = {1, 2, 15, 16, 17, 100};
    (void)state;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct simulated_run run = simulate(&(struct simulated_host){.work = works[0]}, list, 0, limits[i], 1);
        assert_int_equal(run.peak, limits[i]);
        assert_int_equal(run.limit, limits[i]);
    }
}

static void test_a_short_list_is_let_go_at_once(void **state)
{
    (void)state;
    struct simulated_run run = simulate(&(struct simulated_host){.knee = 1, .work = works[0]}, 10, 0, most, 1);
    assert_int_equal(run.peak, 10);
    assert_int_equal(run.limit, 16);
}

static void test_nothing_grows_that_is_not_used(void **state)
{
    struct haul__gradient gradient;
    (void)state;
    haul__gradient_init(&gradient, most);
    for (int i = 0; i < 10000; i++) {
        struct haul__gradient_request request = haul__gradient_begin(&gradient);
        haul__gradient_end(&gradient, &request, HAUL__ANSWERED, works[1]);
        assert_in_range(gradient.limit, 1, 64);
    }
}

static void test_latencies_of_nothing(void **state)
{
    struct haul__gradient gradient;
    (void)state;
    haul__gradient_init(&gradient, most);
    for (int i = 0; i < 1000; i++) {
        struct haul__gradient_request requests[2] = {haul__gradient_begin(&gradient), haul__gradient_begin(&gradient)};
        haul__gradient_end(&gradient, &requests[0], HAUL__ANSWERED, 0);
        haul__gradient_end(&gradient, &requests[1], HAUL__ANSWERED, -1);
    }
    assert_in_range(gradient.limit, 1, most);
}

static void test_it_stays_below_what_is_refused(void **state)
{
    (void)state;
    for (size_t bearable = 1; bearable <= 200; bearable += 7) {
        const struct simulated_host host = {.work = works[1], .refuses_above = bearable};
        struct simulated_run run = simulate(&host, list, 0, most, 1);
        assert_in_range(run.limit, (bearable + 1) / 2, bearable + bearable / 8 + 1);
        /* The first time as many as there are at once, and then few. */
        assert_in_range(run.refused, 1, 40 + 2 * bearable);
    }
}

/* One after another, so that there are few in flight, and all come out alike. */
static size_t feed(struct haul__gradient *gradient, size_t count, enum haul__sign sign)
{
    for (size_t i = 0; i < count; i++) {
        struct haul__gradient_request request = haul__gradient_begin(gradient);
        haul__gradient_end(gradient, &request, sign, works[1]);
    }
    return gradient->limit;
}

static void test_what_is_always_refused_goes_on_one_by_one(void **state)
{
    struct haul__gradient gradient;
    (void)state;
    haul__gradient_init(&gradient, most);
    assert_int_equal(feed(&gradient, 100, HAUL__REFUSED), 1);
}

/* With as many in flight as there may be; the oldest ends first, and all come out alike. */
static size_t feed_fully(struct haul__gradient *gradient, size_t count, enum haul__sign sign)
{
    struct haul__gradient_request requests[most];
    size_t ended = 0;
    size_t begun = 0;
    while (ended < count) {
        while (begun - ended < gradient->limit)
            requests[begun++ % most] = haul__gradient_begin(gradient);
        haul__gradient_end(gradient, &requests[ended++ % most], sign, works[1]);
    }
    while (ended < begun)
        haul__gradient_end(gradient, &requests[ended++ % most], HAUL__NO_SIGN, 0);
    return gradient->limit;
}

/* While it lasted nothing was learnt of how many are too much, however far the limit had come before. */
static void test_a_time_in_which_all_is_refused_is_forgotten(void **state)
{
    struct haul__gradient gradient;
    (void)state;
    for (size_t before = 10; before <= 10000; before *= 10) {
        haul__gradient_init(&gradient, most);
        feed_fully(&gradient, before, HAUL__ANSWERED);
        assert_int_equal(feed_fully(&gradient, 2000, HAUL__REFUSED), 1);
        assert_true(feed_fully(&gradient, 1000, HAUL__ANSWERED) >= 128);
    }
}

/* One after another, since what they took was all queue; then all take longer for another reason. */
static void test_one_alone_learns_that_all_take_longer(void **state)
{
    struct haul__gradient gradient;
    (void)state;
    haul__gradient_init(&gradient, most);
    for (int i = 0; i < 3000; i++) {
        struct haul__gradient_request request = haul__gradient_begin(&gradient);
        haul__gradient_end(&gradient, &request, HAUL__ANSWERED, (int64_t)gradient.limit * HAUL_MILLISECOND);
    }
    gradient.limit = 1;
    for (int i = 0; i < 3000; i++) {
        struct haul__gradient_request request = haul__gradient_begin(&gradient);
        haul__gradient_end(&gradient, &request, HAUL__ANSWERED, 50 * HAUL_MILLISECOND);
    }
    assert_true(gradient.limit > 1);
}

static void test_all_that_are_refused_at_once_count_once(void **state)
{
    enum { count = 16 };
    struct haul__gradient gradient;
    struct haul__gradient_request requests[count];
    (void)state;
    haul__gradient_init(&gradient, most);
    for (int i = 0; i < count; i++)
        requests[i] = haul__gradient_begin(&gradient);
    for (int i = count - 1; i >= 0; i--)
        haul__gradient_end(&gradient, &requests[i], HAUL__REFUSED, 0);
    assert_int_equal(gradient.limit, 11);
}

static void test_who_never_answered_is_not_overloaded(void **state)
{
    struct haul__gradient gradient;
    (void)state;
    haul__gradient_init(&gradient, most);
    assert_int_equal(feed(&gradient, 1000, HAUL__BROKEN), 16);
}

static void test_who_answers_no_more_is_given_few(void **state)
{
    struct simulated_run run;
    struct haul__gradient gradient;
    struct haul__gradient_request requests[16];
    (void)state;
    haul__gradient_init(&gradient, most);
    feed(&gradient, 1, HAUL__ANSWERED);
    for (int round = 0; round < 100; round++) {
        size_t count = gradient.limit;
        for (size_t i = 0; i < count; i++)
            requests[i] = haul__gradient_begin(&gradient);
        for (size_t i = 0; i < count; i++)
            haul__gradient_end(&gradient, &requests[i], HAUL__BROKEN, 0);
        assert_in_range(gradient.limit, 4, count);
    }
    assert_int_equal(gradient.limit, 4);
    /* One in fifty is nothing to learn from. */
    run = simulate(&(struct simulated_host){.work = works[1], .breaks = 50}, list, 0, most, 1);
    assert_int_equal(run.limit, most);
}

static void test_what_is_cancelled_tells_nothing(void **state)
{
    struct haul__gradient gradient;
    (void)state;
    haul__gradient_init(&gradient, most);
    assert_int_equal(feed(&gradient, 1000, HAUL__NO_SIGN), 16);
    assert_int_equal(gradient.in_flight, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_knee_is_found),
        cmocka_unit_test(test_a_knee_is_found_far_away),
        cmocka_unit_test(test_a_knee_is_found_in_noise),
        cmocka_unit_test(test_a_few_slow_urls_do_not_hide_the_knee),
        cmocka_unit_test(test_a_few_slow_urls_are_no_queue),
        cmocka_unit_test(test_without_a_knee_it_doubles_until_it_is_at_the_most),
        cmocka_unit_test(test_it_follows_a_knee_that_moves),
        cmocka_unit_test(test_a_moment_of_trouble_is_no_knee),
        cmocka_unit_test(test_urls_that_all_take_longer_are_no_queue),
        cmocka_unit_test(test_the_most_is_never_passed),
        cmocka_unit_test(test_a_short_list_is_let_go_at_once),
        cmocka_unit_test(test_nothing_grows_that_is_not_used),
        cmocka_unit_test(test_latencies_of_nothing),
        cmocka_unit_test(test_it_stays_below_what_is_refused),
        cmocka_unit_test(test_what_is_always_refused_goes_on_one_by_one),
        cmocka_unit_test(test_a_time_in_which_all_is_refused_is_forgotten),
        cmocka_unit_test(test_one_alone_learns_that_all_take_longer),
        cmocka_unit_test(test_all_that_are_refused_at_once_count_once),
        cmocka_unit_test(test_who_never_answered_is_not_overloaded),
        cmocka_unit_test(test_who_answers_no_more_is_given_few),
        cmocka_unit_test(test_what_is_cancelled_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
