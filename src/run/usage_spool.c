#include "run/usage_spool.h"

#include "base/arena.h"
#include "base/byte_buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_TEXT_BYTES = 8 << 20, WRITERS = 16 };

/* The texts of a line, which in the file are numbers: ids of spool->texts, or with this bit places
 * among the block's own. */
#define OWN_TEXT (UINT32_C(1) << 31)

static const size_t text_offsets[] = {
    offsetof(struct usage_line, namespace_name),
    offsetof(struct usage_line, node),
    offsetof(struct usage_line, resource_id),
    offsetof(struct usage_line, pod_labels),
    offsetof(struct usage_line, volume_labels),
    offsetof(struct usage_line, claim),
    offsetof(struct usage_line, volume),
    offsetof(struct usage_line, storageclass),
    offsetof(struct usage_line, csi_volume_handle),
};
enum { LINE_TEXTS = sizeof text_offsets / sizeof text_offsets[0] };

static uint32_t *text_of(struct usage_line *line, int text)
{
    return (uint32_t *)(void *)((char *)line + text_offsets[text]);
}

/* A block: lines, facts, lengths of its own texts, then their bytes. */
struct block {
    off_t offset;
    size_t line_count;
    size_t fact_count;
    size_t text_count;
    size_t text_bytes;
    bool present;
};

/* The numbers of a pool's texts. */
struct writer {
    const struct text_pool *texts;
    uint64_t serial;
    struct number_list numbers; /* by text id; 0: not asked for yet */
};

struct usage_spool {
    int file;
    struct period days;
    struct block *blocks; /* by cluster, then day */
    pthread_mutex_t lock; /* of what follows, while days are put */
    off_t end;
    struct text_pool texts; /* those in memory */
    struct writer writers[WRITERS];
    size_t writer_count; /* ever taken; of more than there is room for the oldest goes */
};

static void close_spool(void *resource)
{
    struct usage_spool *spool = resource;
    close(spool->file);
    for (size_t i = 0; i < WRITERS; i++)
        number_list_close(&spool->writers[i].numbers);
    text_pool_close(&spool->texts);
    pthread_mutex_destroy(&spool->lock);
}

bool usage_spool_open(size_t clusters, struct period days, struct arena *arena,
                      struct usage_spool **result, struct error *error)
{
    const char *folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0')
        folder = "/tmp";
    char *path = arena_printf(arena, "%s/costagg-XXXXXX", folder);
    int file = mkostemp(path, O_CLOEXEC);
    if (file < 0)
        return error_set(error, ERROR_NO_OUTPUT,
                         "%s: cannot create a temporary file (%s); set TMPDIR to a writable folder",
                         folder, strerror(errno));
    unlink(path);
    struct usage_spool *spool = arena_alloc(arena, sizeof *spool);
    size_t day_count = (size_t)(days.last - days.first + 1);
    spool->file = file;
    spool->days = days;
    spool->blocks = arena_alloc_array(arena, clusters * day_count, sizeof *spool->blocks);
    text_pool_init(&spool->texts);
    pthread_mutex_init(&spool->lock, NULL);
    arena_on_close(arena, close_spool, spool);
    *result = spool;
    return true;
}

static struct block *find_block(struct usage_spool *spool, size_t cluster, int32_t day)
{
    size_t day_count = (size_t)(spool->days.last - spool->days.first + 1);
    return &spool->blocks[cluster * day_count + (size_t)(day - spool->days.first)];
}

static bool write_all(int file, const char *bytes, size_t length, off_t offset, struct error *error)
{
    while (length > 0) {
        ssize_t written = pwrite(file, bytes, length, offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return error_set(error, ERROR_NO_OUTPUT,
                             "temporary file: cannot write (%s); free space in TMPDIR or set it to "
                             "another folder",
                             strerror(errno));
        bytes += written;
        length -= (size_t)written;
        offset += written;
    }
    return true;
}

static bool read_all(int file, char *bytes, size_t length, off_t offset, struct error *error)
{
    while (length > 0) {
        ssize_t got = pread(file, bytes, length, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return error_set(error, ERROR_INTERNAL, "temporary file: cannot read back (%s)",
                             got == 0 ? "it is too short" : strerror(errno));
        bytes += got;
        length -= (size_t)got;
        offset += got;
    }
    return true;
}

/* ---- putting ---- */

/* A day on its way into a block. */
struct packing {
    struct usage_spool *spool;
    struct writer *writer;
    struct number_list own; /* text ids of the block's own texts */
};

static struct writer *find_writer(struct usage_spool *spool, const struct text_pool *texts)
{
    struct writer *writer = NULL;
    for (size_t i = 0; i < WRITERS && writer == NULL; i++)
        if (spool->writers[i].texts == texts)
            writer = &spool->writers[i];
    if (writer == NULL)
        writer = &spool->writers[spool->writer_count++ % WRITERS];
    if (writer->serial != texts->serial)
        writer->numbers.count = 0;
    writer->texts = texts;
    writer->serial = texts->serial;
    number_list_cover(&writer->numbers, texts->count);
    return writer;
}

/* The id of a text in memory, or UINT32_MAX when there is no room for it. */
static uint32_t keep_text(struct usage_spool *spool, struct text text)
{
    if (spool->texts.bytes + text.length <= MOST_TEXT_BYTES)
        return text_pool_intern(&spool->texts, text.bytes, text.length);
    return text_pool_find(&spool->texts, text.bytes, text.length);
}

static uint32_t number_text(struct packing *packing, uint32_t id)
{
    uint32_t *number = &packing->writer->numbers.items[id];
    if (id == TEXT_NULL || *number != 0)
        return *number;
    *number = keep_text(packing->spool, text_pool_borrow(packing->writer->texts, id));
    if (*number == UINT32_MAX) {
        *number = OWN_TEXT | packing->own.count;
        number_list_add(&packing->own, id);
    }
    return *number;
}

static void pack_line(struct packing *packing, const struct usage_row *row, bool is_pod,
                      struct usage_line *line)
{
    *line = (struct usage_line){
        .namespace_name = row->namespace,
        .node = row->node,
        .resource_id = row->resource_id,
        .pod_labels = row->pod_labels,
        .volume_labels = row->volume_labels,
        .claim = row->persistentvolumeclaim,
        .volume = row->persistentvolume,
        .storageclass = row->storageclass,
        .csi_volume_handle = row->csi_volume_handle,
        .data_source = is_pod ? DATA_SOURCE_POD : DATA_SOURCE_STORAGE,
        .cost_category_id = row->cost_category_id,
        .effective_cpu_core_hours = row->pod_effective_usage_cpu_core_hours,
        .effective_memory_gib_hours = row->pod_effective_usage_memory_gigabyte_hours,
        .capacity_cpu_core_hours = row->node_capacity_cpu_core_hours,
        .capacity_memory_gib_hours = row->node_capacity_memory_gigabyte_hours,
        .claim_capacity_gib = row->persistentvolumeclaim_capacity_gigabyte,
    };
    for (int i = 0; i < LINE_TEXTS; i++)
        *text_of(line, i) = number_text(packing, *text_of(line, i));
}

static size_t block_size(const struct block *block)
{
    return block->line_count * sizeof(struct usage_line) +
           block->fact_count * sizeof(struct usage_fact) + block->text_count * sizeof(uint32_t) +
           block->text_bytes;
}

/* Puts the block's own texts behind what it has. The pool's ids forget their numbers, which mean
 * nothing to other blocks. */
static void pack_texts(struct packing *packing, struct block *block, struct byte_buffer *bytes)
{
    const struct text_pool *texts = packing->writer->texts;
    block->text_count = packing->own.count;
    for (uint32_t i = 0; i < packing->own.count; i++) {
        struct text text = text_pool_borrow(texts, packing->own.items[i]);
        byte_buffer_append(bytes, &text.length, sizeof text.length);
        block->text_bytes += text.length;
    }
    for (uint32_t i = 0; i < packing->own.count; i++) {
        struct text text = text_pool_borrow(texts, packing->own.items[i]);
        byte_buffer_append(bytes, text.bytes, text.length);
        packing->writer->numbers.items[packing->own.items[i]] = 0;
    }
}

/* Lays a day out as it lies in the file. */
static void pack_day(struct usage_spool *spool, const struct usage_day *day, struct block *block,
                     struct byte_buffer *bytes)
{
    const struct usage_row *rows = day->rows.rows;
    const struct usage_fact *facts = day->facts.rows;
    struct packing packing = {.spool = spool, .writer = find_writer(spool, day->rows.texts)};
    uint32_t pod = text_pool_find(day->rows.texts, "Pod", strlen("Pod"));
    *block = (struct block){
        .line_count = day->rows.count, .fact_count = day->facts.count, .present = true};
    byte_buffer_reserve(bytes, block_size(block));
    for (size_t i = 0; i < day->rows.count; i++) {
        struct usage_line line;
        pack_line(&packing, &rows[i], rows[i].data_source == pod, &line);
        byte_buffer_append(bytes, &line, sizeof line);
    }
    for (size_t i = 0; i < day->facts.count; i++) {
        const struct usage_fact fact = {.usage_start = facts[i].usage_start,
                                        .fact = number_text(&packing, facts[i].fact),
                                        .value = number_text(&packing, facts[i].value)};
        byte_buffer_append(bytes, &fact, sizeof fact);
    }
    pack_texts(&packing, block, bytes);
    number_list_close(&packing.own);
}

bool usage_spool_put(struct usage_spool *spool, size_t cluster, const struct usage_day *day,
                     struct error *error)
{
    struct byte_buffer bytes = {0};
    struct block block;
    pthread_mutex_lock(&spool->lock);
    pack_day(spool, day, &block, &bytes);
    block.offset = spool->end;
    spool->end += (off_t)bytes.length;
    pthread_mutex_unlock(&spool->lock);
    bool done =
        write_all(spool->file, (const char *)bytes.bytes, bytes.length, block.offset, error);
    *find_block(spool, cluster, day->day) = block;
    byte_buffer_close(&bytes);
    return done;
}

/* ---- getting ---- */

void usage_spool_reader_init(struct usage_spool_reader *reader, struct usage_spool *spool,
                             struct text_pool *texts)
{
    *reader = (struct usage_spool_reader){.spool = spool, .texts = texts};
}

void usage_spool_reader_close(struct usage_spool_reader *reader)
{
    number_list_close(&reader->ids);
}

/* Interns the texts at the end of a block; returns their ids. */
static const uint32_t *unpack_texts(const struct block *block, const char *from,
                                    struct text_pool *texts, struct arena *arena)
{
    uint32_t *ids = arena_alloc_array(arena, block->text_count, sizeof *ids);
    const char *bytes = from + block->text_count * sizeof(uint32_t);
    for (size_t i = 0; i < block->text_count; i++) {
        uint32_t length;
        memcpy(&length, from + i * sizeof length, sizeof length);
        ids[i] = text_pool_intern(texts, bytes, length);
        bytes += length;
    }
    return ids;
}

static uint32_t id_of(struct usage_spool_reader *reader, const uint32_t *own, uint32_t number)
{
    if ((number & OWN_TEXT) != 0)
        return own[number ^ OWN_TEXT];
    uint32_t *id = &reader->ids.items[number];
    if (*id == 0 && number != TEXT_NULL) {
        struct text text = text_pool_borrow(&reader->spool->texts, number);
        *id = text_pool_intern(reader->texts, text.bytes, text.length);
    }
    return *id;
}

bool usage_spool_get(struct usage_spool_reader *reader, size_t cluster, int32_t day,
                     struct arena *arena, struct spooled_day *result, struct error *error)
{
    const struct block *block = find_block(reader->spool, cluster, day);
    *result = (struct spooled_day){0};
    if (!block->present)
        return true;
    char *bytes = arena_alloc(arena, block_size(block));
    TRY(read_all(reader->spool->file, bytes, block_size(block), block->offset, error));
    struct usage_line *lines = (struct usage_line *)(void *)bytes;
    struct usage_fact *facts = (struct usage_fact *)(void *)(lines + block->line_count);
    const uint32_t *own =
        unpack_texts(block, (const char *)(facts + block->fact_count), reader->texts, arena);
    if (reader->serial != reader->texts->serial)
        reader->ids.count = 0;
    reader->serial = reader->texts->serial;
    number_list_cover(&reader->ids, reader->spool->texts.count);
    for (size_t i = 0; i < block->line_count; i++)
        for (int text = 0; text < LINE_TEXTS; text++)
            *text_of(&lines[i], text) = id_of(reader, own, *text_of(&lines[i], text));
    for (size_t i = 0; i < block->fact_count; i++) {
        facts[i].fact = id_of(reader, own, facts[i].fact);
        facts[i].value = id_of(reader, own, facts[i].value);
    }
    *result = (struct spooled_day){lines, block->line_count, facts, block->fact_count};
    return true;
}
