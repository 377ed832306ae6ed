#include "command/progress.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BAR_WIDTH = 20, DRAW_INTERVAL_MS = 100 };

void progress_format_count(char *text, size_t room, double count)
{
    static const char *const units[] = {"", " k", " M", " G", " T"};
    size_t unit = 0;
    while (count >= 999.95 && unit + 1 < sizeof units / sizeof units[0]) {
        count /= 1000;
        unit++;
    }
    snprintf(text, room, unit == 0 ? "%.0f%s" : "%.1f%s", count, units[unit]);
}

void progress_format(char *line, size_t room, const char *title, int64_t rows, int64_t total,
                     double seconds)
{
    char done[24];
    char all[24];
    char rate[24];
    char bar[BAR_WIDTH + 1];
    double part = total > 0 ? (double)rows / (double)total : 0;
    if (part > 1)
        part = 1;
    double speed = seconds > 0 ? (double)rows / seconds : 0;
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < (int)(part * BAR_WIDTH) ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    progress_format_count(done, sizeof done, (double)rows);
    progress_format_count(all, sizeof all, (double)total);
    progress_format_count(rate, sizeof rate, speed);
    int used = snprintf(line, room, "%s  [%s] %3d %%  %s of %s rows  %s/s", title, bar,
                        (int)(part * 100), done, all, rate);
    if (used > 0 && (size_t)used < room && speed > 0 && part < 1) {
        int64_t left = (int64_t)((double)(total - rows) / speed + 0.5);
        snprintf(line + used, room - (size_t)used, "  %lld:%02lld left", (long long)(left / 60),
                 (long long)(left % 60));
    }
}

/* Both with the lock held. */
static void draw(struct progress *progress)
{
    char line[PROGRESS_LINE + 120];
    if (progress->title[0] == '\0')
        return;
    progress_format(line, sizeof line, progress->title, progress->rows, progress->total_rows,
                    run_clock() - progress->began);
    fprintf(stderr, "\r%s\x1b[K", line);
    fflush(stderr);
}

static void wipe(struct progress *progress)
{
    if (progress->title[0] != '\0')
        fputs("\r\x1b[K", stderr);
}

/* Around a line of the log: the lock is held from before to after. */
static void before_line(void *context)
{
    struct progress *progress = context;
    pthread_mutex_lock(&progress->lock);
    wipe(progress);
}

static void after_line(void *context)
{
    struct progress *progress = context;
    draw(progress);
    pthread_mutex_unlock(&progress->lock);
}

/* Aliases come from people: only what cannot drive a terminal is shown. */
static void set_title(struct progress *progress, const char *stage, const char *name,
                      struct period days)
{
    char first[CALENDAR_TEXT_SIZE];
    calendar_format(days.first, first);
    snprintf(progress->title, sizeof progress->title, "%s %.60s %.7s", stage, name, first);
    for (char *at = progress->title; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || (unsigned char)*at >= 0x7f)
            *at = '?';
}

static void unit_begins(void *context, const char *stage, const char *name, struct period days,
                        int64_t rows, int64_t bytes)
{
    struct progress *progress = context;
    (void)bytes;
    pthread_mutex_lock(&progress->lock);
    set_title(progress, stage, name, days);
    progress->began = run_clock();
    progress->rows = 0;
    progress->total_rows = rows;
    progress->next_draw_ms = 0;
    if (progress->visible)
        draw(progress);
    pthread_mutex_unlock(&progress->lock);
}

static void count(void *context, int64_t rows, int64_t bytes)
{
    struct progress *progress = context;
    (void)bytes;
    progress->rows += rows;
    if (!progress->visible)
        return;
    int64_t now = (int64_t)(run_clock() * 1000);
    int64_t due = progress->next_draw_ms;
    if (now < due ||
        !atomic_compare_exchange_strong(&progress->next_draw_ms, &due, now + DRAW_INTERVAL_MS))
        return;
    if (pthread_mutex_trylock(&progress->lock) != 0)
        return;
    draw(progress);
    pthread_mutex_unlock(&progress->lock);
}

static void unit_ends(void *context)
{
    struct progress *progress = context;
    char title[PROGRESS_LINE];
    char rows[24];
    char seconds[24];
    pthread_mutex_lock(&progress->lock);
    if (progress->visible)
        wipe(progress);
    memcpy(title, progress->title, sizeof title);
    progress->title[0] = '\0';
    snprintf(rows, sizeof rows, "%lld", (long long)progress->rows);
    snprintf(seconds, sizeof seconds, "%.2f", run_clock() - progress->began);
    pthread_mutex_unlock(&progress->lock);
    log_event(LOG_INFO, title, "rows", rows, "seconds", seconds, NULL);
}

void progress_open(struct progress *progress, enum progress_mode mode)
{
    *progress = (struct progress){
        .observer = {progress, unit_begins, count, unit_ends},
        .visible = mode == PROGRESS_ALWAYS || (mode == PROGRESS_AUTO && isatty(STDERR_FILENO) &&
                                               log_current_format() == LOG_TEXT),
    };
    pthread_mutex_init(&progress->lock, NULL);
    if (progress->visible)
        log_set_interlude(before_line, after_line, progress);
}

void progress_close(struct progress *progress)
{
    log_set_interlude(NULL, NULL, NULL);
    pthread_mutex_lock(&progress->lock);
    if (progress->visible)
        wipe(progress);
    progress->title[0] = '\0';
    pthread_mutex_unlock(&progress->lock);
    pthread_mutex_destroy(&progress->lock);
}
