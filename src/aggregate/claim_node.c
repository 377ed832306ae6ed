#include "aggregate/claim_node.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

void claim_node_init(struct claim_node *claims)
{
    *claims = (struct claim_node){0};
    key_map_init(&claims->pods, 3);
    key_map_init(&claims->places, 3);
}

void claim_node_close(struct claim_node *claims)
{
    key_map_close(&claims->pods);
    key_map_close(&claims->places);
    free(claims->first_place);
    free(claims->next_place);
    free(claims->is_storage_pod);
}

void claim_node_clear(struct claim_node *claims)
{
    for (uint32_t i = 0; i < claims->pods.count; i++)
        claims->is_storage_pod[key_map_key(&claims->pods, i)[2]] = 0;
    key_map_clear(&claims->pods);
    key_map_clear(&claims->places);
}

static void cover(uint32_t **array, uint32_t *room, uint32_t capacity)
{
    if (capacity <= *room)
        return;
    *array = memory_grow(*array, capacity * sizeof **array);
    *room = capacity;
}

void claim_node_want(struct claim_node *claims, const struct storage_rows *rows,
                     uint32_t text_count)
{
    if (text_count > claims->text_room) {
        claims->is_storage_pod = memory_grow(claims->is_storage_pod, text_count);
        memset(claims->is_storage_pod + claims->text_room, 0, text_count - claims->text_room);
        claims->text_room = text_count;
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct storage_row *row = &rows->rows[i];
        if (row->namespace == TEXT_NULL || row->pod == TEXT_NULL)
            continue;
        bool added;
        uint32_t pod = key_map_add(
            &claims->pods, (uint32_t[]){(uint32_t)row->day, row->namespace, row->pod}, &added);
        if (!added)
            continue;
        cover(&claims->first_place, &claims->first_room, claims->pods.capacity);
        claims->first_place[pod] = 0;
        claims->is_storage_pod[row->pod] = 1;
    }
}

void claim_node_note(struct claim_node *claims, int32_t day, uint32_t namespace, uint32_t pod,
                     uint32_t node, uint32_t resource_id)
{
    if (pod >= claims->text_room || claims->is_storage_pod[pod] == 0)
        return;
    uint32_t index = key_map_find(&claims->pods, (uint32_t[]){(uint32_t)day, namespace, pod});
    if (index == UINT32_MAX)
        return;
    bool added;
    uint32_t place = key_map_add(&claims->places, (uint32_t[]){index, node, resource_id}, &added);
    if (!added)
        return;
    cover(&claims->next_place, &claims->next_room, claims->places.capacity);
    claims->next_place[place] = claims->first_place[index];
    claims->first_place[index] = place + 1;
}

void claim_places_init(struct claim_places *places)
{
    *places = (struct claim_places){0};
    key_map_init(&places->claims, 3);
    key_map_init(&places->entries, 4);
    key_map_init(&places->volumes, 1);
    key_map_init(&places->volume_nodes, 2);
}

void claim_places_close(struct claim_places *places)
{
    key_map_close(&places->claims);
    key_map_close(&places->entries);
    key_map_close(&places->volumes);
    key_map_close(&places->volume_nodes);
    free(places->first);
    free(places->next);
    free(places->node_counts);
}

static void count_node(struct claim_places *places, uint32_t volume, uint32_t node)
{
    bool added;
    uint32_t index = key_map_add(&places->volumes, &volume, &added);
    if (added) {
        places->node_counts =
            memory_grow(places->node_counts, places->volumes.capacity * sizeof(uint32_t));
        places->node_counts[index] = 0;
    }
    key_map_add(&places->volume_nodes, (uint32_t[]){volume, node}, &added);
    if (added && node != TEXT_NULL)
        places->node_counts[index]++;
}

static void add_entry(struct claim_places *places, const struct storage_row *row, uint32_t node,
                      uint32_t resource_id)
{
    bool added;
    uint32_t claim =
        key_map_add(&places->claims, (uint32_t[]){row->claim, row->pod, row->namespace}, &added);
    if (added) {
        places->first = memory_grow(places->first, places->claims.capacity * sizeof(uint32_t));
        places->first[claim] = 0;
    }
    uint32_t entry =
        key_map_add(&places->entries, (uint32_t[]){claim, row->volume, node, resource_id}, &added);
    if (!added)
        return;
    places->next = memory_grow(places->next, places->entries.capacity * sizeof(uint32_t));
    places->next[entry] = places->first[claim];
    places->first[claim] = entry + 1;
}

void claim_places_build(struct claim_places *places, const struct claim_node *claims,
                        const struct storage_rows *rows, int32_t day)
{
    key_map_clear(&places->claims);
    key_map_clear(&places->entries);
    key_map_clear(&places->volumes);
    key_map_clear(&places->volume_nodes);
    for (size_t i = 0; i < rows->count; i++) {
        const struct storage_row *row = &rows->rows[i];
        if (row->day != day)
            continue;
        uint32_t pod =
            key_map_find(&claims->pods, (uint32_t[]){(uint32_t)day, row->namespace, row->pod});
        if (pod == UINT32_MAX)
            continue;
        for (uint32_t at = claims->first_place[pod]; at != 0; at = claims->next_place[at - 1]) {
            const uint32_t *place = key_map_key(&claims->places, at - 1);
            add_entry(places, row, place[1], place[2]);
            count_node(places, row->volume, place[1]);
        }
    }
}

uint32_t claim_places_first(const struct claim_places *places, const struct storage_row *row)
{
    if (row->claim == TEXT_NULL || row->pod == TEXT_NULL || row->namespace == TEXT_NULL)
        return 0;
    uint32_t claim =
        key_map_find(&places->claims, (uint32_t[]){row->claim, row->pod, row->namespace});
    return claim == UINT32_MAX ? 0 : places->first[claim];
}

uint32_t claim_places_next(const struct claim_places *places, uint32_t entry)
{
    return places->next[entry - 1];
}

uint32_t claim_places_node(const struct claim_places *places, uint32_t entry)
{
    return key_map_key(&places->entries, entry - 1)[2];
}

uint32_t claim_places_resource_id(const struct claim_places *places, uint32_t entry)
{
    return key_map_key(&places->entries, entry - 1)[3];
}

uint32_t claim_places_node_count(const struct claim_places *places, uint32_t volume)
{
    uint32_t index = key_map_find(&places->volumes, &volume);
    return index == UINT32_MAX ? 0 : places->node_counts[index];
}
