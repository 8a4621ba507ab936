#include "failing_memory.h"
#include "name_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/loop.h"
#include "net/resolver.h"

#include <errno.h>

struct stage {
    struct haul_loop *loop;
    struct name_server server;
    struct haul__resolver resolver;
    struct haul__hook hook;
};

static int64_t before_poll(struct haul__hook *hook)
{
    return haul__resolver_before_poll(&haul__container(hook, struct stage, hook)->resolver);
}

static void after_poll(struct haul__hook *hook)
{
    haul__resolver_after_poll(&haul__container(hook, struct stage, hook)->resolver);
}

static int open_stage(void **state)
{
    static struct stage stage;
    stage = (struct stage){.hook = {.before_poll = before_poll, .after_poll = after_poll}};
    assert_int_equal(haul_loop_create(NULL, &stage.loop), 0);
    name_server_open(&stage.server, stage.loop);
    haul__resolver_init(&stage.resolver, stage.loop, stage.server.address, AF_UNSPEC);
    haul__loop_add_hook(stage.loop, &stage.hook);
    *state = &stage;
    return 0;
}

static int close_stage(void **state)
{
    struct stage *stage = *state;
    haul__loop_remove_hook(stage->loop, &stage->hook);
    haul__resolver_finish(&stage->resolver);
    name_server_close(&stage->server);
    return haul_loop_finish(stage->loop);
}

/* What a seeker found. */
struct found {
    enum haul__lookup_error error;
    char addresses[64];
};

/* A coroutine that wants to know about a name. */
struct seeker {
    struct haul_coroutine coroutine;
    struct haul__resolver *resolver;
    const char *name;
    struct found *found;
    struct haul__question *question;
    int code;
};

static struct haul_await seek(struct haul_task *task, struct seeker *self)
{
    self->question = haul__resolver_get(self->resolver, self->name, strlen(self->name));
    if (!self->question)
        return haul__task_answer(task, -ENOMEM, (union haul_value){0});
    if (haul__question_is_answered(self->question, haul_loop_now(self->resolver->loop), false))
        return haul__task_answer(task, 0, (union haul_value){0});
    return haul__question_wait(task, self->question);
}

static struct haul_step seeker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(seeker);
    HAUL_AWAIT_CODE(self->code, seek(task, self));
    if (self->code != 0)
        HAUL_FAIL(self->code);
    self->found->error = self->question->error;
    snprintf(self->found->addresses, sizeof(self->found->addresses), "%s",
             self->question->addresses ? self->question->addresses->text : "");
    HAUL_FINALLY;
    haul__question_release(self->question);
    HAUL_END;
}

static struct haul_task *begin(struct stage *stage, const char *name, struct found *found)
{
    struct haul_task *task = NULL;
    haul_task_create(stage->loop, HAUL_CALL(seeker, .resolver = &stage->resolver, .name = name, .found = found), &task);
    return task;
}

static int end(struct stage *stage, struct haul_task *task)
{
    if (!task)
        return -ENOMEM;
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), 0);
    int code = haul_future_code(haul_task_future(task));
    haul_task_unref(task);
    return code;
}

static void end_cancelled(struct stage *stage, struct haul_task *task)
{
    haul_task_cancel(task);
    assert_int_equal(end(stage, task), HAUL_E_CANCELLED);
}

/* A coroutine that lets the others run so many times. */
struct turner {
    struct haul_coroutine coroutine;
    int iterations;
};

static struct haul_step turner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(turner);
    while (self->iterations-- > 0)
        HAUL_AWAIT(haul_sleep(task, 0));
    HAUL_FINALLY;
    HAUL_END;
}

static void turn(struct stage *stage, int iterations)
{
    struct haul_outcome outcome;
    int code = haul_run_task(stage->loop, HAUL_CALL(turner, .iterations = iterations), &outcome);
    assert_true(code == 0 || code == -ENOMEM);
}

/* Looks NAME up, and gives how long what was found holds good. */
static int64_t look_up(struct stage *stage, const char *name, enum haul__lookup_error error, const char *addresses)
{
    struct found found;
    assert_int_equal(end(stage, begin(stage, name, &found)), 0);
    assert_int_equal(found.error, error);
    assert_string_equal(found.addresses, addresses);
    struct haul__question *question = haul__resolver_get(&stage->resolver, name, strlen(name));
    int64_t left = question->expires - haul_loop_now(stage->loop);
    haul__question_release(question);
    return left;
}

static void test_how_long_answers_hold_good(void **state)
{
    static const struct {
        const char *name;
        enum haul__lookup_error error;
        const char *addresses;
        int64_t lifetime;
    } cases[] = {
        {"good.test", HAUL__LOOKUP_FOUND, "127.0.0.1", 60 * HAUL_SECOND},
        {"brief.test", HAUL__LOOKUP_FOUND, "127.0.0.1", HAUL__LEAST_LIFETIME},
        {"long.test", HAUL__LOOKUP_FOUND, "127.0.0.1", HAUL__LONGEST_LIFETIME},
        {"none.test", HAUL__LOOKUP_NO_NAME, "", HAUL__ABSENCE_LIFETIME},
        {"empty.test", HAUL__LOOKUP_NO_ADDRESS, "", HAUL__ABSENCE_LIFETIME},
        {"a..b", HAUL__LOOKUP_BAD_NAME, "", HAUL__ABSENCE_LIFETIME},
    };
    struct stage *stage = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t left = look_up(stage, cases[i].name, cases[i].error, cases[i].addresses);
        assert_in_range(left, cases[i].lifetime - HAUL_SECOND, cases[i].lifetime);
    }
}

static void test_an_answer_is_used_until_it_expires(void **state)
{
    struct stage *stage = *state;
    look_up(stage, "good.test", HAUL__LOOKUP_FOUND, "127.0.0.1");
    look_up(stage, "good.test", HAUL__LOOKUP_FOUND, "127.0.0.1");
    look_up(stage, "none.test", HAUL__LOOKUP_NO_NAME, "");
    look_up(stage, "none.test", HAUL__LOOKUP_NO_NAME, "");
    assert_int_equal(stage->server.questions, 2);
    int64_t later = haul_loop_now(stage->loop) + 61 * HAUL_SECOND;
    struct haul__question *good = haul__resolver_get(&stage->resolver, "good.test", 9);
    struct haul__question *none = haul__resolver_get(&stage->resolver, "none.test", 9);
    assert_false(haul__question_is_answered(good, later, false));
    assert_true(haul__question_is_answered(good, later, true));
    assert_false(haul__question_is_answered(none, later, true));
    good->expires = 0;
    haul__question_doubt(none);
    haul__question_release(good);
    haul__question_release(none);
    look_up(stage, "good.test", HAUL__LOOKUP_FOUND, "127.0.0.1");
    look_up(stage, "none.test", HAUL__LOOKUP_NO_NAME, "");
    assert_int_equal(stage->server.questions, 4);
}

static void test_who_wants_the_same_asks_once(void **state)
{
    enum { count = 5 };
    struct stage *stage = *state;
    struct haul_task *tasks[count];
    struct found found[count];
    for (size_t i = 0; i < count; i++)
        tasks[i] = begin(stage, "good.test", &found[i]);
    end_cancelled(stage, tasks[0]);
    for (size_t i = 1; i < count; i++) {
        assert_int_equal(end(stage, tasks[i]), 0);
        assert_string_equal(found[i].addresses, "127.0.0.1");
    }
    assert_int_equal(stage->server.questions, 1);
    assert_int_equal(stage->resolver.asked, 0);
}

static void test_what_nobody_wants_is_cancelled(void **state)
{
    struct stage *stage = *state;
    struct found found;
    struct haul_task *first = begin(stage, "silent.test", &found), *second = begin(stage, "silent.test", &found);
    turn(stage, 3);
    assert_int_equal(stage->resolver.asked, 1);
    end_cancelled(stage, first);
    turn(stage, 2);
    assert_int_equal(stage->resolver.channel->asked, 1);
    struct haul__question *question = haul__resolver_get(&stage->resolver, "silent.test", 11);
    end_cancelled(stage, second);
    haul__question_release(question);
    assert_int_equal(stage->resolver.channel->unwanted, 1);
    /* It is wanted again before it was cancelled. */
    question = haul__resolver_get(&stage->resolver, "silent.test", 11);
    assert_int_equal(stage->resolver.channel->unwanted, 0);
    turn(stage, 2);
    assert_int_equal(stage->resolver.channel->asked, 1);
    haul__question_release(question);
    turn(stage, 2);
    assert_int_equal(stage->resolver.channel->asked, 0);
    assert_int_equal(stage->resolver.asked, 0);
    assert_null(stage->resolver.table);
    assert_int_equal(stage->resolver.asked_ever, 1);
}

static void test_so_many_are_under_way_at_most(void **state)
{
    enum { count = HAUL__QUESTIONS_UNDER_WAY + 10 };
    struct stage *stage = *state;
    struct haul_task *tasks[count];
    struct found found;
    char names[count][32];
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof(names[i]), i < HAUL__QUESTIONS_UNDER_WAY ? "silent%zu.test" : "good%zu.test", i);
        tasks[i] = begin(stage, names[i], &found);
    }
    turn(stage, 3);
    assert_int_equal(stage->resolver.asked, HAUL__QUESTIONS_UNDER_WAY);
    assert_int_equal(stage->resolver.asked_ever, HAUL__QUESTIONS_UNDER_WAY);
    /* One that has not been asked is forgotten. */
    end_cancelled(stage, tasks[count - 1]);
    end_cancelled(stage, tasks[0]);
    for (size_t i = HAUL__QUESTIONS_UNDER_WAY; i < count - 1; i++)
        assert_int_equal(end(stage, tasks[i]), 0);
    for (size_t i = 1; i < HAUL__QUESTIONS_UNDER_WAY; i++)
        end_cancelled(stage, tasks[i]);
    assert_int_equal(stage->resolver.asked_ever, count - 1);
    assert_int_equal(stage->resolver.asked, 0);
}

static size_t count_channels(const struct stage *stage)
{
    size_t count = 0;
    const struct haul_list *channels = &stage->resolver.channels;
    for (const struct haul_list *link = channels->next; link != channels; link = link->next)
        count++;
    return count;
}

/* While one question is wanted, others that are not, of the same channel, go with it. */
static void test_a_channel_of_unwanted_questions_is_left(void **state)
{
    enum { count = 40 };
    struct stage *stage = *state;
    struct haul_task *tasks[count];
    struct found found;
    char names[count][32];
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof(names[i]), "silent%zu.test", i);
        tasks[i] = begin(stage, names[i], &found);
    }
    turn(stage, 3);
    for (size_t i = 1; i < count; i++)
        end_cancelled(stage, tasks[i]);
    assert_int_equal(stage->resolver.asked, 1);
    assert_int_equal(count_channels(stage), 1);
    look_up(stage, "good.test", HAUL__LOOKUP_FOUND, "127.0.0.1");
    assert_int_equal(count_channels(stage), 2);
    end_cancelled(stage, tasks[0]);
    turn(stage, 2);
    assert_int_equal(count_channels(stage), 1);
}

static bool has_both(struct stage *stage, const char *name)
{
    struct haul__question *question = haul__resolver_get(&stage->resolver, name, strlen(name));
    bool has_both = question->addresses && strchr(question->addresses->text, ',');
    haul__question_release(question);
    return has_both;
}

/* The other family is added to what is kept, which does not hold good for longer by that. */
static void test_a_family_that_is_late(void **state)
{
    static const char *const names[] = {"later6.test", "later4.test"};
    static const char *const first[] = {"127.0.0.1", "[2001:db8::1]"};
    struct stage *stage = *state;
    for (size_t i = 0; i < 2; i++) {
        look_up(stage, names[i], HAUL__LOOKUP_FOUND, first[i]);
        assert_int_equal(stage->resolver.asked, 0);
        struct haul__question *question = haul__resolver_get(&stage->resolver, names[i], strlen(names[i]));
        int64_t expires = question->expires - HAUL_SECOND;
        question->expires = expires;
        name_server_release(&stage->server);
        while (!has_both(stage, names[i]))
            turn(stage, 1);
        assert_int_equal(question->expires, expires);
        haul__question_release(question);
    }
}

/* Nor is what has expired meanwhile, or is not known any more, made good again. */
static void test_a_family_that_is_too_late(void **state)
{
    struct stage *stage = *state;
    look_up(stage, "later6.test", HAUL__LOOKUP_FOUND, "127.0.0.1");
    struct haul__question *question = haul__resolver_get(&stage->resolver, "later6.test", 11);
    question->expires = 0;
    name_server_release(&stage->server);
    while (stage->resolver.channel->late > 0)
        turn(stage, 1);
    assert_string_equal(question->addresses->text, "127.0.0.1");
    assert_int_equal(question->expires, 0);
    haul__question_doubt(question);
    haul__question_release(question);
}

/* Searches that go on for the other family alone do not keep a channel. */
static void test_a_channel_of_late_searches_is_left(void **state)
{
    enum { count = 40 };
    struct stage *stage = *state;
    struct haul_task *tasks[count];
    struct found found;
    char names[count][32];
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof(names[i]), "later6-%zu.test", i);
        tasks[i] = begin(stage, names[i], &found);
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(end(stage, tasks[i]), 0);
    const struct haul__channel *channel = stage->resolver.channel;
    assert_int_equal(channel->late, count);
    look_up(stage, "good.test", HAUL__LOOKUP_FOUND, "127.0.0.1");
    assert_int_equal(count_channels(stage), 1);
    assert_int_equal(stage->resolver.channel->late, 0);
}

static void test_so_many_answers_are_kept_at_most(void **state)
{
    struct stage *stage = *state;
    char name[32];
    for (size_t i = 0; i < HAUL__ANSWERS_KEPT + 10; i++) {
        int size = snprintf(name, sizeof(name), "h%zu.test", i);
        struct haul__question *question = haul__resolver_get(&stage->resolver, name, (size_t)size);
        question->expires = HAUL_NEVER;
        haul__question_release(question);
    }
    assert_int_equal(HASH_COUNT(stage->resolver.table), HAUL__ANSWERS_KEPT);
    struct haul__question *first = haul__resolver_get(&stage->resolver, "h0.test", 7);
    struct haul__question *kept = haul__resolver_get(&stage->resolver, "h10.test", 8);
    assert_false(haul__question_is_answered(first, 0, false));
    assert_true(haul__question_is_answered(kept, 0, false));
    haul__question_release(first);
    haul__question_release(kept);
}

static void test_a_wait_that_is_ended(void **state)
{
    struct stage *stage = *state;
    struct found found;
    struct haul_task *task = begin(stage, "silent.test", &found);
    turn(stage, 3);
    haul__question_leave(task, HAUL_E_TIMEOUT);
    assert_int_equal(end(stage, task), HAUL_E_TIMEOUT);
}

static void test_servers_that_cannot_be_read(void **state)
{
    struct stage *stage = *state;
    stage->resolver.servers = "nonsense";
    look_up(stage, "good.test", HAUL__LOOKUP_FAILED, "");
}

/* At the end something is under way. */
static void test_the_end(void **state)
{
    struct stage *stage = *state;
    struct found found;
    struct haul_task *task = begin(stage, "silent.test", &found);
    turn(stage, 3);
    struct haul__question *question = haul__resolver_get(&stage->resolver, "silent.test", 11);
    end_cancelled(stage, task);
    haul__question_release(question);
    assert_int_equal(stage->resolver.channel->asked, 1);
}

static void test_without_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct found found;
        struct haul_task *task = begin(stage, "good.test", &found), *other = begin(stage, "none.test", &found);
        turn(stage, 1);
        int code = end(stage, task), other_code = end(stage, other);
        assert_true((code == 0 && other_code == 0) || failing_memory_happened());
        assert_true(code == 0 || code == -ENOMEM);
        assert_true(other_code == 0 || other_code == -ENOMEM);
        haul__resolver_finish(&stage->resolver);
        haul__resolver_init(&stage->resolver, stage->loop, stage->server.address, AF_UNSPEC);
    }
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown((test), open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_STAGE(test_how_long_answers_hold_good),
        ON_STAGE(test_an_answer_is_used_until_it_expires),
        ON_STAGE(test_who_wants_the_same_asks_once),
        ON_STAGE(test_what_nobody_wants_is_cancelled),
        ON_STAGE(test_so_many_are_under_way_at_most),
        ON_STAGE(test_a_channel_of_unwanted_questions_is_left),
        ON_STAGE(test_a_family_that_is_late),
        ON_STAGE(test_a_family_that_is_too_late),
        ON_STAGE(test_a_channel_of_late_searches_is_left),
        ON_STAGE(test_so_many_answers_are_kept_at_most),
        ON_STAGE(test_a_wait_that_is_ended),
        ON_STAGE(test_servers_that_cannot_be_read),
        ON_STAGE(test_the_end),
        ON_STAGE(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
