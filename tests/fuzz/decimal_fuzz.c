/* Doubles as NUMERIC: text and binary form say the same, within half a unit of the last digit.
 * Input: eight bytes of a double, one of precision, one of scale, and so on. */
#include "fuzz.h"

#include "base/decimal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int16_t short_at(const unsigned char *bytes)
{
    return (int16_t)(uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* PostgreSQL's binary numeric as the text that PostgreSQL would print. */
static void print_binary(const unsigned char *binary, size_t length, char *text, size_t room)
{
    FUZZ_CHECK(length >= 8);
    int digits = short_at(binary), weight = short_at(binary + 2), scale = short_at(binary + 6);
    FUZZ_CHECK(length == 8 + 2 * (size_t)digits);
    size_t at = 0;
    if (short_at(binary + 4) != 0)
        text[at++] = '-';
    char *start = text + at;
    for (int group = weight < 0 ? 0 : weight; group >= -((scale + 3) / 4); group--) {
        int index = weight - group;
        int value = index >= 0 && index < digits ? short_at(binary + 8 + 2 * index) : 0;
        FUZZ_CHECK(value >= 0 && value < 10000);
        if (group == -1)
            text[at++] = '.';
        FUZZ_CHECK(room - at > 5);
        at += (size_t)snprintf(text + at, room - at, "%04d", value);
    }
    char *point = strchr(start, '.');
    if (point != NULL)
        point[1 + scale] = '\0';
    size_t zeros = strspn(start, "0");
    if (zeros > 0 && (start[zeros] == '.' || start[zeros] == '\0'))
        zeros--;
    memmove(start, start + zeros, strlen(start + zeros) + 1);
}

static void check_value(double value, int precision, int scale)
{
    char text[DECIMAL_TEXT_SIZE];
    unsigned char binary[DECIMAL_BINARY_SIZE];
    size_t length = decimal_format(value, precision, scale, text);
    size_t binary_length = decimal_format_binary(value, precision, scale, binary);
    FUZZ_CHECK((length == 0) == (binary_length == 0));
    if (!isfinite(value))
        FUZZ_CHECK(length == 0);
    if (length == 0)
        return;
    FUZZ_CHECK(strlen(text) == length);
    FUZZ_CHECK(strspn(text, "-0123456789.") == length);
    FUZZ_CHECK(binary_length <= DECIMAL_BINARY_SIZE);
    char from_binary[128];
    print_binary(binary, binary_length, from_binary, sizeof from_binary);
    FUZZ_CHECK(strcmp(text, from_binary) == 0);

    double unit = pow(10, -scale);
    double slack = unit * 0.5000001 + fabs(value) * 4e-16;
    FUZZ_CHECK(fabs(strtod(text, NULL) - value) <= slack);
    FUZZ_CHECK(strtod(text, NULL) != 0 || text[0] != '-');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (; size >= 10; data += 10, size -= 10) {
        double value;
        memcpy(&value, data, sizeof value);
        int scale = data[9] % (DECIMAL_MAX_SCALE + 1);
        int precision = scale + data[8] % (DECIMAL_MAX_PRECISION + 1 - scale);
        check_value(value, precision < 1 ? 1 : precision, scale);
        check_value(value, 33, 15);
    }
    return 0;
}
