/* UUIDs: text form, and version 5 (RFC 9562), the same name giving the same UUID on every run.
 *
 * A UUID is 16 bytes in network order. A name too long to lie in one piece is hashed in pieces:
 *
 *     struct sha1 hash;
 *     uuid_v5_init(&hash, namespace);
 *     sha1_update(&hash, bytes, length);   ... as often as needed
 *     uuid_v5_finish(&hash, uuid);
 *
 * Pieces are not separated: callers that hash fields must make their borders unmistakable. */
#ifndef COSTAGG_BASE_UUID_H
#define COSTAGG_BASE_UUID_H

#include "base/sha1.h"

#include <stdbool.h>
#include <stddef.h>

enum { UUID_SIZE = 16, UUID_TEXT_SIZE = 37 /* 36 characters and their NUL */ };

void uuid_v5(const unsigned char namespace[UUID_SIZE], const void *name, size_t length,
             unsigned char uuid[UUID_SIZE]);

void uuid_v5_init(struct sha1 *hash, const unsigned char namespace[UUID_SIZE]);
void uuid_v5_finish(struct sha1 *hash, unsigned char uuid[UUID_SIZE]);

/* The same for many names that begin alike, with `prefix`, started as above, and end with 16 bytes
 * of their own; fast where the prefix is some whole blocks of SHA-1. */
void uuid_v5_finish_each(const struct sha1 *prefix, unsigned char (*tails)[SHA1_TAIL], size_t count,
                         unsigned char (*uuids)[UUID_SIZE]);

/* Writes "6ba7b810-9dad-11d1-80b4-00c04fd430c8", lower case; returns `text`. */
char *uuid_format(const unsigned char uuid[UUID_SIZE], char text[UUID_TEXT_SIZE]);

/* Reads the 36-character form, upper or lower case, from `length` bytes. False for anything else;
 * `uuid` is then unchanged. */
bool uuid_parse(const char *text, size_t length, unsigned char uuid[UUID_SIZE]);

#endif
