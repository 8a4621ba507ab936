#include "output/histogram.h"
#include "output/hosts.h"
#include "output/text.h"
#include "sample_entry.h"

#include <haul/duration.h>
#include <haul/url.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add(struct hosts *hosts, const char *url, enum haul_class error_class)
{
    const char *problem;
    struct sample sample;
    sample_init(&sample);
    if (error_class != HAUL_CLASS_NONE)
        sample_fail(&sample, error_class, 0, "no");
    assert_int_equal(haul_url_create(url, strlen(url), &sample.entry.url, &problem), 0);
    assert_int_equal(hosts_add(hosts, &sample.entry), 0);
    haul_url_destroy(sample.entry.url);
}

static void assert_host(const struct hosts *hosts, size_t index, const char *name, uint64_t urls, uint64_t ok)
{
    struct host_figures figures;
    hosts_at(hosts, index, &figures);
    if (name)
        assert_string_equal(figures.name, name);
    else
        assert_null(figures.name);
    assert_int_equal(figures.urls, urls);
    assert_int_equal(figures.ok, ok);
}

static void those_with_the_most_come_first(void **state)
{
    struct hosts *hosts = hosts_create();
    struct host_figures figures;
    (void)state;
    add(hosts, "http://one.example/", HAUL_CLASS_NONE);
    add(hosts, "http://two.example/", HAUL_CLASS_NONE);
    add(hosts, "http://two.example/x", HAUL_CLASS_DNS);
    add(hosts, "http://two.example/y", HAUL_CLASS_CANCELLED);
    add(hosts, "https://one.example/", HAUL_CLASS_NONE);
    add(hosts, "sleep:1", HAUL_CLASS_NONE);
    assert_int_equal(hosts_sort(hosts), 3);
    assert_host(hosts, 0, "http://two.example:80", 3, 1);
    assert_host(hosts, 1, "http://one.example:80", 1, 1);
    assert_host(hosts, 2, "https://one.example:443", 1, 1);
    hosts_at(hosts, 0, &figures);
    assert_int_equal(figures.bytes, 3 * 98);
    assert_int_equal(histogram_count(figures.times), 2);
    hosts_destroy(hosts);
    hosts_destroy(NULL);
}

static void what_was_refused_has_no_host(void **state)
{
    struct hosts *hosts = hosts_create();
    struct sample sample;
    (void)state;
    sample_init(&sample);
    assert_int_equal(hosts_add(hosts, &sample.entry), 0);
    assert_int_equal(hosts_sort(hosts), 0);
    hosts_destroy(hosts);
}

static void those_that_come_too_late_are_counted_together(void **state)
{
    struct hosts *hosts = hosts_create();
    (void)state;
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < HOSTS_MOST + 500; i++) {
            char url[40];
            snprintf(url, sizeof(url), "http://h%u.example/", i);
            add(hosts, url, HAUL_CLASS_NONE);
        }
    }
    assert_int_equal(hosts_sort(hosts), HOSTS_MOST + 1);
    assert_host(hosts, 0, "http://h0.example:80", 2, 2);
    assert_host(hosts, HOSTS_MOST - 1, "http://h999.example:80", 2, 2);
    assert_host(hosts, HOSTS_MOST, NULL, 1000, 1000);
    hosts_destroy(hosts);
}

static void the_table_has_a_line_for_each(void **state)
{
    struct hosts *hosts = hosts_create();
    struct text text = {0};
    (void)state;
    add(hosts, "http://one.example/", HAUL_CLASS_NONE);
    add(hosts, "http://two.example/", HAUL_CLASS_NONE);
    add(hosts, "http://two.example/", HAUL_CLASS_TLS);
    hosts_append_table(hosts, 1, &text);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, "      URLs    not ok     bytes    p50    p90    p99  host\n"
                                    "         2         1       196  0.411  0.411  0.411  http://two.example:80\n"
                                    "and 1 more\n");
    text_finish(&text);
    hosts_destroy(hosts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_with_the_most_come_first),
        cmocka_unit_test(what_was_refused_has_no_host),
        cmocka_unit_test(those_that_come_too_late_are_counted_together),
        cmocka_unit_test(the_table_has_a_line_for_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
