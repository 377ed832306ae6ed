/* The path of one bill resource through the rules, told in words and numbers.
 *
 * For every day and every class of lines of the resource: what the lines say, which clusters they
 * belong to and why, which rule spoke, and each share with its fraction, amount and target. */
#ifndef COSTAGG_ATTRIBUTE_EXPLANATION_H
#define COSTAGG_ATTRIBUTE_EXPLANATION_H

#include <stddef.h>
#include <stdint.h>

struct bill_resource;
struct cost_attributor;
struct cost_plan;

struct explanation {
    char *bytes; /* NUL-terminated */
    size_t length;
    size_t capacity;
    uint32_t classes; /* told so far of the day */
};

void explanation_init(struct explanation *explanation);
void explanation_close(struct explanation *explanation);
void explanation_clear(struct explanation *explanation);

/* Tells of a class and the two plans (by id and by tag) it went by. */
void explanation_add_class(struct explanation *explanation,
                           const struct cost_attributor *attributor, uint32_t number,
                           const struct cost_plan *plans);

/* Tells of a resource none of whose lines became a class. */
void explanation_add_unkept(struct explanation *explanation,
                            const struct cost_attributor *attributor,
                            const struct bill_resource *resource);

#endif
