/* Label objects: whatever is parsed prints canonically, and prints the same again. */
#include "fuzz.h"

#include "base/arena.h"
#include "base/label_json.h"
#include "base/utf8.h"

#include <string.h>

static bool equal(struct text a, struct text b)
{
    return text_compare(a, b) == 0;
}

static void check_sorted(const struct label_list *list)
{
    for (size_t i = 1; i < list->count; i++)
        FUZZ_CHECK(text_compare(list->labels[i - 1].key, list->labels[i].key) < 0);
}

static void check_merge(const struct label_list *list, struct arena *arena)
{
    struct label_list half = {list->labels, list->count / 2};
    struct label_list merged = label_list_merge(*list, half, arena);
    FUZZ_CHECK(merged.count == list->count);
    FUZZ_CHECK(equal(label_json_print(&merged, arena), label_json_print(list, arena)));

    struct text *keys = arena_alloc_array(arena, half.count, sizeof *keys);
    for (size_t i = 0; i < half.count; i++)
        keys[i] = half.labels[i].key;
    struct label_list filtered = label_list_filter(*list, keys, half.count, arena);
    FUZZ_CHECK(filtered.count == half.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    arena_init(&arena);
    struct text text = {(const char *)data, (uint32_t)size};
    if (data == NULL)
        text.bytes = "";
    struct label_list list;
    bool clean = label_json_parse(text, &arena, &list);
    check_sorted(&list);
    check_merge(&list, &arena);

    struct text printed = label_json_print(&list, &arena);
    if (utf8_is_valid(text.bytes, text.length))
        FUZZ_CHECK(utf8_is_valid(printed.bytes, printed.length));
    for (uint32_t i = 0; i < printed.length; i++)
        FUZZ_CHECK((unsigned char)printed.bytes[i] >= 0x20);
    struct label_list again;
    FUZZ_CHECK(label_json_parse(printed, &arena, &again) || !clean);
    if (clean) {
        FUZZ_CHECK(again.count == list.count);
        FUZZ_CHECK(equal(printed, label_json_print(&again, &arena)));
    }
    arena_close(&arena);
    return 0;
}
