/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>

#include "base/cleanup.h"

struct jobs {
        pthread_mutex_t lock; /* of all that follows */
        size_t next, count;
        size_t failed; /* lowest number of a failed job; SIZE_MAX: none */
        int result;
        int (*job)(void *context, size_t number);
        void *context;
};

unsigned parallel_processors(void)
{
        cpu_set_t set;

        if (sched_getaffinity(0, sizeof(set), &set) < 0 || CPU_COUNT(&set) < 1)
                return 1;
        return CPU_COUNT(&set);
}

static void *carry_out(void *argument)
{
        struct jobs *jobs = argument;
        size_t number;
        int r;

        pthread_mutex_lock(&jobs->lock);
        while (jobs->next < jobs->count && jobs->failed == SIZE_MAX) {
                number = jobs->next++;
                pthread_mutex_unlock(&jobs->lock);
                r = jobs->job(jobs->context, number);
                pthread_mutex_lock(&jobs->lock);
                if (r < 0 && number < jobs->failed) {
                        jobs->failed = number;
                        jobs->result = r;
                }
        }
        pthread_mutex_unlock(&jobs->lock);
        return NULL;
}

int parallel_for(
        size_t count, unsigned threads, int (*job)(void *context, size_t number), void *context)
{
        struct jobs jobs = {
                .lock = PTHREAD_MUTEX_INITIALIZER,
                .count = count,
                .failed = SIZE_MAX,
                .job = job,
                .context = context,
        };
        CLEANUP_FREE pthread_t *others = NULL;
        size_t started = 0;

        if (threads > count)
                threads = count;
        /* Without others, for want of memory or by a limit, the caller does it all. */
        if (threads > 1)
                others = calloc(threads - 1, sizeof(*others));
        while (others && started < threads - 1 &&
                pthread_create(&others[started], NULL, carry_out, &jobs) == 0)
                started++;
        carry_out(&jobs);
        while (started > 0)
                pthread_join(others[--started], NULL);
        return jobs.result;
}
