#include "simulated_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

enum { most_workers = 512 };

struct request {
    double end; /* seconds */
    int64_t latency;
    struct haul__gradient_request known_by;
    enum haul__sign sign;
};

struct simulation {
    const struct simulated_host *host;
    size_t count;
    size_t begun;
    size_t ended;
    double now;
    uint64_t seed;
    struct haul__gradient gradient;
    struct request in_flight[most_workers];
    size_t in_flight_count;
    double free_at[most_workers];
    double *latencies;
    struct simulated_run run;
};

/* Between 0 and 1, neither of them (Knuth's linear congruential generator). */
static double draw(struct simulation *simulation)
{
    simulation->seed = simulation->seed * 6364136223846793005U + 1442695040888963407U;
    return ldexp((double)(simulation->seed >> 11) + 0.5, -53);
}

static bool is_later(const struct simulation *simulation)
{
    return simulation->begun >= simulation->count / 2;
}

static double work(struct simulation *simulation)
{
    const struct simulated_host *host = simulation->host;
    double seconds = (double)host->work / 1e9;
    if (host->later_work > 0 && is_later(simulation))
        seconds *= host->later_work;
    switch (host->service) {
    case EXPONENTIAL:
        return -seconds * log(draw(simulation));
    case ONE_IN_TEN_TAKES_TEN_TIMES_AS_LONG:
        return draw(simulation) < 0.1 ? 10 * seconds : seconds;
    default:
        return seconds * (0.95 + 0.1 * draw(simulation)); /* nothing is quite constant */
    }
}

/* When a request that comes now has been answered. */
static double serve(struct simulation *simulation)
{
    const struct simulated_host *host = simulation->host;
    double travel = (double)host->travel / 1e9;
    size_t workers = host->later_knee > 0 && is_later(simulation) ? host->later_knee : host->knee;
    if (workers == 0)
        return simulation->now + travel + work(simulation);
    double *worker = simulation->free_at;
    for (size_t i = 0; i < workers && simulation->begun == simulation->count / 2; i++)
        simulation->free_at[i] = fmax(simulation->free_at[i], simulation->now) + (double)host->stall / 1e9;
    for (size_t i = 1; i < workers; i++)
        if (simulation->free_at[i] < *worker)
            worker = &simulation->free_at[i];
    *worker = fmax(*worker, simulation->now + travel / 2) + work(simulation);
    return *worker + travel / 2;
}

static void begin(struct simulation *simulation)
{
    const struct simulated_host *host = simulation->host;
    struct request *request = &simulation->in_flight[simulation->in_flight_count];
    bool is_refused = host->refuses_above > 0 && simulation->in_flight_count >= host->refuses_above;
    *request = (struct request){.known_by = haul__gradient_begin(&simulation->gradient), .sign = HAUL__ANSWERED};
    if (is_refused) {
        request->sign = HAUL__REFUSED;
        request->end = simulation->now + (double)host->travel / 1e9 + 1e-5;
        simulation->run.refused++;
    } else {
        request->end = serve(simulation);
    }
    simulation->begun++;
    if (host->breaks > 0 && simulation->begun % host->breaks == 0)
        request->sign = HAUL__BROKEN;
    request->latency = (int64_t)((request->end - simulation->now) * 1e9);
    if (++simulation->in_flight_count > simulation->run.peak)
        simulation->run.peak = simulation->in_flight_count;
}

static void end_next(struct simulation *simulation)
{
    struct request *next = simulation->in_flight;
    for (size_t i = 1; i < simulation->in_flight_count; i++)
        if (simulation->in_flight[i].end < next->end)
            next = &simulation->in_flight[i];
    simulation->now = next->end;
    simulation->latencies[simulation->ended++] = (double)next->latency / 1e9;
    haul__gradient_end(&simulation->gradient, &next->known_by, next->sign, next->latency);
    *next = simulation->in_flight[--simulation->in_flight_count];
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;
    return (first > second) - (first < second);
}

struct simulated_run simulate(const struct simulated_host *host, size_t count, size_t fixed, size_t most, uint64_t seed)
{
    struct simulation *simulation = test_calloc(1, sizeof(*simulation));
    struct simulated_run *run = &simulation->run;
    *simulation = (struct simulation){.host = host, .count = count, .seed = seed};
    simulation->latencies = test_calloc(count, sizeof(double));
    haul__gradient_init(&simulation->gradient, most);
    run->lowest = simulation->gradient.limit;
    while (simulation->ended < count) {
        size_t limit = simulation->gradient.limit;
        run->lowest = limit < run->lowest ? limit : run->lowest;
        run->middle = simulation->ended <= count / 2 ? limit : run->middle;
        if (limit == most && run->full_after == 0)
            run->full_after = simulation->begun;
        while (simulation->begun < count && simulation->in_flight_count < (fixed > 0 ? fixed : limit))
            begin(simulation);
        end_next(simulation);
    }
    qsort(simulation->latencies, count, sizeof(double), compare);
    run->wall = simulation->now;
    run->median = simulation->latencies[count / 2];
    run->limit = simulation->gradient.limit;
    struct simulated_run result = *run;
    test_free(simulation->latencies);
    test_free(simulation);
    return result;
}

struct simulated_run simulate_best(const struct simulated_host *host, size_t count, uint64_t seed)
{
    struct simulated_run best = {.wall = INFINITY};
    for (size_t fixed = 1; fixed <= most_workers; fixed *= 2) {
        struct simulated_run run = simulate(host, count, fixed, most_workers, seed);
        /* What is hardly shorter is not better: more in flight only wait longer. */
        if (run.wall < 0.995 * best.wall)
            best = run;
    }
    return best;
}
