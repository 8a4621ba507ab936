/* Gives a fuzzer each file of the folders that are its arguments, and the begin of each: so a corpus is an ordinary
 * test, with any compiler. */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

enum { longest = 4 * 1024 * 1024, most_begins = 300 };

/* In memory of exactly its size, so that a sanitizer sees a look behind it. */
static void give(const char *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    CHECK(copy);
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void replay_file(const char *path)
{
    static char bytes[longest];
    FILE *file = fopen(path, "rb");
    CHECK(file);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    CHECK(!ferror(file));
    fclose(file);
    give(bytes, size);
    for (size_t begin = 0; begin < size && begin < most_begins; begin++)
        give(bytes, begin);
}

static size_t replay_folder(const char *folder)
{
    DIR *directory = opendir(folder);
    CHECK(directory);
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(directory));) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        replay_file(path);
        count++;
    }
    closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    for (int i = 1; i < argc; i++)
        count += replay_folder(argv[i]);
    printf("%zu files\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
