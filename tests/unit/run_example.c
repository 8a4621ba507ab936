/* Runs the example that EXAMPLE names on a virtual clock, and compares what it writes with a file, its argument. A
 * second one is how many milliseconds an iteration takes, for a program of which some task is always ready. */
#include "examples/example.h"

#include <stdlib.h>
#include <string.h>

static char *read_all(const char *name)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(name, "r");
    if (!file || getdelim(&text, &size, '\0', file) < 0)
        perror(name);
    if (file)
        fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    struct haul_virtual_clock clock = {.tick = argc > 2 ? atoi(argv[2]) * HAUL_MILLISECOND : 0};
    struct haul_loop_options options = {.clock = haul_virtual_clock(&clock)};
    struct haul_loop *loop;
    char *written = NULL;
    size_t size;
    char *name[] = {argv[0], NULL};
    FILE *out = open_memstream(&written, &size);
    if (argc < 2 || !out || haul_loop_create(&options, &loop) != 0)
        return 99;
    int status = EXAMPLE(loop, out, 1, name);
    int finished = haul_loop_finish(loop);
    fclose(out);
    char *expected = read_all(argv[1]);
    bool is_same = expected && strcmp(written, expected) == 0;
    if (!is_same)
        fprintf(stderr, "It wrote:\n%s\nand not what is in %s\n", written, argv[1]);
    free(expected);
    free(written);
    return status != 0 || finished != 0 || !is_same;
}
