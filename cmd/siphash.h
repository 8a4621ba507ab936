/* SipHash-2-4: 64 bits that nobody can foresee who does not know the key, so that a list cannot be made to collide. */
#ifndef SIPHASH_H
#define SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
    uint64_t words[2];
};

/* One that nobody knows. Negative errno. */
int siphash_make_key(struct siphash_key *ret_key);

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t size);

struct siphash_words {
    uint64_t first;
    uint64_t second;
};

/* The same with 128 bits, which no two are expected to share. Its first 64 are not those of siphash(). */
struct siphash_words siphash_128(const struct siphash_key *key, const void *bytes, size_t size);

#endif
