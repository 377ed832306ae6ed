/* CSV as RFC 4180 has it, with LF line ends: cells out, records in.
 *
 * Out: null is an empty cell, the empty text is "", cells with comma, quote or line end are quoted.
 * A text that a spreadsheet would run as a formula (it begins with = + - @, tab or line end), and
 * one that begins with an apostrophe, gets an apostrophe in front; readers that want the text back
 * take one leading apostrophe off. Numbers, days and uuids never get one. U+0000, which most CSV
 * readers refuse, becomes U+FFFD and is counted.
 *
 * A failed write sticks: it is reported by csv_out_flush(). */
#ifndef COSTAGG_SINK_CSV_TEXT_H
#define COSTAGG_SINK_CSV_TEXT_H

#include "base/text_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CSV_BUFFER = 256 * 1024 };

struct csv_out {
    int descriptor;
    int failure; /* errno of the first failed write */
    size_t used;
    uint64_t replaced_nuls;
    char buffer[CSV_BUFFER];
};

/* Bytes as they are. */
void csv_out_bytes(struct csv_out *out, const char *bytes, size_t length);

/* A cell's text, quoted and guarded as needed; {NULL, 0} is null. */
void csv_out_text(struct csv_out *out, struct text text);

/* False when any write has failed; out->failure says why. */
bool csv_out_flush(struct csv_out *out);

/* The text with its leading apostrophe taken off, if it has one: what csv_out_text() was given. */
struct text csv_unguard(struct text text);

/* Finds cell number `index` of the record that starts at `at`: *cell is its raw bytes, quotes
 * included. Returns the start of the next record; NULL when the record is not complete. `cell` is
 * {NULL, 0} when the record has fewer cells. */
const char *csv_next_record(const char *at, const char *end, size_t index, struct text *cell);

#endif
