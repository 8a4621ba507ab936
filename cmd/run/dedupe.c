#include "run/dedupe.h"

#include "hash_table.h"
#include "input/line_request.h"
#include "message.h"
#include "output/text.h"
#include "run/entry.h"
#include "run/facts.h"
#include "run/ledger.h"
#include "siphash.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A first occurrence that is in flight. */
struct flight {
    uint64_t hash;
    uint64_t check;
    struct entry *waiting; /* those that wait with it, chained */
    struct entry *last;
};

/* What the word of a hash is: 0, where nothing is known; the place of its facts, times two, plus two; or the address of
 * its flight, plus one. */
struct dedupe {
    struct siphash_key key;
    struct hash_table *table;
    struct ledger *ledger;
    struct text request; /* what the entry at hand asks for, kept for its memory */
    struct text facts;   /* of the one that was settled last, or is read */
    bool has_told;       /* why the file cannot be written */
};

int dedupe_create(const char *directory, struct dedupe **ret_dedupe)
{
    struct dedupe *dedupe = calloc(1, sizeof(*dedupe));
    if (!dedupe)
        return -ENOMEM;
    int code = siphash_make_key(&dedupe->key);
    if (code == 0)
        code = hash_table_create(&dedupe->table);
    if (code == 0)
        code = ledger_create(directory, &dedupe->ledger);
    if (code != 0) {
        dedupe_destroy(dedupe);
        return code;
    }
    *ret_dedupe = dedupe;
    return 0;
}

static uint64_t word_of_flight(const struct flight *flight)
{
    return (uint64_t)(uintptr_t)flight + 1;
}

static struct flight *flight_of(uint64_t word)
{
    return word % 2 == 1 ? (struct flight *)(uintptr_t)(word - 1) : NULL;
}

static uint64_t word_of_place(uint64_t place)
{
    return place * 2 + 2;
}

static uint64_t place_of(uint64_t word)
{
    return (word - 2) / 2;
}

static void end_flight(void *data, uint64_t word)
{
    (void)data;
    free(flight_of(word));
}

void dedupe_destroy(struct dedupe *dedupe)
{
    if (!dedupe)
        return;
    if (dedupe->table)
        hash_table_each(dedupe->table, end_flight, NULL);
    hash_table_destroy(dedupe->table);
    ledger_destroy(dedupe->ledger);
    text_finish(&dedupe->request);
    text_finish(&dedupe->facts);
    free(dedupe);
}

/* What the entry asks for, as bytes. A fragment is not sent. */
static int describe(struct dedupe *dedupe, const struct entry *entry)
{
    struct text *text = &dedupe->request;
    const char *url = haul_url_text(entry->url);
    text_clear(text);
    text_append(text, url, strcspn(url, "#"));
    /* No URL has a newline in it. */
    text_append_string(text, "\n");
    if (entry->request)
        line_request_describe(entry->request, text);
    return text->failed ? -ENOMEM : 0;
}

/* Reads the facts at PLACE; false in *RET_IS_THIS: they are of another that has the same hash. */
static int read_facts(struct dedupe *dedupe, uint64_t place, uint64_t check, bool *ret_is_this)
{
    char head[FACTS_HEAD];
    int code = ledger_read(dedupe->ledger, place, head, sizeof(head));
    if (code != 0)
        return code;
    *ret_is_this = facts_check(head) == check;
    if (!*ret_is_this)
        return 0;
    text_clear(&dedupe->facts);
    char *facts = text_reserve(&dedupe->facts, facts_size(head));
    if (!facts)
        return -ENOMEM;
    dedupe->facts.size = facts_size(head);
    return ledger_read(dedupe->ledger, place, facts, facts_size(head));
}

static int begin_flight(struct entry *entry, struct siphash_words hash, uint64_t *word)
{
    struct flight *flight = malloc(sizeof(*flight));
    if (!flight)
        return -ENOMEM;
    *flight = (struct flight){.hash = hash.first, .check = hash.second};
    entry->flight = flight;
    *word = word_of_flight(flight);
    return 0;
}

static void join_flight(struct flight *flight, struct entry *entry)
{
    if (flight->last)
        flight->last->twin = entry;
    else
        flight->waiting = entry;
    flight->last = entry;
}

int dedupe_enter(struct dedupe *dedupe, struct entry *entry, bool *ret_is_waiting)
{
    uint64_t *word;
    int code = describe(dedupe, entry);
    if (code != 0)
        return code;
    struct siphash_words hash = siphash_128(&dedupe->key, dedupe->request.bytes, dedupe->request.size);
    code = hash_table_put(dedupe->table, hash.first, &word);
    if (code != 0)
        return code;
    *ret_is_waiting = false;
    if (*word == 0)
        return begin_flight(entry, hash, word);
    struct flight *flight = flight_of(*word);
    bool is_this = flight && flight->check == hash.second;
    if (flight && is_this) {
        join_flight(flight, entry);
        *ret_is_waiting = true;
    } else if (!flight) {
        code = read_facts(dedupe, place_of(*word), hash.second, &is_this);
        if (code == 0 && is_this)
            code = dedupe_answer(dedupe, entry);
    }
    return code;
}

/* Once: those that are in flight find the same. */
static void tell_unwritable(struct dedupe *dedupe, int code)
{
    if (!dedupe->has_told && code != -ENOMEM)
        message("cannot write the file for --dedupe: %s", haul_error_message(code));
    dedupe->has_told = true;
}

/* Puts the facts of the flight away; a run that was cut short knows none. The flight is not known any more then. */
static int put_away(struct dedupe *dedupe, const struct flight *flight, const struct haul_result *result)
{
    uint64_t *word;
    uint64_t place;
    int code = hash_table_put(dedupe->table, flight->hash, &word);
    if (code == 0 && result->error_class == HAUL_CLASS_CANCELLED) {
        *word = 0;
        return 0;
    }
    if (code != 0)
        return code;
    code = ledger_append(dedupe->ledger, dedupe->facts.bytes, dedupe->facts.size, &place);
    if (code == 0)
        *word = word_of_place(place);
    else
        tell_unwritable(dedupe, code);
    return code;
}

int dedupe_settle(struct dedupe *dedupe, struct entry *entry, struct entry **ret_waiting)
{
    struct flight *flight = entry->flight;
    *ret_waiting = NULL;
    if (!flight)
        return 0;
    text_clear(&dedupe->facts);
    int code = facts_write(&dedupe->facts, flight->check, entry);
    if (code == 0)
        code = put_away(dedupe, flight, entry->result);
    if (code != 0)
        return code;
    *ret_waiting = flight->waiting;
    entry->flight = NULL;
    free(flight);
    return 0;
}

int dedupe_answer(struct dedupe *dedupe, struct entry *entry)
{
    return facts_read(dedupe->facts.bytes, entry);
}
