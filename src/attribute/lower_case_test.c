#include "attribute/lower_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_letters_of_all_scripts_become_lower_case(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", ""},
        {"Web-01 {}", "web-01 {}"},
        {"ÜNÏCODE größe", "ünïcode größe"},
        {"ΣΟΦΟΣ", "σοφοσ"},           /* simple mappings know no final sigma */
        {"İ", "i"},                   /* nor dots that stay behind */
        {"\xe2\x84\xaa", "k"},        /* KELVIN SIGN */
        {"\xc8\xba", "\xe2\xb1\xa5"}, /* grows from two bytes to three */
        {"ДОМ ԱԲ Ა", "дом աբ ა"},
        {"\xf0\x90\x90\x80", "\xf0\x90\x90\xa8"},           /* DESERET, four bytes */
        {"ĀāĂ", "āāă"},                                     /* every second one */
        {"\xf4\x90\x80\x80 \xc3", "\xf4\x90\x80\x80 \xc3"}, /* no UTF-8 */
        {"\xc3(A", "\xc3(a"},
        {"\xff\xfeZ", "\xff\xfez"},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text text = {cases[i].text, (uint32_t)strlen(cases[i].text)};
        struct text lower = lower_case_of(text, &arena);
        assert_int_equal(lower.length, strlen(cases[i].expected));
        assert_memory_equal(lower.bytes, cases[i].expected, lower.length);
    }
    assert_null(lower_case_of((struct text){NULL, 0}, &arena).bytes);
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters_of_all_scripts_become_lower_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
