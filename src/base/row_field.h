/* Turns a table's .def file into a row struct and a column list; see base/table.h.
 *
 *   struct usage_row {
 *   #define COLUMN_ENTRY(name, kind, width, scale, required, state, meaning) ROW_FIELD(name, kind)
 *   #include "aggregate/usage_row.def"
 *   #undef COLUMN_ENTRY
 *   };
 */
#ifndef COSTAGG_BASE_ROW_FIELD_H
#define COSTAGG_BASE_ROW_FIELD_H

#include "base/table.h"

#define ROW_FIELD_TEXT(name)       uint32_t name;
#define ROW_FIELD_JSON(name)       uint32_t name;
#define ROW_FIELD_TEXT_ARRAY(name) uint32_t name;
#define ROW_FIELD_UUIDTEXT(name)   uint32_t name;
#define ROW_FIELD_UUID(name)       unsigned char name[16];
#define ROW_FIELD_NUMERIC(name)    double name;
#define ROW_FIELD_INTEGER(name)    int32_t name;
#define ROW_FIELD_DAY(name)        int32_t name;
#define ROW_FIELD(name, kind)      ROW_FIELD_##kind(name)

#define ROW_COLUMN(row, name, kind, width, scale, required, state, meaning) \
    {#name, COLUMN_##kind, width, scale, required, state, offsetof(struct row, name), meaning},

#endif
