#include "aggregate/usage_order.h"

#include "base/arena.h"
#include "base/uuid.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* The namespace of the uuids of this table. */
static const unsigned char uuid_namespace[UUID_SIZE] = {
    0x2c, 0x0e, 0x5b, 0x1d, 0x7a, 0x54, 0x5f, 0x6e, 0x9d, 0x41, 0x33, 0xc8, 0x8e, 0x12, 0x90, 0xd5};

enum { TEXT_PARTS = 10 };

/* XXH3 of a text, big-endian; zeros for null. */
struct text_digest {
    unsigned char bytes[16];
};

/* ---- the natural key ---- */

static void text_parts(const struct usage_row *row, uint32_t parts[TEXT_PARTS])
{
    const uint32_t ids[TEXT_PARTS] = {
        row->data_source,   row->namespace,        row->node,         row->persistentvolumeclaim,
        row->pod_labels,    row->persistentvolume, row->storageclass, row->csi_volume_handle,
        row->volume_labels, row->resource_id};
    memcpy(parts, ids, sizeof ids);
}

/* What follows the texts: whether the row is an unallocated one, and its category, null first. */
static void number_parts(const struct usage_row *row, uint32_t parts[2])
{
    parts[0] = row->infrastructure_usage_cost == TEXT_NULL;
    parts[1] = (uint32_t)row->cost_category_id ^ 0x80000000u;
}

int usage_order_compare(const struct usage_row *a, const struct usage_row *b,
                        const struct text_pool *texts)
{
    uint32_t left[TEXT_PARTS], right[TEXT_PARTS];
    text_parts(a, left);
    text_parts(b, right);
    for (int part = 0; part < TEXT_PARTS; part++)
        if (left[part] != right[part])
            return text_compare(text_pool_borrow(texts, left[part]),
                                text_pool_borrow(texts, right[part]));
    number_parts(a, left);
    number_parts(b, right);
    for (int part = 0; part < 2; part++)
        if (left[part] != right[part])
            return left[part] < right[part] ? -1 : 1;
    return 0;
}

/* ---- names ---- */

void usage_names_init(struct usage_names *names, const struct text_pool *texts)
{
    *names = (struct usage_names){.texts = texts};
}

void usage_names_close(struct usage_names *names)
{
    free(names->digests);
}

void usage_names_reset(struct usage_names *names)
{
    if (names->room > 0)
        memset(names->digests, 0, names->room * sizeof *names->digests);
}

static void cover_pool(struct usage_names *names)
{
    uint32_t room = names->texts->capacity;
    names->digests = memory_grow(names->digests, room * sizeof *names->digests);
    memset(names->digests + names->room, 0, (room - names->room) * sizeof *names->digests);
    names->room = room;
}

static struct text_digest digest_of(struct usage_names *names, uint32_t id)
{
    static const struct text_digest none;
    if (id == TEXT_NULL)
        return none;
    if (id >= names->room)
        cover_pool(names);
    struct text_digest *digest = &names->digests[id];
    if (memcmp(digest, &none, sizeof none) == 0) {
        struct text text = text_pool_borrow(names->texts, id);
        XXH128_canonicalFromHash((XXH128_canonical_t *)digest,
                                 XXH3_128bits(text.bytes, text.length));
    }
    return *digest;
}

/* Everything all rows of the day have in common is hashed once: with the uuid's namespace, source
 * and day (its NUL too) it is 63 bytes, and one more makes it a whole block of SHA-1. */
void usage_names_begin_day(struct usage_names *names, const struct usage_row *row)
{
    char day[CALENDAR_TEXT_SIZE];
    struct text source = text_pool_borrow(names->texts, row->source_uuid);
    uuid_v5_init(&names->day, uuid_namespace);
    sha1_update(&names->day, source.bytes, source.length);
    sha1_update(&names->day, calendar_format(row->usage_start, day), CALENDAR_TEXT_SIZE);
    sha1_update(&names->day, "", 1);
}

/* The digest of the texts' digests and the rest of the key. */
struct row_digest usage_names_digest(struct usage_names *names, const struct usage_row *row,
                                     uint32_t ordinal)
{
    struct {
        struct text_digest texts[TEXT_PARTS];
        uint32_t rest[4];
    } name = {.rest = {[2] = ordinal}};
    uint32_t parts[TEXT_PARTS];
    text_parts(row, parts);
    number_parts(row, name.rest);
    for (int part = 0; part < TEXT_PARTS; part++)
        name.texts[part] = digest_of(names, parts[part]);
    struct row_digest digest;
    XXH128_canonicalFromHash((XXH128_canonical_t *)&digest, XXH3_128bits(&name, sizeof name));
    return digest;
}

void usage_names_give(const struct usage_names *names, struct usage_row *rows,
                      struct row_digest *digests, size_t count)
{
    enum { BLOCK = 32 };
    unsigned char uuids[BLOCK][UUID_SIZE];
    for (size_t at = 0; at < count; at += BLOCK) {
        size_t size = count - at < BLOCK ? count - at : BLOCK;
        uuid_v5_finish_each(&names->day, &digests[at].bytes, size, uuids);
        for (size_t i = 0; i < size; i++)
            memcpy(rows[at + i].uuid, uuids[i], UUID_SIZE);
    }
}
