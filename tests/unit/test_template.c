#include "files/template.h"
#include "input/glob.h"
#include "output/text.h"

#include <haul/error.h>
#include <haul/url.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct template *create(const char *text)
{
    struct template *template;
    char *problem;
    assert_int_equal(template_create(text, &template, &problem), 0);
    return template;
}

/* What TEXT makes of URL and the other values. */
static void check_values(const char *text, const char *url_text, struct template_values values, const char *expected)
{
    struct template *template = create(text);
    struct haul_url *url;
    const char *problem;
    struct text path = {0};
    assert_int_equal(haul_url_create(url_text, strlen(url_text), &url, &problem), 0);
    values.url = url;
    text_append_string(&path, template_folder(template));
    assert_int_equal(template_expand(template, &values, &path), 0);
    text_append(&path, "", 1);
    assert_string_equal(path.bytes, expected);
    text_finish(&path);
    haul_url_destroy(url);
    template_destroy(template);
}

static void check(const char *text, const char *url, const char *expected)
{
    check_values(text, url, (struct template_values){0}, expected);
}

static void check_tag(const char *text, const char *tag, const char *expected)
{
    const struct template_values values = {.tag = tag, .tag_size = tag ? strlen(tag) : 0};
    check_values(text, "http://h.test/", values, expected);
}

static void test_values_of_urls(void **state)
{
    (void)state;
    static const char url[] = "https://me:secret@example.com/a/b/c.tar.gz?x=/y.z#/f";
    check("{host}", url, "example.com");
    check("{port}", url, "443");
    check("{path}", url, "a/b/c.tar.gz");
    check("{name}", url, "c.tar.gz");
    check("{ext}", url, "gz");
    check("{host}/{path}", url, "example.com/a/b/c.tar.gz");
    check("{host}-{port}/{name}.{ext}", "http://127.0.0.1:8080/x", "127.0.0.1-8080/x._");
    check("{host}", "http://[::1]:8080/", "::1");
    check("{name}", "http://h.test", "index.html");
    check("{path}", "http://h.test", "index.html");
    check("{path}", "http://h.test/?a/b", "index.html");
    check("{path}", "http://h.test/a/b/", "a/b/index.html");
    check("{name}.{ext}", "http://h.test/a/b/", "index.html.html");
    check("{name}", "http://h.test/a%20b%2Fc", "a%20b%2Fc");
    check("{ext}", "http://h.test/.profile", "_");
    check("{ext}", "http://h.test/a.b/c", "_");
    check("{name}|{ext}", "http://h.test/x.", "x.|_");
}

static void test_hostile_urls(void **state)
{
    (void)state;
    check("{path}", "http://h.test/a//b", "a/_/b");
    check("{path}", "http://h.test//etc/passwd", "_/etc/passwd");
    check("{path}", "http://h.test/.ssh/authorized_keys", "_ssh/authorized_keys");
    check("{path}", "http://h.test/..%2f..%2fx", "_.%2F..%2Fx");
    check("{path}", "http://h.test/%2e%2e/%2e%2e/x", "x");
    check("{name}", "http://h.test/-rf", "_rf");
    check("{name}", "http://h.test/..;", "_.;");
}

static void test_numbers(void **state)
{
    (void)state;
    const struct template_values values = {.index = 7, .line = 1234567, .status = 404};
    check_values("{index}-{line}-{status}", "http://h.test/", values, "7-1234567-404");
    check_values("{index:05}-{line:05}-{status:01}", "http://h.test/", values, "00007-1234567-404");
    check_values("{index:020}{port:06}", "http://h.test/", values, "00000000000000000007000080");
}

static void test_tags(void **state)
{
    (void)state;
    static const char object[] =
        "{\"id\":17,\"name\":\"../x\",\"deep\":{\"er\":true,\"list\":[1]},\"none\":null,\"\":\"e\"}";
    check_tag("{tag}", "a/b", "a_b");
    check_tag("{tag}", "..", "_.");
    check_tag("{tag}", NULL, "_");
    check_tag("{tag.id}", object, "17");
    check_tag("{tag.name}", object, "_._x");
    check_tag("{tag.deep.er}", object, "true");
    check_tag("{tag.deep}-{tag.deep.list}-{tag.none}-{tag.no}-{tag.id.x}", object, "_-_-_-_-_");
    check_tag("{tag.id}", "17", "_");
    check_tag("{tag.id}", "{\"id\":", "_");
    check_tag("{tag.id}", NULL, "_");
    check_tag("{tag.id}", "{\"id\":\"a\\u0000b\"}", "a_b");
    check_tag("{tag.id}", "{\"id\":\"\\\\u0000\\\"1\",\"x\":2}", "\\u0000\"1");
    /* Numbers as they stand there, however many digits they have. */
    check_tag("{tag.id}", "{\"id\":9007199254740993}", "9007199254740993");
    check_tag("{tag.id}", "{\"x\":[1,\"2\",{\"id\":3}],\"id\":-1.50E+2}", "_1.50E+2");
    check_tag("{tag.1}", "{\"1\":\"a1\\\"\"}", "a1\"");
}

static void check_json_tag(const char *tag, const char *expected)
{
    const struct template_values values = {.tag = tag, .tag_size = strlen(tag), .is_tag_json = true};
    check_values("{tag}", "http://h.test/", values, expected);
}

static void test_json_tags(void **state)
{
    (void)state;
    check_json_tag("\"a/b\"", "a_b");
    check_json_tag("17", "17");
    check_json_tag("true", "true");
    check_json_tag("null", "_");
    check_json_tag("{\"a\":1}", "{\"a\":1}");
}

static void test_globs(void **state)
{
    (void)state;
    static const struct glob_value globs[] = {{"one", 3}, {"../2", 4}};
    const struct template_values values = {.globs = globs, .glob_count = 2};
    check_values("#1-#2", "http://h.test/", values, "one-_._2");
    check_values("#2/#1.html", "http://h.test/", values, "_._2/one.html");
    check_values("#3#0#", "http://h.test/", values, "#3#0#");
    check_values("#12#99999999999999999999", "http://h.test/", values, "#12#99999999999999999999");
}

static void test_text(void **state)
{
    (void)state;
    static const char url[] = "http://h.test/n";
    check("plain", url, "plain");
    check("{{{name}}}", url, "{n}");
    check("{{name}}", url, "{name}");
    check("a{{b}}c/{name}", url, "a{b}c/n");
    check(".hidden-{name}", url, ".hidden-n");
    check("-{name}", url, "-n");
    check("{name}//x/./y", url, "n/x/y");
    check("#1", url, "#1");
}

static void test_what_a_server_calls_it(void **state)
{
    (void)state;
    const struct template_values values = {.name = "../evil.sh"};
    check_values("{name}", "http://h.test/n", values, "_._evil.sh");
    check_values("{name}|{ext}", "http://h.test/n.txt", values, "_._evil.sh|sh");
}

static void test_folder(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *folder;
        bool is_literal;
    } rows[] = {
        {"x", "", true},
        {"a/b/x", "a/b/", true},
        {"/x", "/", true},
        {"../{name}", "../", false},
        {"{name}", "", false},
        {"a/{{b/{name}", "a/{b/", false},
        {"a/b{name}", "a/", false},
        {"{host}/a/{name}", "", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct template *template = create(rows[i].text);
        assert_string_equal(template_folder(template), rows[i].folder);
        assert_int_equal(template_is_literal(template), rows[i].is_literal);
        template_destroy(template);
    }
}

static void test_what_needs_the_answer(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool needs;
        bool needs_where_names_come;
    } rows[] = {
        {"{index}-{host}-{path}-{tag}", false, false},
        {"{name}", false, true},
        {"{index}.{ext}", false, true},
        {"{status}/{index}", true, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct template *template = create(rows[i].text);
        assert_int_equal(template_needs_answer(template, false), rows[i].needs);
        assert_int_equal(template_needs_answer(template, true), rows[i].needs_where_names_come);
        template_destroy(template);
    }
}

static void test_what_is_no_template(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *problem;
    } rows[] = {
        {"", "folder"},
        {"a/", "folder"},
        {"{host}/", "folder"},
        {".", "folder"},
        {"a/.", "folder"},
        {"{host}/.", "folder"},
        {"..", ".."},
        {"a/..", ".."},
        {"{host}/../x", ".."},
        {"{host}/..", ".."},
        {"{", "without its }"},
        {"a{name", "without its }"},
        {"}", "without its {"},
        {"{name}}", "without its {"},
        {"{}", "there is no {}"},
        {"{nme}", "there is no {nme}"},
        {"{name:05}", "{name:05}"},
        {"{index:5}", "{index:5}"},
        {"{index:0}", "{index:0}"},
        {"{index:021}", "{index:021}"},
        {"{index:0x}", "{index:0x}"},
        {"{index:}", "{index:}"},
        {"{tag.}", "{tag.}"},
        {"{Index}", "{Index}"},
        {"{index:0000000000000005}", "there is no"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct template *template;
        char *problem;
        assert_int_equal(template_create(rows[i].text, &template, &problem), HAUL_E_INVALID);
        assert_non_null(strstr(problem, rows[i].problem));
        free(problem);
    }
}

/* Whatever is written, a template is refused or gives a path that stays below its folder. */
static void test_at_random(void **state)
{
    (void)state;
    static const char *const parts[] = {"{",     "}", "{{", "}}", "{name}", "{path}",     "{host}", "{tag}", "{tag.a}",
                                        "{ext}", "/", ".",  "..", "x",      "{index:03}", "#1",     "-"};
    const char *ignored;
    struct haul_url *url;
    assert_int_equal(haul_url_create("http://h.test/a//.b/..x/", 24, &url, &ignored), 0);
    srandom(11);
    for (int round = 0; round < 20000; round++) {
        struct text text = {0};
        struct template *template;
        char *problem;
        for (long count = random() % 8; count > 0; count--)
            text_append_string(&text, parts[(size_t)random() % (sizeof(parts) / sizeof(parts[0]))]);
        text_append(&text, "", 1);
        if (template_create(text.bytes, &template, &problem) != 0) {
            free(problem);
        } else {
            struct text path = {0};
            const struct template_values values = {.url = url, .tag = "..", .tag_size = 2};
            assert_int_equal(template_expand(template, &values, &path), 0);
            text_append(&path, "", 1);
            assert_true(path.size > 1 && path.bytes[0] != '/' && path.bytes[path.size - 2] != '/');
            assert_null(strstr(path.bytes, "//"));
            assert_null(strstr(path.bytes, "/../"));
            assert_true(strncmp(path.bytes, "../", 3) != 0 && strcmp(path.bytes, "..") != 0);
            text_finish(&path);
            template_destroy(template);
        }
        text_finish(&text);
    }
    haul_url_destroy(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_urls),
        cmocka_unit_test(test_hostile_urls),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_json_tags),
        cmocka_unit_test(test_globs),
        cmocka_unit_test(test_what_a_server_calls_it),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_what_needs_the_answer),
        cmocka_unit_test(test_what_is_no_template),
        cmocka_unit_test(test_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
