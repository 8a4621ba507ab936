#include "output/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* They are looked at by name alone: to try one out might replace what the system has there. */
static void test_names_of_descriptors(void **state)
{
    static const struct {
        const char *path;
        int descriptor;
    } rows[] = {
        {"/dev/stdout", 1},     {"/dev/stderr", 2},
        {"/dev/fd/0", 0},       {"/dev/fd/12", 12},
        {"/proc/self/fd/1", 1}, {"/dev/fd/", -1},
        {"/dev/fd/1x", -1},     {"/dev/fd/-1", -1},
        {"/dev/fd/1/2", -1},    {"/dev/fd/1234567", -1},
        {"/proc/self/fd", -1},  {"/dev/stdout1", -1},
        {"/dev/null", -1},      {"-", -1},
        {"dev/stdout", -1},     {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (target_descriptor(rows[i].path) != rows[i].descriptor)
            fail_msg("%s is %d", rows[i].path, target_descriptor(rows[i].path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names_of_descriptors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
