/* A format of --write-out, and the text that it makes of hostile values. */
#include "fuzz.h"

#include "output/record.h"
#include "output/text.h"
#include "output/utf8.h"
#include "output/write_out.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/result.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct haul_header headers[] = {{"X-A", "one\x1b[2J"}, {"x-a", "\xff\n"}, {"", ""}};
static const struct haul_try tries[] = {{.error_class = HAUL_CLASS_TIMEOUT, .code = 28}, {.status = 200}};

static const struct haul_result results[] = {
    {.ok = true,
     .status = 200,
     .url = "http://h.test/\xe2\x80\xae",
     .method = "GET",
     .attempts = 2,
     .tries = tries,
     .try_count = 2,
     .final_url = "http://h.test/",
     .http_version = "1.1",
     .content_type = "text/\x9b\xff\x1b]0;",
     .bytes = INT64_MAX,
     .remote_ip = "::1",
     .local_port = 65535,
     .started = 1,
     .time = {.queue = INT64_MAX / 4, .wait = INT64_MAX / 4, .total = INT64_MAX / 4},
     .headers = headers,
     .header_count = 3},
    {.error_class = HAUL_CLASS_URL, .code = 3, .message = "it is\nnone"},
};

/* Whether a terminal may be given it: what came from elsewhere does nothing there. The format's own text may. */
static bool is_harmless(const char *bytes, size_t size)
{
    uint32_t ignored;
    for (size_t length; size > 0; bytes += length, size -= length) {
        length = utf8_decode(bytes, size, &ignored);
        if (length == 0 || (unsigned char)*bytes < 0x20)
            return false;
    }
    return true;
}

static void write_all(const struct write_out *write_out, bool is_own_text_harmless)
{
    static char input[] = "x\ty\0z";
    const struct record_options options = {.has_tries = true, .has_headers = true, .has_digest = true};
    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        struct haul_result result = results[i];
        struct entry entry = {.input = input, .input_size = sizeof(input) - 1, .result = &result};
        struct text output = {0}, errors = {0};
        CHECK(write_out_append(write_out, &entry, NULL, &options, &output, &errors) == 0);
        if (is_own_text_harmless)
            CHECK(is_harmless(output.bytes, output.size) && is_harmless(errors.bytes, errors.size));
        text_finish(&output);
        text_finish(&errors);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *format = (const char *)bytes;
    struct write_out *write_out;
    char *problem;
    int code = write_out_create(format, size, &write_out, &problem);
    CHECK(code == 0 || code == HAUL_E_INVALID);
    if (code == 0) {
        write_all(write_out, is_harmless(format, size) && !memchr(format, '\\', size));
        write_out_destroy(write_out);
    } else {
        CHECK(problem);
        free(problem);
    }
    return 0;
}
