/* A digest of texts and numbers, for marks: 128 bits of XXH3 over length-prefixed values, so that
 * no two lists of values run into one another. Not made to withstand an attacker, who could change
 * the input unseen anyway. */
#ifndef COSTAGG_RUN_MARK_DIGEST_H
#define COSTAGG_RUN_MARK_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct mark_digest {
    void *state; /* of the hash library */
};

void mark_digest_begin(struct mark_digest *digest);
void mark_digest_bytes(struct mark_digest *digest, const void *bytes, size_t length);
void mark_digest_text(struct mark_digest *digest, const char *text); /* NULL is a value */
void mark_digest_integer(struct mark_digest *digest, int64_t value);
void mark_digest_number(struct mark_digest *digest, double value);

/* 32 hexadecimal digits and NUL. Frees the digest. */
void mark_digest_end(struct mark_digest *digest, char text[33]);

#endif
