#include "config/config_shard.h"

#include "base/arena.h"
#include "base/log.h"
#include "config/command_line.h"
#include "config/config.h"
#include "config/config_values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {
    "COSTAGG_SHARD",        "COSTAGG_SHARDS",         "JOB_COMPLETION_INDEX",
    "SLURM_ARRAY_TASK_ID",  "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
    "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP",
};

/* Settings of the names above, NULL: unset; and the share they give, or the message. */
static const struct {
    const char *values[8];
    int index;
    int count;
    const char *message;
} cases[] = {
    {{NULL}, 0, 1, NULL},
    {{"2/5"}, 2, 5, NULL},
    {{"2/5", "9", "7"}, 2, 5, NULL},
    /* Kubernetes */
    {{NULL, "4", "3"}, 3, 4, NULL},
    {{NULL, "4", "4"}, 0, 0, "number the tasks from 0 to 3"},
    {{NULL, "4", "x"}, 0, 0, "JOB_COMPLETION_INDEX: wants a whole number"},
    {{NULL, NULL, "3"}, 0, 1, NULL},
    {{NULL, "4"}, 0, 0, "use --shard I/N"},
    {{NULL, "1"}, 0, 1, NULL},
    {{NULL, "0", "0"}, 0, 0, "from 1 to 1000000"},
    /* Slurm with the number of shares: an array numbered from 0, run in part or whole */
    {{NULL, "4", NULL, "2", "1", "2", "2"}, 2, 4, NULL},
    {{NULL, "4", NULL, "4", "4", "1", "4"}, 0, 0, "number the tasks from 0 to 3"},
    /* Slurm by the array's own bounds */
    {{NULL, NULL, NULL, "0", "4", "0", "3"}, 0, 4, NULL},
    {{NULL, NULL, NULL, "4", "4", "1", "4"}, 3, 4, NULL},
    {{NULL, NULL, NULL, "6", "3", "2", "6", "2"}, 2, 3, NULL},
    {{NULL, NULL, NULL, "7", "2", "3", "7"}, 0, 0, "the Slurm array has gaps"},
    {{NULL, NULL, NULL, "3"}, 0, 1, NULL},
};

static void test_the_scheduler_tells_the_share(void **state)
{
    struct arena arena;
    char *argv[] = {"costagg", "run"};
    (void)state;
    arena_init(&arena);
    log_open(LOG_TEXT, LOG_ERROR, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config config = {0};
        struct config_values values;
        struct command_line line;
        struct error error = {0};
        for (size_t name = 0; name < sizeof names / sizeof names[0]; name++) {
            unsetenv(names[name]);
            if (cases[i].values[name] != NULL)
                setenv(names[name], cases[i].values[name], 1);
        }
        assert_true(command_line_parse(2, argv, &arena, &line, &error));
        assert_true(config_values_load(&line, &arena, &values, &error));
        bool done = config_shard_build(&values, &config, &error);
        assert_int_equal(done, cases[i].message == NULL);
        if (done) {
            assert_int_equal(config.shard_index, cases[i].index);
            assert_int_equal(config.shard_count, cases[i].count);
        } else {
            assert_int_equal(error.kind, ERROR_BAD_CONFIG);
            assert_non_null(strstr(error.message, cases[i].message));
        }
    }
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_scheduler_tells_the_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
