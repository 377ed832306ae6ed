#include "run/usage_spool.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The columns of usage_state.def: texts and integers of four bytes, then numbers of eight. */
#define TAKE_TEXT(name)    offsetof(struct usage_row, name),
#define TAKE_INTEGER(name) offsetof(struct usage_row, name),
#define TAKE_NUMERIC(name)
#define TAKE_DAY(name)
#define STATE_COLUMN(name, kind) TAKE_##kind(name)
static const size_t text_offsets[] = {
#include "run/usage_state.def"
};
#undef TAKE_TEXT
#undef TAKE_INTEGER
#undef TAKE_NUMERIC
#define TAKE_TEXT(name)
#define TAKE_INTEGER(name)
#define TAKE_NUMERIC(name) offsetof(struct usage_row, name),
static const size_t number_offsets[] = {
#include "run/usage_state.def"
};

enum {
    WORDS = sizeof text_offsets / sizeof text_offsets[0],
    NUMBERS = sizeof number_offsets / sizeof number_offsets[0],
};

struct packed_row {
    uint32_t words[WORDS];
    double numbers[NUMBERS];
};

struct packed_fact {
    uint32_t fact;
    uint32_t value;
};

/* A block: text_count lengths, rows, facts, then the bytes of the texts. Text 0 is null. */
struct block {
    off_t offset;
    size_t text_count; /* null not counted */
    size_t text_bytes;
    size_t row_count;
    size_t fact_count;
    bool present;
};

struct usage_spool {
    int file;
    struct period days;
    struct block *blocks; /* by cluster, then day */
    pthread_mutex_t lock;
    off_t end;
};

static bool is_integer(size_t offset)
{
    return offset == offsetof(struct usage_row, report_period_id) ||
           offset == offsetof(struct usage_row, cost_category_id);
}

static void close_spool(void *resource)
{
    struct usage_spool *spool = resource;
    close(spool->file);
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

/* Numbers the texts of one block from 1 on. */
struct numbering {
    uint32_t *number_of; /* by pool id; 0: not yet, and null */
    uint32_t *ids;
    uint32_t count;
};

static uint32_t number_text(struct numbering *numbering, uint32_t id)
{
    if (id == TEXT_NULL)
        return 0;
    if (numbering->number_of[id] == 0) {
        numbering->ids[numbering->count++] = id;
        numbering->number_of[id] = numbering->count;
    }
    return numbering->number_of[id];
}

static void pack_row(const struct usage_row *row, struct numbering *numbering,
                     struct packed_row *packed)
{
    const char *bytes = (const char *)row;
    for (int i = 0; i < WORDS; i++) {
        memcpy(&packed->words[i], bytes + text_offsets[i], sizeof packed->words[i]);
        if (!is_integer(text_offsets[i]))
            packed->words[i] = number_text(numbering, packed->words[i]);
    }
    for (int i = 0; i < NUMBERS; i++)
        memcpy(&packed->numbers[i], bytes + number_offsets[i], sizeof packed->numbers[i]);
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

static size_t block_size(const struct block *block)
{
    return block->row_count * sizeof(struct packed_row) +
           block->fact_count * sizeof(struct packed_fact) + block->text_count * sizeof(uint32_t) +
           block->text_bytes;
}

/* Lays a day out as it lies in the file; the bytes are in `arena`. */
static char *pack_day(const struct usage_day *day, struct block *block, struct arena *arena)
{
    const struct text_pool *texts = day->rows.texts;
    struct numbering numbering = {arena_alloc_array(arena, texts->count, sizeof(uint32_t)),
                                  arena_alloc_array(arena, texts->count, sizeof(uint32_t)), 0};
    struct packed_row *rows = arena_alloc_array(arena, day->rows.count, sizeof *rows);
    for (size_t i = 0; i < day->rows.count; i++)
        pack_row((const struct usage_row *)day->rows.rows + i, &numbering, &rows[i]);
    struct packed_fact *facts = arena_alloc_array(arena, day->facts.count, sizeof *facts);
    for (size_t i = 0; i < day->facts.count; i++) {
        const struct usage_fact *fact = (const struct usage_fact *)day->facts.rows + i;
        facts[i] = (struct packed_fact){number_text(&numbering, fact->fact),
                                        number_text(&numbering, fact->value)};
    }
    *block = (struct block){.text_count = numbering.count,
                            .row_count = day->rows.count,
                            .fact_count = day->facts.count,
                            .present = true};
    for (uint32_t i = 0; i < numbering.count; i++)
        block->text_bytes += text_pool_borrow(texts, numbering.ids[i]).length;
    char *bytes = arena_alloc(arena, block_size(block));
    char *to = mempcpy(bytes, rows, block->row_count * sizeof *rows);
    to = mempcpy(to, facts, block->fact_count * sizeof *facts);
    for (uint32_t i = 0; i < numbering.count; i++)
        to = mempcpy(to, &texts->texts[numbering.ids[i]].length, sizeof(uint32_t));
    for (uint32_t i = 0; i < numbering.count; i++) {
        struct text text = text_pool_borrow(texts, numbering.ids[i]);
        to = mempcpy(to, text.bytes, text.length);
    }
    return bytes;
}

bool usage_spool_put(struct usage_spool *spool, size_t cluster, const struct usage_day *day,
                     struct error *error)
{
    struct arena arena;
    struct block block;
    arena_init(&arena);
    const char *bytes = pack_day(day, &block, &arena);
    size_t size = block_size(&block);
    pthread_mutex_lock(&spool->lock);
    block.offset = spool->end;
    spool->end += (off_t)size;
    pthread_mutex_unlock(&spool->lock);
    bool done = write_all(spool->file, bytes, size, block.offset, error);
    *find_block(spool, cluster, day->day) = block;
    arena_close(&arena);
    return done;
}

static void unpack_row(const struct packed_row *packed, const uint32_t *ids, int32_t day,
                       struct usage_row *row)
{
    char *bytes = (char *)row;
    for (size_t i = 0; i < usage_table.column_count; i++) {
        const double null = MEASURE_NULL;
        if (usage_table.columns[i].kind == COLUMN_NUMERIC)
            memcpy(bytes + usage_table.columns[i].offset, &null, sizeof null);
    }
    for (int i = 0; i < WORDS; i++) {
        uint32_t word = is_integer(text_offsets[i]) ? packed->words[i] : ids[packed->words[i]];
        memcpy(bytes + text_offsets[i], &word, sizeof word);
    }
    for (int i = 0; i < NUMBERS; i++)
        memcpy(bytes + number_offsets[i], &packed->numbers[i], sizeof packed->numbers[i]);
    row->usage_start = row->usage_end = day;
}

/* Interns the texts at the end of a block; returns their ids by number. */
static const uint32_t *unpack_texts(const struct block *block, const char *from,
                                    struct text_pool *texts, struct arena *arena)
{
    uint32_t *ids = arena_alloc_array(arena, block->text_count + 1, sizeof *ids);
    const char *bytes = from + block->text_count * sizeof(uint32_t);
    ids[0] = TEXT_NULL;
    for (size_t i = 0; i < block->text_count; i++) {
        uint32_t length;
        memcpy(&length, from + i * sizeof length, sizeof length);
        ids[i + 1] = text_pool_intern(texts, bytes, length);
        bytes += length;
    }
    return ids;
}

bool usage_spool_get(struct usage_spool *spool, size_t cluster, int32_t day,
                     struct text_pool *texts, struct arena *arena, struct usage_day *result,
                     struct error *error)
{
    const struct block *block = find_block(spool, cluster, day);
    *result = (struct usage_day){.day = day,
                                 .rows = {&usage_table, NULL, 0, texts},
                                 .facts = {&usage_fact_table, NULL, 0, texts}};
    if (!block->present)
        return true;
    char *bytes = arena_alloc(arena, block_size(block));
    TRY(read_all(spool->file, bytes, block_size(block), block->offset, error));
    const struct packed_row *packed_rows = (const struct packed_row *)(const void *)bytes;
    const struct packed_fact *packed_facts =
        (const struct packed_fact *)(const void *)(packed_rows + block->row_count);
    const uint32_t *ids =
        unpack_texts(block, (const char *)(packed_facts + block->fact_count), texts, arena);
    struct usage_row *rows = arena_alloc_array(arena, block->row_count, sizeof *rows);
    for (size_t i = 0; i < block->row_count; i++)
        unpack_row(&packed_rows[i], ids, day, &rows[i]);
    struct usage_fact *facts = arena_alloc_array(arena, block->fact_count, sizeof *facts);
    for (size_t i = 0; i < block->fact_count; i++)
        facts[i] = (struct usage_fact){.usage_start = day,
                                       .fact = ids[packed_facts[i].fact],
                                       .value = ids[packed_facts[i].value]};
    result->rows = (struct row_batch){&usage_table, rows, block->row_count, texts};
    result->facts = (struct row_batch){&usage_fact_table, facts, block->fact_count, texts};
    return true;
}
