/* Names the raw reports hold, by day (usage_fact.h), while days are in flight.
 *
 * Reports repeat a name row after row; noting one again costs a look at its mark. */
#ifndef COSTAGG_AGGREGATE_FACT_SET_H
#define COSTAGG_AGGREGATE_FACT_SET_H

#include "base/key_map.h"
#include "base/text_pool.h"

/* In the order of their names, which is that of the sorted facts. */
enum fact_kind {
    FACT_CSI_HANDLE,
    FACT_NAMESPACE,
    FACT_NODE,
    FACT_VOLUME,
    FACT_RESOURCE_ID,
    FACT_KIND_COUNT
};

struct fact_set {
    struct key_map facts;    /* (day, kind, value): distinct */
    struct fact_mark *marks; /* by value: what was noted of it last */
    uint32_t room;
};

void fact_set_init(struct fact_set *set);
void fact_set_close(struct fact_set *set);

/* Forgets all facts; to be called when the pool has been reset, too. */
void fact_set_clear(struct fact_set *set);

/* Notes that a value, a text of the pool, was seen on a day. Null is no fact. */
void fact_set_note(struct fact_set *set, int32_t day, enum fact_kind kind, uint32_t value);

#endif
