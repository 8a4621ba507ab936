/* Program 11 of the tutorials, Schedular with one task. A scheduler that runs one task step by step, and says how each
 * came out. The result is taken from its table. */
#include "examples/scheduler.h"

int example_scheduler(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcomes *outcomes;
    uint64_t id;
    int code = haul_outcomes_create(loop, &outcomes);
    if (code != 0)
        return 1;
    haul_loop_set_trace(loop, print_step, out);
    code = haul_outcomes_spawn(outcomes, HAUL_CALL(search_lucas, .least = 100000), &id);
    if (code == 0) {
        fprintf(out, "%d\n", (int)id - 1);
        code = run_to_completion(loop);
    }
    if (code == 0)
        code = print_result(outcomes, id, out);
    haul_loop_set_trace(loop, NULL, NULL);
    haul_outcomes_destroy(outcomes);
    return code != 0;
}
