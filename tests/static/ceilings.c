/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls: getcpu
 * Contains: sched_getparam sched_getscheduler sched_setscheduler
 * May: incomplete
 *
 * A mutex with a priority ceiling, for whose sake whoever locks it becomes more important.
 */
#include <pthread.h>

#include "library.h"

int main(void)
{
        pthread_mutexattr_t attributes;
        pthread_mutex_t mutex;

        if (pthread_mutexattr_init(&attributes) != 0 ||
                pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT) != 0 ||
                pthread_mutex_init(&mutex, &attributes) != 0)
                return 1;
        /* Not everybody may. */
        if (pthread_mutex_lock(&mutex) == 0)
                pthread_mutex_unlock(&mutex);
        probe(__NR_getcpu);
        return 0;
}
