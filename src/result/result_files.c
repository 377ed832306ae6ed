#include "result/result_files.h"

#include "result/result.h"

#include "arrow/bridge.h"
#include "base/arena.h"
#include "base/calendar.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct part {
    const char *bytes;
    size_t length;
};

static bool part_is(struct part part, const char *name, size_t length)
{
    return part.length == length && memcmp(part.bytes, name, length) == 0;
}

/* The table's name, also without its "_p", also behind "managed_". */
static bool names_table(struct part part, const char *name)
{
    static const char managed[] = "managed_";
    size_t length = strlen(name), prefix = strlen(managed);
    if (part.length > prefix && memcmp(part.bytes, managed, prefix) == 0)
        part = (struct part){part.bytes + prefix, part.length - prefix};
    return part_is(part, name, length) ||
           (length > 2 && strcmp(name + length - 2, "_p") == 0 && part_is(part, name, length - 2));
}

/* Any table of this family: "reporting_ocp…". */
static bool names_some_table(struct part part)
{
    static const char family[] = "reporting_ocp";
    for (size_t i = 0; i + strlen(family) <= part.length && i <= strlen("managed_"); i++)
        if (memcmp(part.bytes + i, family, strlen(family)) == 0)
            return true;
    return false;
}

static int part_number(struct part part, const char *key)
{
    size_t length = strlen(key);
    if (part.length <= length || memcmp(part.bytes, key, length) != 0)
        return 0;
    return (int)strtol(part.bytes + length, NULL, 10); /* stops at the slash */
}

static const char *part_source(struct part part, struct arena *arena)
{
    static const char *const keys[] = {"source=", "source_uuid="};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t length = strlen(keys[i]);
        if (part.length > length && memcmp(part.bytes, keys[i], length) == 0) {
            char *source = arena_copy(arena, part.bytes + length, part.length - length);
            for (char *byte = source; *byte; byte++)
                *byte = (char)tolower((unsigned char)*byte);
            return source;
        }
    }
    return NULL;
}

struct path_reading {
    struct result_file file;
    bool hidden;
    bool of_table;
    bool of_some_table;
};

static struct path_reading read_path(const char *path, const char *ending,
                                     const struct table *table, struct arena *arena)
{
    struct path_reading reading = {.file.path = path};
    const char *at = path;
    while (*at) {
        struct part part = {at, strcspn(at, "/")};
        bool last = at[part.length] == '\0';
        reading.hidden |= part.bytes[0] == '.' || part.bytes[0] == '_';
        if (last)
            part.length -= strlen(ending);
        reading.of_table |= names_table(part, table->name);
        reading.of_some_table |= names_some_table(part);
        int year = part_number(part, "year="), month = part_number(part, "month=");
        int day = part_number(part, "day=");
        const char *source = part_source(part, arena);
        reading.file.year = year ? year : reading.file.year;
        reading.file.month = month ? month : reading.file.month;
        reading.file.day = day ? day : reading.file.day;
        reading.file.source = source ? source : reading.file.source;
        at += strcspn(at, "/");
        at += *at == '/';
    }
    return reading;
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

/* The root's own last folder may be the table's, or that of a partition of it: source=…. */
static struct part root_name(const char *location)
{
    size_t end = strlen(location);
    for (;;) {
        while (end > 0 && location[end - 1] == '/')
            end--;
        size_t start = end;
        while (start > 0 && location[start - 1] != '/' && location[start - 1] != ':')
            start--;
        struct part part = {location + start, end - start};
        if (start == 0 || memchr(part.bytes, '=', part.length) == NULL)
            return part;
        end = start;
    }
}

bool result_files_list(struct arrow_store *store, const char *ending, const struct table *table,
                       struct arena *arena, struct result_files *files, struct error *error)
{
    struct arrow_entry *entries;
    size_t count;
    struct part root = root_name(arrow_store_location(store));
    bool root_is_table = names_table(root, table->name), root_is_other = names_some_table(root);
    TRY(arrow_store_list(store, "", arena, &entries, &count, error));
    *files = (struct result_files){.files = arena_alloc_array(arena, count, sizeof *files->files),
                                   .unnamed = true};
    struct result_file *unnamed = arena_alloc_array(arena, count, sizeof *unnamed);
    size_t unnamed_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!ends_with(entries[i].path, ending))
            continue;
        struct path_reading reading = read_path(entries[i].path, ending, table, arena);
        if (reading.hidden)
            continue;
        if (reading.of_table || reading.of_some_table)
            files->unnamed = false;
        if (reading.of_table || (root_is_table && !reading.of_some_table))
            files->files[files->count++] = reading.file;
        else if (!reading.of_some_table)
            unnamed[unnamed_count++] = reading.file;
    }
    if (root_is_table || root_is_other)
        files->unnamed = false;
    if (files->unnamed) {
        files->files = unnamed;
        files->count = unnamed_count;
    }
    return true;
}

bool result_file_in_scope(const struct result_file *file, const struct result_scope *scope)
{
    if (scope->source && file->source && strcmp(scope->source, file->source) != 0)
        return false;
    if (file->year == 0)
        return true;
    int first_month = file->month ? file->month : 1, last_month = file->month ? file->month : 12;
    struct month last = {file->year, last_month};
    bool exact = file->month && file->day;
    int32_t first_day = calendar_day(file->year, first_month, exact ? file->day : 1);
    int32_t last_day =
        exact ? first_day : calendar_day(file->year, last_month, calendar_days_in_month(last));
    return first_day <= scope->days.last && last_day >= scope->days.first;
}
