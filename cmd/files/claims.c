#include "files/claims.h"

#include "hash_table.h"
#include "output/text.h"

#include <haul/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a file is called until it is whole, and what lies beside it then. */
static const char *const suffixes[] = {".part", ".part.validator"};

enum claim_kind { CLAIM_NONE, CLAIM_FILE, CLAIM_FOLDER };

/* What a hash in the table stands for, as it is in a word of it. */
struct claim {
    uint32_t kind;
    uint32_t next; /* the number that the next of this name tries first; of a folder that has given way its own */
};

int claims_init(struct claims *claims)
{
    *claims = (struct claims){0};
    int code = siphash_make_key(&claims->key);
    return code == 0 ? hash_table_create(&claims->table) : code;
}

void claims_finish(struct claims *claims)
{
    hash_table_destroy(claims->table);
    *claims = (struct claims){0};
}

static uint64_t hash_of(const struct claims *claims, const struct text *path)
{
    return siphash(&claims->key, path->bytes, path->size);
}

static struct claim claim_of(const struct claims *claims, uint64_t hash)
{
    uint64_t word = hash_table_look_up(claims->table, hash);
    return (struct claim){.kind = (uint32_t)word, .next = (uint32_t)(word >> 32)};
}

static int put(struct claims *claims, uint64_t hash, struct claim claim)
{
    uint64_t *word;
    int code = hash_table_put(claims->table, hash, &word);
    if (code == 0)
        *word = (uint64_t)claim.next << 32 | claim.kind;
    return code;
}

static int add(struct claims *claims, uint64_t hash, enum claim_kind kind)
{
    return put(claims, hash, (struct claim){.kind = kind, .next = 1});
}

static enum claim_kind kind_of(const struct claims *claims, uint64_t hash)
{
    return (enum claim_kind)claim_of(claims, hash).kind;
}

/* Whether PATH with SUFFIX is another's, or the one without it. */
static bool is_taken_with(const struct claims *claims, struct text *path, const char *suffix)
{
    size_t size = path->size;
    size_t suffix_size = strlen(suffix);
    if (size > suffix_size && memcmp(path->bytes + size - suffix_size, suffix, suffix_size) == 0 &&
        kind_of(claims, siphash(&claims->key, path->bytes, size - suffix_size)) == CLAIM_FILE)
        return true;
    text_append(path, suffix, suffix_size);
    bool is_taken = kind_of(claims, hash_of(claims, path)) != CLAIM_NONE;
    path->size = size;
    path->bytes[size] = '\0';
    return is_taken;
}

/* Whether PATH, which has this hash, is another file's, or what another file is called until it is whole. */
static bool is_taken(const struct claims *claims, uint64_t hash, struct text *path)
{
    bool is_it = kind_of(claims, hash) != CLAIM_NONE;
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
    struct claim claim = claim_of(claims, plain);
    return put(claims, plain, (struct claim){claim.kind != CLAIM_NONE ? claim.kind : CLAIM_FILE, next});
}

/* The claim of what PATH would be as a folder, which says what number it has where a file has its name: no path that is
 * taken ends with a slash. */
static uint64_t hash_of_folder(const struct claims *claims, struct text *path)
{
    path->bytes[path->size] = '/';
    uint64_t hash = siphash(&claims->key, path->bytes, path->size + 1);
    path->bytes[path->size] = '\0';
    return hash;
}

/* Finds a name for a folder that cannot have its own; PATH ends with a NUL. */
static int number_folder(struct claims *claims, struct text *path)
{
    size_t size = path->size;
    uint64_t hash;
    uint64_t hash_as_folder = hash_of_folder(claims, path);
    struct claim given = claim_of(claims, hash_as_folder);
    struct claim plain = claim_of(claims, hash_of(claims, path));
    bool is_given = given.kind != CLAIM_NONE;
    uint32_t number = is_given ? given.next : plain.kind == CLAIM_FILE ? plain.next : 1;
    do {
        path->size = size;
        append_suffix(path, number++);
        if (!terminate(path))
            return -ENOMEM;
        hash = hash_of(claims, path);
    } while (!is_given && is_taken(claims, hash, path) && number < UINT32_MAX);
    if (is_given)
        return 0;
    int code = add(claims, hash, CLAIM_FOLDER);
    return code == 0 ? note_next(claims, hash_as_folder, number - 1) : code;
}

/* Adds a folder to PATH, which ends with a NUL, or one with a number where a file has its name. */
static int take_folder(struct claims *claims, struct text *path)
{
    uint64_t hash = hash_of(claims, path);
    if (kind_of(claims, hash) == CLAIM_FOLDER)
        return 0;
    if (!is_taken(claims, hash, path))
        return add(claims, hash, CLAIM_FOLDER);
    return number_folder(claims, path);
}

static int take_file(struct claims *claims, struct text *path, claims_refuse_fn *refuse, void *data)
{
    uint64_t plain = hash_of(claims, path);
    uint64_t hash = plain;
    size_t size = path->size;
    struct claim claim = claim_of(claims, plain);
    uint32_t number = claim.kind != CLAIM_NONE ? claim.next : 0;
    for (;; number++) {
        if (number > 0) {
            path->size = size;
            append_suffix(path, number);
            if (!terminate(path))
                return -ENOMEM;
            hash = hash_of(claims, path);
        }
        if (!is_taken(claims, hash, path) && !(refuse && refuse(data, path->bytes)))
            break;
        if (number == UINT32_MAX - 1)
            return HAUL_E_BUSY;
    }
    int code = add(claims, hash, CLAIM_FILE);
    if (code != 0 || number == 0)
        return code;
    return note_next(claims, plain, number + 1);
}

int claims_take(struct claims *claims, const char *path, size_t size, claims_refuse_fn *refuse, void *data,
                struct text *ret_path)
{
    int code = 0;
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
    if (path->failed)
        return -ENOMEM;
    uint64_t hash = hash_of(claims, path);
    return kind_of(claims, hash) == CLAIM_NONE ? add(claims, hash, kind) : 0;
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
