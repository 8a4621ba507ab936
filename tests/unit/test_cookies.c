#include "failing_memory.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <haul/cookies.h>

static const char head[] = "# Netscape HTTP Cookie File\n";
static const char lines[] = "a.test\tFALSE\t/\tFALSE\t0\tone\t1\na.test\tFALSE\t/\tTRUE\t0\ttwo\t2\n";

/* A new file with TEXT, whose name has room for 32 bytes. */
static void write_file(char *name, const char *text)
{
    strcpy(name, "/tmp/haul-cookies-XXXXXX");
    int descriptor = mkstemp(name);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
}

static void what_is_read_is_written(void **state)
{
    char name[32], *text = NULL;
    struct haul_cookies *cookies = NULL;
    (void)state;
    write_file(name, lines);
    assert_int_equal(haul_cookies_create(&cookies), 0);
    assert_int_equal(haul_cookies_write(cookies, &text), 0);
    assert_string_equal(text, head);
    free(text);
    assert_int_equal(haul_cookies_load(cookies, name), 0);
    assert_int_equal(haul_cookies_write(cookies, &text), 0);
    assert_memory_equal(text, head, strlen(head));
    assert_non_null(strstr(text, "a.test\tFALSE\t/\tFALSE\t0\tone\t1\n"));
    assert_non_null(strstr(text, "a.test\tFALSE\t/\tTRUE\t0\ttwo\t2\n"));
    assert_int_equal(strlen(text), strlen(head) + strlen(lines));
    free(text);
    haul_cookies_unref(haul_cookies_ref(cookies));
    haul_cookies_unref(cookies);
    haul_cookies_unref(NULL);
    unlink(name);
}

struct user {
    struct haul_cookies *cookies; /* a reference of its own */
    const char *name;
};

static void *use(void *data)
{
    const struct user *user = data;
    for (int i = 0; i < 20; i++) {
        char *text = NULL;
        if (haul_cookies_load(user->cookies, user->name) == 0 && haul_cookies_write(user->cookies, &text) == 0)
            free(text);
    }
    haul_cookies_unref(user->cookies);
    return NULL;
}

static void threads_share_them(void **state)
{
    char name[32], *text = NULL;
    pthread_t threads[3];
    struct haul_cookies *cookies = NULL;
    (void)state;
    write_file(name, lines);
    assert_int_equal(haul_cookies_create(&cookies), 0);
    struct user user = {cookies, name};
    for (size_t i = 0; i < 3; i++) {
        haul_cookies_ref(cookies);
        assert_int_equal(pthread_create(&threads[i], NULL, use, &user), 0);
    }
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(haul_cookies_write(cookies, &text), 0);
    assert_int_equal(strlen(text), strlen(head) + strlen(lines));
    free(text);
    haul_cookies_unref(cookies);
    unlink(name);
}

static void a_file_that_is_not_there_is_told(void **state)
{
    struct haul_cookies *cookies = NULL;
    (void)state;
    assert_int_equal(haul_cookies_create(&cookies), 0);
    assert_int_equal(haul_cookies_load(cookies, "/nowhere/at/all"), -ENOENT);
    haul_cookies_unref(cookies);
}

static void without_memory_nothing_is_lost(void **state)
{
    char name[32];
    (void)state;
    write_file(name, lines);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_cookies *cookies = NULL;
        char *text = NULL;
        int code = haul_cookies_create(&cookies);
        if (code == 0)
            code = haul_cookies_load(cookies, name);
        if (code == 0)
            code = haul_cookies_write(cookies, &text);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(text != NULL, code == 0);
        free(text);
        haul_cookies_unref(cookies);
    }
    unlink(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_is_written),
        cmocka_unit_test(threads_share_them),
        cmocka_unit_test(a_file_that_is_not_there_is_told),
        cmocka_unit_test(without_memory_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
