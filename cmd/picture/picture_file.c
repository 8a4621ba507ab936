#include "picture/picture_file.h"

#include "output/replacement.h"

#include <errno.h>

enum { enough = 64 * 1024, own_eyes = 0600 };

int picture_file_begin(struct picture_file *file, const char *path)
{
    *file = (struct picture_file){0};
    return replacement_create(path, own_eyes, &file->replacement);
}

static int write_out(struct picture_file *file)
{
    if (file->text.failed)
        return -ENOMEM;
    int code = file->text.size > 0 ? replacement_write(file->replacement, file->text.bytes, file->text.size) : 0;
    text_clear(&file->text);
    return code;
}

int picture_file_pass(struct picture_file *file)
{
    if (file->text.failed)
        return -ENOMEM;
    return file->text.size < enough ? 0 : write_out(file);
}

int picture_file_commit(struct picture_file *file)
{
    int code = write_out(file);
    return code == 0 ? replacement_commit(file->replacement) : code;
}

void picture_file_finish(struct picture_file *file)
{
    replacement_destroy(file->replacement);
    text_finish(&file->text);
    *file = (struct picture_file){0};
}
