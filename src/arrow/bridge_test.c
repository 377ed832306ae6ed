#include "arrow/bridge.h"

#include "base/arena.h"

#include <arrow/c/abi.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- every test has an arena and an empty folder ---- */

struct place {
    struct arena arena;
    char folder[64];
    struct arrow_store *store;
    struct error error;
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    arena_init(&place->arena);
    snprintf(place->folder, sizeof place->folder, "/tmp/bridge_test.XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    assert_true(
        arrow_store_open(place->folder, NULL, false, &place->arena, &place->store, &place->error));
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    arena_close(&place->arena);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    int status = system(command);
    free(place);
    return status;
}

static void assert_ok(const struct place *place, bool ok)
{
    if (!ok)
        fail_msg("%s: %s", error_kind_name(place->error.kind), place->error.message);
}

static void assert_says(const struct place *place, enum error_kind kind, const char *part)
{
    if (place->error.kind != kind || strstr(place->error.message, part) == NULL)
        fail_msg("expected %s with \"%s\", got %s: %s", error_kind_name(kind), part,
                 error_kind_name(place->error.kind), place->error.message);
}

/* ---- Arrow arrays from literals ---- */

enum { MOST_ROWS = 8 };

/* A column for writing: an Arrow format and up to eight values; a text column lists texts, any
 * other the raw values. NULL in `nulls` means all are there. */
struct test_column {
    const char *name;
    const char *format; /* Arrow's: "u", "g", "tsm:UTC"; "=u": dictionary of texts */
    const void *values;
    size_t value_size; /* of non-texts */
    const char *const *texts;
    const bool *nulls;
};

static void release_schema(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release != NULL)
            schema->children[i]->release(schema->children[i]);
        free(schema->children[i]);
    }
    free(schema->children);
    if (schema->dictionary != NULL && schema->dictionary->release != NULL)
        schema->dictionary->release(schema->dictionary);
    free(schema->dictionary);
    schema->release = NULL;
}

static void release_array(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_buffers; i++)
        free((void *)(uintptr_t)array->buffers[i]);
    free(array->buffers);
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release != NULL)
            array->children[i]->release(array->children[i]);
        free(array->children[i]);
    }
    free(array->children);
    if (array->dictionary != NULL && array->dictionary->release != NULL)
        array->dictionary->release(array->dictionary);
    free(array->dictionary);
    array->release = NULL;
}

static struct ArrowSchema schema_of(const char *format, const char *name)
{
    return (struct ArrowSchema){
        .format = format, .name = name, .flags = ARROW_FLAG_NULLABLE, .release = release_schema};
}

static struct ArrowSchema table_schema(const struct test_column *columns, size_t count)
{
    struct ArrowSchema schema = schema_of("+s", "");
    schema.n_children = (int64_t)count;
    schema.children = calloc(count + 1, sizeof *schema.children);
    for (size_t i = 0; i < count; i++) {
        schema.children[i] = malloc(sizeof **schema.children);
        bool dictionary = columns[i].format[0] == '=';
        *schema.children[i] = schema_of(dictionary ? "i" : columns[i].format, columns[i].name);
        if (dictionary) {
            schema.children[i]->dictionary = malloc(sizeof schema);
            *schema.children[i]->dictionary = schema_of(columns[i].format + 1, "");
        }
    }
    return schema;
}

static struct ArrowArray array_of(int64_t rows, int64_t buffers)
{
    return (struct ArrowArray){.length = rows,
                               .n_buffers = buffers,
                               .buffers = calloc((size_t)buffers, sizeof(void *)),
                               .release = release_array};
}

static void *copy_of(const void *bytes, size_t size)
{
    void *copy = malloc(size + 1);
    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

/* Offsets of `width` bytes (4 or 8) and bytes of texts. What stands in the place of a null is to be
 * seen nowhere, but it must not make two equal texts of a dictionary. */
static struct ArrowArray text_array(const char *const *texts, int64_t rows, size_t width)
{
    struct ArrowArray array = array_of(rows, 3);
    char *bytes = malloc(4096);
    char *offsets = calloc((size_t)rows + 1, width);
    int64_t end = 0;
    for (int64_t i = 0; i < rows; i++) {
        const char *text = texts[i] == NULL ? "unseen" : texts[i];
        size_t length = strlen(text);
        memcpy(bytes + end, text, length);
        end += (int64_t)length;
        memcpy(offsets + ((size_t)i + 1) * width, &end, width); /* little-endian */
    }
    array.buffers[1] = offsets;
    array.buffers[2] = bytes;
    return array;
}

static struct ArrowArray column_array(const struct test_column *column, int64_t rows)
{
    struct ArrowArray array;
    if (column->format[0] == 'n') {
        array = array_of(rows, 0);
        array.null_count = rows;
        return array;
    }
    if (column->format[0] == '=') {
        array = array_of(rows, 2);
        int32_t *indices = malloc(sizeof(int32_t) * (size_t)rows);
        for (int64_t i = 0; i < rows; i++)
            indices[i] = (int32_t)i;
        array.buffers[1] = indices;
        array.dictionary = malloc(sizeof array);
        *array.dictionary = text_array(column->texts, rows, 4);
    } else if (column->texts != NULL) {
        array = text_array(column->texts, rows, column->format[0] == 'U' ? 8 : 4);
    } else {
        array = array_of(rows, 2);
        array.buffers[1] = copy_of(column->values, column->value_size * (size_t)rows);
    }
    if (column->nulls != NULL) {
        uint8_t *valid = calloc(1, MOST_ROWS / 8 + 1);
        for (int64_t i = 0; i < rows; i++) {
            valid[i / 8] = (uint8_t)(valid[i / 8] | (!column->nulls[i] << i % 8));
            array.null_count += column->nulls[i];
        }
        array.buffers[0] = valid;
    }
    return array;
}

static struct ArrowArray table_array(const struct test_column *columns, size_t count, int64_t rows)
{
    struct ArrowArray array = array_of(rows, 1);
    array.n_children = (int64_t)count;
    array.children = calloc(count + 1, sizeof *array.children);
    for (size_t i = 0; i < count; i++) {
        array.children[i] = malloc(sizeof array);
        *array.children[i] = column_array(&columns[i], rows);
    }
    return array;
}

/* Writes the rows `batches` times, a row group each. */
static void write_file(struct place *place, const char *path, const struct test_column *columns,
                       size_t count, int64_t rows, int batches, bool dictionary)
{
    struct ArrowSchema schema = table_schema(columns, count);
    struct arrow_writer *writer;
    assert_ok(place, arrow_writer_open(place->store, path, &schema, dictionary, 1000, &place->arena,
                                       &writer, &place->error));
    for (int i = 0; i < batches; i++) {
        struct ArrowArray array = table_array(columns, count, rows);
        assert_ok(place, arrow_writer_write(writer, &array, &place->error));
    }
    assert_ok(place, arrow_writer_finish(writer, &place->error));
}

/* ---- values read ---- */

static bool is_null(const struct ArrowArray *column, int64_t row)
{
    const uint8_t *valid = column->buffers[0];
    return valid != NULL && (valid[row / 8] >> row % 8 & 1) == 0;
}

/* A value as text: texts as they are, numbers in short form, "null". */
static const char *shown(struct place *place, const struct ArrowArray *column,
                         enum arrow_layout layout, int64_t row)
{
    if (is_null(column, row))
        return "null";
    if (layout == ARROW_MEASURE)
        return arena_printf(&place->arena, "%g", ((const double *)column->buffers[1])[row]);
    if (layout == ARROW_TIME)
        return arena_printf(&place->arena, "%lld",
                            (long long)((const int64_t *)column->buffers[1])[row]);
    const struct ArrowArray *dictionary = column->dictionary;
    int32_t index = ((const int32_t *)column->buffers[1])[row];
    assert_in_range((uint64_t)index, 0, (uint64_t)dictionary->length - 1);
    const int32_t *offsets = dictionary->buffers[1];
    return arena_copy(&place->arena, (const char *)dictionary->buffers[2] + offsets[index],
                      (size_t)(offsets[index + 1] - offsets[index]));
}

/* Everything a scan gives, a line a row: "a b null|…". */
static const char *scanned(struct place *place, const struct arrow_slice *slices, size_t count,
                           const struct arrow_request *requests, size_t request_count)
{
    struct arrow_scan *scan;
    assert_ok(place, arrow_scan_open(place->store, slices, count, requests, request_count, 3,
                                     &place->arena, &scan, &place->error));
    const char *all = "";
    for (;;) {
        struct ArrowArray batch;
        struct arrow_batch_place where;
        assert_ok(place, arrow_scan_next(scan, &batch, &where, &place->error));
        if (batch.release == NULL)
            break;
        for (int64_t row = 0; row < batch.length; row++) {
            for (size_t i = 0; i < request_count; i++)
                all = arena_printf(&place->arena, "%s%s%s", all, i == 0 ? "" : " ",
                                   shown(place, batch.children[i], requests[i].layout, row));
            all = arena_printf(&place->arena, "%s|", all);
        }
        batch.release(&batch);
    }
    arrow_scan_close(scan);
    return all;
}

/* The error a scan of one file ends with. */
static void scan_fails(struct place *place, const char *path, const struct arrow_request *request)
{
    struct arrow_scan *scan;
    struct arrow_slice slice = {path, NULL, 0};
    assert_ok(place, arrow_scan_open(place->store, &slice, 1, request, 1, 100, &place->arena, &scan,
                                     &place->error));
    struct ArrowArray batch;
    struct arrow_batch_place where;
    while (arrow_scan_next(scan, &batch, &where, &place->error)) {
        if (batch.release == NULL)
            fail_msg("the scan of %s did not fail", path);
        batch.release(&batch);
    }
}

/* ---- the cases ---- */

static const char *const four_texts[] = {"a", NULL, "", "ü b"};
static const bool second_null[] = {false, true, false, false};
static const double four_doubles[] = {1.5, 0, -2, 1e300};
static const int64_t four_times[] = {1000, 0, 1735689600000, -1};

static const struct test_column plain_table[] = {
    {"name", "=u", NULL, 0, four_texts, second_null},
    {"amount", "g", four_doubles, sizeof(double), NULL, second_null},
    {"time", "tsm:UTC", four_times, sizeof(int64_t), NULL, NULL},
};

static const struct arrow_request plain_requests[] = {
    {"time", ARROW_TIME, true, false},
    {"name", ARROW_TEXT, true, false},
    {"amount", ARROW_MEASURE, true, false},
};

static void test_a_written_file_reads_back_with_and_without_dictionaries(void **state)
{
    struct place *place = *state;
    write_file(place, "a.parquet", plain_table, 3, 4, 1, true);
    write_file(place, "deep/er/b.parquet", plain_table, 3, 4, 1, false);
    struct arrow_slice slices[] = {{"a.parquet", NULL, 0}, {"deep/er/b.parquet", NULL, 0}};
    const char *once = "1000 a 1.5|0 null null|1735689600000  -2|-1 ü b 1e+300|";
    assert_string_equal(scanned(place, slices, 1, plain_requests, 3), once);
    assert_string_equal(scanned(place, &slices[1], 1, plain_requests, 3), once);
    assert_string_equal(scanned(place, slices, 2, plain_requests, 3),
                        arena_printf(&place->arena, "%s%s", once, once));
}

static void test_other_types_are_brought_to_the_three_layouts(void **state)
{
    struct place *place = *state;
    static const float floats[] = {0.5f, 0, 3, 4};
    static const int32_t integers[] = {-7, 0, 2147483647, 4};
    static const int64_t longs[] = {-7, 0, 1L << 40, 4};
    static const int64_t micros[] = {-1, 0, 1999, 2000000};
    static const int64_t nanos[] = {-1, 0, 1999999, 2000000000};
    static const int32_t days[] = {-1, 0, 1, 20000};
    static const struct {
        struct test_column column;
        enum arrow_layout layout;
        const char *expected;
    } cases[] = {
        {{"c", "u", NULL, 0, four_texts, second_null}, ARROW_TEXT, "a|null||ü b|"},
        {{"c", "U", NULL, 0, four_texts, second_null}, ARROW_TEXT, "a|null||ü b|"},
        {{"c", "z", NULL, 0, four_texts, NULL}, ARROW_TEXT, "a|unseen||ü b|"},
        {{"c", "n", NULL, 0, NULL, NULL}, ARROW_TEXT, "null|null|null|null|"},
        {{"c", "n", NULL, 0, NULL, NULL}, ARROW_TIME, "null|null|null|null|"},
        {{"c", "n", NULL, 0, NULL, NULL}, ARROW_MEASURE, "null|null|null|null|"},
        {{"c", "f", floats, 4, NULL, second_null}, ARROW_MEASURE, "0.5|null|3|4|"},
        {{"c", "i", integers, 4, NULL, second_null}, ARROW_MEASURE, "-7|null|2.14748e+09|4|"},
        {{"c", "I", integers, 4, NULL, NULL}, ARROW_MEASURE, "4.29497e+09|0|2.14748e+09|4|"},
        {{"c", "l", longs, 8, NULL, second_null}, ARROW_MEASURE, "-7|null|1.09951e+12|4|"},
        {{"c", "tsu:", micros, 8, NULL, second_null}, ARROW_TIME, "-1|null|1|2000|"},
        {{"c", "tsu:UTC", micros, 8, NULL, NULL}, ARROW_TIME, "-1|0|1|2000|"},
        {{"c", "tsn:UTC", nanos, 8, NULL, NULL}, ARROW_TIME, "-1|0|1|2000|"},
        {{"c", "tdD", days, 4, NULL, NULL}, ARROW_TIME, "-86400000|0|86400000|1728000000000|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arrow_request request = {"c", cases[i].layout, true, false};
        struct arrow_slice slice = {"t.parquet", NULL, 0};
        write_file(place, "t.parquet", &cases[i].column, 1, 4, 1, true);
        assert_string_equal(scanned(place, &slice, 1, &request, 1), cases[i].expected);
        write_file(place, "t.parquet", &cases[i].column, 1, 4, 1, false);
        assert_string_equal(scanned(place, &slice, 1, &request, 1), cases[i].expected);
    }
}

static void test_a_dictionary_tells_whether_numbers_are_finite(void **state)
{
    struct place *place = *state;
    static const double finite[] = {1, 2, -1e300, 4};
    static const double infinite[] = {1, 2, 3, HUGE_VAL};
    static const struct {
        const double *numbers;
        bool dictionary, expected;
    } cases[] = {{finite, true, true}, {finite, false, false}, {infinite, true, false}};
    const struct arrow_request request = {"c", ARROW_MEASURE, true, false};
    const struct arrow_slice slice = {"t.parquet", NULL, 0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_column column = {"c", "g", cases[i].numbers, sizeof(double), NULL, NULL};
        struct arrow_scan *scan;
        struct ArrowArray batch;
        struct arrow_batch_place where;
        write_file(place, "t.parquet", &column, 1, 4, 1, cases[i].dictionary);
        assert_ok(place, arrow_scan_open(place->store, &slice, 1, &request, 1, 3, &place->arena,
                                         &scan, &place->error));
        assert_ok(place, arrow_scan_next(scan, &batch, &where, &place->error));
        assert_int_equal(arrow_scan_known_finite(scan, 0), cases[i].expected);
        batch.release(&batch);
        arrow_scan_close(scan);
    }
}

static void test_a_missing_optional_column_is_null(void **state)
{
    struct place *place = *state;
    write_file(place, "a.parquet", plain_table, 3, 4, 1, true);
    struct arrow_slice slice = {"a.parquet", NULL, 0};
    struct arrow_request requests[] = {{"no", ARROW_TEXT, false, false},
                                       {"nor", ARROW_MEASURE, false, false},
                                       {"never", ARROW_TIME, false, false},
                                       {"name", ARROW_TEXT, true, false}};
    assert_string_equal(scanned(place, &slice, 1, requests, 4),
                        "null null null a|null null null null|null null null |null null null ü b|");
}

static void test_a_missing_required_column_names_file_column_and_what_is_there(void **state)
{
    struct place *place = *state;
    write_file(place, "a.parquet", plain_table, 3, 4, 1, true);
    scan_fails(place, "a.parquet", &(struct arrow_request){"node", ARROW_TEXT, true, false});
    assert_says(place, ERROR_BAD_DATA,
                "/a.parquet: required column node is missing; the file has: name, amount, time");
}

static void test_a_column_of_another_type_names_both_types(void **state)
{
    struct place *place = *state;
    write_file(place, "a.parquet", plain_table, 3, 4, 1, true);
    static const struct {
        struct arrow_request request;
        const char *message;
    } cases[] = {
        {{"name", ARROW_TIME, true, false},
         "/a.parquet: column name is string, expected timestamp"},
        {{"name", ARROW_MEASURE, false, false}, "column name is string, expected a number"},
        {{"amount", ARROW_TEXT, true, false}, "column amount is double, expected text"},
        {{"time", ARROW_MEASURE, true, false}, "column time is timestamp(ms), expected a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scan_fails(place, "a.parquet", &cases[i].request);
        assert_says(place, ERROR_BAD_DATA, cases[i].message);
    }
}

static void test_batches_know_their_first_row_behind_skipped_row_groups(void **state)
{
    struct place *place = *state;
    write_file(place, "a.parquet", plain_table, 3, 4, 5, true);
    int row_groups[] = {1, 2, 4};
    struct arrow_slice slice = {"a.parquet", row_groups, 3};
    struct arrow_scan *scan;
    assert_ok(place, arrow_scan_open(place->store, &slice, 1, plain_requests, 3, 3, &place->arena,
                                     &scan, &place->error));
    static const struct {
        int64_t first_row, rows;
    } expected[] = {{4, 3}, {7, 1}, {8, 3}, {11, 1}, {16, 3}, {19, 1}};
    const void *dictionary = NULL;
    for (size_t i = 0; i < 6; i++) {
        struct ArrowArray batch;
        struct arrow_batch_place where;
        assert_ok(place, arrow_scan_next(scan, &batch, &where, &place->error));
        assert_int_equal(batch.length, expected[i].rows);
        assert_int_equal(where.first_row, expected[i].first_row);
        assert_string_equal(where.path, "a.parquet");
        /* the same dictionary within a row group, another one in the next */
        const void *now = batch.children[1]->dictionary->buffers[1];
        if (i % 2 == 0)
            assert_ptr_not_equal(now, dictionary);
        else
            assert_ptr_equal(now, dictionary);
        dictionary = now;
        batch.release(&batch);
    }
    struct ArrowArray end;
    struct arrow_batch_place where;
    assert_ok(place, arrow_scan_next(scan, &end, &where, &place->error));
    assert_null(end.release);
    assert_ok(place, arrow_scan_next(scan, &end, &where, &place->error));
    assert_null(end.release);
}

static void test_a_row_group_that_is_not_there_is_refused(void **state)
{
    struct place *place = *state;
    write_file(place, "a.parquet", plain_table, 3, 4, 2, true);
    int row_group = 2;
    struct arrow_slice slice = {"a.parquet", &row_group, 1};
    struct arrow_scan *scan;
    assert_ok(place, arrow_scan_open(place->store, &slice, 1, plain_requests, 3, 3, &place->arena,
                                     &scan, &place->error));
    struct ArrowArray batch;
    struct arrow_batch_place where;
    assert_false(arrow_scan_next(scan, &batch, &where, &place->error));
    assert_null(batch.release);
    assert_says(place, ERROR_BAD_DATA, "a.parquet: has 2 row groups, not one numbered 2");
}

static void test_no_slices_no_rows_and_no_columns_are_fine(void **state)
{
    struct place *place = *state;
    write_file(place, "none.parquet", plain_table, 3, 4, 0, true);
    write_file(place, "a.parquet", plain_table, 3, 4, 1, true);
    struct arrow_slice slices[] = {{"none.parquet", NULL, 0}, {"a.parquet", NULL, 0}};
    assert_string_equal(scanned(place, NULL, 0, plain_requests, 3), "");
    assert_string_equal(scanned(place, slices, 1, plain_requests, 3), "");
    assert_string_equal(scanned(place, slices, 2, NULL, 0), "||||");
}

static void test_what_is_no_parquet_says_so(void **state)
{
    struct place *place = *state;
    write_file(place, "good.parquet", plain_table, 3, 4, 1, true);
    char *good;
    size_t length;
    assert_ok(place, arrow_store_read(place->store, "good.parquet", &place->arena, &good, &length,
                                      &place->error));
    char *damaged = arena_copy(&place->arena, good, length);
    memset(damaged + 4, 0xee, length / 3);
    char *bad_footer = arena_copy(&place->arena, good, length);
    memset(bad_footer + length - 60, 0xee, 40);
    const struct {
        const char *bytes;
        size_t length;
        const char *message;
    } cases[] = {
        {"", 0, "/x.parquet: an empty file, no Parquet"},
        {"a", 1, "/x.parquet: no Parquet file: it does not start with PAR1"},
        {"namespace,node\nx,y\n", 19, "/x.parquet: no Parquet file: it does not start with PAR1"},
        {good, length / 2, "/x.parquet: a truncated Parquet file"},
        {good, length - 1, "/x.parquet: a truncated Parquet file"},
        {good, 4, "/x.parquet: a damaged Parquet file"},
        {bad_footer, length, "/x.parquet: a damaged Parquet file"},
    };
    struct arrow_file *file;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_ok(place, arrow_store_write(place->store, "x.parquet", cases[i].bytes,
                                           cases[i].length, &place->error));
        assert_false(
            arrow_file_open(place->store, "x.parquet", -1, &place->arena, &file, &place->error));
        assert_says(place, ERROR_BAD_DATA, cases[i].message);
        scan_fails(place, "x.parquet", &plain_requests[0]);
        assert_says(place, ERROR_BAD_DATA, cases[i].message);
    }
    assert_ok(place, arrow_store_write(place->store, "x.parquet", damaged, length, &place->error));
    for (size_t i = 0; i < 3; i++) {
        scan_fails(place, "x.parquet", &plain_requests[i]);
        assert_says(place, ERROR_BAD_DATA, "/x.parquet: a damaged Parquet file");
    }
}

static void test_missing_places_are_missing_input(void **state)
{
    struct place *place = *state;
    struct arrow_file *file;
    assert_false(
        arrow_file_open(place->store, "no.parquet", -1, &place->arena, &file, &place->error));
    assert_says(place, ERROR_NO_INPUT, "/no.parquet: No such file or directory");
    scan_fails(place, "no.parquet", &plain_requests[0]);
    assert_says(place, ERROR_NO_INPUT, "/no.parquet: No such file or directory");
    struct arrow_store *store;
    assert_false(
        arrow_store_open("/nowhere/at/all", NULL, false, &place->arena, &store, &place->error));
    assert_says(place, ERROR_NO_INPUT, "/nowhere/at/all: No such file or directory");
    assert_false(arrow_store_open("/dev/null", NULL, false, &place->arena, &store, &place->error));
    assert_says(place, ERROR_NO_INPUT, "/dev/null: Not a directory");
    assert_false(arrow_store_open("", NULL, false, &place->arena, &store, &place->error));
    assert_says(place, ERROR_BAD_CONFIG, "empty location");
}

static void test_a_full_disk_is_missing_output_and_leaves_nothing(void **state)
{
    struct place *place = *state;
    struct arrow_store *store;
    assert_false(arrow_store_open("/dev/null/x", NULL, true, &place->arena, &store, &place->error));
    assert_says(place, ERROR_NO_OUTPUT, "/dev/null");
    assert_ok(place, arrow_store_write(place->store, "file", "x", 1, &place->error));
    assert_false(arrow_store_write(place->store, "file/y", "x", 1, &place->error));
    assert_says(place, ERROR_NO_OUTPUT, "/file");
}

static void test_a_footer_tells_rows_columns_and_times(void **state)
{
    struct place *place = *state;
    static const int64_t micros[] = {1735689600000500, 1735689599999999, 1735776000000000, 0};
    static const bool last_null[] = {false, false, false, true};
    struct test_column columns[] = {
        {"t", "tsu:UTC", micros, 8, NULL, last_null},
        {"n", "tsm:UTC", four_times, 8, NULL, (const bool[]){true, true, true, true}}};
    write_file(place, "a.parquet", columns, 2, 4, 3, true);
    struct arrow_file *file;
    assert_ok(place,
              arrow_file_open(place->store, "a.parquet", -1, &place->arena, &file, &place->error));
    assert_int_equal(arrow_file_rows(file), 12);
    assert_int_equal(arrow_file_row_groups(file), 3);
    const char *type;
    assert_true(arrow_file_column(file, "t", &type));
    assert_string_equal(type, "timestamp(us)");
    assert_false(arrow_file_column(file, "row_uuid", &type));
    struct arrow_row_group row_group;
    arrow_file_row_group(file, 2, "t", &row_group);
    assert_int_equal(row_group.rows, 4);
    assert_true(row_group.bytes > 0);
    assert_true(row_group.times_known);
    assert_int_equal(row_group.first_ms, 1735689599999);
    assert_int_equal(row_group.last_ms, 1735776000000);
    arrow_file_row_group(file, 0, "n", &row_group);
    assert_false(row_group.times_known);
    arrow_file_row_group(file, 0, "row_uuid", &row_group);
    assert_false(row_group.times_known);
    assert_int_equal(row_group.rows, 4);
}

static void test_an_unfinished_file_never_appears(void **state)
{
    struct place *place = *state;
    struct arena arena;
    arena_init(&arena);
    struct ArrowSchema schema = table_schema(plain_table, 3);
    struct arrow_writer *writer;
    assert_ok(place, arrow_writer_open(place->store, "a.parquet", &schema, false, 100, &arena,
                                       &writer, &place->error));
    struct ArrowArray array = table_array(plain_table, 3, 4);
    assert_ok(place, arrow_writer_write(writer, &array, &place->error));
    assert_int_equal(access(arena_printf(&arena, "%s/a.parquet", place->folder), F_OK), -1);
    arena_close(&arena);
    struct arrow_entry *entries;
    size_t count;
    assert_ok(place,
              arrow_store_list(place->store, "", &place->arena, &entries, &count, &place->error));
    assert_int_equal(count, 0);
}

static void test_the_same_batches_give_the_same_bytes(void **state)
{
    struct place *place = *state;
    char *bytes[2];
    size_t lengths[2];
    for (int i = 0; i < 2; i++) {
        const char *path = i == 0 ? "a.parquet" : "b.parquet";
        write_file(place, path, plain_table, 3, 4, 3, true);
        assert_ok(place, arrow_store_read(place->store, path, &place->arena, &bytes[i], &lengths[i],
                                          &place->error));
    }
    assert_int_equal(lengths[0], lengths[1]);
    assert_memory_equal(bytes[0], bytes[1], lengths[0]);
}

static void test_a_batch_that_does_not_fit_the_schema_is_refused(void **state)
{
    struct place *place = *state;
    struct ArrowSchema schema = table_schema(plain_table, 3);
    struct arrow_writer *writer;
    assert_ok(place, arrow_writer_open(place->store, "a.parquet", &schema, false, 100,
                                       &place->arena, &writer, &place->error));
    struct ArrowArray array = table_array(plain_table, 2, 4);
    assert_false(arrow_writer_write(writer, &array, &place->error));
    assert_says(place, ERROR_NO_OUTPUT, "a.parquet");
}

static void test_a_store_lists_sorted_reads_moves_and_removes(void **state)
{
    struct place *place = *state;
    struct arena *arena = &place->arena;
    struct error *error = &place->error;
    struct arrow_store *store = place->store;
    static const char *const paths[] = {"b/2", "b/1", "b-1", "a/x/y", "c"};
    for (size_t i = 0; i < 5; i++)
        assert_ok(place, arrow_store_write(store, paths[i], "12345", i, error));

    struct arrow_entry *entries;
    size_t count;
    assert_ok(place, arrow_store_list(store, "", arena, &entries, &count, error));
    static const char *const sorted[] = {"a/x/y", "b-1", "b/1", "b/2", "c"};
    assert_int_equal(count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(entries[i].path, sorted[i]);
    assert_int_equal(entries[0].size, 3);
    assert_true(entries[0].modified_ns > 1500000000000000000);
    assert_ok(place, arrow_store_list(store, "b/", arena, &entries, &count, error));
    assert_int_equal(count, 2);
    assert_string_equal(entries[0].path, "b/1");
    assert_ok(place, arrow_store_list(store, "nothing/here", arena, &entries, &count, error));
    assert_int_equal(count, 0);

    const char **names;
    assert_ok(place, arrow_store_folders(store, "", arena, &names, &count, error));
    assert_int_equal(count, 2);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "b");

    const char *before, *after;
    assert_ok(place, arrow_store_version(store, "c", arena, &before, error));
    assert_ok(place, arrow_store_move(store, "b/2", "c", error));
    assert_ok(place, arrow_store_version(store, "c", arena, &after, error));
    assert_string_not_equal(before, after);
    char *bytes;
    size_t length;
    assert_ok(place, arrow_store_read(store, "c", arena, &bytes, &length, error));
    assert_int_equal(length, 0);
    assert_ok(place, arrow_store_remove(store, "c", error));
    assert_ok(place, arrow_store_remove(store, "c", error));
    assert_false(arrow_store_read(store, "c", arena, &bytes, &length, error));
    assert_says(place, ERROR_NO_INPUT, "/c: No such file");
    assert_false(arrow_store_version(store, "c", arena, &after, error));
    assert_false(arrow_store_move(store, "c", "d", error));
    assert_says(place, ERROR_NO_OUTPUT, "/d: No such file");
}

static void test_s3_errors_say_what_to_check(void **state)
{
    struct place *place = *state;
    struct arrow_s3_options s3 = {
        .endpoint = "http://127.0.0.1:1", .access_key = "key", .secret_key = "hush-hush"};
    struct arrow_store *store;
    struct arrow_entry *entries;
    size_t count;
    assert_ok(place, arrow_store_open("s3://bucket/pre/fix", &s3, false, &place->arena, &store,
                                      &place->error));
    assert_false(arrow_store_list(store, "data", &place->arena, &entries, &count, &place->error));
    assert_says(place, ERROR_UNREACHABLE,
                "s3://bucket/pre/fix/data: http://127.0.0.1:1: connection refused");
    assert_null(strstr(place->error.message, "hush"));

    s3.endpoint = "ftp://127.0.0.1";
    assert_false(arrow_store_open("s3://bucket", &s3, false, &place->arena, &store, &place->error));
    assert_says(place, ERROR_BAD_CONFIG, "neither http:// nor https://");
    s3.endpoint = NULL;
    s3.ca_bundle = "/no/bundle.pem";
    assert_false(arrow_store_open("s3://bucket", &s3, false, &place->arena, &store, &place->error));
    assert_says(place, ERROR_BAD_CONFIG, "CA bundle /no/bundle.pem: No such file");
    assert_false(arrow_store_open("s3://", &s3, false, &place->arena, &store, &place->error));
    assert_says(place, ERROR_BAD_CONFIG, "s3://: no bucket");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static int shut_down(void **state)
{
    (void)state;
    arrow_shutdown();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_written_file_reads_back_with_and_without_dictionaries),
        CASE(test_other_types_are_brought_to_the_three_layouts),
        CASE(test_a_dictionary_tells_whether_numbers_are_finite),
        CASE(test_a_missing_optional_column_is_null),
        CASE(test_a_missing_required_column_names_file_column_and_what_is_there),
        CASE(test_a_column_of_another_type_names_both_types),
        CASE(test_batches_know_their_first_row_behind_skipped_row_groups),
        CASE(test_a_row_group_that_is_not_there_is_refused),
        CASE(test_no_slices_no_rows_and_no_columns_are_fine),
        CASE(test_what_is_no_parquet_says_so),
        CASE(test_missing_places_are_missing_input),
        CASE(test_a_full_disk_is_missing_output_and_leaves_nothing),
        CASE(test_a_footer_tells_rows_columns_and_times),
        CASE(test_an_unfinished_file_never_appears),
        CASE(test_the_same_batches_give_the_same_bytes),
        CASE(test_a_batch_that_does_not_fit_the_schema_is_refused),
        CASE(test_a_store_lists_sorted_reads_moves_and_removes),
        CASE(test_s3_errors_say_what_to_check),
    };
    return cmocka_run_group_tests_name("bridge", tests, NULL, shut_down);
}
