#include "run/verdict.h"

#include <haul/error.h>
#include <haul/result.h>

#include <string.h>

enum { most = 1000000000 };

/* Indexed by enum fail_on_kind. */
static const char *const kinds[] = {"http", "error", "never"};
static const size_t kind_count = sizeof(kinds) / sizeof(kinds[0]);

const char verdict_race_lost[] = "race lost";

static bool is_word(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

/* N or N% */
static bool read_limit(const char *text, size_t size, struct fail_on *fail_on)
{
    bool is_share = size > 0 && text[size - 1] == '%';
    size_t limit = 0;
    size -= is_share;
    if (size == 0)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        limit = limit * 10 + (size_t)(text[i] - '0');
        if (limit > (is_share ? 100 : most))
            return false;
    }
    fail_on->limit = limit;
    fail_on->is_share = is_share;
    return true;
}

int fail_on_parse(const char *text, struct fail_on *ret_fail_on)
{
    struct fail_on fail_on = {0};
    bool has_kind = false;
    bool has_limit = false;
    for (;;) {
        size_t size = strcspn(text, ",");
        size_t kind = 0;
        while (kind < kind_count && !is_word(text, size, kinds[kind]))
            kind++;
        if (kind < kind_count && !has_kind) {
            fail_on.kind = (enum fail_on_kind)kind;
            has_kind = true;
        } else if (is_word(text, size, "empty")) {
            fail_on.is_empty = true;
        } else if (!has_limit && read_limit(text, size, &fail_on)) {
            has_limit = true;
        } else {
            return HAUL_E_INVALID;
        }
        if (text[size] == '\0')
            break;
        text += size + 1;
    }
    if (has_limit && fail_on.kind == FAIL_ON_NEVER)
        return HAUL_E_INVALID;
    *ret_fail_on = fail_on;
    return 0;
}

void verdict_init(struct verdict *verdict, const struct verdict_rules *rules)
{
    *verdict = (struct verdict){.rules = *rules};
}

void verdict_apply(struct verdict *verdict, struct haul_result *result)
{
    if (!verdict->rules.is_race || !result->ok)
        return;
    if (verdict->ok == 0 && !verdict->winner)
        verdict->winner = result;
    if (verdict->winner == result)
        return;
    result->ok = false;
    result->error_class = HAUL_CLASS_CANCELLED;
    result->message = verdict_race_lost;
}

static bool counts(const struct fail_on *fail_on, const struct haul_result *result)
{
    if (result->ok || fail_on->kind == FAIL_ON_NEVER)
        return false;
    return fail_on->kind == FAIL_ON_HTTP || result->error_class != HAUL_CLASS_HTTP;
}

void verdict_count(struct verdict *verdict, const struct haul_result *result)
{
    if (verdict->winner == result)
        verdict->winner = NULL;
    if (result->error_class == HAUL_CLASS_CANCELLED)
        return;
    verdict->judged++;
    verdict->ok += result->ok;
    verdict->failed += counts(&verdict->rules.fail_on, result);
}

void verdict_count_done(struct verdict *verdict)
{
    verdict->judged++;
    verdict->ok++;
}

bool verdict_has_failed(const struct verdict *verdict)
{
    const struct fail_on *fail_on = &verdict->rules.fail_on;
    return !fail_on->is_share && verdict->failed > fail_on->limit;
}

bool verdict_has_ok(const struct verdict *verdict)
{
    return verdict->ok > 0;
}

bool verdict_is_failure(const struct verdict *verdict)
{
    const struct fail_on *fail_on = &verdict->rules.fail_on;
    if (verdict->rules.is_race)
        return verdict->ok == 0;
    if (verdict->judged == 0)
        return fail_on->is_empty;
    if (fail_on->is_share)
        return verdict->failed * 100 > (uint64_t)fail_on->limit * verdict->judged;
    return verdict->failed > fail_on->limit;
}
