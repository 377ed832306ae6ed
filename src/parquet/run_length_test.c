#include "parquet/run_length.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_NUMBERS = 4000, MOST_BYTES = 32 * 1024 };

/* Runs made at random, and the numbers they stand for. */
struct sample {
    uint8_t bytes[MOST_BYTES];
    size_t length;
    uint32_t numbers[MOST_NUMBERS];
    size_t count;
};

static void put_length(struct sample *sample, uint32_t length)
{
    for (; length >= 0x80; length >>= 7)
        sample->bytes[sample->length++] = (uint8_t)(length | 0x80);
    sample->bytes[sample->length++] = (uint8_t)length;
}

static uint32_t random_number(unsigned width)
{
    uint64_t number = (uint64_t)rand() << 20 ^ (uint64_t)rand();
    return (uint32_t)(number & (((uint64_t)1 << width) - 1));
}

static void put_repeated(struct sample *sample, unsigned width, uint32_t count)
{
    uint32_t number = random_number(width);
    put_length(sample, count << 1);
    memcpy(sample->bytes + sample->length, &number, (width + 7) / 8);
    sample->length += (width + 7) / 8;
    for (uint32_t i = 0; i < count; i++)
        sample->numbers[sample->count++] = number;
}

static void put_packed(struct sample *sample, unsigned width, uint32_t groups)
{
    put_length(sample, groups << 1 | 1);
    memset(sample->bytes + sample->length, 0, (size_t)groups * width);
    for (uint32_t i = 0; i < groups * 8; i++) {
        uint32_t number = random_number(width);
        for (unsigned bit = 0; bit < width; bit++) {
            size_t at = (size_t)i * width + bit;
            sample->bytes[sample->length + at / 8] |= (uint8_t)((number >> bit & 1) << at % 8);
        }
        sample->numbers[sample->count++] = number;
    }
    sample->length += (size_t)groups * width;
}

static void make_sample(struct sample *sample, unsigned width)
{
    sample->length = sample->count = 0;
    while (sample->count < MOST_NUMBERS - 1600)
        if (rand() % 2)
            put_repeated(sample, width, (uint32_t)rand() % 300);
        else
            put_packed(sample, width, (uint32_t)(rand() % 3 == 0 ? rand() % 200 : rand() % 5));
}

/* A copy that ends where its memory does, so that a sanitizer sees a read beyond it. */
static uint8_t *exact_copy(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length == 0 ? 1 : length);
    memcpy(copy, bytes, length);
    return copy;
}

static void test_indices_of_every_width_are_taken_in_pieces_of_any_size(void **state)
{
    (void)state;
    static struct sample sample;
    static int32_t indices[MOST_NUMBERS];
    struct error error;
    srand(5);
    for (unsigned width = 0; width <= 31; width++)
        for (size_t most = 1; most < 3000; most *= 3) {
            make_sample(&sample, width);
            uint8_t *bytes = exact_copy(sample.bytes, sample.length);
            struct run_length runs;
            assert_true(run_length_open(&runs, bytes, sample.length, width, &error));
            for (size_t taken = 0; taken < sample.count;) {
                size_t piece = 1 + (size_t)rand() % most;
                piece = piece < sample.count - taken ? piece : sample.count - taken;
                assert_true(
                    run_length_indices(&runs, piece, (size_t)1 << width, indices + taken, &error));
                taken += piece;
            }
            assert_memory_equal(indices, sample.numbers, sample.count * sizeof *indices);
            assert_false(run_length_indices(&runs, 1, (size_t)1 << width, indices, &error));
            free(bytes);
        }
}

static void test_values_are_looked_up(void **state)
{
    (void)state;
    static struct sample sample;
    static uint64_t values[1 << 10], found[MOST_NUMBERS];
    struct error error;
    for (size_t i = 0; i < 1 << 10; i++)
        values[i] = i * 0x9e3779b97f4a7c15u;
    for (unsigned width = 0; width <= 10; width++) {
        make_sample(&sample, width);
        struct run_length runs;
        assert_true(run_length_open(&runs, sample.bytes, sample.length, width, &error));
        for (size_t taken = 0; taken < sample.count; taken += 7) {
            size_t piece = sample.count - taken < 7 ? sample.count - taken : 7;
            assert_true(
                run_length_values(&runs, piece, values, (size_t)1 << width, found + taken, &error));
        }
        for (size_t i = 0; i < sample.count; i++)
            assert_int_equal(found[i], values[sample.numbers[i]]);
    }
}

static void test_an_index_beyond_its_dictionary_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {{"\x08\x05", 2}, {"\x03\x88\xc6\xfa", 4}}; /* 5 four times; 0 1 2 3 4 5 6 7 */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint8_t *bytes = (const uint8_t *)cases[i].bytes;
        struct run_length runs;
        struct error error;
        int32_t indices[8];
        uint64_t values[5] = {0}, found[8];
        assert_true(run_length_open(&runs, bytes, cases[i].length, 3, &error));
        assert_false(run_length_indices(&runs, i == 0 ? 4 : 8, 5, indices, &error));
        assert_string_equal(error.message, "an index beyond its dictionary");
        assert_true(run_length_open(&runs, bytes, cases[i].length, 3, &error));
        assert_false(run_length_values(&runs, i == 0 ? 4 : 8, values, 5, found, &error));
        assert_true(run_length_open(&runs, bytes, cases[i].length, 3, &error));
        assert_true(run_length_indices(&runs, i == 0 ? 4 : 8, 8, indices, &error));
        assert_int_equal(indices[3], i == 0 ? 5 : 3);
    }
}

static void test_bits_become_a_bitmap_at_any_place(void **state)
{
    (void)state;
    static struct sample sample;
    uint8_t bitmap[MOST_NUMBERS / 8 + 16];
    struct error error;
    srand(8);
    for (size_t most = 1; most < 2000; most *= 2)
        for (size_t before = 0; before < 20; before++) {
            make_sample(&sample, 1);
            uint8_t *bytes = exact_copy(sample.bytes, sample.length);
            memset(bitmap, 0x55, sizeof bitmap);
            run_length_fill_bits(bitmap, 0, before, true);
            struct run_length runs;
            assert_true(run_length_open(&runs, bytes, sample.length, 1, &error));
            size_t ones = 0, expected = 0;
            for (size_t taken = 0; taken < sample.count;) {
                size_t piece = 1 + (size_t)rand() % most, more;
                piece = piece < sample.count - taken ? piece : sample.count - taken;
                assert_true(run_length_bits(&runs, piece, bitmap, before + taken, &more, &error));
                ones += more;
                taken += piece;
            }
            for (size_t i = 0; i < before + sample.count; i++) {
                unsigned bit = bitmap[i / 8] >> i % 8 & 1;
                assert_int_equal(bit, i < before ? 1 : sample.numbers[i - before]);
                expected += i < before ? 0 : bit;
            }
            assert_int_equal(ones, expected);
            free(bytes);
        }
}

static void test_a_run_that_fills_what_is_asked_for_is_known(void **state)
{
    (void)state;
    const uint8_t bytes[] = {0x00, 0x01, 0x14,
                             0x01, 0x03, 0xff}; /* 0 times 1, 10 times 1, packed */
    struct run_length runs;
    struct error error;
    uint32_t number = 0;
    assert_true(run_length_open(&runs, bytes, sizeof bytes, 1, &error));
    assert_true(run_length_repeats(&runs, 10, &number));
    assert_int_equal(number, 1);
    assert_false(run_length_repeats(&runs, 11, &number));
    assert_true(run_length_open(&runs, bytes + 4, 2, 1, &error));
    assert_false(run_length_repeats(&runs, 1, &number));
    assert_true(run_length_open(&runs, bytes, 0, 1, &error));
    assert_false(run_length_repeats(&runs, 1, &number));
}

static void test_damaged_bytes_are_an_error_or_wrong_numbers(void **state)
{
    (void)state;
    static struct sample sample;
    static int32_t indices[MOST_NUMBERS];
    uint8_t bitmap[MOST_NUMBERS / 8 + 16] = {0};
    srand(13);
    for (int round = 0; round < 3000; round++) {
        unsigned width = (unsigned)rand() % 34;
        make_sample(&sample, width % 32);
        size_t length = (size_t)rand() % 200;
        uint8_t *bytes = exact_copy(sample.bytes, length);
        for (int i = rand() % 20; i > 0 && length > 0; i--)
            bytes[(size_t)rand() % length] = (uint8_t)rand();
        struct run_length runs;
        struct error error;
        size_t count = 1 + (size_t)rand() % 3000, ones;
        if (!run_length_open(&runs, bytes, length, width, &error)) {
            assert_true(width > 32);
        } else if (width == 1 && round % 2) {
            if (run_length_bits(&runs, count, bitmap, 3, &ones, &error))
                assert_true(ones <= count);
        } else if (run_length_indices(&runs, count, 1000, indices, &error)) {
            for (size_t i = 0; i < count; i++)
                assert_true(indices[i] >= 0 && indices[i] < 1000);
        }
        free(bytes);
    }
}

static void test_the_last_group_may_lack_what_nobody_asks_for(void **state)
{
    (void)state;
    uint8_t *bytes = exact_copy((const uint8_t *)"\x03\x88\xc6", 3); /* five of eight numbers */
    struct run_length runs;
    struct error error;
    int32_t indices[5];
    assert_true(run_length_open(&runs, bytes, 3, 3, &error));
    assert_true(run_length_indices(&runs, 5, 8, indices, &error));
    for (int32_t i = 0; i < 5; i++)
        assert_int_equal(indices[i], i);
    assert_false(run_length_indices(&runs, 1, 8, indices, &error));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_indices_of_every_width_are_taken_in_pieces_of_any_size),
        cmocka_unit_test(test_values_are_looked_up),
        cmocka_unit_test(test_an_index_beyond_its_dictionary_is_refused),
        cmocka_unit_test(test_bits_become_a_bitmap_at_any_place),
        cmocka_unit_test(test_a_run_that_fills_what_is_asked_for_is_known),
        cmocka_unit_test(test_damaged_bytes_are_an_error_or_wrong_numbers),
        cmocka_unit_test(test_the_last_group_may_lack_what_nobody_asks_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
