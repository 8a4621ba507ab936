#include "compare/announcer.h"

#include "compare/prose.h"
#include "message.h"
#include "output/terminal.h"

#include <haul/duration.h>

#include <stdio.h>
#include <unistd.h>

void announcer_init(struct announcer *announcer, bool is_silent)
{
    *announcer = (struct announcer){
        .is_loud = !is_silent,
        .is_terminal = !is_silent && terminal_is_capable(STDERR_FILENO),
    };
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

void announcer_tell_plan(const struct announcer *announcer, const struct announcer_plan *plan)
{
    const char *least = plan->is_least ? "at least " : "";
    if (!announcer->is_loud)
        return;
    if (plan->is_offline) {
        message("%zu URL%s in %s%zu run%s, no request", plan->url_count, plural(plan->url_count), least,
                plan->run_count, plural(plan->run_count));
        return;
    }
    size_t requests = plan->url_count * plan->run_count;
    message("%zu URL%s in %s%zu run%s, %s%zu request%s", plan->url_count, plural(plan->url_count), least,
            plan->run_count, plural(plan->run_count), least, requests, plural(requests));
}

void announcer_tell_duration(const struct announcer *announcer, int64_t duration)
{
    if (!announcer->is_loud)
        return;
    if (duration < HAUL_SECOND) {
        message("less than a second to go");
        return;
    }
    static const struct {
        int64_t unit;
        const char *name;
    } rows[] = {{60 * HAUL_MINUTE, "hours"}, {HAUL_MINUTE, "minutes"}, {HAUL_SECOND, "seconds"}};
    enum { last = sizeof(rows) / sizeof(rows[0]) - 1 };
    size_t i = 0;
    while (i < last && duration < 2 * rows[i].unit)
        i++;
    char number[PROSE_NUMBER_SIZE];
    message("about %s %s to go", prose_number(number, (double)duration / (double)rows[i].unit, 1), rows[i].name);
}

void announcer_show_run(struct announcer *announcer, size_t number, size_t count, const char *label)
{
    if (!announcer->is_terminal)
        return;
    char line[96];
    enum { label_size = 40 };
    int size = number == 0
                   ? snprintf(line, sizeof(line), "\rrun to warm up: %.*s\033[K", label_size, label)
                   : snprintf(line, sizeof(line), "\rrun %zu of %zu: %.*s\033[K", number, count, label_size, label);
    announcer->is_drawn = terminal_draw(STDERR_FILENO, line, (size_t)size);
}

void announcer_clear(void *data)
{
    struct announcer *announcer = data;
    static const char clear_line[] = "\r\033[K";
    if (announcer->is_drawn)
        announcer->is_drawn = !terminal_draw(STDERR_FILENO, clear_line, sizeof(clear_line) - 1);
}
