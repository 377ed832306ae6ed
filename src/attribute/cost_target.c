#include "attribute/cost_target.h"

void cost_targets_init(struct cost_targets *targets)
{
    *targets = (struct cost_targets){0};
    key_map_init(&targets->map, TARGET_WORDS);
    key_map_init(&targets->spaces, SPACE_WORDS);
}

void cost_targets_close(struct cost_targets *targets)
{
    key_map_close(&targets->map);
    key_map_close(&targets->spaces);
    number_list_close(&targets->space_of_target);
}

void cost_targets_clear(struct cost_targets *targets)
{
    key_map_clear(&targets->map);
    key_map_clear(&targets->spaces);
    targets->space_of_target.count = 0;
}

uint32_t cost_targets_add(struct cost_targets *targets, const uint32_t words[TARGET_WORDS])
{
    bool added;
    uint32_t target = key_map_add(&targets->map, words, &added);
    if (added) {
        const uint32_t space[SPACE_WORDS] = {words[TARGET_CLUSTER], words[TARGET_NAMESPACE]};
        number_list_add(&targets->space_of_target, key_map_add(&targets->spaces, space, NULL));
    }
    return target;
}

size_t cost_targets_size(const struct cost_targets *targets)
{
    return key_map_size(&targets->map) + key_map_size(&targets->spaces) +
           targets->space_of_target.capacity * sizeof(uint32_t);
}

void cost_receivers_init(struct cost_receivers *receivers)
{
    key_map_init(&receivers->map, RECEIVER_WORDS);
}

void cost_receivers_close(struct cost_receivers *receivers)
{
    key_map_close(&receivers->map);
}

void cost_receivers_clear(struct cost_receivers *receivers)
{
    key_map_clear(&receivers->map);
}

uint32_t cost_receivers_add(struct cost_receivers *receivers, const uint32_t words[RECEIVER_WORDS])
{
    return key_map_add(&receivers->map, words, NULL);
}
