#include "parquet/compact_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void expect_bytes(struct byte_buffer *buffer, const char *expected, size_t length)
{
    assert_int_equal(buffer->length, length);
    assert_memory_equal(buffer->bytes, expected, length);
    byte_buffer_close(buffer);
}

#define EXPECT_BYTES(buffer, literal) expect_bytes(buffer, literal, sizeof literal - 1)

static void test_fields_carry_the_step_from_the_one_before(void **state)
{
    (void)state;
    struct byte_buffer buffer = {0};
    struct compact_writer writer = compact_writer_start(&buffer);
    compact_writer_integer(&writer, 1, COMPACT_I32, 3);
    compact_writer_integer(&writer, 4, COMPACT_I64, -1);
    compact_writer_bool(&writer, 5, true);
    compact_writer_bool(&writer, 6, false);
    compact_writer_binary(&writer, 7, "ab", 2);
    compact_writer_end(&writer);
    EXPECT_BYTES(&buffer, "\x15\x06\x36\x01\x11\x12\x18\x02"
                          "ab\x00");
}

static void test_a_step_of_more_than_15_has_its_number_written_out(void **state)
{
    (void)state;
    struct byte_buffer buffer = {0};
    struct compact_writer writer = compact_writer_start(&buffer);
    compact_writer_integer(&writer, 16, COMPACT_I16, 300);
    compact_writer_end(&writer);
    EXPECT_BYTES(&buffer, "\x04\x20\xd8\x04\x00");
}

static void test_structs_and_lists_nest(void **state)
{
    (void)state;
    struct byte_buffer buffer = {0};
    struct compact_writer writer = compact_writer_start(&buffer);
    compact_writer_struct(&writer, 2);
    compact_writer_list(&writer, 1, COMPACT_I32, 2);
    compact_writer_integer_element(&writer, 1);
    compact_writer_integer_element(&writer, -2);
    compact_writer_list(&writer, 2, COMPACT_STRUCT, 1);
    compact_writer_struct_element(&writer);
    compact_writer_integer(&writer, 1, COMPACT_I32, 5);
    compact_writer_end(&writer);
    compact_writer_end(&writer);
    compact_writer_integer(&writer, 3, COMPACT_I32, 0);
    compact_writer_end(&writer);
    EXPECT_BYTES(&buffer, "\x2c\x19\x25\x02\x03\x19\x1c\x15\x0a\x00\x00\x15\x00\x00");
}

static void test_long_lists_write_their_length_out(void **state)
{
    (void)state;
    struct byte_buffer buffer = {0};
    struct compact_writer writer = compact_writer_start(&buffer);
    compact_writer_list(&writer, 1, COMPACT_BINARY, 15);
    EXPECT_BYTES(&buffer, "\x19\xf8\x0f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_carry_the_step_from_the_one_before),
        cmocka_unit_test(test_a_step_of_more_than_15_has_its_number_written_out),
        cmocka_unit_test(test_structs_and_lists_nest),
        cmocka_unit_test(test_long_lists_write_their_length_out),
    };
    return cmocka_run_group_tests_name("compact_writer", tests, NULL, NULL);
}
