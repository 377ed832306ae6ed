#include "config/command_line.h"

#include "base/arena.h"
#include "base/nearest.h"

#include <string.h>

/* The arguments still to be read. */
struct cursor {
    int argc;
    char *const *argv;
    int next;
    struct arena *arena;
    struct error *error;
};

static bool find_verb(const char *name, enum verb *verb, struct error *error)
{
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (int i = 0; i < VERB_COUNT; i++) {
        if (strcmp(verbs[i].name, name) == 0) {
            *verb = (enum verb)i;
            return true;
        }
        nearest_offer(&nearest, verbs[i].name);
    }
    if (name[0] == '-')
        return error_set(error, ERROR_USAGE,
                         "the verb comes first: costagg run %s …; `costagg help` lists the verbs",
                         name);
    if (nearest.best != NULL)
        return error_set(error, ERROR_USAGE, "unknown verb '%s'; did you mean '%s'?", name,
                         nearest.best);
    return error_set(error, ERROR_USAGE, "unknown verb '%s'; `costagg help` lists the verbs", name);
}

static bool unknown_flag(const struct command_line *line, const char *name, size_t length,
                         struct cursor *cursor)
{
    struct nearest nearest;
    const char *flag = arena_copy(cursor->arena, name, length);
    nearest_init(&nearest, flag);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (options[i].flag != NULL && (options[i].verbs & 1u << line->verb) != 0)
            nearest_offer(&nearest, options[i].flag);
    nearest_offer(&nearest, "help");
    nearest_offer(&nearest, "version");
    if (nearest.best != NULL)
        return error_set(cursor->error, ERROR_USAGE, "unknown option '--%s'; did you mean '--%s'?",
                         flag, nearest.best);
    return error_set(cursor->error, ERROR_USAGE,
                     "unknown option '--%s'; `costagg %s --help` lists the options", flag,
                     verbs[line->verb].name);
}

/* Another verb's option: says whose it is. */
static bool check_verb(const struct command_line *line, enum option_id id, struct error *error)
{
    if ((options[id].verbs & 1u << line->verb) != 0)
        return true;
    for (int i = 0; i < VERB_COUNT; i++)
        if ((options[id].verbs & 1u << i) != 0)
            return error_set(error, ERROR_USAGE, "--%s is no option of 'costagg %s' but of '%s'",
                             options[id].flag, verbs[line->verb].name, verbs[i].name);
    return true;
}

static void add(struct command_line *line, enum option_id id, const char *text)
{
    line->given[line->given_count].option = id;
    line->given[line->given_count++].text = text;
}

/* Adds an option whose value is `attached` (after = or the letter) or the next argument. */
static bool add_with_value(struct command_line *line, enum option_id id, const char *attached,
                           struct cursor *cursor)
{
    TRY(check_verb(line, id, cursor->error));
    if (attached == NULL && cursor->next < cursor->argc &&
        strncmp(cursor->argv[cursor->next], "--", 2) != 0)
        attached = cursor->argv[cursor->next++];
    if (attached == NULL || attached[0] == '\0')
        return error_set(cursor->error, ERROR_USAGE, "--%s wants a value: --%s %s",
                         options[id].flag, options[id].flag, options[id].argument);
    add(line, id, attached);
    return true;
}

/* The option of a flag; where verbs share a flag, this verb's. */
static enum option_id flag_of_verb(const struct command_line *line, const char *name, size_t length)
{
    enum option_id id = option_by_flag(name, length, line->verb);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (options[i].flag != NULL && (options[i].verbs & 1u << line->verb) != 0 &&
            strlen(options[i].flag) == length && memcmp(options[i].flag, name, length) == 0)
            return (enum option_id)i;
    return id;
}

static bool parse_long(struct command_line *line, const char *name, struct cursor *cursor)
{
    size_t length = strcspn(name, "=");
    const char *attached = name[length] == '=' ? name + length + 1 : NULL;
    if (strcmp(name, "help") == 0 || strcmp(name, "version") == 0) {
        line->help |= name[0] == 'h';
        line->version |= name[0] == 'v';
        return true;
    }
    enum option_id id = flag_of_verb(line, name, length);
    bool negated = id == OPTION_COUNT && length > 3 && strncmp(name, "no-", 3) == 0;
    if (negated)
        id = flag_of_verb(line, name + 3, length - 3);
    if (id == OPTION_COUNT || (negated && options[id].argument != NULL))
        return unknown_flag(line, name, length, cursor);
    if (options[id].argument != NULL)
        return add_with_value(line, id, attached, cursor);
    TRY(check_verb(line, id, cursor->error));
    if (negated && attached != NULL)
        return error_set(cursor->error, ERROR_USAGE, "--%.*s takes no value", (int)length, name);
    add(line, id, negated ? "false" : attached != NULL ? attached : "true");
    return true;
}

static bool parse_short(struct command_line *line, const char *letters, struct cursor *cursor)
{
    if (strcmp(letters, "h") == 0) {
        line->help = true;
        return true;
    }
    enum option_id id = option_by_letter(letters[0], line->verb);
    if (id == OPTION_COUNT)
        return error_set(cursor->error, ERROR_USAGE,
                         "unknown option '-%s'; `costagg %s --help` lists the options", letters,
                         verbs[line->verb].name);
    return add_with_value(line, id, letters[1] != '\0' ? letters + 1 : NULL, cursor);
}

static bool check_arguments(const struct command_line *line, struct error *error)
{
    const struct verb_info *verb = &verbs[line->verb];
    if (line->help || line->version)
        return true;
    if (line->argument_count > verb->most)
        return error_set(error, ERROR_USAGE,
                         "'%s' is one argument too many: costagg %s [OPTION…]%s%s",
                         line->arguments[verb->most], verb->name,
                         verb->arguments[0] != '\0' ? " " : "", verb->arguments);
    if (line->argument_count < verb->least)
        return error_set(error, ERROR_USAGE, "an argument is missing: costagg %s [OPTION…] %s",
                         verb->name, verb->arguments);
    return true;
}

bool command_line_parse(int argc, char *const *argv, struct arena *arena, struct command_line *line,
                        struct error *error)
{
    struct cursor cursor = {argc, argv, 2, arena, error};
    size_t room = argc > 0 ? (size_t)argc : 1;
    *line = (struct command_line){
        .verb = VERB_HELP,
        .arguments = arena_alloc_array(arena, room, sizeof(const char *)),
        .given = arena_alloc_array(arena, room, sizeof(struct given_option)),
    };
    if (argc < 2)
        return error_set(error, ERROR_USAGE,
                         "what to do? `costagg run` does the work, `costagg help` lists the verbs");
    line->version = strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0;
    if (line->version || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return true;
    TRY(find_verb(argv[1], &line->verb, error));
    bool options_ended = false;
    while (cursor.next < argc) {
        const char *argument = argv[cursor.next++];
        if (options_ended || argument[0] != '-' || argument[1] == '\0')
            line->arguments[line->argument_count++] = argument;
        else if (strcmp(argument, "--") == 0)
            options_ended = true;
        else if (argument[1] == '-')
            TRY(parse_long(line, argument + 2, &cursor));
        else
            TRY(parse_short(line, argument + 1, &cursor));
    }
    return check_arguments(line, error);
}

const char *command_line_text(const struct command_line *line, enum option_id option)
{
    for (size_t i = line->given_count; i > 0; i--)
        if (line->given[i - 1].option == option)
            return line->given[i - 1].text;
    return NULL;
}

bool command_line_flag(const struct command_line *line, enum option_id option)
{
    const char *text = command_line_text(line, option);
    return text != NULL && strcmp(text, "false") != 0;
}
