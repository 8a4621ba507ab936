#include "output/csv.h"
#include "output/record.h"
#include "output/text.h"
#include "sample_entry.h"

#include <haul/duration.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct record_options plain = {.epoch = {.wall = 1000 * HAUL_SECOND, .monotonic = 2 * HAUL_SECOND}};

static void the_first_line_names_the_columns(void **state)
{
    struct text text = {0};
    (void)state;
    assert_int_equal(csv_write_names(&text, &plain), 0);
    text_append(&text, "", 1);
    assert_string_equal(
        text.bytes, "index,line,input,tag,url,method,ok,status,error.class,error.code,error.message,attempts,"
                    "redirects,final_url,http_version,content_type,bytes,file,remote_ip,remote_port,reused,ts,start,"
                    "time.queue,time.dns,time.connect,time.tls,time.wait,time.transfer,time.total\n");
    text_finish(&text);
}

static void a_row_has_every_value(void **state)
{
    struct sample sample;
    struct text text = {0};
    (void)state;
    sample_init(&sample);
    assert_int_equal(csv_write(&text, &sample.entry, &plain), 0);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, "6,7,one.example,,http://one.example/,GET,true,200,,,,1,0,http://one.example/,1.1,"
                                    "text/html,98,,127.0.0.1,80,false,1003.000412,3.000412,0.000017,0.001000,0.002000,"
                                    "0.003000,0.400000,0.005000,0.411000\n");
    text_finish(&text);
}

static void assert_holds(const struct text *text, const char *part)
{
    struct text copy = {0};
    text_append(&copy, text->bytes, text->size);
    text_append(&copy, "", 1);
    if (!strstr(copy.bytes, part))
        fail_msg("%s is not in %s", part, copy.bytes);
    text_finish(&copy);
}

static void tries_and_digest_stand_where_a_record_has_them(void **state)
{
    struct sample sample;
    struct text text = {0};
    (void)state;
    sample_init(&sample);
    struct record_options options = plain;
    options.has_tries = options.has_digest = true;
    const struct haul_try tries[] = {
        {.status = 503, .error_class = HAUL_CLASS_HTTP, .started = 3 * HAUL_SECOND, .total = HAUL_SECOND},
        {.status = 200, .started = 5 * HAUL_SECOND, .total = HAUL_SECOND},
    };
    sample.result.attempts = sample.result.try_count = 2;
    sample.result.tries = tries;
    assert_int_equal(csv_write_names(&text, &options), 0);
    assert_holds(&text, ",attempts,tries,redirects,");
    assert_holds(&text, ",file,sha256,remote_ip,");
    assert_int_equal(csv_write(&text, &sample.entry, &options), 0);
    assert_holds(&text,
                 ",2,\"[{\"\"start\"\":1.000000,\"\"status\"\":503,\"\"class\"\":\"\"http\"\",\"\"code\"\":0,"
                 "\"\"total\"\":1.000000},{\"\"start\"\":3.000000,\"\"status\"\":200,\"\"class\"\":null,\"\"code\"\":0,"
                 "\"\"total\"\":1.000000}]\",0,");
    text_finish(&text);
}

static void a_difficult_value_is_quoted(void **state)
{
    static const struct {
        const char *value;
        const char *expected;
    } cases[] = {
        {"a,b", ",\"a,b\",98,"},       {"say \"x\"", ",\"say \"\"x\"\"\",98,"},
        {"\"", ",\"\"\"\",98,"},       {" blank", ",\" blank\",98,"},
        {"blank ", ",\"blank \",98,"}, {"two\nlines", ",two\\nlines,98,"},
        {"mid dle", ",mid dle,98,"},   {"", ",,98,"},
        {",", ",\",\",98,"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sample sample;
        struct text text = {0};
        sample_init(&sample);
        sample.result.content_type = cases[i].value;
        assert_int_equal(csv_write(&text, &sample.entry, &plain), 0);
        text_append(&text, "", 1);
        if (!strstr(text.bytes, cases[i].expected))
            fail_msg("%s is not in %s", cases[i].expected, text.bytes);
        text_finish(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_names_the_columns),
        cmocka_unit_test(a_row_has_every_value),
        cmocka_unit_test(tries_and_digest_stand_where_a_record_has_them),
        cmocka_unit_test(a_difficult_value_is_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
