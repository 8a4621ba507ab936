#include "net/resolver.h"

#include "core/line.h"

#include <assert.h>
#include <errno.h>
#include <haul/duration.h>
#include <haul/error.h>

/* A channel with so many searches that nobody waits for gets no more. */
enum { most_unwanted = 32 };

static void destroy_question(struct haul__question *question)
{
    struct haul__resolver *resolver = question->resolver;
    assert(question->users == 0 && !question->channel);
    haul__list_remove(&question->link);
    HASH_DEL(resolver->table, question);
    haul__addresses_unref(question->addresses);
    haul__free(question);
}

static struct haul__channel *channel_of(struct haul_list *link)
{
    return haul__container(link, struct haul__channel, link);
}

static void drop_channel(struct haul__resolver *resolver, struct haul__channel *channel)
{
    if (resolver->channel == channel)
        resolver->channel = NULL;
    haul__channel_destroy(channel);
}

void haul__resolver_finish(struct haul__resolver *resolver)
{
    while (!haul__list_is_empty(&resolver->channels))
        drop_channel(resolver, channel_of(resolver->channels.next));
    struct haul__question *question, *next;
    HASH_ITER(hh, resolver->table, question, next)
    destroy_question(question);
}

static void use_less(struct haul__question *question)
{
    struct haul__resolver *resolver = question->resolver;
    haul__list_append(&resolver->unused, &question->link);
    if (++resolver->unused_count <= HAUL__ANSWERS_KEPT)
        return;
    resolver->unused_count--;
    destroy_question(haul__container(resolver->unused.next, struct haul__question, link));
}

/* Nobody holds it, and it is not under way. */
static void lay_by(struct haul__question *question)
{
    haul__list_remove(&question->link);
    if (question->expires == INT64_MIN)
        destroy_question(question);
    else
        use_less(question);
}

static struct haul__question *add(struct haul__resolver *resolver, const char *name, size_t size)
{
    struct haul__question *question = haul__allocate(sizeof(*question) + size + 1);
    if (!question)
        return NULL;
    *question = (struct haul__question){.resolver = resolver, .size = size, .expires = INT64_MIN};
    memcpy(question->name, name, size);
    question->name[size] = '\0';
    haul__list_init(&question->link);
    haul__list_init(&question->waiters);
    HASH_ADD_KEYPTR(hh, resolver->table, question->name, size, question);
    if (!question->is_missing)
        return question;
    haul__free(question);
    return NULL;
}

struct haul__question *haul__resolver_get(struct haul__resolver *resolver, const char *name, size_t size)
{
    struct haul__question *question;
    HASH_FIND(hh, resolver->table, name, size, question);
    if (!question) {
        question = add(resolver, name, size);
    } else if (question->users == 0 && question->channel) {
        question->channel->unwanted--;
        resolver->asked++;
    } else if (question->users == 0) {
        resolver->unused_count--;
        haul__list_remove(&question->link);
    }
    if (question)
        question->users++;
    return question;
}

void haul__question_release(struct haul__question *question)
{
    if (!question || --question->users > 0)
        return;
    assert(haul__list_is_empty(&question->waiters));
    if (!question->channel) {
        lay_by(question);
        return;
    }
    question->resolver->asked--;
    question->channel->unwanted++;
}

bool haul__question_is_answered(const struct haul__question *question, int64_t now, bool may_be_old)
{
    return now < question->expires || (may_be_old && question->addresses);
}

void haul__question_doubt(struct haul__question *question)
{
    question->expires = INT64_MIN;
}

void haul__question_want_both(struct haul__question *question)
{
    if (question->is_half)
        question->expires = INT64_MIN;
    question->is_patient = true;
}

struct haul_await haul__question_wait(struct haul_task *task, struct haul__question *question)
{
    if (!question->channel && haul__list_is_empty(&question->link))
        haul__list_append(&question->resolver->line, &question->link);
    return haul__line_wait(task, &question->waiters);
}

void haul__question_leave(struct haul_task *task, int code)
{
    haul__line_wake(task, code, (union haul_value){0});
}

static int64_t lifetime_of(const struct haul__finding *finding)
{
    switch (finding->error) {
    case HAUL__LOOKUP_FOUND:
        if (finding->lifetime < HAUL__LEAST_LIFETIME)
            return HAUL__LEAST_LIFETIME;
        return finding->lifetime < HAUL__LONGEST_LIFETIME ? finding->lifetime : HAUL__LONGEST_LIFETIME;
    case HAUL__LOOKUP_NO_NAME:
    case HAUL__LOOKUP_NO_ADDRESS:
    case HAUL__LOOKUP_BAD_NAME:
        return HAUL__ABSENCE_LIFETIME;
    default:
        return HAUL__FAILURE_LIFETIME;
    }
}

static void note(struct haul__question *question, const struct haul__finding *finding)
{
    int64_t now = haul_loop_now(question->resolver->loop);
    haul__addresses_unref(question->addresses);
    question->addresses = finding->addresses;
    question->error = finding->error;
    question->refusal = finding->refusal;
    question->is_half = finding->is_early;
    question->is_patient = false;
    question->expires = haul_deadline(now, lifetime_of(finding));
}

/* A haul__finding_fn. */
static void take_finding(void *data, const struct haul__finding *finding)
{
    struct haul__question *question = data;
    bool is_abandoned = finding->error == HAUL__LOOKUP_ABANDONED;
    question->channel->asked--;
    if (question->users > 0)
        question->resolver->asked--;
    else
        question->channel->unwanted--;
    question->channel = NULL;
    if (!is_abandoned)
        note(question, finding);
    if (question->users == 0)
        lay_by(question);
    else
        haul__line_wake_all(&question->waiters, is_abandoned ? finding->code : 0);
}

/* A haul__late_finding_fn: who asks from now on gets both families, for as long as the first one holds good at most. */
static void take_late_finding(void *data, const char *name, const struct haul__finding *finding)
{
    struct haul__resolver *resolver = data;
    struct haul__question *question;
    HASH_FIND_STR(resolver->table, name, question);
    if (!question || question->channel || haul_loop_now(resolver->loop) >= question->expires) {
        haul__addresses_unref(finding->addresses);
        return;
    }
    int64_t expires = question->expires;
    note(question, finding);
    if (expires < question->expires)
        question->expires = expires;
}

void haul__resolver_init(struct haul__resolver *resolver, struct haul_loop *loop, const char *servers, int family)
{
    *resolver = (struct haul__resolver){.loop = loop, .servers = servers};
    haul__list_init(&resolver->line);
    haul__list_init(&resolver->unused);
    haul__list_init(&resolver->channels);
    haul__searches_init(&resolver->searches, loop, family, take_finding, take_late_finding, resolver);
}

/* Whether it gets no more questions: it is better left for one without what nobody waits for, or with the settings as
 * they are now. */
static bool is_to_be_left(struct haul__channel *channel)
{
    return channel->unwanted + channel->late >= most_unwanted || haul__channel_is_outdated(channel);
}

/* The channel for the next question. HAUL_E_INVALID, -ENOMEM. */
static int use_channel(struct haul__resolver *resolver)
{
    if (resolver->channel && is_to_be_left(resolver->channel))
        resolver->channel = NULL;
    if (resolver->channel)
        return 0;
    int code = haul__channel_create(resolver->loop, resolver->servers, &resolver->channel);
    if (code == 0)
        haul__list_append(&resolver->channels, &resolver->channel->link);
    return code;
}

static void ask(struct haul__question *question)
{
    struct haul__resolver *resolver = question->resolver;
    int code = use_channel(resolver);
    haul__list_remove(&question->link);
    if (code < 0) {
        haul__line_wake_all(&question->waiters, code);
        return;
    }
    if (code > 0) {
        note(question, &(struct haul__finding){.error = HAUL__LOOKUP_FAILED});
        haul__line_wake_all(&question->waiters, 0);
        return;
    }
    resolver->asked++;
    resolver->asked_ever++;
    question->channel = resolver->channel;
    question->channel->asked++;
    haul__search_begin(&resolver->searches, question->channel, question->name, question->is_patient, question);
}

/* Ends what nobody waits for, and what cannot go on. */
static void clear(struct haul__resolver *resolver, struct haul__channel *channel)
{
    if (channel->error < 0 || (channel->asked == channel->unwanted && resolver->channel != channel))
        drop_channel(resolver, channel);
    else if (channel->asked > 0 && channel->asked == channel->unwanted)
        haul__channel_cancel(channel);
}

int64_t haul__resolver_before_poll(struct haul__resolver *resolver)
{
    struct haul_list *next;
    while (!haul__list_is_empty(&resolver->line) && resolver->asked < HAUL__QUESTIONS_UNDER_WAY)
        ask(haul__container(resolver->line.next, struct haul__question, link));
    for (struct haul_list *link = resolver->channels.next; link != &resolver->channels; link = next) {
        next = link->next;
        clear(resolver, channel_of(link));
    }
    int64_t deadline = haul__line_deadline(&resolver->searches.waiting);
    for (struct haul_list *link = resolver->channels.next; link != &resolver->channels; link = link->next) {
        int64_t channel_deadline = haul__channel_deadline(channel_of(link));
        deadline = channel_deadline < deadline ? channel_deadline : deadline;
    }
    return deadline;
}

void haul__resolver_after_poll(struct haul__resolver *resolver)
{
    int64_t now = haul_loop_now(resolver->loop);
    for (struct haul_list *link = resolver->channels.next; link != &resolver->channels; link = link->next)
        if (haul__channel_deadline(channel_of(link)) <= now)
            haul__channel_expire(channel_of(link));
    haul__searches_expire(&resolver->searches);
}
