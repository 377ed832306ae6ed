/* The result in the terminal: totals, days as bars, namespaces; or one namespace in detail. */
#include "command/command.h"

#include "base/arena.h"
#include "base/calendar.h"
#include "command/result_place.h"
#include "command/terminal_text.h"
#include "result/cube.h"
#include "result/ranking.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SHOWN_ITEMS = 20, LEAST_WIDTH = 60, MOST_WIDTH = 120, USUAL_WIDTH = 80, NAME_WIDTH = 28 };

/* What is shown, and how. */
struct view {
    const struct cube *cube;
    struct arena *arena;
    uint32_t namespace; /* name in the cube; RANKING_ANY: the whole result */
    uint32_t currency;  /* the main one; RANKING_ANY without money */
    int width;
    bool colour;
};

/* ---- the terminal ---- */

static int terminal_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    long width = columns ? strtol(columns, NULL, 10) : 0;
    if (width <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width <= 0)
        width = USUAL_WIDTH;
    return width < LEAST_WIDTH ? LEAST_WIDTH : width > MOST_WIDTH ? MOST_WIDTH : (int)width;
}

/* https://no-color.org: any value but the empty one takes the colours away. */
static bool terminal_colour(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static const char *bold(const struct view *view)
{
    return view->colour ? "\x1b[1m" : "";
}

static const char *dim(const struct view *view)
{
    return view->colour ? "\x1b[2m" : "";
}

static const char *plain(const struct view *view)
{
    return view->colour ? "\x1b[0m" : "";
}

/* A bar of eighths of a character. */
static void print_bar(const struct view *view, double part, int room)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int units = part > 0 && room > 0 ? (int)lround(part * room * 8) : 0;
    fputs(view->colour ? "\x1b[34m" : "", stdout);
    for (int i = 0; i < units / 8; i++)
        fputs("█", stdout);
    fputs(eighths[units % 8], stdout);
    fputs(plain(view), stdout);
}

/* ---- numbers ---- */

static const struct cube_series *main_series(const struct view *view)
{
    return view->cube->has_money ? &view->cube->cost : &view->cube->usage;
}

static uint32_t main_number(const struct view *view)
{
    return view->cube->has_money ? 0 : CUBE_CPU_EFFECTIVE;
}

/* Positions of words in the keys of the main series. */
static uint32_t cluster_word(const struct view *view)
{
    return view->cube->has_money ? 1 : 0;
}

static uint32_t namespace_word(const struct view *view)
{
    return view->cube->has_money ? 2 : 1;
}

static void rank(const struct view *view, uint32_t by, struct ranking *ranking)
{
    const struct ranking_filter filters[] = {
        {0, view->cube->has_money ? view->currency : RANKING_ANY},
        {namespace_word(view), view->namespace},
    };
    ranking_build(view->cube, main_series(view), by, main_number(view), filters, 2, view->arena,
                  ranking);
}

static const char *unit(const struct view *view)
{
    if (!view->cube->has_money)
        return "core-hours";
    struct text currency = text_pool_borrow(&view->cube->names, view->currency);
    return currency.bytes ? arena_copy(view->arena, currency.bytes, currency.length) : "";
}

static struct text name_of(const struct view *view, uint32_t name)
{
    return text_pool_borrow(&view->cube->names, name);
}

/* ---- sections ---- */

static void print_head(const struct view *view, const struct ranking *clusters)
{
    char first[CALENDAR_TEXT_SIZE], last[CALENDAR_TEXT_SIZE], text[TERMINAL_TEXT];
    char location[TERMINAL_TEXT];
    const struct cube *cube = view->cube;
    printf("%s%s%s\n", dim(view), terminal_text_string(location, cube->location, view->width),
           plain(view));
    printf("%s to %s, %zu cluster%s", calendar_format(cube->days.first, first),
           calendar_format(cube->days.last, last), clusters->count,
           clusters->count == 1 ? "" : "s");
    if (view->namespace != RANKING_ANY)
        printf(", namespace %s",
               terminal_text_name(text, name_of(view, view->namespace), NAME_WIDTH));
    printf("\n\n%s%s %s%s", bold(view), terminal_text_number(text, clusters->total, 2), unit(view),
           plain(view));
    printf("   %s a day\n", terminal_text_number(text, clusters->total / cube->day_count, 2));
}

static void print_other_currencies(const struct view *view)
{
    struct ranking currencies;
    char number[TERMINAL_TEXT], name[TERMINAL_TEXT];
    if (!view->cube->has_money)
        return;
    const struct ranking_filter filter = {namespace_word(view), view->namespace};
    ranking_build(view->cube, main_series(view), 0, 0, &filter, 1, view->arena, &currencies);
    for (size_t i = 0; i < currencies.count; i++)
        if (currencies.items[i].name != view->currency)
            printf("and %s %s, not shown below\n",
                   terminal_text_number(number, currencies.items[i].total, 2),
                   terminal_text_name(name, name_of(view, currencies.items[i].name), 4));
}

static void print_days(const struct view *view, const struct ranking *all)
{
    enum { DAY_AND_NUMBER = 34 };
    double highest = 0;
    char day_text[CALENDAR_TEXT_SIZE], number[TERMINAL_TEXT];
    for (uint32_t day = 0; day < view->cube->day_count; day++)
        highest = fmax(highest, all->days[day]);
    printf("\n%sBy day%s\n", bold(view), plain(view));
    for (uint32_t day = 0; day < view->cube->day_count; day++) {
        int32_t date = view->cube->days.first + (int32_t)day;
        printf("  %s %16s  ", calendar_format(date, day_text),
               terminal_text_number(number, all->days[day], 2));
        print_bar(view, highest > 0 ? all->days[day] / highest : 0, view->width - DAY_AND_NUMBER);
        putchar('\n');
    }
}

static void print_items(const struct view *view, const char *title, const struct ranking *ranking)
{
    enum { NUMBERS = 30 };
    char number[TERMINAL_TEXT], name[TERMINAL_TEXT];
    double highest = ranking->count > 0 ? fabs(ranking->items[0].total) : 0;
    printf("\n%s%s%s\n", bold(view), title, plain(view));
    for (size_t i = 0; i < ranking->count && i < SHOWN_ITEMS; i++) {
        const struct ranking_item *item = &ranking->items[i];
        struct text text = name_of(view, item->name);
        bool unallocated = cube_is_unallocated(text);
        printf("  %s%s%s %15s %5.1f %%  ", unallocated ? dim(view) : "",
               terminal_text_name(name, text, NAME_WIDTH), unallocated ? plain(view) : "",
               terminal_text_number(number, item->total, 2),
               ranking->total != 0 ? item->total / ranking->total * 100 : 0.0);
        print_bar(view, highest > 0 ? item->total / highest : 0,
                  view->width - NAME_WIDTH - NUMBERS);
        putchar('\n');
    }
    if (ranking->count > SHOWN_ITEMS)
        printf("  %sand %zu more%s\n", dim(view), ranking->count - SHOWN_ITEMS, plain(view));
}

static double usage_total(const struct view *view, enum cube_usage which)
{
    struct ranking ranking;
    const struct ranking_filter filter = {1, view->namespace};
    ranking_build(view->cube, &view->cube->usage, 1, (uint32_t)which, &filter, 1, view->arena,
                  &ranking);
    return ranking.total;
}

static void print_usage(const struct view *view)
{
    static const struct {
        const char *label;
        enum cube_usage used, requested;
    } lines[] = {
        {"CPU, core-hours", CUBE_CPU_USED, CUBE_CPU_REQUESTED},
        {"Memory, GiB-hours", CUBE_MEMORY_USED, CUBE_MEMORY_REQUESTED},
        {"Storage, GiB-months", CUBE_VOLUME_USED, CUBE_VOLUME_CAPACITY},
    };
    char used_text[TERMINAL_TEXT], requested_text[TERMINAL_TEXT];
    if (!view->cube->has_usage)
        return;
    printf("\n%sUsed of what was requested%s\n", bold(view), plain(view));
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        double used = usage_total(view, lines[i].used);
        double requested = usage_total(view, lines[i].requested);
        printf("  %-20s %13s of %13s", lines[i].label, terminal_text_number(used_text, used, 1),
               terminal_text_number(requested_text, requested, 1));
        if (requested > 0)
            printf("  %3.0f %%", used / requested * 100);
        putchar('\n');
    }
}

static void print_view(const struct view *view)
{
    struct ranking clusters, namespaces, products;
    rank(view, cluster_word(view), &clusters);
    rank(view, namespace_word(view), &namespaces);
    print_head(view, &clusters);
    print_other_currencies(view);
    print_days(view, &clusters);
    if (view->namespace == RANKING_ANY)
        print_items(view, "Namespaces", &namespaces);
    if (clusters.count > 1)
        print_items(view, "Clusters", &clusters);
    if (view->cube->has_money) {
        rank(view, 3, &products);
        print_items(view, "Products", &products);
    }
    print_usage(view);
}

/* ---- JSON ---- */

static json_t *items_json(const struct view *view, const struct ranking *ranking, const char *kind)
{
    json_t *array = json_array();
    for (size_t i = 0; i < ranking->count; i++) {
        struct text text = name_of(view, ranking->items[i].name);
        json_t *item = json_object();
        json_object_set_new(item, kind,
                            text.bytes ? json_stringn(text.bytes, text.length) : json_null());
        json_object_set_new(item, "total", json_real(ranking->items[i].total));
        json_array_append_new(array, item);
    }
    return array;
}

static void print_json(const struct view *view)
{
    struct ranking clusters, namespaces, products;
    char day_text[CALENDAR_TEXT_SIZE];
    json_t *document = json_object(), *days = json_array();
    rank(view, cluster_word(view), &clusters);
    rank(view, namespace_word(view), &namespaces);
    for (uint32_t day = 0; day < view->cube->day_count; day++) {
        json_t *one = json_object();
        calendar_format(view->cube->days.first + (int32_t)day, day_text);
        json_object_set_new(one, "day", json_string(day_text));
        json_object_set_new(one, "total", json_real(clusters.days[day]));
        json_array_append_new(days, one);
    }
    json_object_set_new(document, "location", json_string(view->cube->location));
    json_object_set_new(document, "unit", json_string(unit(view)));
    json_object_set_new(document, "total", json_real(clusters.total));
    json_object_set_new(document, "days", days);
    json_object_set_new(document, "namespaces", items_json(view, &namespaces, "namespace"));
    json_object_set_new(document, "clusters", items_json(view, &clusters, "cluster"));
    if (view->cube->has_money) {
        rank(view, 3, &products);
        json_object_set_new(document, "products", items_json(view, &products, "product"));
    }
    json_dumpf(document, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(document);
}

/* ---- from start to end ---- */

static uint32_t main_currency(const struct view *view)
{
    struct ranking currencies;
    if (!view->cube->has_money)
        return RANKING_ANY;
    ranking_build(view->cube, &view->cube->cost, 0, 0, NULL, 0, view->arena, &currencies);
    return currencies.count > 0 ? currencies.items[0].name : RANKING_ANY;
}

static bool find_namespace(struct view *view, const char *name, struct error *error)
{
    struct ranking namespaces;
    view->namespace = text_pool_find(&view->cube->names, name, strlen(name));
    if (view->namespace != UINT32_MAX) {
        rank(view, namespace_word(view), &namespaces);
        if (namespaces.count > 0)
            return true;
    }
    return error_set(error, ERROR_NO_INPUT, "%s: no namespace '%s' in the period",
                     view->cube->location, name);
}

static bool show(const struct command_line *line, const struct cube *cube, struct arena *arena,
                 struct error *error)
{
    struct view view = {cube, arena, RANKING_ANY, RANKING_ANY, terminal_width(), terminal_colour()};
    view.currency = main_currency(&view);
    if (line->argument_count > 1)
        TRY(find_namespace(&view, line->arguments[1], error));
    if (command_line_flag(line, OPTION_JSON))
        print_json(&view);
    else
        print_view(&view);
    return fflush(stdout) == 0 ||
           error_set(error, ERROR_NO_OUTPUT, "standard output cannot be written");
}

static bool run(const struct command_line *line, struct arena *arena, struct error *error)
{
    struct result_place place;
    struct result *result;
    struct cube cube;
    TRY(result_place_load(line, arena, &place, error));
    TRY(result_place_open(&place, line->arguments[0], arena, &result, error));
    TRY(cube_read(result, &place.scope, &cube, error));
    bool shown = show(line, &cube, arena, error);
    cube_close(&cube);
    return shown;
}

bool command_show(const struct command_line *line, struct error *error)
{
    struct arena arena;
    arena_init(&arena);
    bool done = run(line, &arena, error);
    arena_close(&arena);
    return done;
}
