/* A pattern for many URLs. */
#include "fuzz.h"

#include "input/glob.h"

#include <haul/error.h>

#include <string.h>

enum { maximum = 2000 };

/* Its values lie in the URL, one behind the other. */
static void check_values(const struct glob *glob)
{
    size_t size;
    size_t count;
    const char *at = glob_text(glob, &size);
    const char *end = at + size;
    const struct glob_value *values = glob_values(glob, &count);
    for (size_t i = 0; i < count; i++) {
        CHECK(values[i].size == 0 || (values[i].bytes >= at && values[i].bytes + values[i].size <= end));
        if (values[i].size > 0)
            at = values[i].bytes + values[i].size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct glob *glob;
    struct glob_problem problem;
    const char *text = (const char *)bytes;
    int code = glob_create(text, size, maximum, &glob, &problem);
    CHECK(code == 0 || code == HAUL_E_INVALID);
    if (code != 0) {
        CHECK(glob_is_pattern(text, size) && problem.text[0] != '\0');
        return 0;
    }
    CHECK(glob_is_pattern(text, size) || glob_count(glob) == 1);
    size_t steps = 0;
    do {
        check_values(glob);
        steps++;
        code = glob_step(glob);
    } while (code == 0);
    CHECK(code == HAUL_E_DRAINED);
    CHECK(steps == glob_count(glob) && steps <= maximum);
    glob_destroy(glob);
    return 0;
}
