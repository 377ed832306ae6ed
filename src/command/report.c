#include "command/command.h"

#include "base/arena.h"
#include "base/log.h"
#include "command/result_place.h"
#include "command/whole_file.h"
#include "result/cube.h"
#include "result/report_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool write_page(const struct cube *cube, const char *path, struct error *error)
{
    char *bytes;
    size_t length;
    if (strcmp(path, "-") == 0) {
        report_page_print(stdout, cube);
        return fflush(stdout) == 0 ||
               error_set(error, ERROR_NO_OUTPUT, "standard output cannot be written");
    }
    FILE *stream = open_memstream(&bytes, &length);
    report_page_print(stream, cube);
    fclose(stream);
    bool written = whole_file_write(path, "page", bytes, length, error);
    free(bytes);
    TRY(written);
    log_event(LOG_INFO, "page written", "path", path, NULL);
    return true;
}

static bool run(const struct command_line *line, struct arena *arena, struct error *error)
{
    const char *path = command_line_text(line, OPTION_OUT);
    struct result_place place;
    struct result *result;
    struct cube cube;
    TRY(result_place_load(line, arena, &place, error));
    TRY(result_place_open(&place, line->arguments[0], arena, &result, error));
    TRY(cube_read(result, &place.scope, &cube, error));
    bool written = write_page(&cube, path ? path : "report.html", error);
    cube_close(&cube);
    return written;
}

bool command_report(const struct command_line *line, struct error *error)
{
    struct arena arena;
    arena_init(&arena);
    bool done = run(line, &arena, error);
    arena_close(&arena);
    return done;
}
