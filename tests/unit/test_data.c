#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "request/data.h"
#include "request/query.h"

#include <haul/error.h>
#include <haul/url.h>

static const char content[] = "a b\r\n\0&c\n";

/* Of each value, "F" where the file's name is to stand, what comes in each kind. */
static const struct {
    const char *value;
    const char *plain;
    size_t plain_size;
    const char *binary;
    size_t binary_size;
    const char *encoded;
} cases[] = {
    {"", "", 0, "", 0, ""},
    {"a=b&c d", "a=b&c d", 7, "a=b&c d", 7, "a=b%26c+d"},
    {"=b c", "=b c", 4, "=b c", 4, "b+c"},
    {"text-._~/\xff", "text-._~/\xff", 10, "text-._~/\xff", 10, "text-._~%2F%FF"},
    {"@F", "a b&c", 5, content, sizeof(content) - 1, "a+b%0D%0A%00%26c%0A"},
    {"n@F", "n@F", 0, "n@F", 0, "n=a+b%0D%0A%00%26c%0A"},
    {"n=@F", "n=@F", 0, "n=@F", 0, "n=%40F"},
};

static void write_file(char *name)
{
    strcpy(name, "data-XXXXXX");
    int descriptor = mkstemp(name);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, content, sizeof(content) - 1), sizeof(content) - 1);
    close(descriptor);
}

static void check(enum data_kind kind, const char *value, const char *expected, size_t size)
{
    struct text data = {0};
    const char *file;
    text_append_string(&data, "before\n");
    assert_int_equal(data_append(&data, kind, value, &file), 0);
    assert_int_equal(data.size, 7 + size);
    assert_memory_equal(data.bytes + 7, expected, size);
    text_finish(&data);
}

static void data_is_what_its_kind_says(void **state)
{
    char name[16], value[32];
    (void)state;
    write_file(name);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t prefix = strcspn(cases[i].value, "F");
        bool has_file = cases[i].value[prefix] == 'F' && !strchr(cases[i].value, '=');
        bool is_literal = cases[i].value[0] != '@' || !has_file;
        snprintf(value, sizeof(value), "%.*s%s", (int)prefix, cases[i].value,
                 has_file ? name : cases[i].value + prefix);
        check(DATA_ENCODED, value, cases[i].encoded, strlen(cases[i].encoded));
        check(DATA_PLAIN, value, is_literal ? value : cases[i].plain, is_literal ? strlen(value) : cases[i].plain_size);
        check(DATA_BINARY, value, is_literal ? value : cases[i].binary,
              is_literal ? strlen(value) : cases[i].binary_size);
        check(DATA_JSON, value, is_literal ? value : cases[i].binary,
              is_literal ? strlen(value) : cases[i].binary_size);
    }
    unlink(name);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    static const enum data_kind kinds[] = {DATA_PLAIN, DATA_BINARY, DATA_ENCODED, DATA_JSON};
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct text data = {0};
        const char *file = NULL;
        assert_int_equal(data_append(&data, kinds[i], "@nowhere", &file), -ENOENT);
        assert_string_equal(file, "nowhere");
        assert_int_equal(data_append(&data, kinds[i], "@.", &file), -EISDIR);
        text_finish(&data);
    }
}

static const struct {
    const char *url;
    const char *query;
    const char *longer; /* NULL: it is no URL */
} queries[] = {
    {"http://a/b", "c=d", "http://a/b?c=d"},
    {"http://a/b?c", "d", "http://a/b?c&d"},
    {"http://a/b?", "d", "http://a/b?d"},
    {"http://a/b?c#d?e", "f", "http://a/b?c&f#d?e"},
    {"http://a/b#c", "d#e f", "http://a/b?d%23e%20f#c"},
    {"sleep:1", "a", "sleep:1"},
    {"http://a/b", "c\nd", NULL},
};

static void a_query_goes_behind_the_urls_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        struct haul_url *url = NULL;
        struct text query = {0};
        const char *problem = NULL;
        text_append_string(&query, queries[i].query);
        assert_int_equal(haul_url_create(queries[i].url, strlen(queries[i].url), &url, &problem), 0);
        int code = query_add(&url, &query, &problem);
        assert_int_equal(code, queries[i].longer ? 0 : HAUL_E_URL);
        assert_string_equal(haul_url_text(url), queries[i].longer ? queries[i].longer : queries[i].url);
        haul_url_destroy(url);
        text_finish(&query);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_is_what_its_kind_says),
        cmocka_unit_test(a_file_that_cannot_be_read_is_named),
        cmocka_unit_test(a_query_goes_behind_the_urls_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
