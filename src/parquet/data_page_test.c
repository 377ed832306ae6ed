#include "parquet/data_page.h"

#include "parquet/text_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_ROWS = 64 };

/* A batch's column on its way in. */
struct batch {
    struct column_rows rows;
    uint8_t valid[MOST_ROWS / 8 + 8];
    uint64_t values[MOST_ROWS];
};

static void begin(struct batch *batch)
{
    memset(batch, 0xaa, sizeof *batch);
    batch->rows = (struct column_rows){.valid = batch->valid, .values = batch->values};
}

static bool is_null(const struct batch *batch, size_t row)
{
    return batch->rows.nulls > 0 && (batch->valid[row / 8] >> row % 8 & 1) == 0;
}

static struct page_bytes span(const char *bytes, size_t length)
{
    return (struct page_bytes){(const uint8_t *)bytes, length};
}

#define SPAN(literal) span(literal, sizeof(literal) - 1)

static struct page_header header_of(int32_t type, int32_t values, int32_t encoding)
{
    return (struct page_header){
        .type = type, .values = values, .encoding = encoding, .level_encoding = PAGE_RLE};
}

static void open_page(struct data_page *page, int32_t values, int32_t encoding, bool is_optional,
                      struct page_bytes bytes)
{
    struct page_header header = header_of(PAGE_DATA, values, encoding);
    struct error error;
    assert_true(data_page_open(page, &header, is_optional, SPAN(""), bytes, &error));
}

static const struct number_kind int32_kind = {NUMBER_INT32, 4, 0, 0};

/* Rows 1.0, null, 2.0, 3.0 …: the levels 1 0 1 1 in a packed run. */
#define NULLABLE         \
    "\x02\0\0\0\x03\x0d" \
    "\x01\0\0\0"         \
    "\x02\0\0\0"         \
    "\x03\0\0\0"

static void assert_numbers(const struct batch *batch, const double *expected, size_t count)
{
    assert_int_equal(batch->rows.count, count);
    for (size_t row = 0; row < count; row++) {
        double value;
        memcpy(&value, &batch->values[row], sizeof value);
        assert_true(value == expected[row]);
        assert_int_equal(is_null(batch, row), value == 0);
    }
}

static void test_null_rows_are_zeros_whatever_the_pieces(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= 4; piece++) {
        struct data_page page;
        struct batch batch;
        struct error error;
        begin(&batch);
        open_page(&page, 4, PAGE_PLAIN, true, SPAN(NULLABLE));
        while (page.rows_left > 0) {
            size_t count = page.rows_left < piece ? page.rows_left : piece;
            assert_true(data_page_numbers(&page, count, &int32_kind, NULL, 0, &batch.rows, &error));
        }
        assert_numbers(&batch, (const double[]){1, 0, 2, 3}, 4);
    }
}

static void test_pages_with_and_without_nulls_follow_each_other_in_a_batch(void **state)
{
    (void)state;
    struct data_page page;
    struct batch batch;
    struct error error;
    double seven = 7, expected[21];
    uint64_t dictionary[1];
    memcpy(dictionary, &seven, sizeof seven);
    begin(&batch);
    open_page(&page, 10, PAGE_RLE_DICTIONARY, true, SPAN("\x02\0\0\0\x14\x01\x01\x14\x00"));
    assert_false(page.has_levels);
    assert_true(data_page_numbers(&page, 10, &int32_kind, dictionary, 1, &batch.rows, &error));
    assert_int_equal(batch.rows.nulls, 0);
    open_page(&page, 4, PAGE_PLAIN, true, SPAN(NULLABLE));
    assert_true(data_page_numbers(&page, 4, &int32_kind, dictionary, 1, &batch.rows, &error));
    open_page(&page, 7, PAGE_RLE_DICTIONARY, false, SPAN("\x01\x0e\x00"));
    assert_true(data_page_numbers(&page, 7, &int32_kind, dictionary, 1, &batch.rows, &error));
    for (size_t row = 0; row < 21; row++)
        expected[row] = 7;
    memcpy(expected + 10, (const double[]){1, 0, 2, 3}, 4 * sizeof *expected);
    assert_numbers(&batch, expected, 21);
}

static void test_levels_of_the_second_version_stand_alone(void **state)
{
    (void)state;
    struct page_header header = header_of(PAGE_DATA_V2, 4, PAGE_RLE_DICTIONARY);
    struct data_page page;
    struct batch batch;
    struct error error;
    begin(&batch);
    /* levels 1 1 0 1, indices 2 0 1 of two bits */
    assert_true(
        data_page_open(&page, &header, true, SPAN("\x03\x0b"), SPAN("\x02\x03\x12\x00"), &error));
    assert_true(data_page_indices(&page, 4, 3, &batch.rows, &error));
    const int32_t *indices = batch.rows.values;
    assert_memory_equal(indices, ((const int32_t[]){2, 0, 0, 1}), 4 * sizeof *indices);
    assert_true(is_null(&batch, 2));
    assert_int_equal(batch.rows.nulls, 1);
}

static void test_a_page_of_nulls_needs_no_values(void **state)
{
    (void)state;
    static const int32_t encodings[] = {PAGE_PLAIN, PAGE_PLAIN_DICTIONARY};
    for (int i = 0; i < 2; i++) {
        struct data_page page;
        struct batch batch;
        struct error error;
        begin(&batch);
        open_page(&page, 20, encodings[i], true, SPAN("\x02\0\0\0\x28\x00"));
        assert_true(data_page_numbers(&page, 20, &int32_kind, NULL, 0, &batch.rows, &error));
        assert_numbers(&batch, (const double[20]){0}, 20);
    }
}

static void test_plain_texts_are_numbered(void **state)
{
    (void)state;
    struct text_index index;
    struct data_page page;
    struct batch batch;
    struct error error;
    text_index_init(&index);
    begin(&batch);
    open_page(&page, 4, PAGE_PLAIN, true,
              SPAN("\x02\0\0\0\x03\x0e"
                   "\x01\0\0\0b"
                   "\0\0\0\0"
                   "\x01\0\0\0b"));
    assert_true(data_page_texts(&page, 4, &index, &batch.rows, &error));
    const int32_t *indices = batch.rows.values;
    assert_memory_equal(indices, ((const int32_t[]){0, 0, 1, 0}), 4 * sizeof *indices);
    assert_true(is_null(&batch, 0) && !is_null(&batch, 1));
    assert_int_equal(index.count, 2);
    text_index_close(&index);
}

static void test_a_dictionary_page_becomes_one_piece_of_text(void **state)
{
    (void)state;
    int32_t ends[4];
    char bytes[8];
    struct error error;
    struct page_bytes page = SPAN("\x02\0\0\0ab"
                                  "\0\0\0\0"
                                  "\x03\0\0\0cde");
    assert_true(dictionary_page_texts(page, 3, ends, bytes, &error));
    assert_memory_equal(ends, ((const int32_t[]){0, 2, 2, 5}), sizeof ends);
    assert_memory_equal(bytes, "abcde", 5);
    assert_false(dictionary_page_texts(page, 4, ends, bytes, &error));
}

static void test_a_page_that_cannot_be_opened_says_why(void **state)
{
    (void)state;
    static const struct {
        struct page_bytes bytes;
        int32_t encoding, level_encoding;
        const char *said;
    } cases[] = {
        {{(const uint8_t *)"\x02\0", 2}, PAGE_PLAIN, PAGE_RLE, "a page ends before"},
        {{(const uint8_t *)"\x03\0\0\0\x02\x01", 6}, PAGE_PLAIN, PAGE_RLE, "a page ends before"},
        {{(const uint8_t *)"\x02\0\0\0\x02\x01", 6}, PAGE_PLAIN, PAGE_BIT_PACKED, "levels of enc"},
        {{(const uint8_t *)"\x02\0\0\0\x02\x01", 6}, 5, PAGE_RLE, "a page of encoding 5"},
        {{(const uint8_t *)"\x02\0\0\0\x02\x01\x21", 7},
         PAGE_RLE_DICTIONARY,
         PAGE_RLE,
         "indices of 33 bits"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct page_header header = header_of(PAGE_DATA, 1, cases[i].encoding);
        header.level_encoding = cases[i].level_encoding;
        struct data_page page;
        struct error error;
        assert_false(data_page_open(&page, &header, true, SPAN(""), cases[i].bytes, &error));
        assert_int_equal(error.kind, ERROR_BAD_DATA);
        assert_non_null(strstr(error.message, cases[i].said));
    }
}

/* Every page cut short anywhere: opened or not, read or not, never out of bounds. */
static void test_a_page_cut_short_is_an_error(void **state)
{
    (void)state;
    static const char numbers[] = NULLABLE;
    static const char texts[] = "\x02\0\0\0\x03\x0f"
                                "\x01\0\0\0b"
                                "\0\0\0\0"
                                "\x02\0\0\0bc";
    struct page_header header = header_of(PAGE_DATA, 4, PAGE_PLAIN);
    for (int kind = 0; kind < 2; kind++) {
        size_t whole = kind == 0 ? sizeof numbers - 1 : sizeof texts - 1;
        for (size_t length = 0; length < whole; length++) {
            uint8_t *bytes = malloc(length + 1);
            memcpy(bytes + 1, kind == 0 ? numbers : texts, length);
            struct page_bytes cut = {bytes + 1, length};
            struct text_index index;
            struct data_page page;
            struct batch batch;
            struct error error;
            text_index_init(&index);
            begin(&batch);
            if (data_page_open(&page, &header, true, SPAN(""), cut, &error))
                assert_false(kind == 0 ? data_page_numbers(&page, 4, &int32_kind, NULL, 0,
                                                           &batch.rows, &error)
                                       : data_page_texts(&page, 4, &index, &batch.rows, &error));
            assert_string_equal(error.message, "a page ends before its last value");
            text_index_close(&index);
            free(bytes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_null_rows_are_zeros_whatever_the_pieces),
        cmocka_unit_test(test_pages_with_and_without_nulls_follow_each_other_in_a_batch),
        cmocka_unit_test(test_levels_of_the_second_version_stand_alone),
        cmocka_unit_test(test_a_page_of_nulls_needs_no_values),
        cmocka_unit_test(test_plain_texts_are_numbered),
        cmocka_unit_test(test_a_dictionary_page_becomes_one_piece_of_text),
        cmocka_unit_test(test_a_page_that_cannot_be_opened_says_why),
        cmocka_unit_test(test_a_page_cut_short_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
