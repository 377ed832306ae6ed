#include "base/decimal.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_values_print_as_numeric_of_the_column(void **state)
{
    (void)state;
    static const struct {
        double value;
        int precision, scale;
        const char *expected; /* "": does not fit */
    } cases[] = {
        {1.5, 33, 15, "1.500000000000000"},
        {0.0, 33, 15, "0.000000000000000"},
        {-0.0, 33, 15, "0.000000000000000"},
        {0.1, 33, 15, "0.100000000000000"},
        {-0.1, 33, 15, "-0.100000000000000"},
        {1.0 / 3, 33, 15, "0.333333333333333"},
        {2.0 / 3, 33, 15, "0.666666666666667"},
        {100, 33, 15, "100.000000000000000"},
        {1e15 / 7, 33, 15, "142857142857142.840000000000000"},
        {123456789.123456789, 33, 15, "123456789.123456790000000"},
        {1.0005, 10, 3, "1.001"},   /* the double is a little less, the decimal is a tie */
        {-1.0005, 10, 3, "-1.001"}, /* away from zero */
        {2.5, 5, 0, "3"},
        {-2.5, 5, 0, "-3"},
        {0.5, 5, 0, "1"},
        {0.49999999999999994, 5, 0, "0"},
        {-0.4, 5, 0, "0"},
        {9.9995, 7, 3, "10.000"},
        {5e-16, 33, 15, "0.000000000000001"},
        {4.9999999999999995e-16, 33, 15, "0.000000000000000"},
        {-5e-16, 33, 15, "-0.000000000000001"},
        {1e-21, 33, 15, "0.000000000000000"},
        {5e-324, 33, 15, "0.000000000000000"},
        {5e-20, 38, 19, "0.0000000000000000001"},
        {4e-20, 38, 19, "0.0000000000000000000"},
        {9007199254740992.0, 33, 15, "9007199254740992.000000000000000"},
        {1152921504606846976.0, 38, 2, "1152921504606847000.00"}, /* 2^60: its shortest digits */
        {1e17, 33, 15, "100000000000000000.000000000000000"},
        {999999999999999900.0, 33, 15, "999999999999999900.000000000000000"},
        {1e18, 33, 15, ""},
        {-1e18, 33, 15, ""},
        {1e22, 38, 0, "10000000000000000000000"},
        {1.2345678901234567e37, 38, 0, "12345678901234568000000000000000000000"},
        {9.999999999999998e37, 38, 0, "99999999999999980000000000000000000000"},
        {1e38, 38, 0, ""},
        {DBL_MAX, 38, 0, ""},
        {INFINITY, 33, 15, ""},
        {-INFINITY, 33, 15, ""},
        {99.5, 2, 0, ""}, /* 100 after rounding */
        {99.4, 2, 0, "99"},
        {0.25, 2, 2, "0.25"},
        {1.25, 2, 2, ""},
        {0.999, 2, 2, ""},
        {15.0, 30, 15, "15.000000000000000"},
        {1e15, 30, 15, ""},
        {0.123456789123, 33, 9, "0.123456789"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[DECIMAL_TEXT_SIZE] = "";
        size_t length = decimal_format(cases[i].value, cases[i].precision, cases[i].scale, text);
        assert_string_equal(text, cases[i].expected);
        assert_int_equal(length, strlen(cases[i].expected));
    }
    char text[DECIMAL_TEXT_SIZE];
    assert_int_equal(decimal_format(NAN, 33, 15, text), 0);
}

static void test_binary_form_is_what_postgresql_sends(void **state)
{
    (void)state;
    /* As `select numeric_send(x::numeric(p, s))` answers. */
    static const struct {
        double value;
        int precision, scale;
        const char *expected;
    } cases[] = {
        {0, 33, 15, "000000000000000f"},
        {1.5, 33, 15, "000200000000000f00011388"},
        {-1.5, 33, 15, "000200004000000f00011388"},
        {10000, 33, 15, "000100010000000f0001"},
        {0.00001234, 33, 15, "0001fffe0000000f04d2"},
        {123456.789, 33, 9, "0003000100000009000c0d801ed2"},
        {1e17, 33, 15, "000100040000000f000a"},
        {5e-16, 33, 15, "0001fffc0000000f000a"},
        {1e22, 38, 0, "00010005000000000064"},
        {0.5, 5, 0, "00010000000000000001"},
        {0.0000000000000000012, 38, 19, "0001fffb000000130078"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char binary[DECIMAL_BINARY_SIZE];
        char text[2 * DECIMAL_BINARY_SIZE + 1] = "";
        size_t length =
            decimal_format_binary(cases[i].value, cases[i].precision, cases[i].scale, binary);
        for (size_t n = 0; n < length; n++)
            snprintf(text + 2 * n, 3, "%02x", binary[n]);
        assert_string_equal(text, cases[i].expected);
    }
    unsigned char binary[DECIMAL_BINARY_SIZE];
    assert_int_equal(decimal_format_binary(1e18, 33, 15, binary), 0);
    assert_int_equal(decimal_format_binary(NAN, 33, 15, binary), 0);
}

enum { SLOW_TEXT_SIZE = 256 };

/* The rule done slowly: fewest digits that strtod() reads back, then school rounding. */
static size_t slow_format(double value, int scale, char text[SLOW_TEXT_SIZE])
{
    char shortest[40];
    for (int digits = 0; digits <= 16; digits++) {
        snprintf(shortest, sizeof shortest, "%.*e", digits, fabs(value));
        if (strtod(shortest, NULL) == fabs(value))
            break;
    }
    int exponent = (int)strtol(strchr(shortest, 'e') + 1, NULL, 10);
    char places[128] = ""; /* 60 before the point, 60 behind */
    memset(places, '0', 120);
    size_t at = (size_t)(59 - exponent);
    for (const char *digit = shortest; *digit != 'e'; digit++)
        if (*digit != '.')
            places[at++] = *digit;
    bool up = places[60 + scale] >= '5';
    for (int i = 59 + scale; up; i--) {
        up = places[i] == '9';
        places[i] = (char)(up ? '0' : places[i] + 1);
    }
    places[60 + scale] = '\0';
    int first = 0;
    while (first < 59 && places[first] == '0')
        first++;
    bool zero = strspn(places, "0") == strlen(places);
    int length = snprintf(text, SLOW_TEXT_SIZE, "%s%.*s%s%s", value < 0 && !zero ? "-" : "",
                          60 - first, places + first, scale > 0 ? "." : "", places + 60);
    return (size_t)length;
}

static uint64_t random_seed = 88172645463325252u;

static uint64_t next_random(void)
{
    random_seed ^= random_seed << 13;
    random_seed ^= random_seed >> 7;
    random_seed ^= random_seed << 17;
    return random_seed * 2685821657736338717u;
}

/* Doubles of every exponent in range, and the kinds that real tables hold. */
static double random_value(void)
{
    uint64_t random = next_random();
    double sign = random & 8 ? -1 : 1;
    double fraction = (double)(next_random() >> 11) * 0x1p-53;
    switch (random & 7) {
    case 0:
        return sign * (double)(next_random() >> (random >> 32 & 63));
    case 1:
        return sign * (double)(int64_t)(next_random() >> 24) / 3600;
    case 2: /* few decimals */
        return sign * (double)(next_random() % 1000000) / 1000;
    case 3: /* close to a tie at 15 decimals */
        return sign * ((double)(next_random() % 1000) + 0.5) * 1e-15;
    case 4:
        return sign * fraction;
    default:
        return sign * ldexp(1 + fraction, (int)(next_random() % 200) - 75);
    }
}

static void check_against_slow_rule(double value, int scale)
{
    char fast[DECIMAL_TEXT_SIZE], slow[SLOW_TEXT_SIZE];
    size_t length = decimal_format(value, 38, scale, fast);
    slow_format(value, scale, slow);
    size_t digits = strlen(slow) - (slow[0] == '-') - (scale > 0);
    if (digits > 38 && slow[slow[0] == '-'] != '0') {
        assert_int_equal(length, 0);
        return;
    }
    if (strcmp(fast, slow) != 0)
        fail_msg("%.17g at scale %d: %s, not %s", value, scale, fast, slow);
}

static void test_random_values_agree_with_the_slow_rule(void **state)
{
    (void)state;
    static const int scales[] = {15, 9, 0, 19, 2};
    const char *wanted = getenv("COSTAGG_TEST_DECIMALS"); /* more, by hand */
    long count = wanted != NULL ? strtol(wanted, NULL, 10) : 200000;
    for (long i = 0; i < count; i++) {
        double value = random_value();
        if (fabs(value) < 1e38)
            check_against_slow_rule(value, scales[i % 5]);
    }
}

static void test_powers_and_their_neighbours_agree_with_the_slow_rule(void **state)
{
    (void)state;
    for (int i = -75; i <= 125; i++) {
        double power = ldexp(1, i);
        check_against_slow_rule(nextafter(power, INFINITY), 15);
        check_against_slow_rule(nextafter(power, 0), 15);
        check_against_slow_rule(power, 15);
        check_against_slow_rule(power, 19);
    }
    for (int i = -22; i <= 37; i++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", i);
        double power = strtod(text, NULL);
        check_against_slow_rule(nextafter(power, INFINITY), 19);
        check_against_slow_rule(nextafter(power, 0), 19);
        check_against_slow_rule(power, 15);
        check_against_slow_rule(-5 * power, 15);
    }
}

/* Reads the binary form as text, so that the text tests vouch for both. */
static void binary_to_text(const unsigned char *binary, char text[DECIMAL_TEXT_SIZE])
{
    int16_t head[4];
    for (int i = 0; i < 4; i++)
        head[i] = (int16_t)(binary[2 * i] << 8 | binary[2 * i + 1]);
    char places[128];
    memset(places, '0', sizeof places);
    for (int i = 0; i < head[0]; i++) {
        char group[8];
        unsigned number = (unsigned)(binary[8 + 2 * i] << 8 | binary[9 + 2 * i]);
        assert_true(number < 10000);
        snprintf(group, sizeof group, "%04u", number);
        memcpy(places + 40 + 4 * (i - head[1]), group, 4);
    }
    size_t first = 4;
    while (first < 43 && places[first] == '0')
        first++;
    snprintf(text, DECIMAL_TEXT_SIZE, "%s%.*s%s%.*s", head[2] != 0 ? "-" : "", (int)(44 - first),
             places + first, head[3] > 0 ? "." : "", head[3], places + 44);
}

static void test_binary_form_says_the_same_as_the_text(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        double value = random_value();
        char text[DECIMAL_TEXT_SIZE], back[DECIMAL_TEXT_SIZE];
        unsigned char binary[DECIMAL_BINARY_SIZE];
        int scale = i % 20;
        size_t length = decimal_format(value, 38, scale, text);
        size_t binary_length = decimal_format_binary(value, 38, scale, binary);
        assert_int_equal(length == 0, binary_length == 0);
        if (length == 0)
            continue;
        binary_to_text(binary, back);
        assert_string_equal(text, back);
        if (binary_length > 8) { /* no zeros at either end, as PostgreSQL requires */
            assert_true(binary[8] != 0 || binary[9] != 0);
            assert_true(binary[binary_length - 1] != 0 || binary[binary_length - 2] != 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_print_as_numeric_of_the_column),
        cmocka_unit_test(test_binary_form_is_what_postgresql_sends),
        cmocka_unit_test(test_random_values_agree_with_the_slow_rule),
        cmocka_unit_test(test_powers_and_their_neighbours_agree_with_the_slow_rule),
        cmocka_unit_test(test_binary_form_says_the_same_as_the_text),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
