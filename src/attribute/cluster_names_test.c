#include "attribute/cluster_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct text text_of(const char *string)
{
    return (struct text){string, (uint32_t)strlen(string)};
}

static void test_names_know_their_clusters(void **state)
{
    (void)state;
    struct cluster_names names;
    cluster_names_init(&names, cluster_set_words(40));
    assert_int_equal(names.words, 2);
    assert_int_equal(cluster_set_words(0), 1);
    cluster_names_add(&names, 3, text_of("node"));
    cluster_names_add(&names, 39, text_of("node"));
    uint32_t more[2] = {1, 0};
    cluster_names_add_set(&names, more, text_of("node"));
    const uint32_t *set = cluster_names_find(&names, text_of("node"));
    assert_true(cluster_set_has(set, 0) && cluster_set_has(set, 3) && cluster_set_has(set, 39));
    assert_false(cluster_set_has(set, 1) || cluster_set_has(set, 38));
    assert_null(cluster_names_find(&names, text_of("nod")));
    assert_null(cluster_names_find(&names, text_of(""))); /* in every pool, but of no cluster */
    assert_true(cluster_names_size(&names) > 0);
    cluster_names_close(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_know_their_clusters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
