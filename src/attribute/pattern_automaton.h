/* Which of many patterns a text contains, in one walk over the text (Aho and Corasick, 1975).
 *
 * Ten thousand node ids or tags are looked for in a text at the price of one: the cost of a search
 * is the text's length plus the hits, whatever the number of patterns. Built once, then read-only
 * and shared by threads. */
#ifndef COSTAGG_ATTRIBUTE_PATTERN_AUTOMATON_H
#define COSTAGG_ATTRIBUTE_PATTERN_AUTOMATON_H

#include "base/text_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number_list;
struct pattern_automaton;

/* Builds from distinct texts; an empty one is never found. Bytes are copied; the automaton is
 * released with the arena. */
struct pattern_automaton *pattern_automaton_build(const struct text *patterns, uint32_t count,
                                                  struct arena *arena);

/* Adds the numbers of the patterns that `text` contains to `found`, ascending, each once. */
void pattern_automaton_find(const struct pattern_automaton *automaton, struct text text,
                            struct number_list *found);

/* True when `text` contains any pattern. */
bool pattern_automaton_hits(const struct pattern_automaton *automaton, struct text text);

size_t pattern_automaton_size(const struct pattern_automaton *automaton);

#endif
