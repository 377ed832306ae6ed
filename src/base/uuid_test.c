#include "base/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NAMESPACE_DNS "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
#define NAMESPACE_URL "6ba7b811-9dad-11d1-80b4-00c04fd430c8"

static void test_version_5_meets_known_names(void **state)
{
    (void)state;
    static const struct {
        const char *namespace, *name, *expected;
    } known[] = {
        {NAMESPACE_DNS, "www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2"}, /* RFC 9562 */
        {NAMESPACE_DNS, "python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d"},
        {NAMESPACE_URL, "http://www.example.com/", "fcde3c85-2270-590f-9e7c-ee003d65e0e2"},
        {NAMESPACE_DNS, "", "4ebd0208-8328-5d69-8c44-ec50939c0967"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        unsigned char namespace[UUID_SIZE], uuid[UUID_SIZE];
        char text[UUID_TEXT_SIZE];
        assert_true(uuid_parse(known[i].namespace, 36, namespace));
        uuid_v5(namespace, known[i].name, strlen(known[i].name), uuid);
        assert_string_equal(uuid_format(uuid, text), known[i].expected);
    }
}

static void test_name_in_pieces_gives_the_same_uuid(void **state)
{
    (void)state;
    static const char name[] = "a name that is longer than one block of the hash, for good measure";
    static const unsigned char namespace[UUID_SIZE] = {1, 2, 3};
    unsigned char whole[UUID_SIZE], pieces[UUID_SIZE];
    uuid_v5(namespace, name, strlen(name), whole);
    struct sha1 hash;
    uuid_v5_init(&hash, namespace);
    for (size_t i = 0; i < strlen(name); i++)
        sha1_update(&hash, name + i, 1);
    uuid_v5_finish(&hash, pieces);
    assert_memory_equal(whole, pieces, UUID_SIZE);
}

static void test_text_reads_back_and_upper_case_is_accepted(void **state)
{
    (void)state;
    static const char upper[] = "0123ABCD-EF45-6789-89AB-CDEF01234567";
    unsigned char uuid[UUID_SIZE];
    char text[UUID_TEXT_SIZE];
    assert_true(uuid_parse(upper, 36, uuid));
    assert_string_equal(uuid_format(uuid, text), "0123abcd-ef45-6789-89ab-cdef01234567");
}

static void test_other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "0123abcd-ef45-6789-89ab-cdef0123456",
        "0123abcd-ef45-6789-89ab-cdef012345678",
        "0123abcdef45-6789-89ab--cdef01234567",
        "0123abcd-ef45-6789-89ab-cdef0123456g",
        "{123abcd-ef45-6789-89ab-cdef01234567",
        "0123abcd ef45-6789-89ab-cdef01234567",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        unsigned char uuid[UUID_SIZE] = {42};
        assert_false(uuid_parse(bad[i], strlen(bad[i]), uuid));
        assert_int_equal(uuid[0], 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_5_meets_known_names),
        cmocka_unit_test(test_name_in_pieces_gives_the_same_uuid),
        cmocka_unit_test(test_text_reads_back_and_upper_case_is_accepted),
        cmocka_unit_test(test_other_texts_are_refused),
    };
    return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
