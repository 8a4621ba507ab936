#include "run/interruption.h"

#include <signal.h>
#include <stddef.h>

static void die_of(int number)
{
    signal(number, SIG_DFL);
    raise(number);
}

static void came(struct interruption *interruption, int number)
{
    if (interruption->signal != 0)
        die_of(number);
    interruption->signal = number;
    interruption->fn(interruption->data);
}

static void interrupt_came(void *data)
{
    came(data, SIGINT);
}

static void terminate_came(void *data)
{
    came(data, SIGTERM);
}

/* A signal that is ignored stays so: a script has it ignored for a job in the background, which is not the one that the
 * person at the keyboard wants to end. */
static int catch_signal(struct interruption *interruption, int number, haul_callback_fn *fn)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
        return 0;
    return haul_loop_add_signal_handler(interruption->loop, number, fn, interruption);
}

int interruption_begin(struct interruption *interruption, struct haul_loop *loop, haul_callback_fn *fn, void *data)
{
    *interruption = (struct interruption){.loop = loop, .fn = fn, .data = data};
    int code = catch_signal(interruption, SIGINT, interrupt_came);
    return code == 0 ? catch_signal(interruption, SIGTERM, terminate_came) : code;
}

void interruption_end(struct interruption *interruption)
{
    haul_loop_remove_signal_handler(interruption->loop, SIGINT);
    haul_loop_remove_signal_handler(interruption->loop, SIGTERM);
}

void interruption_raise(const struct interruption *interruption)
{
    if (interruption->signal != 0)
        die_of(interruption->signal);
}
