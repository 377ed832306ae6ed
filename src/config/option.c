#include "config/option.h"

#include <string.h>

const struct verb_info verbs[VERB_COUNT] = {
#define VERB(NAME, name, least, most, arguments, help) {#name, least, most, arguments, help},
#include "command/verbs.def"
#undef VERB
};

const char *const option_group_titles[GROUP_COUNT] = {
    [GROUP_WHAT] = "What to run",
    [GROUP_PLACES] = "Input and output",
    [GROUP_RULES] = "Rules",
    [GROUP_SOURCES] = "One cluster and one bill, and where they lie",
    [GROUP_WORK] = "Performance",
    [GROUP_RESULTS] = "Results",
    [GROUP_MESSAGES] = "Messages and reports",
    [GROUP_S3] = "S3",
    [GROUP_POSTGRESQL] = "PostgreSQL",
};

#define FIELD(...)
#define IGNORED(...)
const struct option options[OPTION_COUNT] = {
#define OPTION(ID, flag, letter, argument, keys, environment, KIND, standard, verbs, traits, \
               GROUP, help)                                                                  \
    {flag,     letter, argument, keys,          environment, OPTION_KIND_##KIND,             \
     standard, verbs,  traits,   GROUP_##GROUP, help},
#include "config/options.def"
#undef OPTION
};
#undef FIELD

#define OPTION(...)
const struct option_field option_fields[] = {
#define FIELD(path, KIND, required, help) {path, OPTION_KIND_##KIND, required, help},
#include "config/options.def"
#undef FIELD
};
const size_t option_field_count = sizeof option_fields / sizeof option_fields[0];
#undef IGNORED

#define FIELD(...)
const char *const option_ignored[] = {
#define IGNORED(path) path,
#include "config/options.def"
#undef IGNORED
};
const size_t option_ignored_count = sizeof option_ignored / sizeof option_ignored[0];
#undef FIELD
#undef OPTION

/* The verb's own option where there is one. */
static enum option_id prefer(enum option_id found, enum option_id candidate, enum verb verb)
{
    bool own = (options[candidate].verbs & 1u << verb) != 0;
    bool better = found == OPTION_COUNT || (own && (options[found].verbs & 1u << verb) == 0);
    return better ? candidate : found;
}

enum option_id option_by_flag(const char *name, size_t length, enum verb verb)
{
    enum option_id found = OPTION_COUNT;
    for (int id = 0; id < OPTION_COUNT; id++)
        if (options[id].flag != NULL && strlen(options[id].flag) == length &&
            memcmp(options[id].flag, name, length) == 0)
            found = prefer(found, (enum option_id)id, verb);
    return found;
}

enum option_id option_by_letter(char letter, enum verb verb)
{
    enum option_id found = OPTION_COUNT;
    for (int id = 0; id < OPTION_COUNT; id++)
        if (letter != '\0' && options[id].letter == letter)
            found = prefer(found, (enum option_id)id, verb);
    return found;
}

enum option_id option_by_key(const char *path)
{
    for (int id = 0; id < OPTION_COUNT; id++) {
        const char *cursor = options[id].keys;
        const char *word;
        size_t length;
        while (option_next_word(&cursor, &word, &length))
            if (strlen(path) == length && memcmp(path, word, length) == 0)
                return (enum option_id)id;
    }
    return OPTION_COUNT;
}

bool option_next_word(const char **cursor, const char **word, size_t *length)
{
    if (*cursor == NULL)
        return false;
    *word = *cursor + strspn(*cursor, " \t\n");
    *length = strcspn(*word, " \t\n");
    *cursor = *word + *length;
    return *length > 0;
}

const char *option_kind_name(enum option_kind kind)
{
    static const char *const names[] = {
        [OPTION_KIND_TEXT] = "a text",
        [OPTION_KIND_LOCATION] = "a location",
        [OPTION_KIND_PATH] = "a path",
        [OPTION_KIND_DATE] = "a date like 2025-10-31",
        [OPTION_KIND_UUID] = "a UUID like 0af4c1d2-0000-4000-8000-000000000000",
        [OPTION_KIND_INTEGER] = "a whole number",
        [OPTION_KIND_NUMBER] = "a number",
        [OPTION_KIND_SIZE] = "a size like 512MB or 2GiB",
        [OPTION_KIND_DURATION] = "a time like 300, 90s, 5m or 1h",
        [OPTION_KIND_BOOLEAN] = "true or false",
        [OPTION_KIND_CHOICE] = "one of",
        [OPTION_KIND_SHARD] = "I/N with I from 0 to N-1, like 0/4",
    };
    return names[kind];
}
