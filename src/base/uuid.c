#include "base/uuid.h"

#include <string.h>

void uuid_v5_init(struct sha1 *hash, const unsigned char namespace[UUID_SIZE])
{
    sha1_init(hash);
    sha1_update(hash, namespace, UUID_SIZE);
}

void uuid_v5_finish(struct sha1 *hash, unsigned char uuid[UUID_SIZE])
{
    unsigned char digest[SHA1_SIZE];
    sha1_finish(hash, digest);
    digest[6] = (unsigned char)((digest[6] & 0x0f) | 0x50);
    digest[8] = (unsigned char)((digest[8] & 0x3f) | 0x80);
    memcpy(uuid, digest, UUID_SIZE);
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

char *uuid_format(const unsigned char uuid[UUID_SIZE], char text[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    text[8] = text[13] = text[18] = text[23] = '-';
    text[36] = '\0';
    for (int i = 0; i < UUID_SIZE; i++) {
        text[places[i]] = digits[uuid[i] >> 4];
        text[places[i] + 1] = digits[uuid[i] & 15];
    }
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
