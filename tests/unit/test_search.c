#include "failing_memory.h"
#include "name_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/loop.h"
#include "net/search.h"

#include <errno.h>

/* What was found, once it was. */
struct found {
    int count;
    enum haul__lookup_error error;
    int code;
    char addresses[128];
    int64_t lifetime;
};

struct stage {
    struct haul_loop *loop;
    struct name_server server;
    struct haul__searches searches;
    struct haul__channel *channel;
    struct haul__hook hook;
    struct found late;
    char late_name[64];
    bool is_patient; /* the resolution delay does not end */
};

static void note(struct found *found, const struct haul__finding *finding)
{
    found->count++;
    found->error = finding->error;
    found->code = finding->code;
    found->lifetime = finding->lifetime;
    snprintf(found->addresses, sizeof(found->addresses), "%s", finding->addresses ? finding->addresses->text : "");
    haul__addresses_unref(finding->addresses);
}

static void take(void *question, const struct haul__finding *finding)
{
    note(question, finding);
}

static void take_late(void *data, const char *name, const struct haul__finding *finding)
{
    struct stage *stage = data;
    snprintf(stage->late_name, sizeof(stage->late_name), "%s", name);
    note(&stage->late, finding);
}

static int64_t before_poll(struct haul__hook *hook)
{
    struct stage *stage = haul__container(hook, struct stage, hook);
    int64_t deadline = haul__channel_deadline(stage->channel);
    int64_t delay = stage->is_patient ? HAUL_NEVER : haul__line_deadline(&stage->searches.waiting);
    return delay < deadline ? delay : deadline;
}

static void after_poll(struct haul__hook *hook)
{
    struct stage *stage = haul__container(hook, struct stage, hook);
    if (!stage->is_patient)
        haul__searches_expire(&stage->searches);
}

static int open_stage(void **state)
{
    static struct stage stage;
    stage = (struct stage){.hook = {.before_poll = before_poll, .after_poll = after_poll}};
    setenv("LOCALDOMAIN", "one.test two.test", 1);
    setenv("RES_OPTIONS", "ndots:1", 1);
    assert_int_equal(haul_loop_create(NULL, &stage.loop), 0);
    name_server_open(&stage.server, stage.loop);
    haul__searches_init(&stage.searches, stage.loop, AF_UNSPEC, take, take_late, &stage);
    assert_int_equal(haul__channel_create(stage.loop, stage.server.address, &stage.channel), 0);
    haul__loop_add_hook(stage.loop, &stage.hook);
    *state = &stage;
    return 0;
}

static int close_stage(void **state)
{
    struct stage *stage = *state;
    haul__loop_remove_hook(stage->loop, &stage->hook);
    haul__channel_destroy(stage->channel);
    name_server_close(&stage->server);
    return haul_loop_finish(stage->loop);
}

static void begin(struct stage *stage, const char *name, struct found *found)
{
    *found = (struct found){0};
    haul__search_begin(&stage->searches, stage->channel, name, false, found);
}

static void wait_for(struct stage *stage, const int *count)
{
    while (*count == 0)
        assert_int_equal(haul__loop_run_once(stage->loop), 0);
}

static struct found search(struct stage *stage, const char *name)
{
    struct found found;
    begin(stage, name, &found);
    wait_for(stage, &found.count);
    assert_int_equal(found.count, 1);
    return found;
}

static void test_both_families(void **state)
{
    struct stage *stage = *state;
    struct found found = search(stage, "both.test");
    assert_int_equal(found.error, HAUL__LOOKUP_FOUND);
    assert_true(strcmp(found.addresses, "127.0.0.1,[2001:db8::1]") == 0 ||
                strcmp(found.addresses, "[2001:db8::1],127.0.0.1") == 0);
    assert_int_equal(found.lifetime, 60 * HAUL_SECOND);
    assert_int_equal(stage->late.count, 0);
}

static void check_late(struct stage *stage, const char *name, const char *first)
{
    struct found found = search(stage, name);
    assert_int_equal(found.error, HAUL__LOOKUP_FOUND);
    assert_string_equal(found.addresses, first);
    assert_int_equal(stage->late.count, 0);
    assert_int_equal(stage->channel->late, 1);
    name_server_release(&stage->server);
    wait_for(stage, &stage->late.count);
    assert_string_equal(stage->late_name, name);
    assert_non_null(strstr(stage->late.addresses, "127.0.0.1"));
    assert_non_null(strstr(stage->late.addresses, "[2001:db8::1]"));
    assert_int_equal(stage->channel->late, 0);
}

/* What is there is told, and the rest when it has come. */
static void test_a_family_that_is_late(void **state)
{
    check_late(*state, "later6.test", "127.0.0.1");
}

static void test_the_other_family_that_is_late(void **state)
{
    check_late(*state, "later4.test", "[2001:db8::1]");
}

/* One that comes within the delay is told with the first. */
static void test_a_family_that_comes_in_time(void **state)
{
    struct stage *stage = *state;
    struct found found;
    stage->is_patient = true;
    begin(stage, "later6.test", &found);
    while (stage->server.kept_size == 0 || haul__list_is_empty(&stage->searches.waiting.turns))
        assert_int_equal(haul__loop_run_once(stage->loop), 0);
    assert_int_equal(found.count, 0);
    name_server_release(&stage->server);
    wait_for(stage, &found.count);
    assert_non_null(strstr(found.addresses, "[2001:db8::1]"));
    assert_int_equal(stage->channel->late, 0);
    assert_true(haul__list_is_empty(&stage->searches.waiting.turns));
}

/* Nobody is asked for the other, nor waits for it. */
static void test_one_family_alone(void **state)
{
    struct stage *stage = *state;
    stage->searches.family = AF_INET6;
    assert_string_equal(search(stage, "later4.test").addresses, "[2001:db8::1]");
    assert_int_equal(search(stage, "good.test").error, HAUL__LOOKUP_NO_ADDRESS);
    assert_string_equal(search(stage, "a.localhost").addresses, "[::1]");
    assert_int_equal(stage->server.questions, 0);
    stage->searches.family = AF_INET;
    assert_string_equal(search(stage, "later6.test").addresses, "127.0.0.1");
    assert_string_equal(search(stage, "a.localhost").addresses, "127.0.0.1");
    assert_int_equal(stage->server.kept_size, 0);
    assert_int_equal(stage->channel->late, 0);
}

/* Each candidate is asked for until one has an address. */
static void test_search_domains(void **state)
{
    static const struct {
        const char *name;
        enum haul__lookup_error error;
        const char *last;
        size_t questions;
    } cases[] = {
        {"good", HAUL__LOOKUP_FOUND, "good.one.test", 1},
        {"none", HAUL__LOOKUP_NO_NAME, "none", 3},
        {"none.", HAUL__LOOKUP_NO_NAME, "none", 1},
        {"none.test", HAUL__LOOKUP_NO_NAME, "none.test.two.test", 3},
        {"empty", HAUL__LOOKUP_NO_ADDRESS, "empty", 3},
        {"good.test", HAUL__LOOKUP_FOUND, "good.test", 1},
        {"good.test.", HAUL__LOOKUP_FOUND, "good.test", 1},
    };
    struct stage *stage = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t before = stage->server.questions;
        assert_int_equal(search(stage, cases[i].name).error, cases[i].error);
        assert_string_equal(stage->server.last, cases[i].last);
        assert_int_equal(stage->server.questions - before, cases[i].questions);
    }
}

/* What could not be told is not taken for absence. */
static void test_a_failure_among_the_candidates(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(search(stage, "failed.test").error, HAUL__LOOKUP_FAILED);
    assert_string_equal(stage->server.last, "failed.test.two.test");
}

static void test_nobody_is_asked(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(search(stage, "a..b").error, HAUL__LOOKUP_BAD_NAME);
    assert_int_equal(search(stage, "hidden.onion").error, HAUL__LOOKUP_NO_NAME);
    assert_int_equal(search(stage, "some.invalid").error, HAUL__LOOKUP_NO_NAME);
    assert_int_equal(stage->server.questions, 0);
}

/* Once one family is there, that the other is given up changes nothing. */
static void test_a_channel_that_is_cancelled(void **state)
{
    struct stage *stage = *state;
    struct found silent, half;
    begin(stage, "silent.test", &silent);
    half = search(stage, "later6.test");
    haul__channel_cancel(stage->channel);
    assert_int_equal(silent.count, 1);
    assert_int_equal(silent.error, HAUL__LOOKUP_ABANDONED);
    assert_int_equal(silent.code, 0);
    assert_string_equal(half.addresses, "127.0.0.1");
    assert_int_equal(stage->late.count, 0);
    assert_int_equal(stage->channel->late, 0);
}

/* Searches that go on, of either kind, end with the channel. */
static void test_the_end(void **state)
{
    static struct found silent;
    struct stage *stage = *state;
    begin(stage, "silent.test", &silent);
    search(stage, "later4.test");
    stage->is_patient = true;
}

static void test_without_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct found found = {0};
        haul__channel_destroy(stage->channel);
        stage->channel = NULL;
        found.code = haul__channel_create(stage->loop, stage->server.address, &stage->channel);
        if (found.code == 0)
            begin(stage, "both", &found);
        while (stage->channel && found.count == 0 && stage->channel->error == 0)
            haul__loop_run_once(stage->loop);
        /* Its user destroys one that cannot go on. */
        haul__channel_destroy(stage->channel);
        stage->channel = NULL;
        if (failing_memory_happened())
            assert_true(found.code == -ENOMEM || found.error == HAUL__LOOKUP_FOUND);
        else
            assert_int_equal(found.error, HAUL__LOOKUP_FOUND);
    }
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown((test), open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_STAGE(test_both_families),
        ON_STAGE(test_a_family_that_is_late),
        ON_STAGE(test_the_other_family_that_is_late),
        ON_STAGE(test_a_family_that_comes_in_time),
        ON_STAGE(test_one_family_alone),
        ON_STAGE(test_search_domains),
        ON_STAGE(test_a_failure_among_the_candidates),
        ON_STAGE(test_nobody_is_asked),
        ON_STAGE(test_a_channel_that_is_cancelled),
        ON_STAGE(test_the_end),
        ON_STAGE(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
