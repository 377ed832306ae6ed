#include "attribute/attribution_lore.h"

#include "attribute/attribution_facts.h"

static void close_lore(void *resource)
{
    struct attribution_lore *lore = resource;
    row_tags_close(&lore->row_tags);
    cost_targets_close(&lore->targets);
    cost_receivers_close(&lore->receivers);
    cost_order_close(&lore->order);
}

struct attribution_lore *attribution_lore_build(const struct attribution *attribution,
                                                struct text_pool *texts, struct arena *arena)
{
    struct attribution_lore *lore = arena_alloc(arena, sizeof *lore);
    lore->texts = texts;
    lore->serial = texts->serial;
    row_tags_init(&lore->row_tags, attribution->request.settings, texts, arena);
    cost_targets_init(&lore->targets);
    cost_receivers_init(&lore->receivers);
    cost_order_init(&lore->order, texts);
    arena_on_close(arena, close_lore, lore);
    return lore;
}

void attribution_lore_renew(struct attribution_lore *lore)
{
    if (lore->serial == lore->texts->serial)
        return;
    lore->serial = lore->texts->serial;
    row_tags_forget(&lore->row_tags);
    cost_targets_clear(&lore->targets);
    cost_receivers_clear(&lore->receivers);
    cost_order_clear(&lore->order);
}

size_t attribution_lore_size(const struct attribution_lore *lore)
{
    return row_tags_size(&lore->row_tags) + cost_targets_size(&lore->targets) +
           key_map_size(&lore->receivers.map) + cost_order_size(&lore->order);
}
