#include "result/report_page.h"

#include "result/cube.h"
#include "result/page_text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_DIGITS = 12 };

/* JSON inside a script element: a '<' could end the element, so it is written as an escape. It can
 * only stand in strings, where the escape means the same. */
static void print_data(FILE *out, const struct cube *cube)
{
    json_t *document = cube_document(cube);
    char *text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(NUMBER_DIGITS));
    for (const char *byte = text ? text : "{}"; *byte; byte++) {
        if (*byte == '<')
            fputs("\\u003c", out);
        else
            putc(*byte, out);
    }
    free(text);
    json_decref(document);
}

static void print_part(FILE *out, const char *name, size_t length, const struct cube *cube)
{
    if (strncmp(name, "style", length) == 0) {
        fputs(page_style_css, out);
    } else if (strncmp(name, "data", length) == 0) {
        print_data(out, cube);
    } else {
        fputs(page_format_js, out);
        fputs(page_cube_js, out);
        fputs(page_chart_js, out);
        fputs(page_table_js, out);
        fputs(page_page_js, out);
    }
}

void report_page_print(FILE *out, const struct cube *cube)
{
    const char *at = page_page_html;
    for (;;) {
        const char *open = strstr(at, "{{");
        const char *close = open ? strstr(open, "}}") : NULL;
        if (!close) {
            fputs(at, out);
            return;
        }
        fwrite(at, 1, (size_t)(open - at), out);
        print_part(out, open + 2, (size_t)(close - open - 2), cube);
        at = close + 2;
    }
}
