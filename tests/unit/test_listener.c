#include "failing_accept.h"
#include "failing_memory.h"
#include "loopback.h"
#include "pair.h"
#include "running.h"

#include <errno.h>
#include <fcntl.h>
#include <haul/error.h>
#include <haul/sleep.h>
#include <haul/stream.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct setting {
    struct haul_loop *loop;
    struct haul_listener *listener;
    uint16_t port;
};

static struct setting set_up(void)
{
    struct setting setting;
    assert_int_equal(haul_loop_create(NULL, &setting.loop), 0);
    assert_int_equal(haul_listener_create(setting.loop, "127.0.0.1", 0, 64, &setting.listener), 0);
    setting.port = haul_listener_port(setting.listener);
    return setting;
}

static void tear_down(struct setting *setting)
{
    haul_listener_destroy(setting->listener);
    assert_int_equal(haul_loop_finish(setting->loop), 0);
}

/* Accepts COUNT connections and closes them, noting the first byte that each sends. */
struct take {
    struct haul_coroutine coroutine;
    struct haul_listener *listener;
    char *letters;
    size_t count;
    struct haul_stream *stream;
};

static struct haul_step take(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(take);
    for (; self->count > 0; self->count--) {
        HAUL_AWAIT(haul_listener_accept(task, self->listener));
        self->stream = haul_awaited(task).pointer;
        HAUL_AWAIT(haul_stream_read(task, self->stream, self->letters++, 1));
        haul_stream_destroy(self->stream);
        self->stream = NULL;
    }
    HAUL_FINALLY;
    haul_stream_destroy(self->stream);
    HAUL_END;
}

/* Accepts one connection and closes it; then, where it is to, sleeps. */
struct take_one {
    struct haul_coroutine coroutine;
    struct haul_listener *listener;
    int *ret_accepted;
    bool sleeps;
};

static struct haul_step take_one(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(take_one);
    HAUL_AWAIT(haul_listener_accept(task, self->listener));
    haul_stream_destroy(haul_awaited(task).pointer);
    ++*self->ret_accepted;
    if (self->sleeps)
        HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_FINALLY;
    HAUL_END;
}

static void test_connections_come_in_order(void **state)
{
    (void)state;
    struct setting setting = set_up();
    char letters[4] = "";
    int clients[3];
    for (int i = 0; i < 3; i++) {
        clients[i] = loopback_connect(setting.port);
        loopback_send(clients[i], (const char *[]){"a", "b", "c"}[i]);
    }
    assert_int_equal(
        run_task(setting.loop, HAUL_CALL(take, .listener = setting.listener, .letters = letters, .count = 3)), 0);
    assert_string_equal(letters, "abc");
    for (int i = 0; i < 3; i++)
        close(clients[i]);
    tear_down(&setting);
}

static void test_accept_waits_for_a_connection(void **state)
{
    (void)state;
    struct setting setting = set_up();
    int accepted = 0;
    struct haul_task *task =
        start_task(setting.loop, HAUL_CALL(take_one, .listener = setting.listener, .ret_accepted = &accepted));
    run_once(setting.loop);
    assert_int_equal(accepted, 0);
    int client = loopback_connect(setting.port);
    assert_int_equal(end_task(setting.loop, task), 0);
    assert_int_equal(accepted, 1);
    close(client);
    tear_down(&setting);
}

static void test_a_connection_after_a_cancel_waits_for_the_next_accept(void **state)
{
    (void)state;
    struct setting setting = set_up();
    int accepted = 0;
    struct haul_awaitable accept = HAUL_CALL(take_one, .listener = setting.listener, .ret_accepted = &accepted);
    struct haul_task *task = start_task(setting.loop, accept);
    run_once(setting.loop);
    haul_task_cancel(task);
    int client = loopback_connect(setting.port);
    assert_int_equal(end_task(setting.loop, task), HAUL_E_CANCELLED);
    assert_int_equal(accepted, 0);
    assert_int_equal(run_task(setting.loop, accept), 0);
    assert_int_equal(accepted, 1);
    close(client);
    tear_down(&setting);
}

static void test_a_connection_that_comes_with_a_cancel_is_given(void **state)
{
    (void)state;
    struct setting setting = set_up();
    int accepted = 0;
    struct haul_task *task = start_task(
        setting.loop, HAUL_CALL(take_one, .listener = setting.listener, .ret_accepted = &accepted, .sleeps = true));
    run_once(setting.loop);
    /* In the next iteration the poll has the connection, and the cancel runs before the task. */
    int client = loopback_connect(setting.port);
    assert_int_equal(haul_loop_call_soon(setting.loop, cancel_task, task, NULL), 0);
    assert_int_equal(end_task(setting.loop, task), HAUL_E_CANCELLED);
    assert_int_equal(accepted, 1);
    close(client);
    tear_down(&setting);
}

static void test_many_connections_do_not_keep_others_from_running(void **state)
{
    (void)state;
    enum { COUNT = 50 };
    struct setting setting = set_up();
    int clients[COUNT];
    char letters[COUNT];
    for (int i = 0; i < COUNT; i++) {
        clients[i] = loopback_connect(setting.port);
        loopback_send(clients[i], "x");
    }
    int turns =
        turns_beside(setting.loop, HAUL_CALL(take, .listener = setting.listener, .letters = letters, .count = COUNT));
    assert_true(turns > 1);
    for (int i = 0; i < COUNT; i++)
        close(clients[i]);
    tear_down(&setting);
}

static void test_accepted_sockets_are_non_blocking_and_not_inherited(void **state)
{
    (void)state;
    struct setting setting = set_up();
    int client = loopback_connect(setting.port);
    int next = dup(client);
    close(next);
    struct haul_task *task =
        start_task(setting.loop, HAUL_CALL(take, .listener = setting.listener, .letters = (char[]){0}, .count = 1));
    run_once(setting.loop);
    int no_delay = 0;
    socklen_t size = sizeof(no_delay);
    assert_true(fcntl(next, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(next, F_GETFL) & O_NONBLOCK);
    assert_int_equal(getsockopt(next, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
    assert_int_equal(no_delay, 1);
    haul_task_cancel(task);
    assert_int_equal(end_task(setting.loop, task), HAUL_E_CANCELLED);
    close(client);
    tear_down(&setting);
}

/* On a virtual clock, which stands still while a descriptor is watched: only pauses let time pass. */
static struct setting set_up_virtual(struct haul_virtual_clock *clock)
{
    struct setting setting;
    struct haul_loop_options options = {.clock = haul_virtual_clock(clock)};
    assert_int_equal(haul_loop_create(&options, &setting.loop), 0);
    assert_int_equal(haul_listener_create(setting.loop, "127.0.0.1", 0, 64, &setting.listener), 0);
    setting.port = haul_listener_port(setting.listener);
    return setting;
}

static void test_a_shortage_is_waited_out(void **state)
{
    (void)state;
    static const int shortages[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};
    for (size_t i = 0; i < sizeof(shortages) / sizeof(shortages[0]); i++) {
        struct haul_virtual_clock clock = {0};
        struct setting setting = set_up_virtual(&clock);
        int client = loopback_connect(setting.port);
        int accepted = 0;
        /* The first is met before there is anything to wait for. */
        failing_accept_set(shortages[i], 3);
        assert_int_equal(
            run_task(setting.loop, HAUL_CALL(take_one, .listener = setting.listener, .ret_accepted = &accepted)), 0);
        assert_int_equal(accepted, 1);
        assert_int_equal(clock.now, 100 * HAUL_MILLISECOND);
        close(client);
        tear_down(&setting);
    }
}

/* A real one, that ends when the process may have more. */
static void test_without_a_descriptor_left(void **state)
{
    (void)state;
    struct setting setting = set_up();
    struct rlimit before, now;
    int accepted = 0;
    int client = loopback_connect(setting.port);
    int next = dup(client);
    close(next);
    struct haul_task *task =
        start_task(setting.loop, HAUL_CALL(take_one, .listener = setting.listener, .ret_accepted = &accepted));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    now = (struct rlimit){.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
    run_once(setting.loop);
    run_once(setting.loop);
    run_once(setting.loop);
    assert_int_equal(accepted, 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(end_task(setting.loop, task), 0);
    assert_int_equal(accepted, 1);
    close(client);
    tear_down(&setting);
}

static void test_waiting_out_a_shortage_can_be_cancelled(void **state)
{
    (void)state;
    struct haul_virtual_clock clock = {0};
    struct setting setting = set_up_virtual(&clock);
    int client = loopback_connect(setting.port);
    int accepted = 0;
    struct haul_awaitable accept = HAUL_CALL(take_one, .listener = setting.listener, .ret_accepted = &accepted);
    failing_accept_set(EMFILE, 3);
    struct haul_task *task = start_task(setting.loop, accept);
    assert_int_equal(haul_loop_call_later(setting.loop, 70 * HAUL_MILLISECOND, cancel_task, task, NULL), 0);
    assert_int_equal(end_task(setting.loop, task), HAUL_E_CANCELLED);
    assert_int_equal(accepted, 0);
    assert_int_equal(clock.now, 70 * HAUL_MILLISECOND);
    assert_int_equal(run_task(setting.loop, accept), 0);
    assert_int_equal(clock.now, 70 * HAUL_MILLISECOND);
    close(client);
    tear_down(&setting);
}

static void test_a_connection_that_was_lost_is_passed_over(void **state)
{
    (void)state;
    struct setting setting = set_up();
    int client = loopback_connect(setting.port);
    int accepted = 0;
    failing_accept_set(ECONNABORTED, 2);
    assert_int_equal(
        run_task(setting.loop, HAUL_CALL(take_one, .listener = setting.listener, .ret_accepted = &accepted)), 0);
    assert_int_equal(accepted, 1);
    close(client);
    tear_down(&setting);
}

static void test_other_errors_are_forwarded(void **state)
{
    (void)state;
    struct setting setting = set_up();
    int accepted = 0;
    struct haul_awaitable accept = HAUL_CALL(take_one, .listener = setting.listener, .ret_accepted = &accepted);
    failing_accept_set(EPERM, 1);
    assert_int_equal(run_task(setting.loop, accept), -EPERM);
    struct haul_task *task = start_task(setting.loop, accept);
    run_once(setting.loop);
    int client = loopback_connect(setting.port);
    failing_accept_set(EPERM, 1);
    assert_int_equal(end_task(setting.loop, task), -EPERM);
    assert_int_equal(accepted, 0);
    close(client);
    tear_down(&setting);
}

static void test_addresses(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "localhost", "1.2.3", "300.1.1.1", "127.0.0.1 ", "::1::", "[::1]"};
    struct setting setting = set_up();
    struct haul_listener *other = NULL;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(haul_listener_create(setting.loop, wrong[i], 0, 1, &other), HAUL_E_INVALID);
    assert_int_equal(haul_listener_create(setting.loop, "127.0.0.1", setting.port, 1, &other), -EADDRINUSE);
    assert_null(other);
    tear_down(&setting);
}

static void test_a_port_can_be_given(void **state)
{
    (void)state;
    struct setting setting = set_up();
    uint16_t port = setting.port;
    haul_listener_destroy(setting.listener);
    assert_int_equal(haul_listener_create(setting.loop, "127.0.0.1", port, 64, &setting.listener), 0);
    assert_int_equal(haul_listener_port(setting.listener), port);
    tear_down(&setting);
}

static void test_ipv6(void **state)
{
    (void)state;
    struct setting setting = set_up();
    struct haul_listener *listener;
    int code = haul_listener_create(setting.loop, "::1", 0, 1, &listener);
    if (code == 0) {
        struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        address.sin6_port = htons(haul_listener_port(listener));
        int client = socket(AF_INET6, SOCK_STREAM, 0);
        assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
        close(client);
        haul_listener_destroy(listener);
    } else {
        assert_true(code == -EAFNOSUPPORT || code == -EADDRNOTAVAIL);
    }
    tear_down(&setting);
}

/* Listens, accepts a connection in spite of a shortage, and ends, with whatever fails on the way. */
static int accept_with_a_shortage(void)
{
    struct haul_loop *loop = NULL;
    struct haul_listener *listener = NULL;
    int accepted = 0, client = -1;
    int code = haul_loop_create(NULL, &loop);
    if (code == 0)
        code = haul_listener_create(loop, "127.0.0.1", 0, 1, &listener);
    if (code == 0) {
        struct haul_outcome outcome = {0};
        client = loopback_connect(haul_listener_port(listener));
        failing_accept_set(EMFILE, 2);
        code = haul_run_task(loop, HAUL_CALL(take_one, .listener = listener, .ret_accepted = &accepted), &outcome);
        failing_accept_set(0, 0);
        code = code != 0 ? code : outcome.code;
    }
    assert_int_equal(accepted, code == 0);
    if (client >= 0)
        close(client);
    haul_listener_destroy(listener);
    if (loop)
        assert_int_equal(haul_loop_finish(loop), 0);
    return code;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    size_t before = open_descriptors();
    FAILING_MEMORY_SWEEP(n)
    {
        int code = accept_with_a_shortage();
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(open_descriptors(), before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connections_come_in_order),
        cmocka_unit_test(test_accept_waits_for_a_connection),
        cmocka_unit_test(test_a_connection_after_a_cancel_waits_for_the_next_accept),
        cmocka_unit_test(test_a_connection_that_comes_with_a_cancel_is_given),
        cmocka_unit_test(test_many_connections_do_not_keep_others_from_running),
        cmocka_unit_test(test_accepted_sockets_are_non_blocking_and_not_inherited),
        cmocka_unit_test(test_a_shortage_is_waited_out),
        cmocka_unit_test(test_without_a_descriptor_left),
        cmocka_unit_test(test_waiting_out_a_shortage_can_be_cancelled),
        cmocka_unit_test(test_a_connection_that_was_lost_is_passed_over),
        cmocka_unit_test(test_other_errors_are_forwarded),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_a_port_can_be_given),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
