#include "parquet/snappy_unpack.h"

#include "arrow/bridge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 70000 };

/* Both ends of what is packed and of what it unpacks to are ends of memory, so that a sanitizer
 * sees a read or write beyond them. */
static bool unpacks(const uint8_t *packed, size_t length, size_t room, uint8_t *result)
{
    uint8_t *from = malloc(length == 0 ? 1 : length), *to = malloc(room == 0 ? 1 : room);
    memcpy(from, packed, length);
    bool done = snappy_unpack(from, length, to, room);
    if (done)
        memcpy(result, to, room);
    free(from);
    free(to);
    return done;
}

static void assert_unpacks(const char *packed, size_t length, const char *expected)
{
    uint8_t result[256];
    assert_true(unpacks((const uint8_t *)packed, length, strlen(expected), result));
    assert_memory_equal(result, expected, strlen(expected));
}

#define PACKED(literal) literal, sizeof(literal) - 1

static void test_tags_of_every_kind_are_unpacked(void **state)
{
    (void)state;
    assert_unpacks(PACKED("\x00"), "");
    assert_unpacks(PACKED("\x03\x08xyz"), "xyz");
    assert_unpacks(PACKED("\x03\xf0\x02xyz"), "xyz");            /* length in one byte, */
    assert_unpacks(PACKED("\x03\xfc\x02\0\0\0xyz"), "xyz");      /* in four */
    assert_unpacks(PACKED("\x0a\x08xyz\x0d\x03"), "xyzxyzxyzx"); /* seven from three before */
    assert_unpacks(PACKED("\x05\x00x\x0e\x01\0"), "xxxxx");      /* distance of two bytes */
    assert_unpacks(PACKED("\x05\x00x\x0f\x01\0\0\0"), "xxxxx");  /* of four */
}

static void test_what_is_damaged_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *packed;
        size_t length, room;
    } cases[] = {
        {PACKED(""), 0},
        {PACKED("\x80\x80\x80\x80\x80\x80"), 0}, /* a length without end */
        {PACKED("\x04\x08xyz"), 4},              /* fewer bytes than promised */
        {PACKED("\x03\x08xyz"), 4},              /* promises less than asked for */
        {PACKED("\x02\x08xyz"), 2},              /* more bytes than promised */
        {PACKED("\x03\x08xy"), 3},               /* ends inside */
        {PACKED("\x03\xf4\x02"), 3},             /* ends inside a length */
        {PACKED("\x0a\x08xyz\x0d\x04"), 10},     /* from before the beginning */
        {PACKED("\x0a\x08xyz\x0d\x00"), 10},     /* from nowhere */
        {PACKED("\x09\x08xyz\x0d\x03"), 9},      /* beyond the end */
        {PACKED("\x05\x00x\x0e\x01"), 5},        /* ends inside a distance */
        {PACKED("\x05\x00x\x0f\xff\xff\xff\xff"), 5},
        {PACKED("\x05\xfc\xff\xff\xff\xff"), 5}, /* four gigabytes as they are */
    };
    uint8_t result[16];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_false(
            unpacks((const uint8_t *)cases[i].packed, cases[i].length, cases[i].room, result));
}

/* Bytes that repeat at some distance, with others now and then. */
static void fill(uint8_t *bytes, size_t length, size_t distance, int strange)
{
    for (size_t i = 0; i < length; i++)
        bytes[i] = i < distance || (strange > 0 && rand() % strange == 0) ? (uint8_t)rand()
                                                                          : bytes[i - distance];
}

static void test_what_the_library_packs_is_unpacked(void **state)
{
    (void)state;
    static uint8_t bytes[MOST], result[MOST];
    uint8_t *packed = malloc(arrow_snappy_bound(MOST));
    srand(21);
    for (int round = 0; round < 1500; round++) {
        size_t length = (size_t)rand() % (round % 10 == 0 ? MOST : 300);
        size_t distance = 1 + (size_t)rand() % (round % 3 == 0 ? 40000 : 40);
        fill(bytes, length, distance, round % 4 == 0 ? 0 : 1 + rand() % 50);
        size_t packed_length = arrow_snappy(bytes, length, packed);
        assert_true(unpacks(packed, packed_length, length, result));
        assert_memory_equal(result, bytes, length);
    }
    free(packed);
}

static void test_random_damage_is_survived(void **state)
{
    (void)state;
    static uint8_t bytes[2000], result[2000];
    uint8_t *packed = malloc(arrow_snappy_bound(sizeof bytes));
    srand(22);
    for (int round = 0; round < 20000; round++) {
        size_t length = (size_t)rand() % sizeof bytes;
        fill(bytes, length, 1 + (size_t)rand() % 100, 1 + rand() % 30);
        size_t packed_length = arrow_snappy(bytes, length, packed);
        for (int i = rand() % 4; i >= 0; i--)
            packed[(size_t)rand() % packed_length] = (uint8_t)rand();
        if (rand() % 4 == 0)
            packed_length = (size_t)rand() % packed_length;
        (void)unpacks(packed, packed_length, length, result);
    }
    free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_of_every_kind_are_unpacked),
        cmocka_unit_test(test_what_is_damaged_is_refused),
        cmocka_unit_test(test_what_the_library_packs_is_unpacked),
        cmocka_unit_test(test_random_damage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
