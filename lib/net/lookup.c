#include "net/lookup.h"

#include <errno.h>
#include <haul/error.h>

static const struct haul__route *route_of(const struct haul__fetcher *fetcher, struct haul__host *host)
{
    if (!host->has_route)
        host->route = haul__route_find(fetcher->options, host->origin);
    host->has_route = true;
    return &host->route;
}

struct haul_await haul__lookup_begin(struct haul_task *task, struct haul__fetcher *fetcher,
                                     struct haul__transfer *transfer, bool needs_both,
                                     struct haul__question **ret_question)
{
    struct haul__host *host = transfer->host;
    *ret_question = NULL;
    if (fetcher->options->system_resolver || route_of(fetcher, host)->host.size == 0)
        return haul__task_answer(task, 0, (union haul_value){0});
    transfer->route = host->route;
    struct haul__question *question =
        haul__resolver_get(&fetcher->resolver, host->route.host.at, host->route.host.size);
    if (!question)
        return haul__task_answer(task, -ENOMEM, (union haul_value){0});
    *ret_question = question;
    if (needs_both)
        haul__question_want_both(question);
    if (haul__question_is_answered(question, haul_loop_now(fetcher->loop), !haul__host_opens(host)))
        return haul__task_answer(task, 0, (union haul_value){0});
    transfer->looking_up = task;
    haul__transfer_progress(transfer);
    return haul__question_wait(task, question);
}

/* libcurl chooses among them, and looks the name up by itself where it finds none that it may use. */
static bool has_wanted(const struct haul__fetcher *fetcher, const struct haul__addresses *addresses)
{
    enum haul_ip_version version = fetcher->options->ip_version;
    return version == HAUL_IP_ANY || haul__addresses_have(addresses, version == HAUL_IP_6);
}

/* Why there are no addresses. */
static struct haul__failure explain(const struct haul__fetcher *fetcher, const struct haul__transfer *transfer,
                                    struct haul__question *question, int code)
{
    if (code == HAUL_E_TIMEOUT)
        return (struct haul__failure){HAUL_CLASS_TIMEOUT, CURLE_OPERATION_TIMEDOUT, fetcher->lookup_message};
    if (question->addresses)
        return haul__lookup_failure(HAUL__LOOKUP_NO_ADDRESS, transfer->route.is_proxy);
    if (question->error == HAUL__LOOKUP_REFUSED)
        return (struct haul__failure){HAUL_CLASS_ADDRESS, CURLE_COULDNT_CONNECT, NULL};
    if (question->error == HAUL__LOOKUP_FAILED && !haul__can_open_descriptor())
        haul__question_doubt(question);
    return haul__lookup_failure(question->error, transfer->route.is_proxy);
}

int haul__lookup_end(struct haul__fetcher *fetcher, struct haul__transfer *transfer, struct haul__question *question,
                     int code, int64_t started, struct haul__failure *ret_failure)
{
    struct haul_times *time = &transfer->result->public.time;
    if (transfer->looking_up) {
        transfer->lookup = haul_loop_now(fetcher->loop) - started;
        transfer->lookup -= transfer->lookup % HAUL_MICROSECOND;
    }
    transfer->looking_up = NULL;
    *ret_failure = (struct haul__failure){0};
    if (code == 0 && question->addresses && has_wanted(fetcher, question->addresses)) {
        transfer->addresses = haul__addresses_ref(question->addresses);
        transfer->has_half = question->is_half;
    } else {
        haul__list_remove(&transfer->turn.link);
        transfer->refusal = question->refusal;
        time->dns += transfer->lookup;
        time->total += transfer->lookup;
        if (code == 0 || code == HAUL_E_TIMEOUT)
            *ret_failure = explain(fetcher, transfer, question, code);
    }
    haul__question_release(question);
    return code == HAUL_E_TIMEOUT ? 0 : code;
}
