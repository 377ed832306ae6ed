#include "base/radix_sort.h"

#include <string.h>

enum { DIGITS = 8, VALUES = 256 };

static void count_digits(const struct radix_item *items, size_t count,
                         size_t counts[DIGITS][VALUES])
{
    memset(counts, 0, sizeof(size_t) * DIGITS * VALUES);
    for (size_t i = 0; i < count; i++)
        for (int digit = 0; digit < DIGITS; digit++)
            counts[digit][items[i].key >> (8 * digit) & 0xff]++;
}

/* Moves the items to `to` in the order of one digit. */
static void scatter(const struct radix_item *from, struct radix_item *to, size_t count, int digit,
                    const size_t counts[VALUES])
{
    size_t places[VALUES];
    size_t place = 0;
    for (int value = 0; value < VALUES; value++) {
        places[value] = place;
        place += counts[value];
    }
    for (size_t i = 0; i < count; i++)
        to[places[from[i].key >> (8 * digit) & 0xff]++] = from[i];
}

void radix_sort(struct radix_item *items, struct radix_item *scratch, size_t count)
{
    size_t counts[DIGITS][VALUES];
    struct radix_item *from = items, *to = scratch;
    if (count < 2)
        return;
    count_digits(items, count, counts);
    for (int digit = 0; digit < DIGITS; digit++) {
        if (counts[digit][items[0].key >> (8 * digit) & 0xff] == count)
            continue;
        scatter(from, to, count, digit, counts[digit]);
        struct radix_item *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != items)
        memcpy(items, from, count * sizeof *items);
}
