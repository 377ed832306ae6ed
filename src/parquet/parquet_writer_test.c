#include "parquet/parquet_writer.h"

#include "arrow/bridge.h"
#include "base/arena.h"

#include <arrow/c/abi.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST_ROWS = 100000 };

struct place {
    char folder[64];
    struct arena arena;
    struct arrow_store *store;
    struct error error;
};

static const struct parquet_field fields[] = {
    {"name", PARQUET_NAME, true},         {"text", PARQUET_TEXT, false},
    {"other", PARQUET_TEXT, false},       {"number", PARQUET_NUMBER, false},
    {"repeating", PARQUET_NUMBER, false}, {"integer", PARQUET_INTEGER, false},
    {"day", PARQUET_DAY, true},
};

enum { FIELDS = sizeof fields / sizeof fields[0], NAME_LENGTH = 8 };

static void assert_ok(const struct place *place, bool ok)
{
    if (!ok)
        fail_msg("%s", place->error.message);
}

static void open_place(struct place *place)
{
    *place = (struct place){.folder = "/tmp/costagg-parquet-XXXXXX"};
    arena_init(&place->arena);
    assert_non_null(mkdtemp(place->folder));
    assert_ok(place, arrow_store_open(place->folder, NULL, false, &place->arena, &place->store,
                                      &place->error));
}

static void close_place(struct place *place)
{
    char command[128];
    arena_close(&place->arena);
    snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    assert_int_equal(system(command), 0);
}

/* ---- what is written: a function of the row's number ---- */

/* Never with `every` 1, always with 0. */
static bool has_value(size_t row, size_t every)
{
    return every == 0 || (every > 1 && (row / 3) % every != 1);
}

static double number_of(size_t row)
{
    return (double)row * 1.25 - 7;
}

/* Validity and nulls of a group's rows, those of which `every` decides. */
static size_t make_validity(uint64_t *validity, size_t first, size_t rows, size_t every)
{
    size_t nulls = 0;
    memset(validity, 0, (rows / 64 + 1) * sizeof *validity);
    for (size_t i = 0; i < rows; i++) {
        bool valid = has_value(first + i, every);
        validity[i / 64] |= (uint64_t)valid << i % 64;
        nulls += !valid;
    }
    return nulls;
}

static void write_group(struct place *place, struct parquet_writer *writer, size_t first,
                        size_t rows, size_t every, struct parquet_dictionary *texts)
{
    uint64_t *validity = calloc(rows / 64 + 1, sizeof *validity);
    char *names = calloc(rows + 1, NAME_LENGTH);
    uint32_t *indices = calloc(rows, sizeof *indices);
    double *numbers = calloc(rows, sizeof *numbers), *repeating = calloc(rows, sizeof *repeating);
    int32_t *integers = calloc(rows, sizeof *integers), *days = calloc(rows, sizeof *days);
    size_t nulls = make_validity(validity, first, rows, every);
    for (size_t i = 0; i < rows; i++) {
        size_t row = first + i;
        snprintf(names + i * NAME_LENGTH, NAME_LENGTH + 1, "%08zu", row);
        indices[i] = texts->count == 0 ? 0 : (uint32_t)(row % texts->count);
        numbers[i] = number_of(row);
        repeating[i] = number_of(row % 5);
        integers[i] = -(int32_t)row;
        days[i] = 20000;
    }
    struct parquet_chunk chunks[FIELDS] = {
        {.values = names, .name_length = NAME_LENGTH},
        {indices, validity, nulls, texts, 0},
        {indices, validity, nulls, texts, 0},
        {numbers, validity, nulls, NULL, 0},
        {repeating, validity, nulls, NULL, 0},
        {integers, validity, nulls, NULL, 0},
        {.values = days},
    };
    parquet_writer_begin_group(writer, rows);
    for (size_t i = 0; i < FIELDS; i++)
        assert_ok(place, parquet_writer_put(writer, &chunks[i], &place->error));
    void *const all[] = {validity, names, indices, numbers, repeating, integers, days};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]);
}

static void fill_dictionary(struct parquet_dictionary *texts, size_t count)
{
    char text[20];
    parquet_dictionary_clear(texts);
    for (size_t i = 0; i < count; i++)
        parquet_dictionary_add(texts, text, (uint32_t)snprintf(text, sizeof text, "text %zu", i));
}

/* ---- what is read ---- */

static bool is_null(const struct ArrowArray *column, size_t row)
{
    const uint8_t *valid = column->buffers[0];
    return valid != NULL && (valid[row / 8] >> row % 8 & 1) == 0;
}

static void expect_text(const struct ArrowArray *column, size_t row, const char *expected)
{
    const int32_t *ends = column->dictionary->buffers[1];
    int32_t index = ((const int32_t *)column->buffers[1])[row];
    size_t length = (size_t)(ends[index + 1] - ends[index]);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal((const char *)column->dictionary->buffers[2] + ends[index], expected,
                        length);
}

static void expect_row(const struct ArrowArray *batch, size_t at, size_t row, size_t every,
                       size_t texts)
{
    char name[NAME_LENGTH + 1], text[20];
    snprintf(name, sizeof name, "%08zu", row);
    snprintf(text, sizeof text, "text %zu", row % texts);
    expect_text(batch->children[0], at, name);
    const int64_t *days = batch->children[6]->buffers[1];
    assert_int_equal(days[at], 20000 * INT64_C(86400000));
    for (size_t c = 1; c < 6; c++)
        assert_int_equal(is_null(batch->children[c], at), !has_value(row, every));
    if (!has_value(row, every))
        return;
    expect_text(batch->children[1], at, text);
    expect_text(batch->children[2], at, text);
    assert_true(((const double *)batch->children[3]->buffers[1])[at] == number_of(row));
    assert_true(((const double *)batch->children[4]->buffers[1])[at] == number_of(row % 5));
    assert_true(((const double *)batch->children[5]->buffers[1])[at] == -(double)row);
}

static size_t expect_rows(struct place *place, const char *path, size_t every, size_t texts)
{
    static const enum arrow_layout layouts[] = {
        [PARQUET_TEXT] = ARROW_TEXT,       [PARQUET_NAME] = ARROW_TEXT,
        [PARQUET_NUMBER] = ARROW_MEASURE,  [PARQUET_DAY] = ARROW_TIME,
        [PARQUET_INTEGER] = ARROW_MEASURE,
    };
    struct arrow_request requests[FIELDS];
    for (size_t i = 0; i < FIELDS; i++)
        requests[i] = (struct arrow_request){fields[i].name, layouts[fields[i].type], true, false};
    struct arrow_slice slice = {.path = path};
    struct arrow_scan *scan;
    assert_ok(place, arrow_scan_open(place->store, &slice, 1, requests, FIELDS, 4096, &place->arena,
                                     &scan, &place->error));
    for (size_t row = 0;;) {
        struct ArrowArray batch;
        struct arrow_batch_place where;
        assert_ok(place, arrow_scan_next(scan, &batch, &where, &place->error));
        if (batch.release == NULL)
            return row;
        for (size_t i = 0; i < (size_t)batch.length; i++)
            expect_row(&batch, i, row++, every, texts);
        batch.release(&batch);
    }
}

/* ---- tests ---- */

static void expect_file(const size_t *groups, size_t group_count, size_t every, size_t texts)
{
    struct place place;
    struct parquet_writer *writer;
    struct parquet_dictionary dictionary = {0};
    size_t rows = 0;
    open_place(&place);
    fill_dictionary(&dictionary, texts);
    assert_ok(&place, parquet_writer_open(place.store, "a/b.parquet", fields, FIELDS, &place.arena,
                                          &writer, &place.error));
    for (size_t i = 0; i < group_count; rows += groups[i++])
        write_group(&place, writer, rows, groups[i], every, &dictionary);
    assert_ok(&place, parquet_writer_finish(writer, &place.error));
    assert_int_equal(expect_rows(&place, "a/b.parquet", every, texts), rows);
    parquet_dictionary_close(&dictionary);
    close_place(&place);
}

static void test_rows_come_back(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 63, 64, 65, 1000};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t every = 0; every < 4; every++)
            for (size_t texts = 1; texts < 300; texts = texts * 3 + 1)
                expect_file(&rows[i], 1, every, texts);
}

static void test_groups_of_several_pages_come_back(void **state)
{
    (void)state;
    static const size_t groups[] = {MOST_ROWS, 32 * 1024, 32 * 1024 + 1, 7};
    for (size_t every = 0; every < 4; every++)
        expect_file(groups, 4, every, 5000);
}

static void test_a_footer_has_the_days_of_a_group(void **state)
{
    (void)state;
    struct place place;
    struct parquet_writer *writer;
    struct parquet_dictionary dictionary = {0};
    struct arrow_file *file;
    struct arrow_row_group group;
    open_place(&place);
    fill_dictionary(&dictionary, 3);
    assert_ok(&place, parquet_writer_open(place.store, "c.parquet", fields, FIELDS, &place.arena,
                                          &writer, &place.error));
    write_group(&place, writer, 0, 10, 2, &dictionary);
    write_group(&place, writer, 10, 20, 2, &dictionary);
    assert_ok(&place, parquet_writer_finish(writer, &place.error));
    assert_ok(&place,
              arrow_file_open(place.store, "c.parquet", -1, &place.arena, &file, &place.error));
    assert_int_equal(arrow_file_rows(file), 30);
    assert_int_equal(arrow_file_row_groups(file), 2);
    arrow_file_row_group(file, 1, "day", &group);
    assert_int_equal(group.rows, 20);
    assert_true(group.bytes > 0);
    assert_true(group.times_known);
    assert_int_equal(group.first_ms, 20000 * INT64_C(86400000));
    assert_int_equal(group.last_ms, group.first_ms);
    parquet_dictionary_close(&dictionary);
    close_place(&place);
}

/* Writes groups whose dictionaries have so many texts; returns the file's bytes. */
static char *write_dictionaries(struct place *place, const char *path, bool anew, size_t *length)
{
    static const size_t counts[] = {5, 5, 7, 7, 5, 0, 5};
    struct parquet_writer *writer;
    struct parquet_dictionary dictionary = {0};
    char *bytes;
    assert_ok(place, parquet_writer_open(place->store, path, fields, FIELDS, &place->arena, &writer,
                                         &place->error));
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (anew)
            parquet_dictionary_close(&dictionary);
        fill_dictionary(&dictionary, counts[i]);
        write_group(place, writer, 0, 100, counts[i] == 0 ? 1 : 2, &dictionary);
    }
    assert_ok(place, parquet_writer_finish(writer, &place->error));
    assert_ok(place,
              arrow_store_read(place->store, path, &place->arena, &bytes, length, &place->error));
    parquet_dictionary_close(&dictionary);
    return bytes;
}

static void test_a_dictionary_filled_again_is_as_good_as_a_new_one(void **state)
{
    (void)state;
    struct place place;
    size_t length, length_anew;
    open_place(&place);
    const char *bytes = write_dictionaries(&place, "again.parquet", false, &length);
    const char *anew = write_dictionaries(&place, "anew.parquet", true, &length_anew);
    assert_int_equal(length, length_anew);
    assert_memory_equal(bytes, anew, length);
    close_place(&place);
}

static void test_a_file_without_rows_is_one(void **state)
{
    (void)state;
    expect_file(NULL, 0, 0, 1);
}

static void test_an_unfinished_file_is_not_there(void **state)
{
    (void)state;
    struct place place;
    struct arena arena;
    struct parquet_writer *writer;
    struct parquet_dictionary dictionary = {0};
    struct arrow_entry *entries;
    size_t count;
    open_place(&place);
    arena_init(&arena);
    fill_dictionary(&dictionary, 3);
    assert_ok(&place, parquet_writer_open(place.store, "d.parquet", fields, FIELDS, &arena, &writer,
                                          &place.error));
    write_group(&place, writer, 0, 10, 2, &dictionary);
    arena_close(&arena);
    assert_ok(&place,
              arrow_store_list(place.store, "", &place.arena, &entries, &count, &place.error));
    assert_int_equal(count, 0);
    parquet_dictionary_close(&dictionary);
    close_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_back),
        cmocka_unit_test(test_groups_of_several_pages_come_back),
        cmocka_unit_test(test_a_footer_has_the_days_of_a_group),
        cmocka_unit_test(test_a_dictionary_filled_again_is_as_good_as_a_new_one),
        cmocka_unit_test(test_a_file_without_rows_is_one),
        cmocka_unit_test(test_an_unfinished_file_is_not_there),
    };
    return cmocka_run_group_tests_name("parquet_writer", tests, NULL, NULL);
}
