/* A configuration file: it becomes arguments, or there is a mistake on one of its lines. */
#include "fuzz.h"

#include "options/config_file.h"

#include <haul/error.h>

#include <string.h>

static size_t count_lines(const uint8_t *bytes, size_t size)
{
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += bytes[i] == '\n';
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct config_file file;
    size_t lines = count_lines(bytes, size), line = 0;
    const char *problem = NULL;
    int code = config_file_parse((const char *)bytes, size, &file, &line, &problem);
    if (code != 0) {
        CHECK(code == HAUL_E_INVALID && problem && line >= 1 && line <= lines);
        return 0;
    }
    for (size_t i = 0; i < file.count; i++) {
        const struct config_option *option = &file.options[i];
        CHECK(strncmp(option->argument, "--", 2) == 0 && option->argument[2] != '\0');
        CHECK(option->line > line && option->line <= lines);
        line = option->line;
    }
    config_file_finish(&file);
    return 0;
}
