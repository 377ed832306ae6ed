#include "run/role_mark.h"

#include "aggregate/node_role.h"
#include "aggregate/usage_row.h"
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct arena arena;
    struct text_pool texts;
    struct usage_row rows[3];
};

/* Two nodes, one of them twice. */
static struct row_batch open_rows(struct fixture *fixture)
{
    static const char *const nodes[] = {"n1", "n2", "n1"};
    static const char *const ids[] = {"i-1", "i-2", "i-1"};
    arena_init(&fixture->arena);
    text_pool_init(&fixture->texts);
    for (size_t i = 0; i < 3; i++)
        fixture->rows[i] =
            (struct usage_row){.node = text_pool_intern_string(&fixture->texts, nodes[i]),
                               .resource_id = text_pool_intern_string(&fixture->texts, ids[i])};
    return (struct row_batch){&usage_table, fixture->rows, 3, &fixture->texts};
}

static void close_rows(struct fixture *fixture)
{
    text_pool_close(&fixture->texts);
    arena_close(&fixture->arena);
}

static bool holds(const char *list, struct node_role *roles, size_t count)
{
    const struct settings settings = {.node_roles = roles, .node_role_count = count};
    struct node_role_table table;
    struct arena arena;
    arena_init(&arena);
    node_role_table_init(&table);
    node_role_table_load(&table, &settings);
    bool result = role_mark_holds(list, role_index_build(&table, &arena));
    node_role_table_close(&table);
    arena_close(&arena);
    return result;
}

static const char *list_of(const struct row_batch *rows, struct node_role *roles, size_t count,
                           struct arena *arena)
{
    const struct settings settings = {.node_roles = roles, .node_role_count = count};
    struct node_role_table table;
    node_role_table_init(&table);
    node_role_table_load(&table, &settings);
    const char *list = role_mark_of_rows(rows, &table, arena);
    node_role_table_close(&table);
    return list;
}

static void test_a_list_holds_until_a_role_of_its_own_changes(void **state)
{
    struct node_role worker[] = {{"n1", "i-1", "worker"}};
    struct node_role infra[] = {{"n1", "i-1", "infra"}};
    struct node_role other_id[] = {{"n1", "i-9", "worker"}};
    struct node_role more[] = {{"n1", "i-1", "worker"}, {"n3", "i-3", "master"}};
    struct node_role both[] = {{"n1", "i-1", "worker"}, {"n2", "i-2", "worker"}};
    struct fixture fixture;
    (void)state;
    const struct row_batch rows = open_rows(&fixture);
    const char *list = list_of(&rows, worker, 1, &fixture.arena);
    assert_int_equal(strlen(list), 2 * 16);
    assert_true(holds(list, worker, 1));
    assert_true(holds(list, more, 2));
    assert_false(holds(list, infra, 1));
    assert_false(holds(list, other_id, 1));
    assert_false(holds(list, both, 2)); /* n2 had none */
    assert_false(holds(list, NULL, 0));
    close_rows(&fixture);
}

static void test_rows_without_nodes_have_no_list(void **state)
{
    struct fixture fixture;
    (void)state;
    struct row_batch rows = open_rows(&fixture);
    memset(fixture.rows, 0, sizeof fixture.rows);
    assert_null(list_of(&rows, NULL, 0, &fixture.arena));
    assert_true(holds(NULL, NULL, 0));
    close_rows(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_holds_until_a_role_of_its_own_changes),
        cmocka_unit_test(test_rows_without_nodes_have_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
