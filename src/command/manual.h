/* Everything the program says about itself, made from options.def, verbs.def and error.def:
 * the help of a terminal, the manual page, the completion of bash, a sample configuration, and the
 * reference of keys in docs/configuration.md, the reference of columns in docs/tables.md. `costagg
 * help` prints them, the build installs them. Writing to a stream that fails is the caller's to
 * notice (ferror). */
#ifndef COSTAGG_COMMAND_MANUAL_H
#define COSTAGG_COMMAND_MANUAL_H

#include "config/option.h"

#include <stdio.h>

/* What the program is, and its verbs. */
void manual_print_overview(FILE *stream);

/* A verb and its options: `costagg VERB --help`. */
void manual_print_verb(FILE *stream, enum verb verb);

void manual_print_page(FILE *stream);       /* costagg.1, roff */
void manual_print_completion(FILE *stream); /* bash */
void manual_print_sample(FILE *stream);     /* YAML that loads as it is */
void manual_print_reference(FILE *stream);  /* Markdown tables of keys, flags, names, defaults */
void manual_print_tables(FILE *stream);     /* Markdown tables of the output tables' columns */

#endif
