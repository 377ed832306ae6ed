/* What attribution left out or bent on its way, counted, with the first examples by name.
 *
 * None of it is an error: the reference fails or writes what the table forbids, here the run goes
 * on and its report says how often and where. Kinds are kept in notices.def. */
#ifndef COSTAGG_ATTRIBUTE_NOTICES_H
#define COSTAGG_ATTRIBUTE_NOTICES_H

#include "base/text_pool.h"

#include <stddef.h>
#include <stdint.h>

enum attribution_notice {
#define ATTRIBUTION_NOTICE(name, meaning) NOTICE_##name, /* lower case, as in the run report */
#include "attribute/notices.def"
#undef ATTRIBUTION_NOTICE
    NOTICE_COUNT
};

enum { NOTICE_EXAMPLES = 3 };

struct attribution_notices {
    uint64_t counts[NOTICE_COUNT];
    /* The smallest examples by bytes, so that they don't depend on the order of days; NULL: fewer.
     * Owned by the notices. */
    char *examples[NOTICE_COUNT][NOTICE_EXAMPLES];
};

void attribution_notices_init(struct attribution_notices *notices);
void attribution_notices_close(struct attribution_notices *notices);

/* Counts one more, with the text that names it. */
void attribution_notices_add(struct attribution_notices *notices, enum attribution_notice notice,
                             struct text example);

/* Counts `count` more without naming them. */
void attribution_notices_count(struct attribution_notices *notices, enum attribution_notice notice,
                               uint64_t count);

void attribution_notices_merge(struct attribution_notices *notices,
                               const struct attribution_notices *other);

/* "null_product_code", for the run report; and what it means, in a sentence, for people. */
const char *attribution_notice_name(enum attribution_notice notice);
const char *attribution_notice_meaning(enum attribution_notice notice);

#endif
