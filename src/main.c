/* costagg: finds the verb, calls it, and turns the outcome into messages and an exit status. */
#include "arrow/bridge.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "command/command.h"
#include "command/manual.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static bool (*const functions[VERB_COUNT])(const struct command_line *line, struct error *error) = {
#define VERB(NAME, name, least, most, arguments, help) command_##name,
#include "command/verbs.def"
#undef VERB
};

/* Memory holds passwords and keys: no core file, and nobody attaches. */
static void protect_memory(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* A password in a URI of the command line is for the program, not for the process list: the
 * program reads copies, and what lies in the original is overwritten. */
static char **take_arguments(int argc, char **argv, struct arena *arena)
{
    char **copies = arena_alloc_array(arena, (size_t)argc + 1, sizeof *copies);
    for (int i = 0; i < argc; i++) {
        copies[i] = arena_copy(arena, argv[i], strlen(argv[i]));
        char *authority = strstr(argv[i], "://");
        char *at = authority != NULL ? strchr(authority, '@') : NULL;
        char *colon = at != NULL ? memchr(authority + 3, ':', (size_t)(at - authority - 3)) : NULL;
        if (colon != NULL)
            memset(colon + 1, 'x', (size_t)(at - colon - 1));
        char *parameter = strstr(argv[i], "password=");
        if (parameter != NULL)
            memset(parameter + 9, 'x', strcspn(parameter + 9, "& "));
    }
    return copies;
}

static bool run_verb(const struct command_line *line, struct error *error)
{
    if (line->version)
        printf("costagg %s\n", COSTAGG_VERSION);
    else if (line->help)
        manual_print_verb(stdout, line->verb);
    else
        TRY(functions[line->verb](line, error));
    return true;
}

/* Output that did not arrive is no success. */
static bool close_output(struct error *error)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return error_set(error, ERROR_NO_OUTPUT, "cannot write to standard output");
    return true;
}

static int report(const struct error *error)
{
    int status =
        error->kind == ERROR_INTERRUPTED ? interrupt_exit_status() : error_exit_status(error->kind);
    char number[12];
    snprintf(number, sizeof number, "%d", status);
    if (log_current_format() == LOG_TEXT)
        log_write(LOG_ERROR, "%s", error->message);
    else
        log_event(LOG_ERROR, error->message, "kind", error_kind_name(error->kind), "status", number,
                  NULL);
    return status;
}

int main(int argc, char **argv)
{
    struct arena arena;
    struct command_line line;
    struct error error = {0};
    protect_memory();
    interrupt_open();
    arena_init(&arena);
    char **arguments = take_arguments(argc, argv, &arena);
    bool done = command_line_parse(argc, arguments, &arena, &line, &error) &&
                run_verb(&line, &error) && close_output(&error);
    int status = done ? 0 : report(&error);
    arena_close(&arena);
    arrow_shutdown();
    return status;
}
