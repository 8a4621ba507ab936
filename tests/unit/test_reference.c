#include "failing_memory.h"

#include <haul/error.h>
#include <haul/url.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

static struct haul_url *url_of(const char *text)
{
    struct haul_url *url = NULL;
    const char *problem = NULL;
    assert_int_equal(haul_url_create(text, strlen(text), &url, &problem), 0);
    return url;
}

struct reference {
    const char *text;
    const char *target; /* NULL: refused */
};

static void check(const char *base_text, const struct reference *references, size_t count)
{
    struct haul_url *base = url_of(base_text);
    for (size_t i = 0; i < count; i++) {
        struct haul_url *url = NULL;
        const char *problem = NULL;
        int code = haul_url_resolve(base, references[i].text, &url, &problem);
        if (!references[i].target) {
            assert_int_equal(code, HAUL_E_URL);
            assert_non_null(problem);
            continue;
        }
        if (code != 0)
            fail_msg("%s: %s", references[i].text, problem);
        assert_string_equal(haul_url_text(url), references[i].target);
        haul_url_destroy(url);
    }
    haul_url_destroy(base);
}

#define CHECK(base, references) check((base), (references), sizeof(references) / sizeof((references)[0]))

/* RFC 3986, 5.4. */
static void test_examples_of_the_standard(void **state)
{
    static const struct reference references[] = {
        {"g:h", NULL},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/./x", "http://a/b/c/g#s/./x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
    };
    (void)state;
    CHECK("http://a/b/c/d;p?q", references);
}

static void test_where_a_redirect_leads(void **state)
{
    static const struct reference references[] = {
        {"http://b/x", "http://b/x"},
        {"HTTPS://B", "https://b/"},
        {"//b:81/x", "http://b:81/x"},
        {" /x\t", "http://u:p@a:8080/x"},
        {"/a b", "http://u:p@a:8080/a%20b"},
        {"/\xc3\xa4", "http://u:p@a:8080/%C3%A4"},
        {"/x#y?z", "http://u:p@a:8080/x#y?z"},
        {"file:///etc/passwd", NULL},
        {"ftp://b/", NULL},
        {"javascript:x", NULL},
        {"sleep:1", NULL},
        {"localhost:8080/x", NULL},
        {"http:8080", NULL},
        {"http:x", NULL},
        {"http://", NULL},
        {"//b:65536/", NULL},
        {"/a\nb", NULL},
        {"/a\x01", NULL},
    };
    (void)state;
    CHECK("http://u:p@a:8080/base", references);
}

static void test_of_a_base_without_path_or_with_fragment(void **state)
{
    static const struct reference of_bare[] = {{"x", "http://a/x"}, {"?q", "http://a/?q"}};
    static const struct reference of_fragment[] = {
        {"x", "http://a/b/x"}, {"", "http://a/b/c"}, {"?q", "http://a/b/c?q"}};
    (void)state;
    CHECK("http://a", of_bare);
    CHECK("http://a/b/c#d/e?f", of_fragment);
}

static void test_out_of_memory(void **state)
{
    struct haul_url *base = url_of("http://a/b/c");
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_url *url = NULL;
        const char *problem = NULL;
        int code = haul_url_resolve(base, "../x y", &url, &problem);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul_url_destroy(url);
    }
    haul_url_destroy(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_of_the_standard),
        cmocka_unit_test(test_where_a_redirect_leads),
        cmocka_unit_test(test_of_a_base_without_path_or_with_fragment),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
