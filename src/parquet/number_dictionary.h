/* The distinct numbers of a column, where they repeat enough for a dictionary to pay. */
#ifndef COSTAGG_PARQUET_NUMBER_DICTIONARY_H
#define COSTAGG_PARQUET_NUMBER_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number_dictionary {
    uint64_t *values; /* distinct ones, in the order of their first coming */
    uint32_t *slots;  /* place of a value + 1; 0: free */
    size_t count;
    size_t room; /* of values */
    size_t slot_count;
};

/* A dictionary of zeros is an empty one. */
void number_dictionary_close(struct number_dictionary *dictionary);

/* Numbers `count` values by their bits (so -0.0 is not 0.0): codes[i] is the place of values[i].
 * False when too many are distinct; `codes` is then of no use. The same values give the same
 * answer. */
bool number_dictionary_build(struct number_dictionary *dictionary, const uint64_t *values,
                             size_t count, uint32_t *codes);

/* The same for values of 32 bits; they are the lower halves of dictionary->values. */
bool number_dictionary_build_small(struct number_dictionary *dictionary, const uint32_t *values,
                                   size_t count, uint32_t *codes);

#endif
