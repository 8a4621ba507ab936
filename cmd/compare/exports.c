#include "compare/exports.h"

#include "compare/export_csv.h"
#include "compare/export_json.h"
#include "compare/table.h"
#include "output/replacement.h"
#include "output/writer.h"

#include <string.h>

static bool is_standard_output(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

int exports_begin(struct exports *exports, const char *const *paths, const char **ret_path)
{
    for (int kind = 0; kind < EXPORT_COUNT; kind++) {
        struct exports_file *file = &exports->files[kind];
        file->path = paths[kind];
        if (!file->path || is_standard_output(file->path))
            continue;
        int code = replacement_create(file->path, 0666, &file->replacement);
        if (code != 0) {
            *ret_path = file->path;
            return code;
        }
    }
    return 0;
}

bool exports_take_standard_output(const struct exports *exports)
{
    for (int kind = 0; kind < EXPORT_COUNT; kind++)
        if (is_standard_output(exports->files[kind].path))
            return true;
    return false;
}

static int append(enum export_kind kind, struct text *text, const struct findings *findings)
{
    switch (kind) {
    case EXPORT_JSON:
        return export_json_append(text, findings);
    case EXPORT_CSV:
        return export_csv_append(text, findings);
    case EXPORT_MARKDOWN:
        return table_append_markdown(text, findings->comparison, findings->figures);
    case EXPORT_COUNT:
        break;
    }
    return 0;
}

int exports_fill(struct exports *exports, const struct findings *findings, struct writer *writer)
{
    int code = 0;
    for (int kind = 0; kind < EXPORT_COUNT && code == 0; kind++) {
        struct exports_file *file = &exports->files[kind];
        if (!file->path)
            continue;
        code = append((enum export_kind)kind, &file->text, findings);
        if (code != 0)
            text_clear(&file->text);
        else if (!file->replacement)
            code = writer_write(writer, file->text.bytes, file->text.size);
    }
    return code;
}

int exports_commit(struct exports *exports, const char **ret_path)
{
    int first_code = 0;
    for (int kind = 0; kind < EXPORT_COUNT; kind++) {
        struct exports_file *file = &exports->files[kind];
        if (!file->replacement || file->text.size == 0)
            continue;
        int code = replacement_write(file->replacement, file->text.bytes, file->text.size);
        if (code == 0)
            code = replacement_commit(file->replacement);
        if (code != 0 && first_code == 0) {
            *ret_path = file->path;
            first_code = code;
        }
    }
    return first_code;
}

void exports_finish(struct exports *exports)
{
    for (int kind = 0; kind < EXPORT_COUNT; kind++) {
        replacement_destroy(exports->files[kind].replacement);
        text_finish(&exports->files[kind].text);
    }
}
