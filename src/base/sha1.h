/* SHA-1 (FIPS 180-4), for names only: version 5 UUIDs are made of it. Never for security.
 *
 * Pieces may be added in any sizes. On x86-64 processors with SHA instructions those are used,
 * chosen at run time; the digest is the same. Nothing fails and nothing is allocated; a started
 * hash may be copied as a struct to share a prefix. */
#ifndef COSTAGG_BASE_SHA1_H
#define COSTAGG_BASE_SHA1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA1_SIZE = 20, SHA1_BLOCK = 64, SHA1_TAIL = 16 };

struct sha1 {
    uint32_t state[5];
    uint64_t length;                 /* bytes so far */
    unsigned char block[SHA1_BLOCK]; /* the unfinished block */
};

void sha1_init(struct sha1 *sha1);
void sha1_update(struct sha1 *sha1, const void *bytes, size_t length);

/* Writes the digest; the hash must be started again before further use. */
void sha1_finish(struct sha1 *sha1, unsigned char digest[SHA1_SIZE]);

/* The digests of `count` messages that begin with `prefix` and end with 16 bytes of their own;
 * faster than one by one where the prefix is some whole blocks. */
void sha1_finish_each(const struct sha1 *prefix, unsigned char (*tails)[SHA1_TAIL], size_t count,
                      unsigned char (*digests)[SHA1_SIZE]);

/* For tests: true makes every thread use the portable code. */
void sha1_force_portable(bool portable);

#endif
