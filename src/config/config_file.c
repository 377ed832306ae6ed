#include "config/config_file.h"

#include "base/arena.h"
#include "config/expansion.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <yaml.h>

enum { LARGEST_FILE = 1 << 20, LARGEST_MAP = 10000, DEEPEST_NODE = 50 };

/* A YAML document on its way to a tree. Nodes are shared where the file has aliases. */
struct reader {
    const char *name;
    yaml_document_t *document;
    struct arena *arena;
    struct config_node **nodes; /* by yaml node number - 1; NULL: not built yet */
    bool *open;                 /* being built: meeting it again is a document that holds itself */
    struct error *error;
};

static bool fail_at(struct reader *reader, size_t line, const char *problem)
{
    return error_set(reader->error, ERROR_BAD_CONFIG, "%s:%zu: %s", reader->name, line, problem);
}

static bool is_null(const yaml_node_t *node)
{
    static const char *const spellings[] = {"", "~", "null", "Null", "NULL"};
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
        if (strcmp((const char *)node->data.scalar.value, spellings[i]) == 0)
            return true;
    return false;
}

static bool build(struct reader *reader, int number, const struct config_node **built);

static bool build_text(struct reader *reader, const yaml_node_t *from, struct config_node *node)
{
    const char *text = (const char *)from->data.scalar.value;
    if (strlen(text) != from->data.scalar.length)
        return fail_at(reader, node->line, "a text with a NUL character");
    if (is_null(from))
        return true;
    node->kind = CONFIG_NODE_TEXT;
    const char *copy = arena_copy(reader->arena, text, from->data.scalar.length);
    if (!expansion_apply(copy, reader->arena, &node->text, reader->error))
        return error_add_context(reader->error, "%s:%zu", reader->name, node->line);
    return true;
}

static bool build_list(struct reader *reader, const yaml_node_t *from, struct config_node *node)
{
    node->kind = CONFIG_NODE_LIST;
    node->count = (size_t)(from->data.sequence.items.top - from->data.sequence.items.start);
    node->items = arena_alloc_array(reader->arena, node->count, sizeof *node->items);
    for (size_t i = 0; i < node->count; i++) {
        TRY(build(reader, from->data.sequence.items.start[i], &node->items[i].value));
        node->items[i].line = node->items[i].value->line;
    }
    return true;
}

static struct config_entry *find_entry(const struct config_node *map, const char *key)
{
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->items[i].key, key) == 0)
            return &map->items[i];
    return NULL;
}

/* `<<: *defaults`: the keys of another map that this one does not have itself. */
static bool merge(struct reader *reader, struct config_node *node, const struct config_node *other)
{
    if (other->kind != CONFIG_NODE_MAP)
        return fail_at(reader, node->line, "'<<' wants a map, as in '<<: *anchor'");
    struct config_entry *items =
        arena_alloc_array(reader->arena, node->count + other->count, sizeof *items);
    if (node->count > 0)
        memcpy(items, node->items, node->count * sizeof *items);
    node->items = items;
    for (size_t i = 0; i < other->count; i++)
        if (find_entry(node, other->items[i].key) == NULL)
            node->items[node->count++] = other->items[i];
    return true;
}

static bool build_map(struct reader *reader, const yaml_node_t *from, struct config_node *node)
{
    const yaml_node_pair_t *pairs = from->data.mapping.pairs.start;
    size_t count = (size_t)(from->data.mapping.pairs.top - pairs);
    const struct config_node *merged = NULL;
    if (count > LARGEST_MAP)
        return fail_at(reader, node->line, "more keys than any configuration has");
    node->kind = CONFIG_NODE_MAP;
    node->items = arena_alloc_array(reader->arena, count, sizeof *node->items);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *key = yaml_document_get_node(reader->document, pairs[i].key);
        size_t line = key->start_mark.line + 1;
        if (key->type != YAML_SCALAR_NODE)
            return fail_at(reader, line, "a key must be a plain text");
        const char *name = (const char *)key->data.scalar.value;
        if (strlen(name) != key->data.scalar.length)
            return fail_at(reader, line, "a key with a NUL character");
        const struct config_node *value;
        TRY(build(reader, pairs[i].value, &value));
        if (strcmp(name, "<<") == 0) {
            merged = value;
            continue;
        }
        struct config_entry *first = find_entry(node, name);
        if (first != NULL)
            return error_set(reader->error, ERROR_BAD_CONFIG,
                             "%s:%zu: the key '%s' stands here twice (first in line %zu)",
                             reader->name, line, name, first->line);
        node->items[node->count++] =
            (struct config_entry){arena_copy(reader->arena, name, strlen(name)), line, value};
    }
    return merged == NULL || merge(reader, node, merged);
}

static bool build(struct reader *reader, int number, const struct config_node **built)
{
    const yaml_node_t *from = yaml_document_get_node(reader->document, number);
    size_t slot = (size_t)number - 1;
    size_t line = from->start_mark.line + 1;
    if (reader->open[slot])
        return fail_at(reader, line, "an alias inside of its own anchor");
    if (reader->nodes[slot] == NULL) {
        struct config_node *node = arena_alloc(reader->arena, sizeof *node);
        node->line = line;
        reader->open[slot] = true;
        if (from->type == YAML_SCALAR_NODE)
            TRY(build_text(reader, from, node));
        else if (from->type == YAML_SEQUENCE_NODE)
            TRY(build_list(reader, from, node));
        else
            TRY(build_map(reader, from, node));
        reader->open[slot] = false;
        reader->nodes[slot] = node;
    }
    *built = reader->nodes[slot];
    return true;
}

static bool build_document(const char *name, yaml_document_t *document, struct arena *arena,
                           const struct config_node **root, struct error *error)
{
    const yaml_node_t *top = yaml_document_get_root_node(document);
    size_t count = (size_t)(document->nodes.top - document->nodes.start);
    struct reader reader = {
        .name = name,
        .document = document,
        .arena = arena,
        .nodes = arena_alloc_array(arena, count, sizeof(struct config_node *)),
        .open = arena_alloc_array(arena, count, sizeof(bool)),
        .error = error,
    };
    if (top == NULL || (top->type == YAML_SCALAR_NODE && is_null(top))) {
        struct config_node *empty = arena_alloc(arena, sizeof *empty);
        *empty = (struct config_node){.kind = CONFIG_NODE_MAP, .line = 1};
        *root = empty;
        return true;
    }
    TRY(build(&reader, 1, root));
    if ((*root)->kind != CONFIG_NODE_MAP)
        return fail_at(&reader, (*root)->line, "expected 'key: value' lines");
    return true;
}

static bool set_syntax_error(const char *name, const yaml_parser_t *parser, struct error *error)
{
    const char *problem = parser->problem != NULL ? parser->problem : "not readable";
    if (parser->error == YAML_READER_ERROR)
        return error_set(error, ERROR_BAD_CONFIG, "%s: no UTF-8 text: %s at byte %zu", name,
                         problem, parser->problem_offset);
    return error_set(error, ERROR_BAD_CONFIG, "%s:%zu: this line is no valid YAML: %s%s%s", name,
                     parser->problem_mark.line + 1, parser->context != NULL ? parser->context : "",
                     parser->context != NULL ? ": " : "", problem);
}

/* Looks at the events first: libyaml takes quadratic time over deep nesting, and no configuration
 * is deep. Syntax errors are left to the real reading. */
static bool check_depth(const char *name, const char *text, size_t length, struct error *error)
{
    yaml_parser_t parser;
    int depth = 0;
    bool more = true;
    if (yaml_parser_initialize(&parser) == 0)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    while (more && depth <= DEEPEST_NODE) {
        yaml_event_t event;
        more = yaml_parser_parse(&parser, &event) != 0;
        if (!more)
            break;
        depth += event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT;
        depth -= event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    size_t line = parser.mark.line + 1;
    yaml_parser_delete(&parser);
    if (depth > DEEPEST_NODE)
        return error_set(error, ERROR_BAD_CONFIG, "%s:%zu: nested deeper than any configuration is",
                         name, line);
    return true;
}

/* True when nothing but the end follows the first document. */
static bool at_end(yaml_parser_t *parser)
{
    yaml_document_t second;
    if (yaml_parser_load(parser, &second) == 0)
        return false;
    bool end = yaml_document_get_root_node(&second) == NULL;
    yaml_document_delete(&second);
    return end;
}

bool config_file_parse(const char *name, const char *text, size_t length, struct arena *arena,
                       const struct config_node **root, struct error *error)
{
    yaml_parser_t parser;
    yaml_document_t document;
    TRY(check_depth(name, text, length, error));
    if (yaml_parser_initialize(&parser) == 0)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    bool loaded = yaml_parser_load(&parser, &document) != 0;
    bool done = loaded ? build_document(name, &document, arena, root, error)
                       : set_syntax_error(name, &parser, error);
    if (done && yaml_document_get_root_node(&document) != NULL && !at_end(&parser))
        done = error_set(error, ERROR_BAD_CONFIG, "%s: more than one YAML document", name);
    if (loaded)
        yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return done;
}

static bool read_all(const char *path, int file, struct arena *arena, char **text, size_t *length,
                     struct error *error)
{
    struct stat status;
    if (fstat(file, &status) != 0 || S_ISDIR(status.st_mode))
        return error_set(error, ERROR_BAD_CONFIG, "%s: a directory, not a configuration file",
                         path);
    /* A pipe does not tell its size. */
    bool known = S_ISREG(status.st_mode) && status.st_size <= LARGEST_FILE;
    size_t room = known ? (size_t)status.st_size + 1 : LARGEST_FILE + 1;
    *text = arena_alloc(arena, room);
    *length = 0;
    ssize_t got;
    while ((got = read(file, *text + *length, room - *length)) > 0)
        *length += (size_t)got;
    if (got < 0)
        return error_set(error, ERROR_BAD_CONFIG, "%s: %s", path, strerror(errno));
    if (*length > LARGEST_FILE)
        return error_set(error, ERROR_BAD_CONFIG,
                         "%s: larger than a megabyte: is it a configuration file?", path);
    return true;
}

bool config_file_read(const char *path, struct arena *arena, const struct config_node **root,
                      struct error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return error_set(error, ERROR_BAD_CONFIG, "%s: cannot open the configuration file: %s",
                         path, strerror(errno));
    char *text = NULL;
    size_t length = 0;
    bool done = read_all(path, file, arena, &text, &length, error) &&
                config_file_parse(path, text, length, arena, root, error);
    close(file);
    return done;
}

const struct config_node *config_node_find(const struct config_node *root, const char *path)
{
    const struct config_node *node = root;
    while (node != NULL && path[0] != '\0') {
        size_t length = strcspn(path, ".");
        const struct config_node *next = NULL;
        for (size_t i = 0; node->kind == CONFIG_NODE_MAP && i < node->count; i++)
            if (strlen(node->items[i].key) == length &&
                memcmp(node->items[i].key, path, length) == 0)
                next = node->items[i].value;
        node = next;
        path += length + (path[length] == '.');
    }
    return node != NULL && node->kind != CONFIG_NODE_NULL ? node : NULL;
}
