#include "run/turns.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

enum { TASKS = 200, NOBODY = 1000 };

struct delivery {
    size_t order[TASKS];
    size_t count;
    size_t failing;  /* task that fails before its turn; NOBODY: none */
    bool delivering; /* someone is: two at once would be seen */
    bool overlapped;
};

static bool deliver(void *context, struct turns *turns, size_t task, int worker,
                    struct error *error)
{
    struct delivery *delivery = context;
    (void)worker;
    if (task % 7 == 3)
        usleep(200); /* so that later tasks are ready first */
    if (task == delivery->failing)
        return error_set(error, ERROR_BAD_DATA, "task %zu", task);
    if (!turns_take(turns, task, error))
        return false;
    delivery->overlapped = delivery->overlapped || delivery->delivering;
    delivery->delivering = true;
    delivery->order[delivery->count++] = task;
    delivery->delivering = false;
    return true;
}

static void test_tasks_deliver_in_order_one_at_a_time(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 8, 1000};
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        struct delivery delivery = {.failing = NOBODY};
        struct error error = {0};
        assert_true(turns_run(TASKS, threads[t], deliver, &delivery, &error));
        assert_int_equal(delivery.count, TASKS);
        assert_false(delivery.overlapped);
        for (size_t i = 0; i < TASKS; i++)
            assert_int_equal(delivery.order[i], i);
    }
}

static void test_a_failure_stops_the_rest_and_is_told(void **state)
{
    (void)state;
    static const int threads[] = {1, 4};
    for (size_t t = 0; t < 2; t++) {
        struct delivery delivery = {.failing = 50};
        struct error error = {0};
        assert_false(turns_run(TASKS, threads[t], deliver, &delivery, &error));
        assert_int_equal(error.kind, ERROR_BAD_DATA);
        assert_string_equal(error.message, "task 50");
        assert_true(delivery.count <= 50);
    }
}

static void test_no_tasks_is_done(void **state)
{
    (void)state;
    struct error error = {0};
    assert_true(turns_run(0, 4, deliver, NULL, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tasks_deliver_in_order_one_at_a_time),
        cmocka_unit_test(test_a_failure_stops_the_rest_and_is_told),
        cmocka_unit_test(test_no_tasks_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
