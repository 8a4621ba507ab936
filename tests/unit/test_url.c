#include "failing_memory.h"

#include <haul/error.h>
#include <haul/url.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/normal.h"
#include "net/url.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct haul_url *url_of(const char *text)
{
    struct haul_url *url = NULL;
    const char *problem = NULL;
    int code = haul_url_create(text, strlen(text), &url, &problem);
    if (code != 0)
        fail_msg("%s: %s: %s", text, haul_error_name(code), problem ? problem : "");
    return url;
}

static void test_normal_form(void **state)
{
    static const struct {
        const char *text;
        const char *normal;
        const char *origin;
    } cases[] = {
        {"http://example.com", "http://example.com/", "http://example.com:80"},
        {"http://example.com/", "http://example.com/", "http://example.com:80"},
        {"https://example.com:443/x", "https://example.com/x", "https://example.com:443"},
        {"http://example.com:443/x", "http://example.com:443/x", "http://example.com:443"},
        {"http://example.com:0080/x", "http://example.com/x", "http://example.com:80"},
        {"http://example.com:/x", "http://example.com/x", "http://example.com:80"},
        {"HTTP://EXAMPLE.com/X", "http://example.com/X", "http://example.com:80"},
        {"example.com", "https://example.com/", "https://example.com:443"},
        {"example.com/x", "https://example.com/x", "https://example.com:443"},
        {"example.com?x=http://b/", "https://example.com/?x=http://b/", "https://example.com:443"},
        {"localhost:8080/x", "https://localhost:8080/x", "https://localhost:8080"},
        {"localhost:8080", "https://localhost:8080/", "https://localhost:8080"},
        {"localhost:8080?x", "https://localhost:8080/?x", "https://localhost:8080"},
        {"localhost:8080#x", "https://localhost:8080/#x", "https://localhost:8080"},
        {"http:8080/x", "https://http:8080/x", "https://http:8080"},
        {"127.0.0.1/x", "https://127.0.0.1/x", "https://127.0.0.1:443"},
        {"abc.de", "https://abc.de/", "https://abc.de:443"},
        {"cafe", "https://cafe/", "https://cafe:443"},
        {"http://127.1/", "http://127.0.0.1/", "http://127.0.0.1:80"},
        {"http://[::1]/", "http://[::1]/", "http://[::1]:80"},
        {"[::1]:8080/x", "https://[::1]:8080/x", "https://[::1]:8080"},
        {"http://[FE80::1%25eth0]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]:80"},
        {"http://h/a/./b/../c", "http://h/a/c", "http://h:80"},
        {"http://h/..", "http://h/", "http://h:80"},
        {"http://h/a/%2e%2e/b", "http://h/b", "http://h:80"},
        {"http://h/.hidden", "http://h/.hidden", "http://h:80"},
        {"http://h/%7euser/%2f", "http://h/~user/%2F", "http://h:80"},
        {"http://h/a b?c d", "http://h/a%20b?c%20d", "http://h:80"},
        {"http://h/\xc3\xa4?\xc3\xa4#\xc3\xa4", "http://h/%C3%A4?%C3%A4#%C3%A4", "http://h:80"},
        {"http://h/\xff", "http://h/%FF", "http://h:80"},
        {"http://h/100%", "http://h/100%", "http://h:80"},
        /* A lone '%' stays one: what follows it is not decoded into a triplet. */
        {"http://h/%4%41", "http://h/%4%41", "http://h:80"},
        {"http://h/%%34%31", "http://h/%%341", "http://h:80"},
        {"http://h/%%41%67", "http://h/%%41g", "http://h:80"},
        {"http://h/?%a%62", "http://h/?%a%62", "http://h:80"},
        {"http://h/%g%41", "http://h/%gA", "http://h:80"},
        {"http://h/?a=%", "http://h/?a=%", "http://h:80"},
        {"http://h/?a=../b", "http://h/?a=../b", "http://h:80"},
        {"http://h/x#frag", "http://h/x#frag", "http://h:80"},
        {"http://user@h/", "http://user@h/", "http://h:80"},
        {"http://us er:p%40ss@h/", "http://us%20er:p%40ss@h/", "http://h:80"},
        {"http://h:65535/", "http://h:65535/", "http://h:65535"},
        {"http://b\xc3\xbc"
         "cher.example/",
         "http://xn--bcher-kva.example/", "http://xn--bcher-kva.example:80"},
        {"http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/", "http://xn--bcher-kva.example:80"},
        {"sleep:3", "sleep:3", "sleep:"},
        {"SLEEP:50ms", "sleep:50ms", "sleep:"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct haul_url *url = url_of(cases[i].text);
        assert_string_equal(haul_url_text(url), cases[i].normal);
        assert_string_equal(haul_url_origin(url), cases[i].origin);
        /* What is normal stays so. */
        struct haul_url *twice = url_of(haul_url_text(url));
        assert_string_equal(haul_url_text(twice), cases[i].normal);
        haul_url_destroy(twice);
        haul_url_destroy(url);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        const char *problem; /* a part of it */
    } cases[] = {
        {"", "host"},
        {"ftp://h/", "http, https and sleep"},
        {"file:///etc/passwd", "http, https and sleep"},
        {"mailto:a@example.com", "http, https and sleep"},
        {"javascript:alert(1)", "http, https and sleep"},
        {"host:123456/", "http, https and sleep"},
        {"host:80abc", "http, https and sleep"},
        {"user:pw@host/", "http, https and sleep"},
        {"user@host/", "user information"},
        {"user@host:80/", "user information"},
        {"12345", "numbers"},
        {"3.14", "numbers"},
        {"1.2.3", "numbers"},
        {"0x7f000001", "numbers"},
        {"127.1/x", "numbers"},
        {"0177.0.0.1", "numbers"},
        {"256.0.0.1", "numbers"},
        {"1.2.3.4.5", "numbers"},
        {"%3127.1", "host"},
        {"http://[fe80::1%2\xff]/", "host"},
        {"http://%3127.1/", "host"},
        /* In letters of full width: numbers, and an encoded "1". */
        {"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1/", "host"},
        {"http://\xef\xbc\x85"
         "31/",
         "host"},
        {"http://0\xef\xbb\xbf/", "host"},
        /* The same way "/", "]", "@" and ":". */
        {"http://a\xef\xbc\x8f"
         "b/",
         "host"},
        {"http://\xef\xbc\xbd"
         "a/",
         "host"},
        {"http://a\xef\xbc\xa0"
         "b/",
         "host"},
        {"http://a\xef\xbc\x9a"
         "80/",
         "host"},
        {"http://[fe80::1%25a%20b]/", "host"},
        {"http://", "host"},
        {"http://h:0/", "port"},
        {"h:00", "port"},
        {"http://h:65536/", "port"},
        {"http://h:99999/", "port"},
        {"http://h:abc/", "port"},
        {"http://a b/", "host"},
        {"http://a%2541/", "host"},
        {"http://[::1/", "host"},
        {"http://h\xff\xfe.example/", "host"},
        {"http://\xe2\x80\xae.example/", "host"},
        {"http://h/\t", "control"},
        {"http://h/\x7f", "control"},
        {"http://h/a\nb", "control"},
        {"sleep:", "seconds"},
        {"sleep:x", "seconds"},
        {"sleep:-1", "seconds"},
        {"sleep:1/x", "seconds"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct haul_url *url = NULL;
        const char *problem = NULL;
        int code = haul_url_create(cases[i].text, strlen(cases[i].text), &url, &problem);
        if (code != HAUL_E_URL || !strstr(problem, cases[i].problem))
            fail_msg("%s: code %d, %s", cases[i].text, code, url ? haul_url_text(url) : problem);
        assert_null(url);
    }
}

static void test_nul_bytes_are_refused(void **state)
{
    struct haul_url *url = NULL;
    const char *problem = NULL;
    (void)state;
    assert_int_equal(haul_url_create("http://h/\0x", 11, &url, &problem), HAUL_E_URL);
    assert_string_equal(problem, "it has a control character in it");
}

static void test_long_ones(void **state)
{
    static char text[HAUL__URL_MAX_SIZE + 2];
    struct haul_url *url = NULL;
    const char *problem = NULL;
    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text, "http://h/", 9);
    assert_int_equal(haul_url_create(text, 100000, &url, &problem), 0);
    assert_int_equal(strlen(haul_url_text(url)), 100000);
    haul_url_destroy(url);
    url = NULL;
    assert_int_equal(haul_url_create(text, HAUL__URL_MAX_SIZE + 1, &url, &problem), HAUL_E_URL);
    assert_string_equal(problem, "it is too long");
    /* It grows past the limit only when it is encoded. */
    memset(text + 9, ' ', 4000000);
    text[4000000] = 'x';
    assert_int_equal(haul_url_create(text, 4000001, &url, &problem), HAUL_E_URL);
    assert_string_equal(problem, "it is too long");
}

static void test_sleep(void **state)
{
    struct haul_url *url = url_of("sleep:1.5");
    (void)state;
    assert_int_equal(haul_url_scheme(url), HAUL_URL_SLEEP);
    assert_int_equal(haul_url_sleep(url), 1500000000);
    haul_url_destroy(url);
    url = url_of("http://h/");
    assert_int_equal(haul_url_scheme(url), HAUL_URL_HTTP);
    assert_int_equal(haul_url_sleep(url), 0);
    haul_url_destroy(url);
}

static void assert_same(const struct haul_url *a, const struct haul_url *b)
{
    assert_string_equal(haul_url_text(a), haul_url_text(b));
    assert_string_equal(haul_url_masked(a), haul_url_masked(b));
    assert_string_equal(haul_url_origin(a), haul_url_origin(b));
    assert_int_equal(haul_url_scheme(a), haul_url_scheme(b));
    assert_int_equal(a->origin_hash, b->origin_hash);
    assert_int_equal(a->tail, b->tail);
}

/* Nonzero: the plain way took it. */
static bool check_agreement(const char *text, size_t size)
{
    static const struct haul_url_reading usual;
    struct haul_url *plain = NULL, *parsed = NULL;
    const char *problem = NULL;
    int code = haul__url_create_plain(text, size, &plain);
    if (code == HAUL_E_DRAINED)
        return false;
    assert_int_equal(code, 0);
    if (haul__url_create_parsed(&usual, text, size, &parsed, &problem) != 0)
        fail_msg("only the plain way takes %.*s: %s", (int)size, text, problem);
    assert_same(plain, parsed);
    haul_url_destroy(plain);
    haul_url_destroy(parsed);
    return true;
}

static void test_plain_ones_are_taken_without_the_parser(void **state)
{
    static const char *const plain[] = {
        "http://example.com", "http://example.com/",    "https://example.com/a/b.html?x=1&y=%20",
        "example.com/x",      "http://127.0.0.1:8080/", "http://h_1:1/",
        "http://h/a.b/..c",   "localhost:8080",
    };
    (void)state;
    for (size_t i = 0; i + 1 < LENGTH(plain); i++)
        if (strstr(plain[i], "/.."))
            assert_false(check_agreement(plain[i], strlen(plain[i])));
        else
            assert_true(check_agreement(plain[i], strlen(plain[i])));
}

/* Every text that a few pieces can be put together to: whatever the plain way takes, libcurl's parser takes alike. */
static void test_both_ways_agree(void **state)
{
    static const char *const heads[] = {"", "http://", "https://", "HTTP://", "http:/", "//"};
    static const char *const hosts[] = {
        "h",   "a.b", "a..b",  "a.",   ".a",  "1.2.3.4", "1.2.3", "01.2.3.4", "1.2.3.x",   "x.1", "0x1",    "A.b",
        "a_b", "-a",  "sleep", "http", "a@b", "a:b@c",   "[::1]", "",         "256.1.1.1", "1e5", "a.0x10", "xn--a"};
    static const char *const ports[] = {"",     ":",      ":1",     ":80",    ":443",   ":0",
                                        ":080", ":65535", ":65536", ":99999", ":123456"};
    static const char *const tails[] = {
        "",    "/",      "?",   "?a",   "/?",     "/?a",  "#",    "/#a",   "/a/b", "/a//b", "/.",
        "/..", "/a/./",  "/.a", "/a.b", "/%41",   "/%2f", "/%2F", "/%",    "/%zz", "/a b",  "/a?b/./c",
        "//",  "/a?b?c", "/~",  "/\"",  "/a;b=c", "/[",   "/:@",  "/a\\b", "\\a",  "/%7E",  "/%C3%A4"};
    size_t taken = 0;
    char text[256];
    (void)state;
    for (size_t i = 0; i < LENGTH(heads); i++)
        for (size_t j = 0; j < LENGTH(hosts); j++)
            for (size_t k = 0; k < LENGTH(ports); k++)
                for (size_t l = 0; l < LENGTH(tails); l++) {
                    int size = snprintf(text, sizeof(text), "%s%s%s%s", heads[i], hosts[j], ports[k], tails[l]);
                    taken += check_agreement(text, (size_t)size);
                }
    assert_true(taken > 1000);
}

/* Each byte at each place of a URL. */
static void test_both_ways_agree_on_every_byte(void **state)
{
    static const char base[] = "http://ab.cd:80/ef?g=h";
    char text[sizeof(base)];
    (void)state;
    for (size_t place = 0; place < sizeof(base) - 1; place++)
        for (int byte = 1; byte < 256; byte++) {
            memcpy(text, base, sizeof(base));
            text[place] = (char)byte;
            check_agreement(text, sizeof(base) - 1);
        }
}

static void test_masking(void **state)
{
    static const struct {
        const char *text;
        const char *masked;
    } cases[] = {
        {"http://u:secret@h/x", "http://u:***@h/x"},     {"http://token:@h/x", "http://***@h/x"},
        {"http://:secret@h:81/x", "http://:***@h:81/x"}, {"http://token@h:81/x", "http://***@h:81/x"},
        {"http://h/u:secret@x", "http://h/u:secret@x"},  {"http://token@h/x@y", "http://***@h/x@y"},
    };
    char buffer[64];
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct haul_url *url = url_of(cases[i].text);
        assert_string_equal(haul_url_masked(url), cases[i].masked);
        haul_url_destroy(url);
        haul_url_mask(cases[i].text, strlen(cases[i].text), buffer, sizeof(buffer));
        assert_string_equal(buffer, cases[i].masked);
    }
}

/* What is refused is shown, and is refused for many a password that was not encoded. */
static void test_masking_what_is_no_url(void **state)
{
    static const struct {
        const char *text;
        const char *masked;
    } cases[] = {
        {"http://u:a@b@h/x", "http://u:***@h/x"},
        {"ftp://u:secret@h", "ftp://u:***@h"},
        {"u:secret@h/x", "u:***@h/x"},
        {"no URL", "no URL"},
        {"http://u:se/cret@h/x", "http://u:***@h/x"},
        {"http://u:se?cret@h/x", "http://u:***@h/x"},
        {"http://u:#secret@h/x", "http://u:***@h/x"},
        {"http://u:1secret/@h", "http://u:***@h"},
        {"//u:secret@h/x", "//u:***@h/x"},
        {"http:////u:secret@h", "http:////u:***@h"},
        {"\\\\u:secret@h/x", "\\\\u:***@h/x"},
        {"http:u:secret@h", "http:***@h"},
        {"ftp://h:21/a@b", "ftp://h:21/a@b"},
        {"ftp://h:/a@b", "ftp://h:***@b"},
        {"ftp://h/a:b@c", "ftp://h/a:b@c"},
        {"token@h:x", "***@h:x"},
        {"ftp://token@h:21/x", "ftp://***@h:21/x"},
        {"token@h", "***@h"},
        {":", ":"},
        {"//", "//"},
    };
    char buffer[64];
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        haul_url_mask(cases[i].text, strlen(cases[i].text), buffer, sizeof(buffer));
        assert_string_equal(buffer, cases[i].masked);
    }
}

static void test_masking_into_little_room(void **state)
{
    static const char text[] = "http://u:secret@h/";
    static const char masked[] = "http://u:***@h/";
    (void)state;
    for (size_t room = 1; room < sizeof(masked) + 3; room++) {
        char buffer[32];
        memset(buffer, 'x', sizeof(buffer));
        haul_url_mask(text, sizeof(text) - 1, buffer, room);
        size_t size = room < sizeof(masked) ? room - 1 : sizeof(masked) - 1;
        assert_int_equal(strlen(buffer), size);
        assert_memory_equal(buffer, masked, size);
        assert_int_equal(buffer[room], 'x');
    }
}

static void test_copy(void **state)
{
    struct haul_url *url = url_of("http://u:p@h/x");
    struct haul_url *copy = haul_url_copy(url);
    (void)state;
    assert_same(url, copy);
    haul_url_destroy(url);
    assert_string_equal(haul_url_masked(copy), "http://u:***@h/x");
    haul_url_destroy(copy);
    haul_url_destroy(NULL);
}

static void test_out_of_memory(void **state)
{
    static const char *const texts[] = {"http://h/", "http://u:p@H/a b?c#d", "sleep:1", "http://[fe80::1%25a]/"};
    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        FAILING_MEMORY_SWEEP(n)
        {
            struct haul_url *url = NULL, *copy = NULL;
            const char *problem = NULL;
            int code = haul_url_create(texts[i], strlen(texts[i]), &url, &problem);
            if (code == 0)
                copy = haul_url_copy(url);
            assert_int_equal(code == 0 && copy, !failing_memory_happened());
            if (code != 0)
                assert_int_equal(code, -ENOMEM);
            haul_url_destroy(url);
            haul_url_destroy(copy);
        }
    }
}

static void test_dots(void **state)
{
    static const struct {
        const char *path;
        const char *without;
    } cases[] = {
        {"/a/b/c/./../../g", "/a/g"},
        {"/../a", "/a"},
        {"/a/..", "/"},
        {"/a/.", "/a/"},
        {"/a//../b", "/a/b"},
        {"/...", "/..."},
        {"/", "/"},
        {"//", "//"},
        {"", ""},
        {"/a/b/../..", "/"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char path[32];
        size_t size = strlen(cases[i].path);
        memcpy(path, cases[i].path, size + 1);
        size = haul__remove_dots(path, size);
        path[size] = '\0';
        assert_string_equal(path, cases[i].without);
    }
}

static const struct {
    bool implies_http;
    bool keeps_dots;
    const char *text;
    const char *url; /* NULL: refused */
} readings[] = {
    {false, true, "http://a/b/../c/./d", "http://a/b/../c/./d"},
    {false, true, "http://a/%2e%2E/b c", "http://a/../b%20c"},
    {false, true, "a/../b?c/../d", "https://a/../b?c/../d"},
    {false, true, "http://a/b", "http://a/b"},
    {true, false, "a/b/../c", "http://a/c"},
    {true, false, "a:80", "http://a/"},
    {true, false, "a:443/", "http://a:443/"},
    {true, true, "a/../b", "http://a/../b"},
    {true, false, "https://a/b", "https://a/b"},
    {true, false, "HTTP://A:80/b", "http://a/b"},
    {true, false, "sleep:1", "sleep:1"},
    {true, false, "12345", NULL},
    {true, false, "ftp://a/", NULL},
    {false, false, "a/../b", "https://a/b"},
};

static void test_readings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
        const struct haul_url_reading reading = {.implies_http = readings[i].implies_http,
                                                 .keeps_dots = readings[i].keeps_dots};
        struct haul_url *url = NULL;
        const char *problem = NULL;
        int code = haul_url_create_as(&reading, readings[i].text, strlen(readings[i].text), &url, &problem);
        assert_int_equal(code, readings[i].url ? 0 : HAUL_E_URL);
        if (url)
            assert_string_equal(haul_url_text(url), readings[i].url);
        else
            assert_non_null(problem);
        haul_url_destroy(url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal_form),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_nul_bytes_are_refused),
        cmocka_unit_test(test_long_ones),
        cmocka_unit_test(test_sleep),
        cmocka_unit_test(test_plain_ones_are_taken_without_the_parser),
        cmocka_unit_test(test_both_ways_agree),
        cmocka_unit_test(test_both_ways_agree_on_every_byte),
        cmocka_unit_test(test_masking),
        cmocka_unit_test(test_masking_what_is_no_url),
        cmocka_unit_test(test_masking_into_little_room),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_dots),
        cmocka_unit_test(test_readings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
