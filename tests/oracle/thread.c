/* SPDX-License-Identifier: BSD-3-Clause */

/* Makes the probes in a thread only; the verdicts are those of probes.h. */

#include <pthread.h>
#include <stdint.h>

#include "probes.h"

static void *make_probes(void *unused)
{
        (void)unused;
        return (void *)(intptr_t)probes();
}

int main(void)
{
        pthread_t thread;
        void *result;

        if (pthread_create(&thread, NULL, make_probes, NULL) != 0)
                return 20;
        if (pthread_join(thread, &result) != 0)
                return 21;
        return (int)(intptr_t)result;
}
