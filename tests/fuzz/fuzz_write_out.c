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
     .header_count = 3,
     .certs = "Subject:CN = \x1b[2J\xff\n\n-----BEGIN",
     .cert_count = 1,
     .connection = UINT64_MAX},
    {.error_class = HAUL_CLASS_URL, .code = 3, .message = "it is\nnone"},
};

/* Whether a terminal may be given it: what came from elsewhere does nothing there. The format's own text may, and
 * certificates have lines. */
static bool is_harmless(const char *bytes, size_t size, bool has_lines)
{
    uint32_t ignored;
    for (size_t length; size > 0; bytes += length, size -= length) {
        length = utf8_decode(bytes, size, &ignored);
        if (length == 0 || ((unsigned char)*bytes < 0x20 && !(has_lines && *bytes == '\n')))
            return false;
    }
    return true;
}

static void write_all(const struct write_out *write_out, bool is_own_text_harmless)
{
    static char input[] = "x\ty\0z";
    bool has_lines = write_out_needs(write_out).certs;
    const struct record_options options = {.has_tries = true, .has_headers = true, .has_digest = true};
    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        struct haul_result result = results[i];
        struct entry entry = {.input = input, .input_size = sizeof(input) - 1, .result = &result};
        size_t count = 2 + write_out_file_count(write_out);
        struct text *texts = calloc(count, sizeof(*texts));
        CHECK(texts);
        const struct write_out_texts all = {&texts[0], &texts[1], &texts[2]};
        CHECK(write_out_append(write_out, &entry, NULL, &options, &all) == 0);
        for (size_t j = 0; j < count; j++) {
            CHECK(!is_own_text_harmless || is_harmless(texts[j].bytes, texts[j].size, has_lines));
            text_finish(&texts[j]);
        }
        free(texts);
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
        for (size_t i = 0; i < write_out_file_count(write_out); i++)
            CHECK(*write_out_file(write_out, i)->path);
        bool has_time = memmem(format, size, "%time{", strlen("%time{")) != NULL;
        write_all(write_out, is_harmless(format, size, false) && !memchr(format, '\\', size) && !has_time);
        write_out_destroy(write_out);
    } else {
        CHECK(problem);
        free(problem);
    }
    return 0;
}
