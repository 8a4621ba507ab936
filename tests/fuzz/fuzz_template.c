/* A template for names of files, and the paths that it makes of hostile values. */
#include "fuzz.h"

#include "files/template.h"
#include "input/glob.h"
#include "output/text.h"

#include <haul/error.h>
#include <haul/url.h>

#include <stdlib.h>
#include <string.h>

/* It stays below its folder, and each component is one. */
static void check_path(const char *path)
{
    for (const char *end = path; *end != '\0'; path = end + 1) {
        end = strchrnul(path, '/');
        size_t size = (size_t)(end - path);
        CHECK(size > 0 && size <= 255);
        CHECK(!(size == 1 && path[0] == '.') && !(size == 2 && path[0] == '.' && path[1] == '.'));
    }
}

static void expand(const struct template *template, const char *url_text)
{
    static const struct glob_value globs[] = {{"../x", 4}, {"", 0}};
    static const char tag[] = "{\"a\":{\"b\":\"../../x\"}}";
    const char *problem;
    struct text path = {0};
    struct template_values values = {
        .tag = tag, .tag_size = strlen(tag), .globs = globs, .glob_count = 2, .name = ".."};
    struct haul_url *url;
    CHECK(haul_url_create(url_text, strlen(url_text), &url, &problem) == 0);
    values.url = url;
    CHECK(template_expand(template, &values, &path) == 0);
    text_append(&path, "", 1);
    CHECK(path.size > 1);
    check_path(path.bytes);
    text_finish(&path);
    haul_url_destroy(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct template *template;
    char *problem;
    char *text = strndup((const char *)bytes, size);
    CHECK(text);
    int code = template_create(text, &template, &problem);
    CHECK(code == 0 || code == HAUL_E_INVALID);
    if (code == 0) {
        expand(template, "http://h.test/a//.b/..c/");
        expand(template, "https://[::1]:8443?x/../y");
        template_destroy(template);
    } else {
        free(problem);
    }
    free(text);
    return 0;
}
