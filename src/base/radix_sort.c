#include "base/radix_sort.h"

#include <string.h>

enum { DIGITS = 8, VALUES = 256 };

/* Moves the items to `to` in the order of one digit. */
static void scatter(const struct radix_item *from, struct radix_item *to, size_t count, int digit)
{
    size_t places[VALUES] = {0};
    size_t place = 0;
    for (size_t i = 0; i < count; i++)
        places[from[i].key >> (8 * digit) & 0xff]++;
    for (int value = 0; value < VALUES; value++) {
        size_t holders = places[value];
        places[value] = place;
        place += holders;
    }
    for (size_t i = 0; i < count; i++)
        to[places[from[i].key >> (8 * digit) & 0xff]++] = from[i];
}

void radix_sort(struct radix_item *items, struct radix_item *scratch, size_t count)
{
    struct radix_item *from = items, *to = scratch;
    uint64_t differing = 0;
    for (size_t i = 1; i < count; i++)
        differing |= items[i].key ^ items[0].key;
    for (int digit = 0; digit < DIGITS; digit++) {
        if ((differing >> (8 * digit) & 0xff) == 0)
            continue;
        scatter(from, to, count, digit);
        struct radix_item *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != items)
        memcpy(items, from, count * sizeof *items);
}
