/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/observer.h"

#include <errno.h>
#include <string.h>

#include "arch/syscalls.h"
#include "observe/backend.h"

struct observer {
        const struct observer_backend *backend;
        void *state;
};

/* In the order in which OBSERVER_AUTO tries them. */
static const struct observer_backend *const backends[] = {
        &observer_bpf,
        &observer_ptrace,
};

#define AUTO_NAME "auto"

static const struct observer_backend *backend_of(enum observer_kind kind)
{
        for (size_t i = 0; i < ARRAY_SIZE(backends); i++) {
                if (backends[i]->kind == kind)
                        return backends[i];
        }
        return NULL;
}

const char *observer_kind_name(enum observer_kind kind)
{
        const struct observer_backend *backend = backend_of(kind);

        return backend ? backend->name : AUTO_NAME;
}

int observer_kind_from_name(const char *name, enum observer_kind *ret)
{
        for (enum observer_kind kind = 0; kind < OBSERVER_KIND_COUNT; kind++) {
                if (strcmp(observer_kind_name(kind), name) == 0) {
                        *ret = kind;
                        return 0;
                }
        }
        return -ENOENT;
}

static int observer_open(struct observer *observer, enum observer_kind kind,
        const struct observer_options *options, struct error *error)
{
        int r = -ENOTSUP;

        for (size_t i = 0; i < ARRAY_SIZE(backends); i++) {
                if (kind != OBSERVER_AUTO && kind != backends[i]->kind)
                        continue;
                r = backends[i]->open(options, &observer->state, error);
                if (r >= 0) {
                        observer->backend = backends[i];
                        return 0;
                }
        }
        return r;
}

int observer_new(enum observer_kind kind, const struct observer_options *options,
        struct observer **ret, struct error *error)
{
        CLEANUP_OBSERVER struct observer *observer = calloc(1, sizeof(*observer));
        int r;

        if (!observer)
                return error_errno(error, ENOMEM, "preparing an observer");
        r = observer_open(observer, kind, options, error);
        if (r < 0)
                return r;
        *ret = steal_pointer(observer);
        return 0;
}

struct observer *observer_free(struct observer *observer)
{
        if (observer && observer->backend)
                observer->backend->close(observer->state);
        free(observer);
        return NULL;
}

enum observer_kind observer_kind(const struct observer *observer)
{
        return observer->backend->kind;
}

bool observer_traces(const struct observer *observer)
{
        return observer->backend->traces;
}

int observer_begin(struct observer *observer, uint64_t cookie, struct error *error)
{
        return observer->backend->begin(observer->state, cookie, error);
}

int observer_attach(struct observer *observer, pid_t launcher, struct error *error)
{
        if (!observer->backend->attach)
                return 0;
        return observer->backend->attach(observer->state, launcher, error);
}

int observer_judged(struct observer *observer, pid_t process, bool considered)
{
        if (!observer->backend->judged)
                return 0;
        return observer->backend->judged(observer->state, process, considered);
}

/* Programs do not make this call: the kernel lets them, after a signal that broke off another. */
static void drop_restarts(struct observation *observation)
{
        const struct syscall_info *restart = syscall_by_name("restart_syscall");

        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                if (restart->numbers[abi] >= 0)
                        observation_remove(observation,
                                (struct feature){FEATURE_SYSCALL, abi, restart->numbers[abi]});
        }
}

int observer_end(struct observer *observer, struct observation *ret, struct error *error)
{
        struct observation observation CLEANUP_OBSERVATION = {};
        int r;

        r = observer->backend->end(observer->state, &observation, error);
        if (r < 0)
                return r;
        drop_restarts(&observation);
        *ret = observation;
        observation = (struct observation){};
        return 0;
}

int observer_errnum(int kernel_errnum)
{
        return kernel_errnum >= 512 && kernel_errnum <= 516 ? EINTR : kernel_errnum;
}

int observer_lost_numbers(uint64_t count, struct error *error)
{
        return error_set(error, ERANGE,
                "the observation has gaps: %llu system calls with a number that no kernel has",
                (unsigned long long)count);
}
