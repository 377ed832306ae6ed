#include "run/run.h"

#include "arrow/bridge.h"
#include "base/arena.h"
#include "base/interrupt.h"
#include "config/config.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

bool run_between_batches(const struct run *run, int64_t rows, struct error *error)
{
    if (run->observer != NULL && run->observer->progress != NULL)
        run->observer->progress(run->observer->context, rows, 0);
    TRY(interrupt_check(error));
    int64_t limit = run->config->memory_limit;
    if (limit == 0)
        return true;
    int64_t memory = run_memory();
    if (memory <= limit)
        return true;
    return error_set(error, ERROR_BAD_CONFIG,
                     "the run needs more than --memory-limit (%lld of %lld bytes): raise it, use "
                     "fewer --threads, or run fewer days at once; nothing was written",
                     (long long)memory, (long long)limit);
}

const struct arrow_slice *run_slices(const struct input_part *part, struct arena *arena,
                                     size_t *count)
{
    struct arrow_slice *slices = arena_alloc_array(arena, part->count, sizeof *slices);
    int *row_groups = arena_alloc_array(arena, part->count, sizeof *row_groups);
    *count = 0;
    for (size_t i = 0; i < part->count; i++) {
        row_groups[i] = part->slices[i].row_group;
        if (*count > 0 && strcmp(slices[*count - 1].path, part->slices[i].path) == 0)
            slices[*count - 1].row_group_count++;
        else
            slices[(*count)++] = (struct arrow_slice){part->slices[i].path, &row_groups[i], 1};
    }
    return slices;
}

double run_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int64_t run_memory(void)
{
    FILE *statm = fopen("/proc/self/statm", "re");
    long long total = 0, resident = 0;
    if (statm == NULL)
        return 0;
    if (fscanf(statm, "%lld %lld", &total, &resident) != 2)
        resident = 0;
    fclose(statm);
    return resident * sysconf(_SC_PAGESIZE);
}

int64_t run_peak_memory(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (int64_t)usage.ru_maxrss * 1024;
}
