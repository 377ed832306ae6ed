#include "parquet/run_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* Takes runs and groups apart again, bit by bit; returns the bytes read. */
static size_t decode(const unsigned char *bytes, unsigned width, uint32_t *values, size_t count)
{
    size_t at = 0, done = 0;
    while (done < count) {
        uint64_t head = 0;
        for (int shift = 0;; shift += 7) {
            unsigned char byte = bytes[at++];
            head |= (uint64_t)(byte & 0x7f) << shift;
            if (byte < 0x80)
                break;
        }
        bool packed = (head & 1) != 0;
        size_t length = packed ? (head >> 1) * 8 : head >> 1;
        for (size_t i = 0; i < length; i++) {
            uint32_t value = 0;
            for (unsigned bit = 0; bit < width; bit++) {
                size_t place = packed ? i * width + bit : bit;
                value |= (uint32_t)(bytes[at + place / 8] >> place % 8 & 1) << bit;
            }
            if (done < count)
                values[done++] = value;
            else
                assert_true(packed && value == 0);
        }
        at += packed ? (head >> 1) * width : (width + 7) / 8;
    }
    return at;
}

static void expect_values(const uint32_t *values, size_t count, unsigned width)
{
    struct byte_buffer buffer = {0};
    run_writer_values(&buffer, values, count, width);
    uint32_t *decoded = calloc(count + 1, sizeof *decoded);
    assert_int_equal(decode(buffer.bytes, width, decoded, count), buffer.length);
    assert_memory_equal(decoded, values, count * sizeof *values);
    free(decoded);
    byte_buffer_close(&buffer);
}

static uint32_t random_below(uint64_t *seed, uint64_t limit)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 32) % limit);
}

static void test_values_of_every_width_come_back(void **state)
{
    (void)state;
    enum { COUNT = 1500 };
    uint64_t seed = 1;
    uint32_t values[COUNT];
    for (unsigned width = 0; width <= 32; width++) {
        for (size_t i = 0; i < COUNT; i++)
            values[i] = random_below(&seed, (uint64_t)1 << width);
        for (size_t count = 0; count < 20; count++)
            expect_values(values, count, width);
        expect_values(values, COUNT, width);
    }
}

static void test_runs_of_every_length_come_back(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    uint64_t seed = 7;
    uint32_t values[COUNT];
    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < COUNT;) {
            uint32_t value = random_below(&seed, 1000), length = 1 + random_below(&seed, 40);
            for (; length > 0 && i < COUNT; length--)
                values[i++] = value;
        }
        expect_values(values, COUNT, 10);
    }
}

static void test_a_run_takes_a_few_bytes(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    uint32_t *values = calloc(COUNT, sizeof *values);
    struct byte_buffer buffer = {0};
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 300;
    run_writer_values(&buffer, values, COUNT, 9);
    assert_int_equal(buffer.length, 5);
    byte_buffer_close(&buffer);
    free(values);
}

static void expect_levels(const uint64_t *validity, size_t first, size_t count)
{
    struct byte_buffer buffer = {0};
    run_writer_levels(&buffer, validity, first, count);
    uint32_t *levels = calloc(count + 1, sizeof *levels);
    assert_int_equal(decode(buffer.bytes, 1, levels, count), buffer.length);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(levels[i], validity[(first + i) / 64] >> (first + i) % 64 & 1);
    free(levels);
    byte_buffer_close(&buffer);
}

static void test_levels_come_back(void **state)
{
    (void)state;
    enum { WORDS = 40 };
    uint64_t seed = 3, validity[WORDS];
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < WORDS; i++) {
            uint32_t kind = random_below(&seed, 3);
            validity[i] = kind == 0   ? 0
                          : kind == 1 ? UINT64_MAX
                                      : (uint64_t)random_below(&seed, 1u << 31) << 30 | 5;
            if (round == 0)
                validity[i] = 0x5555555555555555u; /* more words than one run of groups takes */
        }
        expect_levels(validity, 0, WORDS * 64);
        expect_levels(validity, 64, (WORDS - 1) * 64 - 1 - random_below(&seed, 130));
    }
}

static void test_width_is_that_of_the_greatest(void **state)
{
    (void)state;
    static const struct {
        uint32_t greatest;
        unsigned width;
    } cases[] = {{0, 0}, {1, 1}, {2, 2}, {3, 2}, {4, 3}, {255, 8}, {256, 9}, {UINT32_MAX, 32}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(run_writer_width(cases[i].greatest), cases[i].width);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_every_width_come_back),
        cmocka_unit_test(test_runs_of_every_length_come_back),
        cmocka_unit_test(test_a_run_takes_a_few_bytes),
        cmocka_unit_test(test_levels_come_back),
        cmocka_unit_test(test_width_is_that_of_the_greatest),
    };
    return cmocka_run_group_tests_name("run_writer", tests, NULL, NULL);
}
