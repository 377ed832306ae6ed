#include "parquet/snappy_unpack.h"

#include <string.h>

/* A tag's lowest two bits: bytes follow as they are, or are copied from before, the distance taking
 * so many bytes. */
enum { LITERAL = 0, COPY_NEAR = 1, COPY_FAR = 2, COPY_FARTHEST = 3 };

enum {
    STEP = 16,        /* bytes moved at a time */
    LONGEST_COPY = 64 /* by one tag */
};

struct unpacking {
    const uint8_t *at, *end; /* of the packed bytes */
    uint8_t *to, *first, *last;
};

static inline uint32_t read_word(const uint8_t *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline void move_step(uint8_t *to, const uint8_t *from)
{
    uint64_t halves[2];
    memcpy(halves, from, sizeof halves);
    memcpy(to, halves, sizeof halves);
}

/* The number of bytes that all unpack to stands in front, seven bits a byte. */
static bool read_length(struct unpacking *state, size_t *length)
{
    *length = 0;
    for (unsigned shift = 0; shift < 35 && state->at < state->end; shift += 7) {
        uint8_t byte = *state->at++;
        *length |= (size_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* A literal of any length, `length` being what the tag tells of it. */
static bool put_literal(struct unpacking *state, size_t length)
{
    if (length > 60) { /* the length less one takes the next one to four bytes */
        size_t bytes = length - 60;
        uint32_t word = 0;
        if ((size_t)(state->end - state->at) < bytes)
            return false;
        memcpy(&word, state->at, bytes);
        state->at += bytes;
        length = (size_t)word + 1;
    }
    if (length > (size_t)(state->end - state->at) || length > (size_t)(state->last - state->to))
        return false;
    memcpy(state->to, state->at, length);
    state->at += length;
    state->to += length;
    return true;
}

/* Eight bytes or fewer, repeated. */
static void put_repeated(const struct unpacking *state, size_t distance, size_t length)
{
    uint64_t pattern;
    memcpy(&pattern, state->to - distance, sizeof pattern);
    if (distance < 8)
        pattern &= ((uint64_t)1 << distance * 8) - 1;
    for (size_t shift = distance * 8; shift < 64; shift *= 2)
        pattern |= pattern << shift;
    size_t whole = 8 / distance * distance;
    for (size_t done = 0; done < length; done += whole)
        memcpy(state->to + done, &pattern, sizeof pattern);
}

/* Copies where the distance is shorter than a step, so that bytes that are copied may be copied
 * again, or little room is left. */
static void put_near(struct unpacking *state, size_t distance, size_t length)
{
    uint8_t *to = state->to, *end = to + length;
    if ((size_t)(state->last - to) < LONGEST_COPY + 8) {
        for (; to < end; to++)
            *to = to[-(ptrdiff_t)distance];
    } else if (distance <= 8) {
        put_repeated(state, distance, length);
    } else {
        for (; to < end; to += 8)
            memcpy(to, to - distance, 8);
    }
    state->to = end;
}

static inline bool put_copy(struct unpacking *state, size_t distance, size_t length)
{
    size_t room = (size_t)(state->last - state->to);
    if (distance - 1 >= (size_t)(state->to - state->first) || length > room)
        return false;
    if (distance < STEP || room < LONGEST_COPY) {
        put_near(state, distance, length);
        return true;
    }
    uint8_t *to = state->to;
    move_step(to, to - distance);
    for (size_t done = STEP; done < length; done += STEP)
        move_step(to + done, to + done - distance);
    state->to += length;
    return true;
}

/* A copy whose tag and distance are at hand. */
static inline bool take_copy(struct unpacking *state, uint8_t tag)
{
    uint32_t word = read_word(state->at);
    size_t distance = word & 0xffff, length = (tag >> 2) + 1u;
    if ((tag & 3) == COPY_FARTHEST) {
        state->at += 4;
        return put_copy(state, word, length);
    }
    bool near = (tag & 3) == COPY_NEAR;
    distance = near ? (tag & 0xe0u) << 3 | (word & 0xff) : distance;
    length = near ? (tag >> 2 & 7) + 4u : length;
    state->at += near ? 1 : 2;
    return put_copy(state, distance, length);
}

/* Near the end of the packed bytes: their last tags with room behind them made. */
static bool take_last_copy(struct unpacking *state, uint8_t tag)
{
    size_t left = (size_t)(state->end - state->at);
    size_t wanted = (tag & 3) == COPY_FARTHEST ? 4 : tag & 3;
    uint8_t padded[4] = {0};
    if (left < wanted)
        return false;
    memcpy(padded, state->at, wanted);
    struct unpacking last = *state;
    last.at = padded;
    bool done = take_copy(&last, tag);
    state->at += wanted;
    state->to = last.to;
    return done;
}

bool snappy_unpack(const uint8_t *bytes, size_t length, uint8_t *to, size_t room)
{
    struct unpacking state = {bytes, bytes + length, to, to, to + room};
    size_t unpacked;
    if (!read_length(&state, &unpacked) || unpacked != room)
        return false;
    while (state.at < state.end) {
        uint8_t tag = *state.at++;
        size_t left = (size_t)(state.end - state.at);
        if ((tag & 3) == LITERAL) {
            size_t count = (tag >> 2) + 1u;
            if (count <= STEP && left >= STEP && (size_t)(state.last - state.to) >= STEP) {
                move_step(state.to, state.at);
                state.at += count;
                state.to += count;
            } else if (!put_literal(&state, count)) {
                return false;
            }
        } else if (!(left >= 4 ? take_copy(&state, tag) : take_last_copy(&state, tag))) {
            return false;
        }
    }
    return state.to == state.last;
}
