/* A line of a list in JSON lines. */
#include "fuzz.h"

#include "input/json_line.h"
#include "input/json_text.h"
#include "input/line_request.h"
#include "output/text.h"

#include <cjson/cJSON.h>
#include <string.h>

/* What the line calls a tag is JSON, and stays what it is where it is given back once more. */
static void check_tag(const struct json_line *line)
{
    size_t at;
    struct text again = {0};
    cJSON *tag = cJSON_ParseWithLengthOpts(line->tag, line->tag_size + 1, NULL, 1);
    CHECK(tag);
    CHECK(!json_text_check(line->tag, line->tag_size, &at));
    CHECK(!strchr(line->tag, '\n'));
    json_text_append(&again, line->tag, line->tag_size);
    CHECK(again.size == line->tag_size && memcmp(again.bytes, line->tag, again.size) == 0);
    cJSON_Delete(tag);
    text_finish(&again);
}

static void check_request(const struct line_request *request)
{
    CHECK(!request->method || (request->method[0] != '\0' && !strpbrk(request->method, " \t\r\n:")));
    for (char **header = request->headers; header && *header; header++) {
        CHECK(!strpbrk(*header, "\r\n"));
        CHECK(strcspn(*header, ":;") > 0);
        CHECK(strncasecmp(*header, "Content-Length:", 15) != 0);
        CHECK(strncasecmp(*header, "Transfer-Encoding:", 18) != 0);
    }
    CHECK(request->body || request->body_size == 0);
    CHECK(request->max_time >= 0 && request->retry >= -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct json_line line;
    CHECK(json_line_parse((const char *)bytes, size, &line) == 0);
    CHECK(line.url || line.problem[0] != '\0');
    CHECK(line.request->text_size == size && memcmp(line.request->text, bytes, size) == 0);
    CHECK(!line.tag || strlen(line.tag) == line.tag_size);
    if (line.tag && line.is_tag_json)
        check_tag(&line);
    if (line.problem[0] == '\0')
        check_request(line.request);
    json_line_finish(&line);
    return 0;
}
