/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/askers.h"

#include "observe/observer.h"
#include "run/run.h"
#include "sandbox/cgroup.h"

/* Bytes of output kept: nobody reads them. */
#define OUTPUT_KEPT 256

int askers_observe(
        const struct askers_options *options, struct observation *ret, struct error *error)
{
        const struct workload *workload = options->workload;
        const struct observer_options observer_options = {
                .objects = true,
                .values = options->values,
                .count_launch = options->count_launch,
                .scope = options->scope,
        };
        const struct cgroup_limits limits = {
                .memory = workload->limits.memory + workload->limits.disk,
                .processes = workload->limits.processes,
        };
        struct run_options run_options = {
                .workload = workload,
                .scope = options->scope,
                .timeout_ready = workload->timeout,
                .timeout_total = workload->timeout,
                .count_launch = options->count_launch,
                .output_limit = OUTPUT_KEPT,
        };
        CLEANUP_CGROUP_POOL struct cgroup_pool *cgroups = NULL;
        CLEANUP_OBSERVER struct observer *observer = NULL;
        CLEANUP_RUN struct run *run = NULL;
        struct run_result result = {};
        int r;

        r = cgroup_pool_new(&limits, 1, &cgroups, error);
        if (r == 0)
                r = observer_new(OBSERVER_PTRACE, &observer_options, &observer, error);
        if (r < 0)
                return r;
        run_options.cgroups = cgroups;
        run_options.observer = observer;
        r = run_start(&run_options, &run, error);
        if (r == 0)
                r = run_finish(run, &result, error);
        if (r < 0)
                return r;
        *ret = result.observation;
        result.observation = (struct observation){};
        run_result_clear(&result);
        return 0;
}
