#include "parquet/run_length.h"

#include "parquet/bit_unpack.h"

#include <string.h>

/* Unpacked at a time: they stay in the first-level cache until they are looked up. */
enum { BLOCK = 512, BITS_AT_ONCE = 56 };

static bool fail_short(struct error *error)
{
    return error_set(error, ERROR_BAD_DATA, "a page ends before its last value");
}

static bool fail_bound(struct error *error)
{
    return error_set(error, ERROR_BAD_DATA, "an index beyond its dictionary");
}

bool run_length_open(struct run_length *runs, const uint8_t *bytes, size_t length, unsigned width,
                     struct error *error)
{
    if (width > 32)
        return error_set(error, ERROR_BAD_DATA, "indices of %u bits", width);
    *runs = (struct run_length){.at = bytes, .end = bytes + length, .width = width};
    return true;
}

/* A run begins with a number: the lowest bit tells its kind, the others its length. */
static bool read_length(struct run_length *runs, uint32_t *number)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 35 && runs->at < runs->end; shift += 7) {
        uint8_t byte = *runs->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *number = (uint32_t)value;
            return value <= UINT32_MAX;
        }
    }
    return false;
}

/* Some writers leave out what the last group of the last run has no use for. */
static void begin_packed(struct run_length *runs, size_t groups)
{
    size_t available = (size_t)(runs->end - runs->at);
    size_t bytes = groups * runs->width;
    runs->packed = runs->at;
    runs->taken = 0;
    runs->left = groups * BIT_GROUP;
    if (bytes > available) {
        runs->left = available * 8 / runs->width;
        bytes = available;
    }
    runs->at += bytes;
}

static bool begin_repeated(struct run_length *runs, size_t count)
{
    size_t bytes = (runs->width + 7) / 8;
    if ((size_t)(runs->end - runs->at) < bytes)
        return false;
    runs->packed = NULL;
    runs->repeated = 0;
    memcpy(&runs->repeated, runs->at, bytes);
    runs->at += bytes;
    runs->left = count;
    return true;
}

/* Goes on to a run with numbers left; false when there is none. */
static bool find_run(struct run_length *runs)
{
    while (runs->left == 0) {
        uint32_t number;
        if (!read_length(runs, &number))
            return false;
        if (number & 1)
            begin_packed(runs, number >> 1);
        else if (!begin_repeated(runs, number >> 1))
            return false;
    }
    return true;
}

bool run_length_repeats(struct run_length *runs, size_t count, uint32_t *number)
{
    if (!find_run(runs) || runs->packed != NULL || runs->left < count)
        return false;
    *number = runs->repeated;
    return true;
}

/* Where the run's next number begins, and the bytes from there to the end of all. */
static const uint8_t *packed_at(const struct run_length *runs, size_t taken, size_t *length)
{
    const uint8_t *at = runs->packed + taken / BIT_GROUP * runs->width;
    *length = (size_t)(runs->end - at);
    return at;
}

/* Whether all are below a bound of at most 2^31. Only a number that is not sets the highest bit of
 * itself or of its distance from the last that is; many are tried at once so. */
static bool all_below(const uint32_t *numbers, size_t count, size_t bound)
{
    const uint32_t last = (uint32_t)bound - 1;
    uint32_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits |= numbers[i] | (last - numbers[i]);
    return bound > 0 && bits >> 31 == 0;
}

/* Unpacks numbers of a packed run, at most BLOCK, that need not begin or end with a group, and
 * looks whether all are below `bound`. Gives where the first one stands in `block`, which has room
 * for two groups more; NULL: some number is not. */
static const uint32_t *unpack_block(struct run_length *runs, size_t count, size_t bound,
                                    uint32_t *block)
{
    size_t length;
    const uint8_t *at = packed_at(runs, runs->taken, &length);
    size_t skipped = runs->taken % BIT_GROUP;
    size_t groups = (skipped + count + BIT_GROUP - 1) / BIT_GROUP;
    uint32_t together;
    if (groups * runs->width <= length) {
        together = bit_unpack(at, length, runs->width, groups, block);
    } else { /* the last group lacks bytes that nobody asks for */
        uint8_t padded[32] = {0};
        size_t whole = groups - 1;
        together = bit_unpack(at, length, runs->width, whole, block);
        memcpy(padded, at + whole * runs->width, length - whole * runs->width);
        together |= bit_unpack(padded, sizeof padded, runs->width, 1, block + whole * BIT_GROUP);
    }
    runs->taken += count;
    runs->left -= count;
    const uint32_t *numbers = block + skipped;
    return together < bound || all_below(numbers, count, bound) ? numbers : NULL;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

bool run_length_indices(struct run_length *runs, size_t count, size_t bound, int32_t *to,
                        struct error *error)
{
    uint32_t block[BLOCK + 2 * BIT_GROUP];
    while (count > 0) {
        if (!find_run(runs))
            return fail_short(error);
        size_t piece = least(count, runs->left);
        if (runs->packed == NULL) {
            if (runs->repeated >= bound)
                return fail_bound(error);
            for (size_t i = 0; i < piece; i++)
                to[i] = (int32_t)runs->repeated;
            runs->left -= piece;
        } else {
            piece = least(piece, BLOCK);
            bool fits = runs->taken % BIT_GROUP == 0 && piece % BIT_GROUP == 0;
            const uint32_t *numbers =
                unpack_block(runs, piece, bound, fits ? (uint32_t *)to : block);
            if (numbers == NULL)
                return fail_bound(error);
            if (!fits)
                memcpy(to, numbers, piece * sizeof *to);
        }
        to += piece;
        count -= piece;
    }
    return true;
}

bool run_length_values(struct run_length *runs, size_t count, const uint64_t *values, size_t bound,
                       uint64_t *to, struct error *error)
{
    uint32_t block[BLOCK + 2 * BIT_GROUP];
    while (count > 0) {
        if (!find_run(runs))
            return fail_short(error);
        size_t piece = least(count, runs->left);
        if (runs->packed == NULL) {
            if (runs->repeated >= bound)
                return fail_bound(error);
            const uint64_t value = values[runs->repeated];
            for (size_t i = 0; i < piece; i++)
                to[i] = value;
            runs->left -= piece;
        } else {
            piece = least(piece, BLOCK);
            const uint32_t *numbers = unpack_block(runs, piece, bound, block);
            if (numbers == NULL)
                return fail_bound(error);
            for (size_t i = 0; i < piece; i++)
                to[i] = values[numbers[i]];
        }
        to += piece;
        count -= piece;
    }
    return true;
}

/* Up to BITS_AT_ONCE bits of a packed run of single bits, from number `taken` on. */
static uint64_t read_bits(const struct run_length *runs, size_t taken, size_t count)
{
    const uint8_t *at = runs->packed + taken / 8;
    size_t available = (size_t)(runs->end - at);
    uint64_t word = 0;
    memcpy(&word, at, least(available, sizeof word));
    return word >> taken % 8 & (((uint64_t)1 << count) - 1);
}

static void write_bits(uint8_t *bitmap, size_t first, uint64_t bits)
{
    uint64_t word;
    unsigned shift = first % 8;
    memcpy(&word, bitmap + first / 8, sizeof word);
    word = (word & (((uint64_t)1 << shift) - 1)) | bits << shift;
    memcpy(bitmap + first / 8, &word, sizeof word);
}

void run_length_fill_bits(uint8_t *bitmap, size_t first, size_t count, bool bit)
{
    while (count > 0) {
        if (first % 8 == 0 && count >= 8) {
            memset(bitmap + first / 8, bit ? 0xff : 0, count / 8);
            first += count / 8 * 8;
            count %= 8;
            continue;
        }
        size_t piece = least(count, 8 - first % 8);
        write_bits(bitmap, first, bit ? ((uint64_t)1 << piece) - 1 : 0);
        first += piece;
        count -= piece;
    }
}

bool run_length_bits(struct run_length *runs, size_t count, uint8_t *bitmap, size_t first,
                     size_t *ones, struct error *error)
{
    *ones = 0;
    while (count > 0) {
        if (!find_run(runs))
            return fail_short(error);
        size_t piece = least(count, runs->left);
        if (runs->packed == NULL) {
            if (runs->repeated > 1)
                return error_set(error, ERROR_BAD_DATA, "a definition level of %u, at most 1 fits",
                                 runs->repeated);
            run_length_fill_bits(bitmap, first, piece, runs->repeated == 1);
            *ones += runs->repeated == 1 ? piece : 0;
        } else {
            piece = least(piece, BITS_AT_ONCE);
            uint64_t bits = read_bits(runs, runs->taken, piece);
            write_bits(bitmap, first, bits);
            *ones += (size_t)__builtin_popcountll(bits);
            runs->taken += piece;
        }
        runs->left -= piece;
        first += piece;
        count -= piece;
    }
    return true;
}
