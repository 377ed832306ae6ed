#include "base/sha1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *message;
    size_t repeat;
    const char *digest;
} known[] = {
    {"", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {"abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    {"a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
    {"0123456701234567012345670123456701234567012345670123456701234567", 10,
     "dea356a2cddd90c7a7ecedc5ebb563934f460452"},
};

static void check_digest(struct sha1 *hash, const char *expected)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA1_SIZE];
    char text[2 * SHA1_SIZE + 1] = {0};
    sha1_finish(hash, digest);
    for (int i = 0; i < SHA1_SIZE; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    assert_string_equal(text, expected);
}

static void check_known(void)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct sha1 hash;
        sha1_init(&hash);
        for (size_t n = 0; n < known[i].repeat; n++)
            sha1_update(&hash, known[i].message, strlen(known[i].message));
        check_digest(&hash, known[i].digest);
    }
}

static void test_published_digests_are_met(void **state)
{
    (void)state;
    check_known();
}

static void test_portable_code_meets_published_digests(void **state)
{
    (void)state;
    sha1_force_portable(true);
    check_known();
    sha1_force_portable(false);
}

static void test_pieces_of_any_size_give_the_same_digest(void **state)
{
    (void)state;
    unsigned char message[300];
    for (size_t i = 0; i < sizeof message; i++)
        message[i] = (unsigned char)(i * 7 + 1);
    for (size_t length = 0; length <= sizeof message; length++) {
        unsigned char whole[SHA1_SIZE], pieces[SHA1_SIZE], portable[SHA1_SIZE];
        struct sha1 hash;
        sha1_init(&hash);
        sha1_update(&hash, message, length);
        sha1_finish(&hash, whole);
        sha1_init(&hash);
        for (size_t at = 0, step = 1; at < length; at += step, step = step % 71 + 3) {
            size_t left = length - at;
            sha1_update(&hash, message + at, step < left ? step : left);
        }
        sha1_finish(&hash, pieces);
        assert_memory_equal(whole, pieces, SHA1_SIZE);
        sha1_force_portable(true);
        sha1_init(&hash);
        sha1_update(&hash, message, length);
        sha1_finish(&hash, portable);
        sha1_force_portable(false);
        assert_memory_equal(whole, portable, SHA1_SIZE);
    }
}

static void check_each(size_t prefix_length)
{
    unsigned char tails[5][SHA1_TAIL], digests[5][SHA1_SIZE], expected[SHA1_SIZE];
    static const unsigned char prefix[2 * SHA1_BLOCK] = "every message begins like this";
    struct sha1 hash;
    for (size_t i = 0; i < sizeof tails; i++)
        tails[i / SHA1_TAIL][i % SHA1_TAIL] = (unsigned char)(i * 37);
    for (size_t count = 0; count <= 5; count++) {
        sha1_init(&hash);
        sha1_update(&hash, prefix, prefix_length);
        sha1_finish_each(&hash, tails, count, digests);
        for (size_t i = 0; i < count; i++) {
            struct sha1 one = hash;
            sha1_update(&one, tails[i], SHA1_TAIL);
            sha1_finish(&one, expected);
            assert_memory_equal(digests[i], expected, SHA1_SIZE);
        }
    }
}

static void test_many_ends_of_one_beginning(void **state)
{
    (void)state;
    for (int portable = 0; portable < 2; portable++) {
        sha1_force_portable(portable);
        check_each(0);
        check_each(SHA1_BLOCK);
        check_each(2 * SHA1_BLOCK);
        check_each(SHA1_BLOCK + 5);
    }
    sha1_force_portable(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_digests_are_met),
        cmocka_unit_test(test_many_ends_of_one_beginning),
        cmocka_unit_test(test_portable_code_meets_published_digests),
        cmocka_unit_test(test_pieces_of_any_size_give_the_same_digest),
    };
    return cmocka_run_group_tests_name("sha1", tests, NULL, NULL);
}
