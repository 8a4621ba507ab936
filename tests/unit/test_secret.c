#include "output/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *url;
    const char *masked;
} cases[] = {
    {"", ""},
    {"http://h/", "http://h/"},
    {"http://h/?", "http://h/?"},
    {"http://h/?a=b&c", "http://h/?a=b&c"},
    {"http://h/?token=x", "http://h/?token=***"},
    {"http://h/?token=", "http://h/?token=***"},
    {"http://h/?token", "http://h/?token"},
    {"http://h/?a=1&ACCESS_TOKEN=x&b=2", "http://h/?a=1&ACCESS_TOKEN=***&b=2"},
    {"http://h/?api_key=a=b&key=c;sig=d#id_token=e", "http://h/?api_key=***&key=***;sig=***#id_token=***"},
    {"http://h/?X-Amz-Signature=x&X-Amz-Credential=y&X-Amz-Date=z",
     "http://h/?X-Amz-Signature=***&X-Amz-Credential=***&X-Amz-Date=z"},
    {"http://h/?keyword=k&monkey=m&design=d&author=a", "http://h/?keyword=k&monkey=m&design=d&author=a"},
    {"http://h/token=x", "http://h/token=x"},
    {"http://h/?a=http://i/?key=x", "http://h/?a=http://i/?key=x"},
    {"?pass=", "?pass=***"},
};

static void what_gives_access_is_masked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char buffer[200];
        size_t size = strlen(cases[i].url);
        memset(buffer, '!', sizeof(buffer));
        size_t masked = secret_mask_url(cases[i].url, size, buffer);
        assert_string_equal(buffer, cases[i].masked);
        assert_int_equal(masked, strlen(cases[i].masked));
        assert_true(masked < SECRET_ROOM(size));
    }
}

/* Nothing needs more room than this. */
static void the_room_is_enough(void **state)
{
    (void)state;
    char url[400] = "?", buffer[SECRET_ROOM(sizeof(url))];
    for (size_t at = 1; at + sizeof("key=&") < sizeof(url); at += strlen("key=&"))
        memcpy(url + at, "key=&", sizeof("key=&"));
    assert_true(secret_mask_url(url, strlen(url), buffer) < SECRET_ROOM(strlen(url)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_gives_access_is_masked),
        cmocka_unit_test(the_room_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
