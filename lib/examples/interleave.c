/* Program 12 of the tutorials, Schedular with two tasks. Two tasks on the scheduler, step by step in turn: neither
 * holds up the other. Task 0 was there before, and numbers are not used again. */
#include "examples/scheduler.h"

static int run(struct haul_loop *loop, struct haul_outcomes *outcomes, FILE *out)
{
    const int64_t least[] = {100000, 1000000, 100000000};
    uint64_t ids[3];
    for (int i = 0; i < 3; i++) {
        int code = haul_outcomes_spawn(outcomes, HAUL_CALL(search_lucas, .least = least[i]), &ids[i]);
        /* The first is the program before this one, and is not printed. */
        if (code == 0 && i == 0)
            code = run_to_completion(loop);
        if (code != 0)
            return code;
    }
    fprintf(out, "%d\n", (int)ids[2] - 1);
    haul_loop_set_trace(loop, print_step, out);
    int code = run_to_completion(loop);
    haul_loop_set_trace(loop, NULL, NULL);
    for (int i = 1; i < 3 && code == 0; i++)
        code = print_result(outcomes, ids[i], out);
    return code;
}

int example_interleave(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcomes *outcomes;
    int code = haul_outcomes_create(loop, &outcomes);
    if (code != 0)
        return 1;
    code = run(loop, outcomes, out);
    haul_outcomes_destroy(outcomes);
    return code != 0;
}
