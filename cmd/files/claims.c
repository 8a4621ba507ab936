#include "files/claims.h"

#include "output/text.h"

#include <haul/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { smallest_table = 64 };

/* What a file is called until it is whole, and what lies beside it then. */
static const char *const suffixes[] = {".part", ".part.validator"};

enum claim_kind { CLAIM_NONE, CLAIM_FILE, CLAIM_FOLDER };

struct claim {
    uint64_t hash;
    uint32_t kind;
    uint32_t next; /* the number that the next of this name tries first; of a folder that has given way its own */
};

void claims_finish(struct claims *claims)
{
    free(claims->table);
    *claims = (struct claims){0};
}

/* With a seed that nobody knows: names come from strangers. */
static uint64_t hash_of(const struct claims *claims, const char *path, size_t size)
{
    uint64_t value = claims->seed;
    for (size_t i = 0; i < size; i++) {
        value = (value ^ (unsigned char)path[i]) * 0x9e3779b97f4a7c15;
        value ^= value >> 29;
    }
    return value;
}

/* Where HASH stands, or would. */
static struct claim *place_of(struct claim *table, size_t capacity, uint64_t hash)
{
    size_t at = (size_t)hash & (capacity - 1);
    while (table[at].kind != CLAIM_NONE && table[at].hash != hash)
        at = (at + 1) & (capacity - 1);
    return &table[at];
}

static int grow(struct claims *claims)
{
    size_t capacity = claims->capacity > 0 ? 2 * claims->capacity : (size_t)smallest_table;
    struct claim *table = calloc(capacity, sizeof(*table));
    if (!table)
        return -ENOMEM;
    for (size_t i = 0; i < claims->capacity; i++)
        if (claims->table[i].kind != CLAIM_NONE)
            *place_of(table, capacity, claims->table[i].hash) = claims->table[i];
    if (claims->capacity == 0 && getrandom(&claims->seed, sizeof(claims->seed), 0) < 0)
        claims->seed = 0;
    free(claims->table);
    claims->table = table;
    claims->capacity = capacity;
    return 0;
}

/* Sees to room for one more. */
static int reserve(struct claims *claims)
{
    return claims->count < claims->capacity / 4 * 3 ? 0 : grow(claims);
}

static enum claim_kind kind_of(const struct claims *claims, const char *path, size_t size)
{
    return (enum claim_kind)place_of(claims->table, claims->capacity, hash_of(claims, path, size))->kind;
}

static int add(struct claims *claims, const struct text *path, enum claim_kind kind)
{
    int code = reserve(claims);
    if (code != 0)
        return code;
    uint64_t hash = hash_of(claims, path->bytes, path->size);
    *place_of(claims->table, claims->capacity, hash) = (struct claim){.hash = hash, .kind = kind, .next = 1};
    claims->count++;
    return 0;
}

/* Whether PATH with SUFFIX is another's, or the one without it. */
static bool is_taken_with(const struct claims *claims, struct text *path, const char *suffix)
{
    size_t size = path->size;
    size_t suffix_size = strlen(suffix);
    if (size > suffix_size && memcmp(path->bytes + size - suffix_size, suffix, suffix_size) == 0 &&
        kind_of(claims, path->bytes, size - suffix_size) == CLAIM_FILE)
        return true;
    text_append(path, suffix, suffix_size);
    bool is_taken = kind_of(claims, path->bytes, path->size) != CLAIM_NONE;
    path->size = size;
    path->bytes[size] = '\0';
    return is_taken;
}

/* Whether PATH is another file's, or what another file is called until it is whole. */
static bool is_taken(const struct claims *claims, struct text *path)
{
    bool is_it = kind_of(claims, path->bytes, path->size) != CLAIM_NONE;
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]) && !is_it; i++)
        is_it = is_taken_with(claims, path, suffixes[i]);
    return is_it;
}

static void append_suffix(struct text *path, uint32_t number)
{
    text_append(path, ".", 1);
    text_append_unsigned(path, number);
}

/* Ends PATH with a NUL that is not counted. */
static bool terminate(struct text *path)
{
    text_append(path, "", 1);
    if (path->failed)
        return false;
    path->size--;
    return true;
}

/* Notes with which number the next of a name begins, though the name itself was refused. */
static int note_next(struct claims *claims, uint64_t plain, uint32_t next)
{
    int code = reserve(claims);
    if (code != 0)
        return code;
    struct claim *claim = place_of(claims->table, claims->capacity, plain);
    if (claim->kind == CLAIM_NONE) {
        *claim = (struct claim){.hash = plain, .kind = CLAIM_FILE};
        claims->count++;
    }
    claim->next = next;
    return 0;
}

/* The claim of what PATH would be as a folder, which says what number it has where a file has its name: no path that is
 * taken ends with a slash. */
static uint64_t hash_of_folder(const struct claims *claims, struct text *path)
{
    path->bytes[path->size] = '/';
    uint64_t hash = hash_of(claims, path->bytes, path->size + 1);
    path->bytes[path->size] = '\0';
    return hash;
}

/* Finds a name for a folder that cannot have its own; PATH ends with a NUL. */
static int number_folder(struct claims *claims, struct text *path)
{
    size_t size = path->size;
    uint64_t hash = hash_of_folder(claims, path);
    const struct claim *given = place_of(claims->table, claims->capacity, hash);
    const struct claim *plain = place_of(claims->table, claims->capacity, hash_of(claims, path->bytes, size));
    bool is_given = given->kind != CLAIM_NONE;
    uint32_t number = is_given ? given->next : plain->kind == CLAIM_FILE ? plain->next : 1;
    do {
        path->size = size;
        append_suffix(path, number++);
        if (!terminate(path))
            return -ENOMEM;
    } while (!is_given && is_taken(claims, path) && number < UINT32_MAX);
    if (is_given)
        return 0;
    int code = add(claims, path, CLAIM_FOLDER);
    return code == 0 ? note_next(claims, hash, number - 1) : code;
}

/* Adds a folder to PATH, which ends with a NUL, or one with a number where a file has its name. */
static int take_folder(struct claims *claims, struct text *path)
{
    enum claim_kind kind = kind_of(claims, path->bytes, path->size);
    if (kind == CLAIM_FOLDER)
        return 0;
    if (kind == CLAIM_NONE && !is_taken(claims, path))
        return add(claims, path, CLAIM_FOLDER);
    return number_folder(claims, path);
}

static int take_file(struct claims *claims, struct text *path, claims_refuse_fn *refuse, void *data)
{
    uint64_t plain = hash_of(claims, path->bytes, path->size);
    size_t size = path->size;
    const struct claim *claim = place_of(claims->table, claims->capacity, plain);
    uint32_t number = claim->kind != CLAIM_NONE ? claim->next : 0;
    for (;; number++) {
        path->size = size;
        if (number > 0)
            append_suffix(path, number);
        if (!terminate(path))
            return -ENOMEM;
        if (!is_taken(claims, path) && !(refuse && refuse(data, path->bytes)))
            break;
        if (number == UINT32_MAX - 1)
            return HAUL_E_BUSY;
    }
    int code = add(claims, path, CLAIM_FILE);
    if (code != 0 || number == 0)
        return code;
    return note_next(claims, plain, number + 1);
}

int claims_take(struct claims *claims, const char *path, size_t size, claims_refuse_fn *refuse, void *data,
                struct text *ret_path)
{
    int code = reserve(claims);
    const char *end = path + size;
    for (const char *slash; code == 0 && (slash = memchr(path, '/', (size_t)(end - path))); path = slash + 1) {
        text_append(ret_path, path, (size_t)(slash - path));
        code = terminate(ret_path) ? take_folder(claims, ret_path) : -ENOMEM;
        text_append(ret_path, "/", 1);
    }
    text_append(ret_path, path, (size_t)(end - path));
    if (code == 0)
        code = terminate(ret_path) ? take_file(claims, ret_path, refuse, data) : -ENOMEM;
    return code == 0 && ret_path->failed ? -ENOMEM : code;
}

/* Adds what is not there yet. */
static int keep(struct claims *claims, const struct text *path, enum claim_kind kind)
{
    int code = path->failed ? -ENOMEM : reserve(claims);
    if (code != 0 || kind_of(claims, path->bytes, path->size) != CLAIM_NONE)
        return code;
    return add(claims, path, kind);
}

int claims_keep(struct claims *claims, const char *path, size_t size)
{
    struct text part = {0};
    const char *end = path + size;
    int code = 0;
    for (const char *slash; code == 0 && (slash = memchr(path, '/', (size_t)(end - path))); path = slash + 1) {
        text_append(&part, path, (size_t)(slash - path));
        code = keep(claims, &part, CLAIM_FOLDER);
        text_append(&part, "/", 1);
    }
    text_append(&part, path, (size_t)(end - path));
    if (code == 0)
        code = keep(claims, &part, CLAIM_FILE);
    text_finish(&part);
    return code;
}
