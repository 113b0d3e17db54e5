/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/processors.h"

bool processors_divide(const cpu_set_t *all, struct processors *ret)
{
        int count = CPU_COUNT(all), taken = 0;

        if (count < 2)
                return false;
        CPU_ZERO(&ret->application);
        CPU_ZERO(&ret->rest);
        /* The first processor is the one that most often serves interrupts: not the application's.
         */
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
                if (!CPU_ISSET(cpu, all))
                        continue;
                CPU_SET(cpu, taken < count / 2 ? &ret->rest : &ret->application);
                taken++;
        }
        return true;
}

bool processors_find(struct processors *ret)
{
        cpu_set_t all;

        /* Fails where there are more than CPU_SETSIZE: such a machine measures unpinned. */
        return sched_getaffinity(0, sizeof(all), &all) == 0 && processors_divide(&all, ret);
}
