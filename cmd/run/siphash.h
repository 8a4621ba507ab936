/* SipHash-2-4: 64 bits that nobody can foresee who does not know the key, so that a list cannot be made to collide. */
#ifndef RUN_SIPHASH_H
#define RUN_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
    uint64_t words[2];
};

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t size);

#endif
