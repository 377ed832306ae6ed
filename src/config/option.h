/* The options of the program as a table, made from options.def.
 *
 * An option is a flag of the command line, a key of the configuration file, a name in the
 * environment, or several of these. The table is constant; nothing here allocates. */
#ifndef COSTAGG_CONFIG_OPTION_H
#define COSTAGG_CONFIG_OPTION_H

#include <stdbool.h>
#include <stddef.h>

enum verb {
#define VERB(NAME, name, least, most, arguments, help) VERB_##NAME,
#include "command/verbs.def"
#undef VERB
    VERB_COUNT,
};

/* Sets of verbs, for the `verbs` of an option. */
enum {
#define VERB(NAME, name, least, most, arguments, help) ON_##NAME = 1u << VERB_##NAME,
#include "command/verbs.def"
#undef VERB
    ON_JOB = ON_RUN | ON_WATCH | ON_PLAN | ON_CHECK | ON_RECONCILE, /* about the work of a run */
    ON_RESULT = ON_COMPARE | ON_REPORT | ON_SHOW | ON_EXPORT,       /* verbs that read results */
    ON_CONFIGURED = ON_JOB | ON_RESULT | ON_SCHEMA, /* verbs that load a configuration */
};

struct verb_info {
    const char *name;
    size_t least; /* positional arguments */
    size_t most;
    const char *arguments; /* "[VERB]"; "" for none */
    const char *help;
};

extern const struct verb_info verbs[VERB_COUNT];

enum option_id {
#define OPTION(ID, ...) OPTION_##ID,
#define FIELD(...)
#define IGNORED(...)
#include "config/options.def"
#undef OPTION
#undef FIELD
#undef IGNORED
    OPTION_COUNT,
};

enum option_kind {
    OPTION_KIND_TEXT,
    OPTION_KIND_LOCATION, /* directory, URL, sqlite:FILE, … */
    OPTION_KIND_PATH,
    OPTION_KIND_DATE,
    OPTION_KIND_UUID,
    OPTION_KIND_INTEGER,
    OPTION_KIND_NUMBER,
    OPTION_KIND_SIZE,     /* bytes: 512MB, 2GiB */
    OPTION_KIND_DURATION, /* seconds: 300, 90s, 5m, 1h */
    OPTION_KIND_BOOLEAN,
    OPTION_KIND_CHOICE, /* one of `argument`, split at | */
    OPTION_KIND_SHARD,  /* I/N */
};

enum option_trait { REPEATABLE = 1, SECRET = 2 };

enum option_group {
    GROUP_WHAT,
    GROUP_PLACES,
    GROUP_RULES,
    GROUP_SOURCES,
    GROUP_WORK,
    GROUP_RESULTS,
    GROUP_MESSAGES,
    GROUP_S3,
    GROUP_POSTGRESQL,
    GROUP_COUNT,
};

extern const char *const option_group_titles[GROUP_COUNT];

/* The columns are explained at the head of options.def. */
struct option {
    const char *flag;
    char letter;
    const char *argument;
    const char *keys;
    const char *environment;
    enum option_kind kind;
    const char *standard;
    unsigned verbs;
    unsigned traits;
    enum option_group group;
    const char *help;
};

extern const struct option options[OPTION_COUNT];

/* Keys that are no option of their own: inside structures, and those without meaning. */
struct option_field {
    const char *path; /* "clusters[].source" */
    enum option_kind kind;
    bool required;
    const char *help;
};

extern const struct option_field option_fields[];
extern const size_t option_field_count;
extern const char *const option_ignored[];
extern const size_t option_ignored_count;

/* The option with that long flag, short flag or key; OPTION_COUNT when there is none. `length`
 * bytes of `name` count, so that "threads=2" can be looked up in place. Verbs may use one flag for
 * different things: the option of `verb` comes first, then any other verb's. */
enum option_id option_by_flag(const char *name, size_t length, enum verb verb);
enum option_id option_by_letter(char letter, enum verb verb);
enum option_id option_by_key(const char *path);

/* Steps through a blank-separated list; false at its end. *cursor starts at the list. The word is
 * not terminated: its length is given. A list of NULL is empty. */
bool option_next_word(const char **cursor, const char **word, size_t *length);

/* What a kind is called in messages: "a date like 2025-10-31". */
const char *option_kind_name(enum option_kind kind);

#endif
