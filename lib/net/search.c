#include "net/search.h"

#include "base/memory.h"
#include "net/ranking.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum { of_v4, of_v6, families };

struct search {
    struct haul__turn turn;
    struct haul__searches *searches;
    struct haul__channel *channel;
    void *question;                /* NULL: it was answered with one family */
    size_t candidate;              /* the next */
    enum haul__lookup_error error; /* the worst so far */
    int pending;                   /* families that are asked for */
    bool is_patient;
    struct haul__refusal refusal;
    struct haul__reply replies[families];
    char name[]; /* with a NUL behind */
};

void haul__searches_init(struct haul__searches *searches, struct haul_loop *loop, int family, haul__finding_fn *fn,
                         haul__late_finding_fn *late_fn, void *data)
{
    *searches = (struct haul__searches){.loop = loop, .family = family, .fn = fn, .late_fn = late_fn, .data = data};
    haul__line_init(&searches->waiting, HAUL__RESOLUTION_DELAY);
}

static bool is_wanted(const struct haul__searches *searches, int family)
{
    return searches->family == AF_UNSPEC || searches->family == family;
}

static bool is_found(const struct search *search)
{
    return search->replies[of_v4].count > 0 || search->replies[of_v6].count > 0;
}

/* Of the addresses of both replies. */
static struct haul__finding make_finding(const struct haul__reply *replies, size_t count)
{
    struct haul__address addresses[HAUL__MOST_ADDRESSES];
    struct haul__finding finding = {.error = HAUL__LOOKUP_FOUND, .lifetime = INT64_MAX};
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        const struct haul__reply *reply = &replies[i];
        memcpy(addresses + size, reply->addresses, reply->count * sizeof(*addresses));
        size += reply->count;
        if (reply->count > 0 && reply->lifetime < finding.lifetime)
            finding.lifetime = reply->lifetime;
    }
    haul__rank_addresses(addresses, size, haul__find_source);
    finding.addresses = haul__addresses_write(addresses, size);
    if (!finding.addresses)
        finding = (struct haul__finding){.error = HAUL__LOOKUP_ABANDONED, .code = -ENOMEM};
    return finding;
}

static void tell(struct search *search)
{
    struct haul__finding finding = {.error = search->error, .refusal = search->refusal};
    if (is_found(search))
        finding = make_finding(search->replies, families);
    finding.is_early = search->pending > 0;
    for (size_t i = 0; i < families; i++)
        if (finding.error == HAUL__LOOKUP_ABANDONED && finding.code == 0)
            finding.code = search->replies[i].code;
    void *question = search->question;
    search->question = NULL;
    search->searches->fn(question, &finding);
}

/* Both families have come, and the question was answered with the first. */
static void tell_late(struct search *search)
{
    search->channel->late--;
    if (search->replies[of_v4].count == 0 || search->replies[of_v6].count == 0)
        return;
    struct haul__finding finding = make_finding(search->replies, families);
    if (finding.addresses)
        search->searches->late_fn(search->searches->data, search->name, &finding);
}

static void ask(struct search *search);

/* Whether another candidate may do better. */
static bool may_go_on(enum haul__lookup_error error)
{
    return error == HAUL__LOOKUP_NO_NAME || error == HAUL__LOOKUP_NO_ADDRESS || error == HAUL__LOOKUP_FAILED;
}

static void end_candidate(struct search *search)
{
    enum haul__lookup_error error = HAUL__LOOKUP_FOUND;
    haul__list_remove(&search->turn.link);
    if (!search->question) {
        tell_late(search);
        haul__free(search);
        return;
    }
    for (size_t i = 0; i < families; i++)
        if (search->replies[i].error > error)
            error = search->replies[i].error;
    if (error > search->error)
        search->error = error;
    if (!is_found(search) && may_go_on(error)) {
        ask(search);
        return;
    }
    tell(search);
    haul__free(search);
}

/* Leaves out the addresses that are not to be connected to. */
static void keep_public(const struct haul__searches *searches, struct haul__reply *reply, struct haul__refusal *refusal)
{
    size_t count = 0;
    for (size_t i = 0; i < reply->count; i++)
        if (!searches->refuses_special || !haul__refuses(refusal, &reply->addresses[i]))
            reply->addresses[count++] = reply->addresses[i];
    if (count == 0 && reply->count > 0)
        reply->error = HAUL__LOOKUP_REFUSED;
    reply->count = count;
}

static void take(struct search *search, size_t family, const struct haul__reply *reply)
{
    search->replies[family] = *reply;
    keep_public(search->searches, &search->replies[family], &search->refusal);
    if (--search->pending == 0)
        end_candidate(search);
    else if (search->replies[family].count > 0 && !search->is_patient)
        haul__line_join(&search->searches->waiting, &search->turn, haul_loop_now(search->searches->loop));
}

/* haul__reply_fn, both. */
static void take_v4(void *data, const struct haul__reply *reply)
{
    take(data, of_v4, reply);
}

static void take_v6(void *data, const struct haul__reply *reply)
{
    take(data, of_v6, reply);
}

/* Asks for the next candidate, or ends without an address. The last thing that is done with SEARCH. */
static void ask(struct search *search)
{
    char name[HAUL__LONGEST_NAME + 1];
    bool is_one = false;
    do
        is_one = haul__domains_candidate(&search->channel->domains, search->name, search->candidate++, name);
    while (is_one && !*name);
    if (!is_one) {
        tell(search);
        haul__free(search);
        return;
    }
    struct haul__channel *channel = search->channel;
    bool has_v4 = is_wanted(search->searches, AF_INET), has_v6 = is_wanted(search->searches, AF_INET6);
    search->pending = has_v4 + has_v6;
    search->replies[of_v4] = search->replies[of_v6] = (struct haul__reply){.count = 0};
    if (has_v4)
        haul__channel_ask(channel, name, AF_INET, take_v4, search);
    if (has_v6)
        haul__channel_ask(channel, name, AF_INET6, take_v6, search);
}

/* Leaves out the addresses of a family that is not wanted. */
static void keep_wanted(const struct haul__searches *searches, struct haul__reply *reply)
{
    size_t count = 0;
    for (size_t i = 0; i < reply->count; i++)
        if (is_wanted(searches, reply->addresses[i].is_v6 ? AF_INET6 : AF_INET))
            reply->addresses[count++] = reply->addresses[i];
    reply->count = count;
    if (count == 0 && reply->error == HAUL__LOOKUP_FOUND)
        reply->error = HAUL__LOOKUP_NO_ADDRESS;
}

/* What is known without a name server: whether that settles it. */
static bool is_settled(const struct haul__searches *searches, struct haul__reply *reply,
                       struct haul__finding *ret_finding)
{
    struct haul__refusal refusal = {.kind = NULL};
    keep_wanted(searches, reply);
    keep_public(searches, reply, &refusal);
    if (reply->count > 0)
        *ret_finding = make_finding(reply, 1);
    else
        *ret_finding = (struct haul__finding){.error = reply->error, .code = reply->code, .refusal = refusal};
    return reply->count > 0 || reply->error == HAUL__LOOKUP_ABANDONED || reply->error == HAUL__LOOKUP_REFUSED;
}

static bool look_into_file(const struct haul__searches *searches, struct haul__channel *channel, const char *name,
                           struct haul__finding *ret_finding)
{
    struct haul__reply reply;
    haul__channel_read_hosts(channel, name, &reply);
    return is_settled(searches, &reply, ret_finding);
}

static struct haul__finding find_this_machine(const struct haul__searches *searches)
{
    struct haul__reply reply = {
        .count = 2,
        .lifetime = INT64_MAX,
        .addresses = {{false, {127, 0, 0, 1}}, {true, {[15] = 1}}},
    };
    struct haul__finding finding;
    is_settled(searches, &reply, &finding);
    return finding;
}

/* Whether nobody has to be asked. */
static bool is_known(const struct haul__searches *searches, struct haul__channel *channel, const char *name,
                     struct haul__finding *ret_finding)
{
    switch (haul__name_kind(name)) {
    case HAUL__BROKEN_NAME:
        *ret_finding = (struct haul__finding){.error = HAUL__LOOKUP_BAD_NAME};
        return true;
    case HAUL__LOCAL_NAME:
        *ret_finding = find_this_machine(searches);
        return true;
    case HAUL__ABSENT_NAME:
        *ret_finding = (struct haul__finding){.error = HAUL__LOOKUP_NO_NAME};
        return true;
    default:
        return look_into_file(searches, channel, name, ret_finding);
    }
}

void haul__search_begin(struct haul__searches *searches, struct haul__channel *channel, const char *name,
                        bool is_patient, void *question)
{
    struct haul__finding finding;
    if (is_known(searches, channel, name, &finding)) {
        searches->fn(question, &finding);
        return;
    }
    size_t size = strlen(name) + 1;
    struct search *search = haul__allocate(sizeof(*search) + size);
    if (!search) {
        searches->fn(question, &(struct haul__finding){.error = HAUL__LOOKUP_ABANDONED, .code = -ENOMEM});
        return;
    }
    *search = (struct search){.searches = searches, .channel = channel, .question = question, .is_patient = is_patient};
    search->error = HAUL__LOOKUP_NO_NAME;
    memcpy(search->name, name, size);
    haul__list_init(&search->turn.link);
    ask(search);
}

void haul__searches_expire(struct haul__searches *searches)
{
    int64_t now = haul_loop_now(searches->loop);
    struct haul__turn *turn;
    while ((turn = haul__line_overdue(&searches->waiting, now))) {
        struct search *search = haul__container(turn, struct search, turn);
        haul__list_remove(&turn->link);
        search->channel->late++;
        tell(search);
    }
}
