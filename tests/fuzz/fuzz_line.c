/* A line of a list, and what is made of it before anything is sent. */
#include "fuzz.h"

#include "input/line.h"
#include "output/record.h"
#include "output/text.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/url.h>

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

static void check_part(const char *part, size_t size, const uint8_t *bytes, size_t all)
{
    CHECK((const uint8_t *)part >= bytes && (const uint8_t *)part + size <= bytes + all);
    CHECK(size == 0 || (part[0] != ' ' && part[0] != '\t'));
    CHECK(size == 0 || (part[size - 1] != ' ' && part[size - 1] != '\t'));
}

/* A URL in its normal form is in its normal form. */
static void check_url(const struct haul_url *url)
{
    const char *text = haul_url_text(url);
    struct haul_url *again;
    const char *problem;
    CHECK(haul_url_create(text, strlen(text), &again, &problem) == 0);
    CHECK(strcmp(haul_url_text(again), text) == 0);
    haul_url_destroy(again);
}

/* Its record is JSON, whatever it is. */
static void check_record(struct entry *entry)
{
    struct text text = {0};
    CHECK(record_write(&text, entry, &(struct record_options){0}) == 0);
    cJSON *record = cJSON_ParseWithLength(text.bytes, text.size);
    CHECK(record);
    CHECK(memchr(text.bytes, '\n', text.size) == text.bytes + text.size - 1);
    cJSON_Delete(record);
    text_finish(&text);
}

static void check_line(const struct line *line)
{
    const char *problem = "";
    struct entry *entry = entry_create(line->input, line->input_size, line->tag, line->tag_size);
    CHECK(entry);
    int code = haul_url_create(entry->input, entry->input_size, &entry->url, &problem);
    CHECK(code == 0 || code == HAUL_E_URL);
    if (code == 0)
        check_url(entry->url);
    entry->result = haul_result_create_failed(code == 0 ? haul_url_masked(entry->url) : NULL, HAUL_CLASS_URL, problem);
    CHECK(entry->result);
    check_record(entry);
    entry_destroy(entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct line line;
    for (int is_first = 0; is_first < 2; is_first++) {
        if (!line_parse((const char *)bytes, size, is_first, &line))
            continue;
        check_part(line.input, line.input_size, bytes, size);
        CHECK(line.input_size == 0 || line.input[0] != '#');
        if (line.tag)
            check_part(line.tag, line.tag_size, bytes, size);
        CHECK(!line.tag || line.tag_size > 0);
        check_line(&line);
    }
    return 0;
}
