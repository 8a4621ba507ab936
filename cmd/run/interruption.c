#include "run/interruption.h"

#include <haul/haul.h>

#include <signal.h>
#include <stddef.h>

static void die_of(int number)
{
    signal(number, SIG_DFL);
    raise(number);
}

static void came(struct interruption *interruption, int number)
{
    bool is_second = interruption->signal != 0;
    if (!is_second)
        interruption->signal = number;
    interruption->fn(interruption->data);
    if (is_second)
        die_of(number);
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

struct look_once {
    struct haul_coroutine coroutine;
};

/* Has the loop look at what has happened. */
static struct haul_step look_once(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(look_once);
    HAUL_AWAIT(haul_sleep(task, 0));
    HAUL_FINALLY;
    HAUL_END;
}

/* What came when the run was over already. */
static volatile sig_atomic_t late_signal;

static void came_late(int number)
{
    late_signal = number;
}

/* What is left to do is done although NUMBER comes; when it comes again the process ends. */
static void put_off(int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
        action = (struct sigaction){.sa_handler = came_late, .sa_flags = SA_RESTART | SA_RESETHAND};
        sigaction(number, &action, NULL);
    }
}

/* What came before the signals are blocked is known to the loop alone, and it has to look once more; what comes after
 * is still there when they are let through. So none is lost. */
void interruption_end(struct interruption *interruption)
{
    sigset_t both;
    sigset_t before;
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    sigprocmask(SIG_BLOCK, &both, &before);
    struct haul_outcome outcome;
    (void)haul_run_task(interruption->loop, HAUL_CALL(look_once), &outcome);
    haul_loop_remove_signal_handler(interruption->loop, SIGINT);
    haul_loop_remove_signal_handler(interruption->loop, SIGTERM);
    if (interruption->signal == 0) {
        put_off(SIGINT);
        put_off(SIGTERM);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void interruption_let_through(void)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    struct sigaction action;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == came_late)
            signal(numbers[i], SIG_DFL);
}

void interruption_raise(const struct interruption *interruption)
{
    int number = interruption->signal != 0 ? interruption->signal : late_signal;
    if (number != 0)
        die_of(number);
}
