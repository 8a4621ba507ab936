#include "siphash.h"

#include <errno.h>
#include <sys/random.h>

enum { word_size = 8, rounds_for_a_word = 2, rounds_at_the_end = 4, mode_of_128 = 0xee, second_of_128 = 0xdd };

struct state {
    uint64_t v0;
    uint64_t v1;
    uint64_t v2;
    uint64_t v3;
};

int siphash_make_key(struct siphash_key *ret_key)
{
    struct siphash_key key;
    if (getrandom(&key, sizeof(key), 0) != (ssize_t)sizeof(key))
        return errno > 0 ? -errno : -EIO;
    *ret_key = key;
    return 0;
}

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void mix(struct state *state, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        state->v0 += state->v1;
        state->v2 += state->v3;
        state->v1 = rotate(state->v1, 13) ^ state->v0;
        state->v3 = rotate(state->v3, 16) ^ state->v2;
        state->v0 = rotate(state->v0, 32);
        state->v2 += state->v1;
        state->v0 += state->v3;
        state->v1 = rotate(state->v1, 17) ^ state->v2;
        state->v3 = rotate(state->v3, 21) ^ state->v0;
        state->v2 = rotate(state->v2, 32);
    }
}

static void absorb(struct state *state, uint64_t word)
{
    state->v3 ^= word;
    mix(state, rounds_for_a_word);
    state->v0 ^= word;
}

/* Little-endian, whatever the machine. Written out it is one load where the machine is so as well. */
static uint64_t read_word(const unsigned char *bytes)
{
    return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 | (uint64_t)bytes[3] << 24 |
           (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 | (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

/* The last SIZE bytes, fewer than 8. */
static uint64_t read_rest(const unsigned char *bytes, size_t size)
{
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

/* The state when all has been absorbed. MODE is in it from the begin. */
static struct state absorb_all(const struct siphash_key *key, uint64_t mode, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    struct state state = {
        key->words[0] ^ 0x736f6d6570736575,
        key->words[1] ^ 0x646f72616e646f6d ^ mode,
        key->words[0] ^ 0x6c7967656e657261,
        key->words[1] ^ 0x7465646279746573,
    };
    size_t left = size;
    for (; left >= word_size; left -= word_size, at += word_size)
        absorb(&state, read_word(at));
    absorb(&state, (uint64_t)size << 56 | read_rest(at, left));
    return state;
}

static uint64_t squeeze(struct state *state)
{
    mix(state, rounds_at_the_end);
    return state->v0 ^ state->v1 ^ state->v2 ^ state->v3;
}

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t size)
{
    struct state state = absorb_all(key, 0, bytes, size);
    state.v2 ^= 0xff;
    return squeeze(&state);
}

struct siphash_words siphash_128(const struct siphash_key *key, const void *bytes, size_t size)
{
    struct siphash_words words;
    struct state state = absorb_all(key, mode_of_128, bytes, size);
    state.v2 ^= mode_of_128;
    words.first = squeeze(&state);
    state.v1 ^= second_of_128;
    words.second = squeeze(&state);
    return words;
}
