/* The configuration file as a tree.
 *
 * YAML, read by libyaml: maps, lists and scalars with their lines. Texts are expanded
 * (expansion.h). Anchors, aliases and the merge key `<<` work; a key that stands twice in a map,
 * a document that holds itself, more than one document, and a file above a megabyte are errors.
 * Whether the keys mean anything is config_keys.h's question. */
#ifndef COSTAGG_CONFIG_CONFIG_FILE_H
#define COSTAGG_CONFIG_CONFIG_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum config_node_kind {
    CONFIG_NODE_NULL, /* nothing, ~, null: as if the key were not there */
    CONFIG_NODE_TEXT,
    CONFIG_NODE_LIST,
    CONFIG_NODE_MAP,
};

struct config_node {
    enum config_node_kind kind;
    size_t line;                /* from 1 */
    const char *text;           /* of a text; expanded */
    struct config_entry *items; /* of a list (keys NULL) or a map */
    size_t count;
};

struct config_entry {
    const char *key;
    size_t line; /* of the key, or of the list's item */
    const struct config_node *value;
};

/* Reads a file; `root` is a map (empty for an empty file), in `arena`. Messages begin with the
 * file's name and the line. */
MUST_CHECK bool config_file_read(const char *path, struct arena *arena,
                                 const struct config_node **root, struct error *error);

/* The same for text in memory; `name` stands for the file in messages. */
MUST_CHECK bool config_file_parse(const char *name, const char *text, size_t length,
                                  struct arena *arena, const struct config_node **root,
                                  struct error *error);

/* The value at a path of keys ("period.start"), or NULL when it is not there or null. */
const struct config_node *config_node_find(const struct config_node *root, const char *path);

#endif
