#include "parquet/page_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Thrift's compact form: a byte a field (distance to the last field, type), then its value; numbers
 * are doubled, or doubled less one when negative. */
#define I32 "\x15"
#define END "\x00"

/* A PAGE_DATA of 20 values that unpacks from 10 to 12 bytes, with statistics and a checksum. */
static const char data[] = I32 "\x00" I32 "\x18" I32 "\x14" I32 "\x07" /* checksum */
                               "\x1c" I32 "\x28" I32 "\x10" I32 "\x06" I32 "\x06"
                               "\x1c\x18\x03"
                               "abc\x18\x01z" END /* statistics: two texts */
                                   END END;

/* The same number of values in a PAGE_DATA_V2, 3 of them null, not packed. */
static const char data_v2[] =
    I32 "\x06" I32 "\x18" I32 "\x14"
        "\x5c" I32 "\x28" I32 "\x06" I32 "\x28" I32 "\x00" I32 "\x04" I32 "\x00"
        "\x12" END END;

static const char dictionary[] = I32 "\x04" I32 "\x18" I32 "\x14"
                                     "\x4c" I32 "\x0e" I32 "\x00\x11" END END;

/* Fields nobody knows, of every type: a list of numbers, a set of texts, a map, a double, a byte,
 * true and false, a struct in a struct, and a field whose number is written out. */
static const char strange[] = I32 "\x04" I32 "\x18" I32 "\x14"
                                  "\x4c" I32 "\x0e" I32 "\x00" END "\x19\x35\x02\x04\x06"
                                  "\x1a\x18\x02hi"
                                  "\x1b\x01\x85\x01x\x02"
                                  "\x17"
                                  "12345678"
                                  "\x13\x09\x11\x12"
                                  "\x1c\x1c" END END "\x05\xc8\x01\x04" END;

static enum page_header_outcome read_exactly(const char *bytes, size_t available,
                                             struct page_header *header, size_t *length)
{
    uint8_t *copy = malloc(available == 0 ? 1 : available);
    memcpy(copy, bytes, available);
    enum page_header_outcome outcome = page_header_read(copy, available, header, length);
    free(copy);
    return outcome;
}

#define READ(bytes, header, length) read_exactly(bytes, sizeof(bytes) - 1, header, length)

static void test_headers_of_all_kinds_are_read(void **state)
{
    (void)state;
    struct page_header header;
    size_t length;
    assert_int_equal(READ(data, &header, &length), PAGE_HEADER_READ);
    assert_int_equal(length, sizeof data - 1);
    assert_int_equal(header.type, PAGE_DATA);
    assert_int_equal(header.unpacked, 12);
    assert_int_equal(header.packed, 10);
    assert_int_equal(header.values, 20);
    assert_int_equal(header.encoding, PAGE_RLE_DICTIONARY);
    assert_int_equal(header.level_encoding, PAGE_RLE);

    assert_int_equal(READ(data_v2, &header, &length), PAGE_HEADER_READ);
    assert_int_equal(length, sizeof data_v2 - 1);
    assert_int_equal(header.type, PAGE_DATA_V2);
    assert_int_equal(header.values, 20);
    assert_int_equal(header.encoding, PAGE_PLAIN);
    assert_int_equal(header.definition_bytes, 2);
    assert_int_equal(header.repetition_bytes, 0);
    assert_false(header.values_packed);

    assert_int_equal(READ(dictionary, &header, &length), PAGE_HEADER_READ);
    assert_int_equal(length, sizeof dictionary - 1);
    assert_int_equal(header.type, PAGE_DICTIONARY);
    assert_int_equal(header.values, 7);
}

static void test_unknown_fields_are_passed_over(void **state)
{
    (void)state;
    struct page_header header;
    size_t length;
    assert_int_equal(READ(strange, &header, &length), PAGE_HEADER_READ);
    assert_int_equal(length, sizeof strange - 1);
    assert_int_equal(header.values, 7);
}

static void test_a_header_that_is_not_all_there_is_short(void **state)
{
    (void)state;
    struct page_header header;
    size_t length;
    for (size_t i = 0; i < sizeof data - 1; i++)
        assert_int_equal(read_exactly(data, i, &header, &length), PAGE_HEADER_SHORT);
    for (size_t i = 0; i < sizeof strange - 1; i++)
        assert_int_equal(read_exactly(strange, i, &header, &length), PAGE_HEADER_SHORT);
}

static void test_what_makes_no_sense_is_damaged(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {END, 1},                                             /* no fields at all */
        {I32 "\x00" I32 "\x18" I32 "\x14" END, 7},            /* data without its struct */
        {I32 "\x00" I32 "\x17" I32 "\x14" END, 7},            /* a negative size */
        {I32 "\x00" I32 "\xff\xff\xff\xff\xff\x0f" END, 9},   /* a size beyond 31 bits */
        {"\x16\x00" I32 "\x18" I32 "\x14" END, 7},            /* a type of 64 bits */
        {"\x1d\x00", 2},                                      /* a field of no known type */
        {"\x15\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11}, /* a number without end */
        {"\x4c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c\x1c", 20},
        /* levels longer than their page */
        {I32 "\x06" I32 "\x18" I32 "\x14\x5c" I32 "\x28" I32 "\x06" I32 "\x28" I32 "\x00" I32
             "\x24" I32 "\x00" END END,
         21},
    };
    struct page_header header;
    size_t length;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(read_exactly(cases[i].bytes, cases[i].length, &header, &length),
                         PAGE_HEADER_DAMAGED);
}

static void test_random_bytes_are_survived(void **state)
{
    (void)state;
    srand(17);
    for (int round = 0; round < 20000; round++) {
        char bytes[sizeof strange];
        memcpy(bytes, round % 2 ? strange : data, sizeof data);
        for (int i = 0; i < 1 + round % 6; i++)
            bytes[(size_t)rand() % sizeof data] = (char)rand();
        struct page_header header;
        size_t length;
        if (read_exactly(bytes, sizeof data, &header, &length) == PAGE_HEADER_READ) {
            assert_true(header.packed >= 0 && header.unpacked >= 0);
            assert_true(length <= sizeof data);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers_of_all_kinds_are_read),
        cmocka_unit_test(test_unknown_fields_are_passed_over),
        cmocka_unit_test(test_a_header_that_is_not_all_there_is_short),
        cmocka_unit_test(test_what_makes_no_sense_is_damaged),
        cmocka_unit_test(test_random_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
