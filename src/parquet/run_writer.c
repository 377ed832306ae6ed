#include "parquet/run_writer.h"

#include "parquet/compact_writer.h"

#include <stdbool.h>

enum { GROUP = 8, MOST_GROUPS = 63 /* whose number fits one byte */ };

unsigned run_writer_width(uint32_t greatest)
{
    return greatest == 0 ? 0 : 32 - (unsigned)__builtin_clz(greatest);
}

static void put_run(struct byte_buffer *to, uint32_t value, size_t length, unsigned width)
{
    compact_writer_varint(to, (uint64_t)length << 1);
    for (unsigned bit = 0; bit < width; bit += 8)
        byte_buffer_put(to, (unsigned char)(value >> bit));
}

static bool all_equal(const uint32_t values[GROUP])
{
    uint32_t difference = 0;
    for (int i = 1; i < GROUP; i++)
        difference |= values[i] ^ values[0];
    return difference == 0;
}

/* Packs eight values into `width` bytes; writes up to eight bytes beyond them. */
static inline void pack_group(unsigned char *to, const uint32_t values[GROUP], unsigned width)
{
    uint64_t word = 0;
    unsigned filled = 0;
    for (int i = 0; i < GROUP; i++) {
        word |= (uint64_t)values[i] << filled;
        filled += width;
        if (filled >= 32) { /* so that the next value fits whole */
            uint32_t low = (uint32_t)word;
            memcpy(to, &low, sizeof low);
            to += sizeof low;
            word >>= 32;
            filled -= 32;
        }
    }
    memcpy(to, &word, sizeof word);
}

/* Packs up to MOST_GROUPS groups, ending early before a run; returns how many values that were. The
 * last group of all may be short: what is missing is zeros, which no reader asks for. */
static size_t put_groups(struct byte_buffer *to, const uint32_t *values, size_t count,
                         unsigned width)
{
    unsigned char *start = byte_buffer_reserve(to, 1 + (size_t)MOST_GROUPS * width + 8);
    size_t groups = 0, taken = 0;
    for (; groups < MOST_GROUPS && taken < count; groups++, taken += GROUP) {
        unsigned char *at = start + 1 + groups * width;
        if (count - taken < GROUP) {
            uint32_t last[GROUP] = {0};
            memcpy(last, values + taken, (count - taken) * sizeof *last);
            pack_group(at, last, width);
        } else if (groups > 0 && all_equal(values + taken)) {
            break;
        } else {
            pack_group(at, values + taken, width);
        }
    }
    *start = (unsigned char)(groups << 1 | 1);
    to->length += 1 + groups * width;
    return taken < count ? taken : count;
}

void run_writer_values(struct byte_buffer *to, const uint32_t *values, size_t count, unsigned width)
{
    for (size_t i = 0; i < count;) {
        size_t length = 1;
        if (count - i >= GROUP && all_equal(values + i))
            for (length = GROUP; i + length < count && values[i + length] == values[i];)
                length++;
        if (length >= GROUP) {
            put_run(to, values[i], length, width);
            i += length;
        } else {
            i += put_groups(to, values + i, count - i, width);
        }
    }
}

/* Words of the bitmap that are all ones or all zeros come in runs; the others are packed groups as
 * they stand. */
void run_writer_levels(struct byte_buffer *to, const uint64_t *validity, size_t first, size_t count)
{
    enum { WORD = 64, MOST_WORDS = MOST_GROUPS * GROUP / WORD };
    const uint64_t *words = validity + first / WORD;
    size_t whole = count / WORD;
    for (size_t i = 0, end; i < whole; i = end) {
        bool run = words[i] == 0 || words[i] == UINT64_MAX;
        for (end = i + 1; end < whole; end++)
            if (run ? words[end] != words[i]
                    : words[end] == 0 || words[end] == UINT64_MAX || end - i == MOST_WORDS)
                break;
        if (run) {
            put_run(to, (uint32_t)(words[i] & 1), (end - i) * WORD, 1);
        } else {
            byte_buffer_put(to, (unsigned char)((end - i) * WORD / GROUP << 1 | 1));
            byte_buffer_append(to, &words[i], (end - i) * sizeof *words);
        }
    }
    size_t rest = count % WORD, groups = (rest + GROUP - 1) / GROUP;
    if (rest == 0)
        return;
    uint64_t bits = words[whole] & (((uint64_t)1 << rest) - 1);
    byte_buffer_put(to, (unsigned char)(groups << 1 | 1));
    byte_buffer_append(to, &bits, groups);
}
