/* Rows as PostgreSQL takes them.
 *
 * Fields are written in the binary form of the column's type in the server, so that the server
 * parses nothing: numerics come straight from the shortest digits of the double. Where a column's
 * type is none of those known here, the whole table is written in text form and the server parses.
 *
 * PostgreSQL stores no U+0000: in text and in JSON it becomes U+FFFD, and is counted. Text longer
 * than its varchar(n) and numbers that do not fit their numeric(p,s) are errors that name row and
 * column, before anything is sent. */
#ifndef COSTAGG_SINK_POSTGRESQL_ROW_H
#define COSTAGG_SINK_POSTGRESQL_ROW_H

#include "base/error.h"
#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct postgresql_table;

/* What is to be sent; grows as needed, freed with the arena. */
struct postgresql_buffer {
    char *bytes;
    size_t used;
    size_t capacity;
};

enum postgresql_form {
    POSTGRESQL_TEXT,  /* the bytes */
    POSTGRESQL_JSONB, /* version 1, then the bytes */
    POSTGRESQL_UUID,  /* 16 bytes */
    POSTGRESQL_NUMERIC,
    POSTGRESQL_FLOAT8,
    POSTGRESQL_INT2,
    POSTGRESQL_INT4,
    POSTGRESQL_INT8,
    POSTGRESQL_DATE,
    POSTGRESQL_ARRAY,   /* of texts */
    POSTGRESQL_UNKNOWN, /* text form, parsed by the server */
};

struct postgresql_field {
    const struct column *column;
    enum postgresql_form form;
    uint32_t type;
    uint32_t width; /* of varchar; 0: any */
    int precision;  /* of numeric */
    int scale;
};

struct postgresql_encoder {
    struct postgresql_field *fields;
    size_t field_count;
    bool binary; /* false: text form */
    uint64_t replaced_nuls;
    struct postgresql_buffer scratch;
};

/* Chooses forms for the columns of a table. */
void postgresql_encoder_init(struct postgresql_encoder *encoder,
                             const struct postgresql_table *table, struct arena *arena);

void postgresql_buffer_init(struct postgresql_buffer *buffer, struct arena *arena);

/* Appends a row's fields: each a big-endian int32 length (-1: null) and that many bytes. */
MUST_CHECK bool postgresql_encode_fields(struct postgresql_encoder *encoder,
                                         const struct row_batch *batch, size_t row,
                                         struct postgresql_buffer *buffer, struct error *error);

/* Appends a row as COPY takes it, in the encoder's format. */
MUST_CHECK bool postgresql_encode_copy(struct postgresql_encoder *encoder,
                                       const struct row_batch *batch, size_t row,
                                       struct postgresql_buffer *buffer, struct error *error);

/* What comes before the first and after the last row of a binary COPY; nothing in text form. */
void postgresql_encode_copy_head(const struct postgresql_encoder *encoder,
                                 struct postgresql_buffer *buffer);
void postgresql_encode_copy_tail(const struct postgresql_encoder *encoder,
                                 struct postgresql_buffer *buffer);

/* Reads the field at `at` of what postgresql_encode_fields() wrote: its bytes, NULL for null, and
 * where the next one begins. */
const char *postgresql_field_next(const char *at, const char **bytes, int *length);

#endif
