#include "attribute/pattern_automaton.h"

#include "attribute/number_list.h"

#include <stdlib.h>
#include <string.h>

enum { ROOT = 0 };

/* States are numbered breadth first, so the children of a state lie side by side: state s has the
 * children first_child[s] … first_child[s + 1] - 1, in the order of their bytes. */
struct pattern_automaton {
    uint32_t state_count;
    uint32_t *first_child; /* state_count + 1 */
    unsigned char *byte;   /* that leads into the state */
    uint32_t *fail;        /* the longest proper suffix of the state that is a state, too */
    uint32_t *pattern;     /* number + 1 of the pattern that ends in the state; 0: none */
    uint32_t *shorter;     /* next state along fail where a pattern ends; ROOT: none */
    uint32_t from_root[256];
    size_t size;
};

/* A state under construction: the part of the sorted patterns that share its prefix. */
struct span {
    uint32_t low;
    uint32_t high;
    uint32_t depth;
    uint32_t parent;
};

struct builder {
    const struct text *patterns;
    uint32_t *order; /* pattern numbers by their bytes */
    struct span *spans;
    uint32_t count; /* of states */
};

static int compare_patterns(const void *left, const void *right, void *context)
{
    const struct text *patterns = context;
    return text_compare(patterns[*(const uint32_t *)left], patterns[*(const uint32_t *)right]);
}

static unsigned char byte_at(const struct builder *builder, uint32_t position, uint32_t depth)
{
    return (unsigned char)builder->patterns[builder->order[position]].bytes[depth];
}

/* Splits a state's patterns by their next byte into child states. The pattern that ends in the
 * state itself stands first among them and is left out. */
static void add_children(struct builder *builder, uint32_t state, unsigned char *bytes)
{
    struct span span = builder->spans[state];
    uint32_t at = span.low;
    while (at < span.high && builder->patterns[builder->order[at]].length == span.depth)
        at++;
    while (at < span.high) {
        unsigned char byte = byte_at(builder, at, span.depth);
        uint32_t end = at + 1;
        while (end < span.high && byte_at(builder, end, span.depth) == byte)
            end++;
        bytes[builder->count] = byte;
        builder->spans[builder->count++] = (struct span){at, end, span.depth + 1, state};
        at = end;
    }
}

static uint32_t child_of(const struct pattern_automaton *automaton, uint32_t state,
                         unsigned char byte)
{
    uint32_t end = automaton->first_child[state + 1];
    for (uint32_t child = automaton->first_child[state]; child < end; child++)
        if (automaton->byte[child] == byte)
            return child;
    return ROOT; /* never a child itself */
}

static inline uint32_t step(const struct pattern_automaton *automaton, uint32_t state,
                            unsigned char byte)
{
    while (state != ROOT) {
        uint32_t child = child_of(automaton, state, byte);
        if (child != ROOT)
            return child;
        state = automaton->fail[state];
    }
    return automaton->from_root[byte];
}

/* Breadth first: the fail state of a parent is known before its children's. */
static void link_states(struct pattern_automaton *automaton, const struct builder *builder)
{
    for (uint32_t state = 1; state < automaton->state_count; state++) {
        struct span span = builder->spans[state];
        if (span.depth > 1)
            automaton->fail[state] =
                step(automaton, automaton->fail[span.parent], automaton->byte[state]);
        const struct text *first = &builder->patterns[builder->order[span.low]];
        if (first->length == span.depth)
            automaton->pattern[state] = builder->order[span.low] + 1;
        uint32_t fail = automaton->fail[state];
        automaton->shorter[state] = automaton->pattern[fail] != 0 ? fail : automaton->shorter[fail];
    }
}

static uint32_t count_states(const struct text *patterns, const uint32_t *order, uint32_t count)
{
    uint64_t states = 1;
    for (uint32_t i = 0; i < count; i++) {
        struct text text = patterns[order[i]];
        uint32_t shared = 0;
        if (i > 0) {
            struct text before = patterns[order[i - 1]];
            /* Sorted and distinct: no text is the beginning of the one before it. */
            while (shared < before.length && before.bytes[shared] == text.bytes[shared])
                shared++;
        }
        states += text.length - shared;
    }
    return (uint32_t)states;
}

struct pattern_automaton *pattern_automaton_build(const struct text *patterns, uint32_t count,
                                                  struct arena *arena)
{
    struct pattern_automaton *automaton = arena_alloc(arena, sizeof *automaton);
    uint32_t *order = memory_grow(NULL, (count + 1) * sizeof *order);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, compare_patterns, (void *)patterns);
    uint32_t states = count_states(patterns, order, count);

    automaton->state_count = states;
    automaton->first_child = arena_alloc_array(arena, (size_t)states + 1, sizeof(uint32_t));
    automaton->byte = arena_alloc(arena, states);
    automaton->fail = arena_alloc_array(arena, states, sizeof(uint32_t));
    automaton->pattern = arena_alloc_array(arena, states, sizeof(uint32_t));
    automaton->shorter = arena_alloc_array(arena, states, sizeof(uint32_t));
    automaton->size = sizeof *automaton + (size_t)states * (4 * sizeof(uint32_t) + 1);

    struct builder builder = {patterns, order, NULL, 1};
    builder.spans = memory_grow(NULL, states * sizeof *builder.spans);
    builder.spans[ROOT] = (struct span){0, count, 0, ROOT};
    for (uint32_t state = 0; state < states; state++) {
        automaton->first_child[state] = builder.count;
        add_children(&builder, state, automaton->byte);
    }
    automaton->first_child[states] = builder.count;
    for (uint32_t child = automaton->first_child[ROOT]; child < automaton->first_child[1]; child++)
        automaton->from_root[automaton->byte[child]] = child;
    link_states(automaton, &builder);
    free(builder.spans);
    free(order);
    return automaton;
}

void pattern_automaton_find(const struct pattern_automaton *automaton, struct text text,
                            struct number_list *found)
{
    uint32_t first = found->count;
    uint32_t state = ROOT;
    for (uint32_t i = 0; i < text.length; i++) {
        state = step(automaton, state, (unsigned char)text.bytes[i]);
        uint32_t hit = automaton->pattern[state] != 0 ? state : automaton->shorter[state];
        for (; hit != ROOT; hit = automaton->shorter[hit])
            number_list_add(found, automaton->pattern[hit] - 1);
    }
    number_list_make_set(found, first);
}

bool pattern_automaton_hits(const struct pattern_automaton *automaton, struct text text)
{
    uint32_t state = ROOT;
    for (uint32_t i = 0; i < text.length; i++) {
        state = step(automaton, state, (unsigned char)text.bytes[i]);
        if (automaton->pattern[state] != 0 || automaton->shorter[state] != ROOT)
            return true;
    }
    return false;
}

size_t pattern_automaton_size(const struct pattern_automaton *automaton)
{
    return automaton->size;
}
