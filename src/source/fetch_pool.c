#include "source/fetch_pool.h"

#include <pthread.h>

enum { MOST_THREADS = 16 };

struct fetch_pool {
    fetch_job *job;
    void *context;
    size_t count;
    pthread_mutex_t lock;
    size_t next;
    bool failed;
    size_t failed_number;
    struct error error; /* of job failed_number */
};

/* The next job's number; false when there is none to begin. */
static bool next_job(struct fetch_pool *pool, size_t *number)
{
    pthread_mutex_lock(&pool->lock);
    bool more = !pool->failed && pool->next < pool->count;
    if (more)
        *number = pool->next++;
    pthread_mutex_unlock(&pool->lock);
    return more;
}

static void note_failure(struct fetch_pool *pool, size_t number, const struct error *error)
{
    pthread_mutex_lock(&pool->lock);
    if (!pool->failed || number < pool->failed_number) {
        pool->failed = true;
        pool->failed_number = number;
        pool->error = *error;
    }
    pthread_mutex_unlock(&pool->lock);
}

static void *work(void *argument)
{
    struct fetch_pool *pool = argument;
    struct error error = {0};
    for (size_t number; next_job(pool, &number);)
        if (!pool->job(pool->context, number, &error))
            note_failure(pool, number, &error);
    return NULL;
}

bool fetch_pool_run(fetch_job *job, void *context, size_t count, int threads, struct error *error)
{
    struct fetch_pool pool = {.job = job, .context = context, .count = count};
    pthread_mutex_init(&pool.lock, NULL);
    pthread_t others[MOST_THREADS];
    int started = 0;
    /* The caller works too; a thread the system refuses only makes it slower. */
    while (started + 1 < threads && (size_t)started + 1 < count && started < MOST_THREADS &&
           pthread_create(&others[started], NULL, work, &pool) == 0)
        started++;
    work(&pool);
    for (int i = 0; i < started; i++)
        pthread_join(others[i], NULL);
    pthread_mutex_destroy(&pool.lock);
    if (pool.failed)
        *error = pool.error;
    return !pool.failed;
}
