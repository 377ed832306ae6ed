/* Numbers and names as a person reads them on a terminal.
 *
 * Names come from the data: what could drive a terminal is shown as `?`, so a namespace cannot
 * move the cursor or recolour the screen. Every function writes into a buffer of the caller's and
 * returns it. */
#ifndef COSTAGG_COMMAND_TERMINAL_TEXT_H
#define COSTAGG_COMMAND_TERMINAL_TEXT_H

#include "base/text_pool.h"

#include <stddef.h>
#include <stdint.h>

enum { TERMINAL_TEXT = 160 };

/* "41,650" */
char *terminal_text_count(char text[TERMINAL_TEXT], int64_t count);

/* "1,234.57"; decimals 0 … 9 */
char *terminal_text_number(char text[TERMINAL_TEXT], double number, int decimals);

/* "120 MB" */
char *terminal_text_bytes(char text[TERMINAL_TEXT], int64_t bytes);

/* A name padded or cut (with …) to `width` characters; "(none)" for null. */
char *terminal_text_name(char text[TERMINAL_TEXT], struct text name, int width);
char *terminal_text_string(char text[TERMINAL_TEXT], const char *name, int width);

#endif
