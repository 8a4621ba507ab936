/* Program 4 of the tutorials, read, match_filter and print_consumer. A producer sends words to a filter, which sends
 * those that match to a consumer. Closing the filter closes the consumer. The tutorial's producer closes the filter
 * after its first word; this one after its last. */
#include "examples/example.h"

#include <string.h>

struct print_words {
    struct haul_coroutine coroutine;
    FILE *out;
};

static struct haul_step print_words(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(print_words);
    fprintf(self->out, "Preparing to print\n");
    for (;;) {
        HAUL_YIELD(0);
        fprintf(self->out, "%s\n", (const char *)haul_received(coroutine).pointer);
    }
    HAUL_FINALLY;
    fprintf(self->out, "=== Done ===\n");
    HAUL_END;
}

struct match {
    struct haul_coroutine coroutine;
    FILE *out;
    const char *pattern;
    struct haul_generator *next;
    int code;
};

static struct haul_step match(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(match);
    fprintf(self->out, "Looking for %s\n", self->pattern);
    for (;;) {
        HAUL_YIELD(0);
        if (strstr(haul_received(coroutine).pointer, self->pattern)) {
            self->code = haul_generator_send(self->next, haul_received(coroutine), NULL);
            if (self->code != 0)
                HAUL_FAIL(self->code);
        }
    }
    HAUL_FINALLY;
    haul_generator_close(self->next);
    HAUL_END;
}

/* Sends the words of TEXT, which it parts at its spaces, to NEXT. */
static int read_words(char *text, struct haul_generator *next)
{
    int code = 0;
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word && code == 0; word = strtok_r(NULL, " ", &rest))
        code = haul_generator_send(next, (union haul_value){.pointer = word}, NULL);
    int closed = haul_generator_close(next);
    return code != 0 ? code : closed;
}

int example_pipeline(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)loop;
    (void)argc;
    (void)argv;
    struct haul_generator printer;
    struct haul_generator matcher;
    struct print_words printer_frame = HAUL_FRAME(print_words, .out = out);
    struct match matcher_frame = HAUL_FRAME(match, .out = out, .pattern = "pend", .next = &printer);
    haul_generator_init(&printer, &printer_frame.coroutine);
    haul_generator_init(&matcher, &matcher_frame.coroutine);
    char text[] = "spending";
    return haul_generator_next(&printer, NULL) != 0 || haul_generator_next(&matcher, NULL) != 0 ||
           read_words(text, &matcher) != 0;
}
