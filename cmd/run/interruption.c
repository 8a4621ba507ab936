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

int interruption_begin(struct interruption *interruption, struct haul_loop *loop, haul_callback_fn *fn, void *data)
{
    *interruption = (struct interruption){.loop = loop, .fn = fn, .data = data};
    int code = haul_loop_add_signal_handler(loop, SIGINT, interrupt_came, interruption);
    if (code == 0)
        code = haul_loop_add_signal_handler(loop, SIGTERM, terminate_came, interruption);
    return code;
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
