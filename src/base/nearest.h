/* Did you mean …? The candidate that is spelt most like a name. */
#ifndef COSTAGG_BASE_NEAREST_H
#define COSTAGG_BASE_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *name;
    const char *best; /* NULL: nothing is near enough (a third of the letters, at least one) */
    size_t distance;  /* of `best` */
};

/* Starts a search; `name` is borrowed until its end. */
void nearest_init(struct nearest *nearest, const char *name);

/* Offers a candidate; the first of equally near ones stays. Borrowed. */
void nearest_offer(struct nearest *nearest, const char *candidate);

/* Letters to insert, delete, replace or swap with their neighbour to turn one text into the
 * other, ignoring case; texts beyond 64 bytes count as wholly different. */
size_t nearest_distance(const char *a, const char *b);

#endif
