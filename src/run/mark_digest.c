#include "run/mark_digest.h"

#include <stdio.h>
#include <string.h>
#define XXH_INLINE_ALL
#define XXH_NO_INLINE_HINTS 1 /* builds for the debugger cannot inline the streaming calls */
#include <xxhash.h>

void mark_digest_begin(struct mark_digest *digest)
{
    digest->state = XXH3_createState();
    XXH3_128bits_reset(digest->state);
}

void mark_digest_bytes(struct mark_digest *digest, const void *bytes, size_t length)
{
    uint64_t prefix = length;
    XXH3_128bits_update(digest->state, &prefix, sizeof prefix);
    XXH3_128bits_update(digest->state, bytes, length);
}

void mark_digest_text(struct mark_digest *digest, const char *text)
{
    static const uint64_t absent = UINT64_MAX;
    if (text == NULL)
        XXH3_128bits_update(digest->state, &absent, sizeof absent);
    else
        mark_digest_bytes(digest, text, strlen(text));
}

void mark_digest_integer(struct mark_digest *digest, int64_t value)
{
    XXH3_128bits_update(digest->state, &value, sizeof value);
}

void mark_digest_number(struct mark_digest *digest, double value)
{
    XXH3_128bits_update(digest->state, &value, sizeof value);
}

void mark_digest_end(struct mark_digest *digest, char text[33])
{
    XXH128_hash_t hash = XXH3_128bits_digest(digest->state);
    XXH3_freeState(digest->state);
    snprintf(text, 33, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}
