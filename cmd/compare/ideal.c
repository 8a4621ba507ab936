#include "compare/ideal.h"

#include "compare/measure.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* What is in flight, as a heap by when it ends; and what stands aside, a queue for each host. */
struct schedule {
    const struct measured_run *run;
    const struct ideal_places *places;
    struct flight {
        int64_t end;
        size_t url;
    } * flights;
    size_t count;
    size_t *in_flight; /* of each host */
    size_t *first;     /* of each host, the URL that stands aside first; the list's length: none */
    size_t *last;
    size_t *behind; /* of each URL, the one that stands aside next for its host */
};

static void sift_up(struct schedule *schedule, size_t place)
{
    struct flight moved = schedule->flights[place];

    while (place > 0 && schedule->flights[(place - 1) / 2].end > moved.end) {
        schedule->flights[place] = schedule->flights[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    schedule->flights[place] = moved;
}

static struct flight take_first(struct schedule *schedule)
{
    struct flight first = schedule->flights[0];
    struct flight moved = schedule->flights[--schedule->count];
    size_t place = 0;

    for (size_t child; (child = 2 * place + 1) < schedule->count; place = child) {
        if (child + 1 < schedule->count && schedule->flights[child + 1].end < schedule->flights[child].end)
            child++;
        if (schedule->flights[child].end >= moved.end)
            break;
        schedule->flights[place] = schedule->flights[child];
    }
    schedule->flights[place] = moved;
    return first;
}

static bool has_limit(const struct schedule *schedule, size_t host)
{
    return schedule->places->per_host > 0 && host != IDEAL_NO_HOST;
}

static void start(struct schedule *schedule, size_t url, int64_t now)
{
    size_t host = schedule->places->hosts[url];

    if (has_limit(schedule, host))
        schedule->in_flight[host]++;
    schedule->flights[schedule->count] = (struct flight){now + schedule->run->urls[url].total, url};
    sift_up(schedule, schedule->count++);
}

static void stand_aside(struct schedule *schedule, size_t url)
{
    size_t host = schedule->places->hosts[url];
    size_t none = schedule->run->count;

    schedule->behind[url] = none;
    if (schedule->first[host] == none)
        schedule->first[host] = url;
    else
        schedule->behind[schedule->last[host]] = url;
    schedule->last[host] = url;
}

/* Starts what was read before and may start now that one for HOST has ended. */
static void start_aside(struct schedule *schedule, size_t host, int64_t now)
{
    size_t url = schedule->first[host];

    if (url == schedule->run->count)
        return;
    schedule->first[host] = schedule->behind[url];
    start(schedule, url, now);
}

static int64_t run_all(struct schedule *schedule)
{
    const struct ideal_places *places = schedule->places;
    int64_t now = 0;
    size_t next = 0;

    for (;;) {
        for (; next < schedule->run->count && schedule->count < places->concurrency; next++) {
            size_t host = places->hosts[next];
            if (!schedule->run->urls[next].is_out)
                continue;
            if (has_limit(schedule, host) && schedule->in_flight[host] >= places->per_host)
                stand_aside(schedule, next);
            else
                start(schedule, next, now);
        }
        if (schedule->count == 0)
            return now;
        struct flight ended = take_first(schedule);
        size_t host = places->hosts[ended.url];
        now = ended.end;
        if (has_limit(schedule, host)) {
            schedule->in_flight[host]--;
            start_aside(schedule, host, now);
        }
    }
}

int ideal_wall(const struct measured_run *run, const struct ideal_places *places, int64_t *ret_wall)
{
    size_t hosts = places->host_count + 1;
    size_t most = places->concurrency < run->count ? places->concurrency : run->count;
    struct schedule schedule = {.run = run, .places = places};
    int code = -ENOMEM;

    schedule.flights = calloc(most + 1, sizeof(*schedule.flights));
    schedule.in_flight = calloc(3 * hosts, sizeof(*schedule.in_flight));
    schedule.behind = calloc(run->count + 1, sizeof(*schedule.behind));
    if (schedule.flights != NULL && schedule.in_flight != NULL && schedule.behind != NULL) {
        schedule.first = schedule.in_flight + hosts;
        schedule.last = schedule.first + hosts;
        for (size_t host = 0; host < hosts; host++)
            schedule.first[host] = run->count;
        *ret_wall = run_all(&schedule);
        code = 0;
    }
    free(schedule.flights);
    free(schedule.in_flight);
    free(schedule.behind);
    return code;
}
