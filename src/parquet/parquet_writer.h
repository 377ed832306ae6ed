/* Parquet files, written column chunk by column chunk.
 *
 *     parquet_writer_open()
 *     parquet_writer_begin_group()  then parquet_writer_put() for every column, in order
 *     …
 *     parquet_writer_finish()
 *
 * Whoever writes has the texts of a column as indices into a dictionary already, and the numbers as
 * a plain array, so a chunk costs little more than its bytes: no second dictionary is built, levels
 * are taken from the bitmap of what is there. Numbers get a dictionary where they repeat. Data
 * pages are version 1. Text is compressed with snappy, which every reader knows; numbers and names
 * are not, since they hardly shrink. Days and integers have bounds in their statistics, for readers
 * that look for days. The same chunks give the same bytes. */
#ifndef COSTAGG_PARQUET_PARQUET_WRITER_H
#define COSTAGG_PARQUET_PARQUET_WRITER_H

#include "base/byte_buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct arrow_store;
struct parquet_writer;

enum parquet_type {
    PARQUET_TEXT,   /* UTF-8, by dictionary */
    PARQUET_NAME,   /* UTF-8 of one length, without nulls and repetition: uuids */
    PARQUET_NUMBER, /* double */
    PARQUET_INTEGER,
    PARQUET_DAY,
};

struct parquet_field {
    const char *name;
    enum parquet_type type;
    bool required; /* has no nulls */
};

/* The texts that indices stand for, in the form that the file has them: the length in four bytes,
 * lowest first, then the bytes. Several chunks may be put with one dictionary; it is compressed
 * once, and not again when it holds the same texts the next time: those of a column mostly stay
 * from one day to the next. A dictionary of zeros is an empty one. */
struct parquet_dictionary {
    struct byte_buffer texts;
    size_t count;
    struct byte_buffer page;       /* as it was written last */
    struct byte_buffer page_texts; /* the texts it was made of, unless they are `texts` */
    size_t page_plain_size;
    bool is_page_of_texts;
};

void parquet_dictionary_clear(struct parquet_dictionary *dictionary);
void parquet_dictionary_close(struct parquet_dictionary *dictionary);

/* Adds a text that is not there yet. */
static inline void parquet_dictionary_add(struct parquet_dictionary *dictionary, const char *bytes,
                                          uint32_t length)
{
    unsigned char *to = byte_buffer_reserve(&dictionary->texts, sizeof length + length);
    memcpy(to, &length, sizeof length);
    if (length > 0)
        memcpy(to + sizeof length, bytes, length);
    dictionary->texts.length += sizeof length + length;
    dictionary->count++;
}

/* A column of a row group. */
struct parquet_chunk {
    const void *values; /* one a row, anything where it is null: uint32_t indices, double, int32_t,
                           or the characters of names */
    const uint64_t *validity; /* bit i: row i has a value */
    size_t nulls;
    struct parquet_dictionary *dictionary; /* of a PARQUET_TEXT */
    uint32_t name_length;                  /* of a PARQUET_NAME */
};

/* Opens a file under `path`; nothing appears there before it is finished. `fields` is borrowed. */
MUST_CHECK bool parquet_writer_open(struct arrow_store *store, const char *path,
                                    const struct parquet_field *fields, size_t count,
                                    struct arena *arena, struct parquet_writer **writer,
                                    struct error *error);

/* Begins a row group of so many rows, at least one. */
void parquet_writer_begin_group(struct parquet_writer *writer, size_t rows);

/* Writes the next column of the row group. */
MUST_CHECK bool parquet_writer_put(struct parquet_writer *writer, const struct parquet_chunk *chunk,
                                   struct error *error);

/* Writes the footer and makes the file durable. Without it the arena's close discards the file. */
MUST_CHECK bool parquet_writer_finish(struct parquet_writer *writer, struct error *error);

#endif
