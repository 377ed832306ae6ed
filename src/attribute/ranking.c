#include "attribute/ranking.h"

#include <string.h>

void ranking_close(struct ranking *ranking)
{
    number_list_close(&ranking->order);
    number_list_close(&ranking->ranks);
}

void ranking_clear(struct ranking *ranking)
{
    ranking->order.count = 0;
    ranking->ranks.count = 0;
}

/* How many of the first `end` numbers of the order stand before `number`: steps down from the end
 * in doubling strides, then halves the last one. */
static uint32_t count_before(const struct number_list *order, uint32_t end, uint32_t number,
                             bool (*precedes)(const void *context, uint32_t a, uint32_t b),
                             const void *context)
{
    uint32_t high = end, stride = 1;
    while (stride <= high && precedes(context, number, order->items[high - stride])) {
        high -= stride;
        stride *= 2;
    }
    uint32_t low = stride <= high ? high - stride + 1 : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (precedes(context, number, order->items[middle]))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void ranking_merge(struct ranking *ranking, const uint32_t *sorted, uint32_t count,
                   bool (*precedes)(const void *context, uint32_t a, uint32_t b),
                   const void *context)
{
    struct number_list *order = &ranking->order;
    uint32_t end = order->count;
    if (count == 0)
        return;
    number_list_cover(order, end + count);
    for (uint32_t left = count; left > 0; left--) {
        uint32_t before = count_before(order, end, sorted[left - 1], precedes, context);
        memmove(order->items + before + left, order->items + before,
                (end - before) * sizeof *order->items);
        order->items[before + left - 1] = sorted[left - 1];
        end = before;
    }
    for (uint32_t i = 0; i < order->count; i++) {
        number_list_cover(&ranking->ranks, order->items[i] + 1);
        ranking->ranks.items[order->items[i]] = i + 1;
    }
}

size_t ranking_size(const struct ranking *ranking)
{
    return ((size_t)ranking->order.capacity + ranking->ranks.capacity) * sizeof(uint32_t);
}
