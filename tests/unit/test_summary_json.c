#include "output/hosts.h"
#include "output/summary.h"
#include "output/summary_json.h"
#include "output/text.h"
#include "sample_entry.h"

#include <haul/client.h>
#include <haul/duration.h>
#include <haul/url.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct haul_client_statistics statistics = {.peak_in_flight = 2, .connections = 1, .reused = 7};

#define TIMES(count, time)                                                                                             \
    ",\"time\":{\"count\":" count ",\"min\":" time ",\"p50\":" time ",\"p90\":" time ",\"p99\":" time ",\"max\":" time \
    "}"

static void assert_json(const struct summary *summary, struct hosts *hosts, const char *expected)
{
    struct text text = {0};
    summary_json_append(summary, 2 * HAUL_SECOND, &statistics, hosts, &text);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
}

static void all_is_counted(void **state)
{
    struct summary *summary = summary_create();
    struct hosts *hosts = hosts_create();
    struct sample sample;
    const char *problem;
    (void)state;
    sample_init(&sample);
    assert_int_equal(haul_url_create("http://a/", 9, &sample.entry.url, &problem), 0);
    summary_add(summary, &sample.result);
    assert_int_equal(hosts_add(hosts, &sample.entry), 0);
    sample_fail(&sample, HAUL_CLASS_HTTP, 404, "404 Not Found");
    summary_add(summary, &sample.result);
    sample_fail(&sample, HAUL_CLASS_CANCELLED, 0, "deadline");
    sample.result.attempts = 0;
    summary_add(summary, &sample.result);
    haul_url_destroy(sample.entry.url);
    summary_add_done(summary);
    summary_add_done(summary);
    assert_json(summary, hosts,
                "{\"v\":1,\"urls\":3,\"ok\":1,\"not_ok\":2,\"unstarted\":1,\"already_done\":2,\"statuses\":{\"200\":1,"
                "\"404\":1},"
                "\"classes\":{\"http\":1,\"cancelled\":1},\"bytes\":196,\"wall\":2.000000,"
                "\"in_flight\":{\"mean\":0.616500,\"peak\":2},\"connections\":{\"opened\":1,\"reused\":7}" TIMES(
                    "2", "0.411000") ",\"hosts\":[{\"host\":\"http://a:80\",\"urls\":1,\"ok\":1,\"not_ok\":0,"
                                     "\"bytes\":98" TIMES("1", "0.411000") "}]}\n");
    summary_destroy(summary);
    hosts_destroy(hosts);
}

static void nothing_is_counted(void **state)
{
    struct summary *summary = summary_create();
    (void)state;
    assert_json(summary, NULL,
                "{\"v\":1,\"urls\":0,\"ok\":0,\"not_ok\":0,\"unstarted\":0,\"already_done\":0,\"statuses\":{},"
                "\"classes\":{},\"bytes\":0,"
                "\"wall\":2.000000,\"in_flight\":{\"mean\":0.000000,\"peak\":2},"
                "\"connections\":{\"opened\":1,\"reused\":7}" TIMES("0", "0.000000") "}\n");
    summary_destroy(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_counted),
        cmocka_unit_test(nothing_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
