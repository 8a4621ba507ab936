/* Has sort(1) put words in order: it is fed and read at the same time, and its end awaited. */
#include "examples/example.h"

struct sort_words {
    struct haul_coroutine coroutine;
    FILE *out;
    struct haul_process *process;
    struct haul_process_output sorted;
    int code;
};

static struct haul_step sort_words(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(sort_words);
    static const char words[] = "pear\nfig\napple\nplum\ncherry\n";
    static const char *const arguments[] = {"sort", "-r", NULL};
    static const char *const environment[] = {"LC_ALL=C", NULL};
    static const struct haul_process_options options = {
        .input.kind = HAUL_PROCESS_PIPE, .output.kind = HAUL_PROCESS_PIPE, .environment = environment};
    self->code = haul_process_create(haul_task_loop(task), arguments, &options, &self->process);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_AWAIT(haul_process_communicate(task, self->process, words, sizeof(words) - 1, 0, &self->sorted));
    fprintf(self->out, "%sstatus %d\n", self->sorted.output, self->sorted.status);
    HAUL_FINALLY;
    haul_process_output_finish(&self->sorted);
    haul_process_destroy(self->process);
    HAUL_END;
}

int example_sort(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(sort_words, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
