/* TagMatcher: which clusters a bill line belongs to by its tags.
 *
 * Only lines that a cluster does not get by resource id are asked. The line's raw tag text must
 * contain one of the cluster's *tag strings*, texts of the form "KEY": "VALUE":
 *
 *   "openshift_cluster": "<cluster id>" and "openshift_cluster": "<cluster alias>",
 *   "openshift_node": "<node>" and "openshift_project": "<namespace>" of the raw pod report,
 *   generic tags: (key, value) pairs that stand both in the bill's tags and in the labels of the
 *   cluster's summary, compared in lower case; the bill's spelling is used.
 *
 * A generic pair counts where its tag text, and on the other side its label text, contains the
 * name of any key that is enabled for both AWS and OpenShift, anywhere in the text: that test picks
 * texts, not pairs.
 *
 * Worked example: enabled for both: app. Summary labels {"app":"web","tier":"front"}, bill tags
 * {"App": "WEB", "Tier": "front", "x": "my app"}: the bill's text contains "app" (in "my app"), the
 * labels contain it, too, so the tag strings are "App": "WEB" and "Tier": "front"; a line with
 * {"Tier": "front"} alone belongs, as its text contains one of the strings.
 *
 * After matching, each string is cut at its commas and its spaces are dropped; these *pieces* are
 * looked for in label texts by rule d (cost_by_tag.c). "app": "a,b" gives the pieces "app":"a and
 * b", of which the second one is found in about every label text that has a b before a quote.
 *
 * Surprising, and kept because the reference does so: strings are written as JSON with \uXXXX for
 * everything that is not ASCII, and braces are removed, so such a tag matches a bill that escapes
 * it likewise and then never a label. A key or value with a quote or backslash makes the reference
 * fail; here the pair is left out and counted.
 *
 * The query it must match: the matched_tags list and its any_match(strpos(resourcetags, tag) != 0)
 * over the bill, joined with ',' and split again at the labels. */
#ifndef COSTAGG_ATTRIBUTE_TAG_MATCH_H
#define COSTAGG_ATTRIBUTE_TAG_MATCH_H

#include "attribute/cluster_names.h"
#include "attribute/number_list.h"
#include "base/key_map.h"

#include <stdbool.h>

struct attribution_notices;
struct cluster;
struct pattern_automaton;
struct settings;

enum { TAG_MATCH_FIRST_ID = 2 }; /* after null and the empty text */

struct tag_match {
    struct cluster_names strings;      /* tag strings and whose they are */
    struct cluster_names label_pairs;  /* pairs of summary labels in lower case */
    struct key_map seen_labels;        /* cluster and digests of label texts */
    struct key_map seen_tags;          /* digests of tag texts */
    struct pattern_automaton *keys;    /* enabled for both; NULL: no generic tags */
    bool any_text;                     /* the empty key is enabled for both: every text has it */
    struct pattern_automaton *in_tags; /* strings; pattern n: text id n + TAG_MATCH_FIRST_ID */
    struct text_pool left_out;         /* pairs named in the notices */
    struct text_pool pieces;
    struct number_list piece_starts;     /* of a string's id: where its pieces begin below */
    struct number_list piece_ids;        /* text ids of `pieces` */
    struct pattern_automaton *in_labels; /* pieces; pattern n: text id n + TAG_MATCH_FIRST_ID */
};

/* `arena` gets the automaton of keys. */
void tag_match_init(struct tag_match *match, uint32_t words, const struct settings *settings,
                    struct arena *arena);
void tag_match_close(struct tag_match *match);

/* The strings of a cluster's id and alias, of a node, of a namespace. Null names are no tags. */
void tag_match_add_cluster(struct tag_match *match, size_t number, const struct cluster *cluster);
void tag_match_add_node(struct tag_match *match, size_t cluster, struct text node);
void tag_match_add_namespace(struct tag_match *match, size_t cluster, struct text namespace_name);

/* True when keys are enabled for both sides, so that labels and tags are of interest. */
bool tag_match_is_generic(const struct tag_match *match);

/* The labels of a summary row; canonical JSON or null. Repeated texts cost a look-up. */
void tag_match_add_labels(struct tag_match *match, size_t cluster, struct text pod_labels,
                          struct text volume_labels);

/* The tags of a bill line, after all labels. */
void tag_match_add_tags(struct tag_match *match, struct text tags,
                        struct attribution_notices *notices);

/* After the last add; automata live in `arena`. */
void tag_match_build(struct tag_match *match, struct arena *arena);

/* Adds the ids of the strings (of match->strings.texts) that a tag text contains, ascending. */
void tag_match_strings(const struct tag_match *match, struct text tags, struct number_list *found);

/* The pieces of a string: text ids of match->pieces. TEXT_EMPTY is in every label text. */
static inline const uint32_t *tag_match_pieces(const struct tag_match *match, uint32_t string,
                                               uint32_t *count)
{
    const uint32_t *starts = match->piece_starts.items;
    *count = starts[string + 1] - starts[string];
    return match->piece_ids.items + starts[string];
}

/* Adds the pieces (TEXT_EMPTY, if it is one, too) that a label text contains. */
void tag_match_labels(const struct tag_match *match, struct text labels, struct number_list *found);

size_t tag_match_size(const struct tag_match *match);

#endif
