/* Runs the example that EXAMPLE names when this is compiled. */
#include "examples/example.h"

int main(int argc, char **argv)
{
    struct haul_loop *loop;
    int code = haul_loop_create(NULL, &loop);
    if (code != 0) {
        fprintf(stderr, "%s: %s\n", argv[0], haul_error_message(code));
        return 1;
    }
    int status = EXAMPLE(loop, stdout, argc, argv);
    haul_loop_finish(loop);
    return status;
}
