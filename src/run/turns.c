#include "run/turns.h"

#include <pthread.h>

struct turns {
    pthread_mutex_t lock;
    pthread_cond_t delivered;
    turns_task task;
    void *context;
    size_t count;
    size_t next; /* task to be started */
    size_t turn; /* task whose turn it is */
    bool failed;
    size_t failed_task;
    struct error error;
};

struct turns_worker {
    struct turns *turns;
    int number;
};

static void fail(struct turns *turns, size_t task, const struct error *error)
{
    if (turns->failed && turns->failed_task <= task)
        return;
    turns->failed = true;
    turns->failed_task = task;
    turns->error = *error;
}

bool turns_take(struct turns *turns, size_t task, struct error *error)
{
    pthread_mutex_lock(&turns->lock);
    while (turns->turn != task && !turns->failed)
        pthread_cond_wait(&turns->delivered, &turns->lock);
    bool failed = turns->failed;
    if (failed)
        *error = turns->error;
    pthread_mutex_unlock(&turns->lock);
    return !failed;
}

static void work(struct turns *turns, int worker)
{
    pthread_mutex_lock(&turns->lock);
    while (turns->next < turns->count && !turns->failed) {
        size_t task = turns->next++;
        pthread_mutex_unlock(&turns->lock);
        struct error error = {0};
        bool done = turns->task(turns->context, turns, task, worker, &error) &&
                    turns_take(turns, task, &error);
        pthread_mutex_lock(&turns->lock);
        if (!done)
            fail(turns, task, &error);
        else
            turns->turn++;
        pthread_cond_broadcast(&turns->delivered);
    }
    pthread_mutex_unlock(&turns->lock);
}

static void *work_in_thread(void *argument)
{
    struct turns_worker *worker = argument;
    work(worker->turns, worker->number);
    return NULL;
}

enum { MOST_THREADS = 256 };

bool turns_run(size_t count, int threads, turns_task task, void *context, struct error *error)
{
    struct turns turns = {.task = task, .context = context, .count = count};
    struct turns_worker workers[MOST_THREADS];
    pthread_t ids[MOST_THREADS];
    if (threads > MOST_THREADS)
        threads = MOST_THREADS;
    if ((size_t)threads > count)
        threads = (int)count;
    pthread_mutex_init(&turns.lock, NULL);
    pthread_cond_init(&turns.delivered, NULL);
    int started = 0; /* beside the caller's own; fewer than asked for is no failure */
    for (int i = 1; i < threads; i++) {
        workers[i] = (struct turns_worker){&turns, i};
        if (pthread_create(&ids[started], NULL, work_in_thread, &workers[i]) != 0)
            break;
        started++;
    }
    work(&turns, 0);
    for (int i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    pthread_cond_destroy(&turns.delivered);
    pthread_mutex_destroy(&turns.lock);
    if (turns.failed)
        *error = turns.error;
    return !turns.failed;
}
