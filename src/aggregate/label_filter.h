/* Labels, filtered to the enabled tag keys.
 *
 * Rule: before anything else a label object keeps only the enabled keys of OpenShift and
 * vm_kubevirt_io_name. When no key is enabled at all, nothing is kept, not even that one. Null
 * stays null. Empty or malformed text reads as {} and is counted.
 *
 * Example: enabled {app}. {"app": "web", "tier": "front"} → {"app":"web"}; {} → {}; null → null.
 *
 * Filtered sets are canonical texts in the worker's pool, so a set is a text id: equal sets, equal
 * ids, TEXT_NULL for null. Every distinct label text is parsed once; the pool may be reset only
 * together with the filter. Matches map_filter() over the enabled keys in the reference query. */
#ifndef COSTAGG_AGGREGATE_LABEL_FILTER_H
#define COSTAGG_AGGREGATE_LABEL_FILTER_H

#include "base/error.h"
#include "base/key_map.h"
#include "base/pair_map.h"
#include "base/settings.h"
#include "base/text_pool.h"

struct batch_place;

struct label_filter {
    struct text_pool *texts;
    const struct text *keys; /* sorted */
    size_t key_count;
    bool strict;          /* malformed labels are an error */
    struct arena scratch; /* of one parse */
    uint32_t *filtered;   /* by text id, + 1; 0: not parsed yet */
    uint32_t room;
    uint32_t empty_set;        /* id of "{}" */
    struct pair_map merges;    /* (under, over) → merged set */
    struct key_map malformed;  /* hashes (two words) of texts read as {} or with keys dropped, until
                                  whoever takes them clears it; a text can be met again later */
    char first_malformed[256]; /* "FILE: row N" of the first of them */
};

/* The keys a run keeps, sorted, in `arena`; *count 0 when no key is enabled. */
const struct text *label_filter_keys(const struct settings *settings, struct arena *arena,
                                     size_t *count);

void label_filter_init(struct label_filter *filter, struct text_pool *texts,
                       const struct text *keys, size_t key_count, bool strict);
void label_filter_close(struct label_filter *filter);

/* To be called when the pool has been reset. */
void label_filter_reset(struct label_filter *filter);

/* The filtered set of a label text. `place` and `row` are for the message about a malformed one,
 * which is an error under `strict` only. */
MUST_CHECK bool label_filter_apply(struct label_filter *filter, uint32_t labels,
                                   const struct batch_place *place, size_t row, uint32_t *set,
                                   struct error *error);

/* The same of a label text that was filtered before. */
static inline bool label_filter_find(const struct label_filter *filter, uint32_t labels,
                                     uint32_t *set)
{
    *set = labels < filter->room && filter->filtered[labels] != 0 ? filter->filtered[labels] - 1
                                                                  : (uint32_t)TEXT_NULL;
    return labels == TEXT_NULL || *set != TEXT_NULL;
}

/* `under` merged with `over`, the later winning on an equal key. An absent side (TEXT_NULL) counts
 * as {}. */
uint32_t label_filter_merge(struct label_filter *filter, uint32_t under, uint32_t over);

#endif
