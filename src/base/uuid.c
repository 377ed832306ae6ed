#include "base/uuid.h"

#include <string.h>

void uuid_v5_init(struct sha1 *hash, const unsigned char namespace[UUID_SIZE])
{
    sha1_init(hash);
    sha1_update(hash, namespace, UUID_SIZE);
}

static void uuid_of_digest(unsigned char digest[SHA1_SIZE], unsigned char uuid[UUID_SIZE])
{
    digest[6] = (unsigned char)((digest[6] & 0x0f) | 0x50);
    digest[8] = (unsigned char)((digest[8] & 0x3f) | 0x80);
    memcpy(uuid, digest, UUID_SIZE);
}

void uuid_v5_finish(struct sha1 *hash, unsigned char uuid[UUID_SIZE])
{
    unsigned char digest[SHA1_SIZE];
    sha1_finish(hash, digest);
    uuid_of_digest(digest, uuid);
}

void uuid_v5_finish_each(const struct sha1 *prefix, unsigned char (*tails)[SHA1_TAIL], size_t count,
                         unsigned char (*uuids)[UUID_SIZE])
{
    enum { BLOCK = 32 };
    unsigned char digests[BLOCK][SHA1_SIZE];
    for (size_t at = 0; at < count; at += BLOCK) {
        size_t size = count - at < BLOCK ? count - at : BLOCK;
        sha1_finish_each(prefix, tails + at, size, digests);
        for (size_t i = 0; i < size; i++)
            uuid_of_digest(digests[i], uuids[at + i]);
    }
}

void uuid_v5(const unsigned char namespace[UUID_SIZE], const void *name, size_t length,
             unsigned char uuid[UUID_SIZE])
{
    struct sha1 hash;
    uuid_v5_init(&hash, namespace);
    sha1_update(&hash, name, length);
    uuid_v5_finish(&hash, uuid);
}

/* Where the 16 bytes stand among the 36 characters. */
static const unsigned char places[UUID_SIZE] = {0,  2,  4,  6,  9,  11, 14, 16,
                                                19, 21, 24, 26, 28, 30, 32, 34};

/* Two digits a byte. */
#define DIGITS(high)                                                                               \
    high "0" high "1" high "2" high "3" high "4" high "5" high "6" high "7" high "8" high "9" high \
         "a" high "b" high "c" high "d" high "e" high "f"

char *uuid_format(const unsigned char uuid[UUID_SIZE], char text[UUID_TEXT_SIZE])
{
    static const char digits[] = DIGITS("0") DIGITS("1") DIGITS("2") DIGITS("3") DIGITS("4")
        DIGITS("5") DIGITS("6") DIGITS("7") DIGITS("8") DIGITS("9") DIGITS("a") DIGITS("b")
            DIGITS("c") DIGITS("d") DIGITS("e") DIGITS("f");
    text[8] = text[13] = text[18] = text[23] = '-';
    text[36] = '\0';
#pragma GCC unroll 16
    for (int i = 0; i < UUID_SIZE; i++)
        memcpy(text + places[i], digits + 2 * uuid[i], 2);
    return text;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool uuid_parse(const char *text, size_t length, unsigned char uuid[UUID_SIZE])
{
    unsigned char parsed[UUID_SIZE];
    if (length != UUID_TEXT_SIZE - 1 || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
        text[23] != '-')
        return false;
    for (int i = 0; i < UUID_SIZE; i++) {
        int high = hex_value(text[places[i]]);
        int low = hex_value(text[places[i] + 1]);
        if (high < 0 || low < 0)
            return false;
        parsed[i] = (unsigned char)(high << 4 | low);
    }
    memcpy(uuid, parsed, UUID_SIZE);
    return true;
}
