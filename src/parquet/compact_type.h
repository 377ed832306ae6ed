/* Types of values in Thrift's compact protocol, in which Parquet has its headers and footers. */
#ifndef COSTAGG_PARQUET_COMPACT_TYPE_H
#define COSTAGG_PARQUET_COMPACT_TYPE_H

enum compact_type {
    COMPACT_STOP = 0, /* ends a struct */
    COMPACT_TRUE = 1,
    COMPACT_FALSE = 2,
    COMPACT_BYTE = 3,
    COMPACT_I16 = 4,
    COMPACT_I32 = 5,
    COMPACT_I64 = 6,
    COMPACT_DOUBLE = 7,
    COMPACT_BINARY = 8,
    COMPACT_LIST = 9,
    COMPACT_SET = 10,
    COMPACT_MAP = 11,
    COMPACT_STRUCT = 12,
};

#endif
