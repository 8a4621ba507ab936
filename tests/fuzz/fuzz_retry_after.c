/* A value of the field Retry-After. */
#include "fuzz.h"

#include "net/retry_after.h"

#include <haul/duration.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const int64_t nows[] = {0, 784111777, INT32_MAX, INT64_C(1) << 40};
    char *value = strndup((const char *)bytes, size);
    CHECK(value);
    int64_t before = HAUL_NEVER;
    size_t digits = strspn(value, "0123456789");
    for (size_t i = 0; i < sizeof(nows) / sizeof(nows[0]); i++) {
        int64_t duration = haul__retry_after_read(value, nows[i]);
        CHECK(duration >= 0);
        /* The later it is, the shorter until a date; a number of seconds stays. */
        CHECK(duration <= before);
        CHECK(digits == 0 || value[digits] != '\0' || i == 0 || duration == before);
        before = duration;
    }
    free(value);
    return 0;
}
