#include "command/manual.h"

#include <stdbool.h>
#include <string.h>

/* What a first configuration has to say; every other key is shown as a comment. */
static const char *const essentials[][2] = {
    {"org_id", "org1234567"},
    {"period.start", "2025-10-01"},
    {"period.end", "2025-10-31"},
    {"input", "./data"},
    {"output", "[sqlite:costs.db]"},
    {"settings.enabled_tag_keys.OCP[]", "[app, team]"},
    {"settings.enabled_tag_keys.AWS[]", "[app]"},
    {"clusters[].source", "6f0c4a52-0000-4000-8000-000000000001"},
    {"clusters[].cluster_id", "my-cluster"},
};

/* A key of the sample: an option's first one, or a field. */
struct sample_key {
    const char *path;
    size_t length;
    const char *standard; /* or how a value is written */
    const char *help;
};

static bool sample_key_at(size_t index, struct sample_key *key)
{
    if (index >= OPTION_COUNT) {
        const struct option_field *field = &option_fields[index - OPTION_COUNT];
        *key = (struct sample_key){field->path, strlen(field->path), NULL, field->help};
        return true;
    }
    const struct option *option = &options[index];
    const char *keys = option->keys;
    const char *name;
    if (!option_next_word(&keys, &key->path, &key->length))
        return false;
    /* ocp.* and aws.* say in another way what clusters and bills say. */
    if (strncmp(key->path, "ocp.", 4) == 0 || strncmp(key->path, "aws.", 4) == 0)
        return false;
    name = option->kind == OPTION_KIND_BOOLEAN ? "true|false" : option->argument;
    key->standard = option->standard != NULL ? option->standard : name;
    key->help = option->help;
    return true;
}

static const char *essential(const struct sample_key *key)
{
    for (size_t i = 0; i < sizeof essentials / sizeof essentials[0]; i++)
        if (strlen(essentials[i][0]) == key->length &&
            memcmp(essentials[i][0], key->path, key->length) == 0)
            return essentials[i][1];
    return NULL;
}

/* True when a key before `index` begins with the same `length` bytes: its section is printed. */
static bool section_done(size_t index, const char *path, size_t length)
{
    struct sample_key key;
    for (size_t i = 0; i < index; i++)
        if (sample_key_at(i, &key) && key.length > length && memcmp(key.path, path, length) == 0 &&
            (key.path[length] == '.' || key.path[length] == '['))
            return true;
    return false;
}

/* True when the section has a key that is not a comment. */
static bool section_counts(const char *path, size_t length)
{
    for (size_t i = 0; i < sizeof essentials / sizeof essentials[0]; i++)
        if (strncmp(essentials[i][0], path, length) == 0 &&
            (essentials[i][0][length] == '.' || essentials[i][0][length] == '['))
            return true;
    return false;
}

static void print_key(FILE *stream, const struct sample_key *key, size_t start, int indent,
                      bool first_of_item)
{
    const char *value = essential(key);
    size_t length = key->length - start;
    bool list = length > 2 && memcmp(key->path + key->length - 2, "[]", 2) == 0;
    const char *shown = value != NULL ? value : list ? "[]" : key->standard;
    fprintf(stream, "%*s# %s\n", indent - 2 * first_of_item, "", key->help);
    fprintf(stream, "%*s%s%s%.*s:%s%s\n", indent - 2 * first_of_item, "", value == NULL ? "# " : "",
            first_of_item ? "- " : "", (int)(list ? length - 2 : length), key->path + start,
            shown != NULL ? " " : "", shown != NULL ? shown : "");
}

/* Prints every key below path[0 … length), each section once and whole. */
static void print_section(FILE *stream, const char *path, size_t length, int indent)
{
    struct sample_key key;
    bool item = length > 2 && memcmp(path + length - 2, "[]", 2) == 0;
    bool after_section = false;
    for (size_t i = 0; i < OPTION_COUNT + option_field_count; i++) {
        if (!sample_key_at(i, &key) || key.length <= length || memcmp(key.path, path, length) != 0)
            continue;
        size_t start = length + (length > 0);
        if (length > 0 && key.path[length] != '.')
            continue;
        size_t segment = strcspn(key.path + start, ". \t");
        if (start + segment > key.length)
            segment = key.length - start;
        if (start + segment == key.length) {
            if (after_section && length == 0)
                fputc('\n', stream);
            after_section = false;
            print_key(stream, &key, start, indent, item);
            item = false;
            continue;
        }
        bool list = memcmp(key.path + start + segment - 2, "[]", 2) == 0;
        if (section_done(i, key.path, start + segment))
            continue;
        if (length == 0)
            fputc('\n', stream);
        bool counts = section_counts(key.path, start + segment - (list ? 2 : 0));
        fprintf(stream, "%*s%s%.*s:\n", indent, "", counts ? "" : "# ",
                (int)(list ? segment - 2 : segment), key.path + start);
        print_section(stream, key.path, start + segment, indent + (list ? 4 : 2));
        after_section = true;
    }
}

void manual_print_sample(FILE *stream)
{
    fputs("# Configuration of costagg. Lines that begin with `#` show the default or how a value "
          "is written.\n# ${NAME} and ${NAME:-default} stand for the environment; keep secrets "
          "there.\n\n",
          stream);
    print_section(stream, "", 0, 0);
}
