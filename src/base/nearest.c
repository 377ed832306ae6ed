#include "base/nearest.h"

#include <ctype.h>
#include <string.h>

enum { LONGEST = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int folded(char c)
{
    return tolower((unsigned char)c);
}

size_t nearest_distance(const char *a, const char *b)
{
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);
    if (a_length > LONGEST || b_length > LONGEST)
        return a_length + b_length;
    size_t row[3][LONGEST + 1]; /* rows i-2, i-1 and i of the table, in turn */
    for (size_t j = 0; j <= b_length; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *current = row[i % 3];
        const size_t *above = row[(i + 2) % 3];
        const size_t *before = row[(i + 1) % 3];
        current[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t replaced = above[j - 1] + (folded(a[i - 1]) != folded(b[j - 1]));
            current[j] = least(replaced, least(above[j], current[j - 1]) + 1);
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1]))
                current[j] = least(current[j], before[j - 2] + 1);
        }
    }
    return row[a_length % 3][b_length];
}

void nearest_init(struct nearest *nearest, const char *name)
{
    *nearest = (struct nearest){.name = name};
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    size_t longer =
        strlen(candidate) > strlen(nearest->name) ? strlen(candidate) : strlen(nearest->name);
    size_t distance = nearest_distance(nearest->name, candidate);
    size_t allowed = longer < 4 ? 1 : longer / 3;
    if (distance <= allowed && (nearest->best == NULL || distance < nearest->distance)) {
        nearest->best = candidate;
        nearest->distance = distance;
    }
}
