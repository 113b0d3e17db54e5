/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/strings.h"
#include "sandbox/hierarchy.h"
#include "sandbox/janitor.h"

/* What enforces one limit, in each kind of hierarchy and without any. */
static const struct {
        const char *limit[2];      /* the file for the limit, in v1 and v2 */
        const char *swap_limit[2]; /* the file that keeps swap from lifting it; need not exist */
        const char *events[2];     /* the file with the counter "oom_kill" */
        enum __rlimit_resource resource;
} controls[CONTROLLER_COUNT] = {
        [CONTROLLER_MEMORY] =
                {
                        .limit = {"memory.limit_in_bytes", "memory.max"},
                        .swap_limit = {"memory.memsw.limit_in_bytes", "memory.swap.max"},
                        .events = {"memory.oom_control", "memory.events"},
                        .resource = RLIMIT_DATA,
                },
        [CONTROLLER_PIDS] =
                {
                        .limit = {"pids.max", "pids.max"},
                        .resource = RLIMIT_NPROC,
                },
};

/* One job's place: a group in each hierarchy. */
struct slot {
        int processes[CONTROLLER_COUNT]; /* cgroup.procs of the group in each hierarchy, for
                                            writing; or -1 */
        int events;                      /* counts what was killed for memory; or -1 */
        uint64_t killed;                 /* that counter, as of the last look */
};

struct cgroup_pool {
        uint64_t limits[CONTROLLER_COUNT];
        bool enforced[CONTROLLER_COUNT]; /* by a hierarchy; the others by rlimits */
        struct hierarchy hierarchies[CONTROLLER_COUNT];
        struct group_names names;
        struct janitor janitor;
        struct slot *slots;
        char description[128];
};

static int open_in(const char *folder, const char *name, int flags)
{
        CLEANUP_FREE char *path = string_format("%s/%s", folder, name);
        int fd;

        if (!path)
                return -ENOMEM;
        fd = open(path, flags | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

static int write_number(const char *folder, const char *name, uint64_t value)
{
        CLEANUP_FREE char *path = string_format("%s/%s", folder, name);
        CLEANUP_FREE char *text = string_format("%" PRIu64, value);

        return path && text ? write_file(path, text) : -ENOMEM;
}

static uint64_t read_killed(int events)
{
        static const char key[] = "oom_kill ";
        char text[1024];
        const char *at = text;
        ssize_t size;

        size = events < 0 ? -1 : pread(events, text, sizeof(text) - 1, 0);
        if (size < 0)
                return 0;
        text[size] = '\0';
        while ((at = strstr(at, key))) {
                if (at == text || at[-1] == '\n')
                        return strtoull(at + strlen(key), NULL, 10);
                at += strlen(key);
        }
        return 0;
}

static int set_limit(const char *folder, const struct hierarchy *hierarchy,
        enum controller controller, uint64_t limit)
{
        const char *swap_limit = controls[controller].swap_limit[hierarchy->unified];
        int r;

        r = write_number(folder, controls[controller].limit[hierarchy->unified], limit);
        if (r < 0 || !swap_limit)
                return r;
        /* v1 limits memory and swap together, v2 swap alone. */
        r = write_number(folder, swap_limit, hierarchy->unified ? 0 : limit);
        return r == -ENOENT ? 0 : r;
}

/* Makes a slot's group in one hierarchy. */
static int make_group(struct cgroup_pool *pool, unsigned hierarchy, unsigned index)
{
        const struct hierarchy *kind = &pool->hierarchies[hierarchy];
        CLEANUP_FREE char *folder = group_path(&pool->names, hierarchy, index);
        CLEANUP_FREE char *inner = folder ? string_format("%s/" GROUP_INNER, folder) : NULL;
        struct slot *slot = &pool->slots[index];
        int r;

        if (!inner)
                return -ENOMEM;
        /* Two controllers may share a v1 hierarchy, and so a folder. */
        if ((mkdir(folder, 0755) < 0 || mkdir(inner, 0755) < 0) && errno != EEXIST)
                return -errno;
        for (size_t i = 0; i < CONTROLLER_COUNT; i++) {
                if (!kind->controls[i])
                        continue;
                r = set_limit(folder, kind, i, pool->limits[i]);
                if (r < 0)
                        return r;
                if (!controls[i].events[kind->unified])
                        continue;
                /* v2 counts in the group with the limit, v1 in that of the process. */
                slot->events = open_in(kind->unified ? folder : inner,
                        controls[i].events[kind->unified], O_RDONLY);
                slot->killed = read_killed(slot->events);
        }
        slot->processes[hierarchy] = open_in(inner, "cgroup.procs", O_WRONLY);
        return slot->processes[hierarchy] < 0 ? slot->processes[hierarchy] : 0;
}

/* Makes the groups of one hierarchy, or leaves it unused where that is not possible. */
static void make_groups(struct cgroup_pool *pool, unsigned hierarchy)
{
        int r = 0;

        for (unsigned i = 0; i < pool->names.count && r == 0; i++)
                r = make_group(pool, hierarchy, i);
        if (r == 0) {
                for (size_t i = 0; i < CONTROLLER_COUNT; i++)
                        pool->enforced[i] |= pool->hierarchies[hierarchy].controls[i];
                return;
        }
        for (unsigned i = 0; i < pool->names.count; i++) {
                closep(&pool->slots[i].processes[hierarchy]);
                pool->slots[i].processes[hierarchy] = -1;
        }
}

/* The first number from which on no group of that name exists: the process may have other pools. */
static unsigned first_free_number(const struct group_names *names)
{
        struct group_names trial = *names;
        unsigned used;

        do {
                used = 0;
                for (unsigned hierarchy = 0; hierarchy < trial.hierarchy_count; hierarchy++) {
                        for (unsigned index = 0; index < trial.count; index++) {
                                CLEANUP_FREE char *path = group_path(&trial, hierarchy, index);

                                if (path && access(path, F_OK) == 0)
                                        used = index + 1;
                        }
                }
                trial.first += used;
        } while (used);
        return trial.first;
}

static void describe(struct cgroup_pool *pool)
{
        bool any = pool->enforced[CONTROLLER_MEMORY] || pool->enforced[CONTROLLER_PIDS];
        bool all = pool->enforced[CONTROLLER_MEMORY] && pool->enforced[CONTROLLER_PIDS];
        bool unified = pool->names.hierarchy_count && pool->hierarchies[0].unified;
        const char *missing =
                any ? pool->enforced[CONTROLLER_MEMORY] ? "pids" : "memory" : "memory or pids";
        const char *version = any ? unified ? "cgroup v2" : "cgroup v1" : "";

        if (all)
                snprintf(pool->description, sizeof(pool->description), "%s", version);
        else
                snprintf(pool->description, sizeof(pool->description),
                        "%s%srlimits (no %s controller)", version, any ? ", " : "", missing);
}

static int start_groups(struct cgroup_pool *pool, struct error *error)
{
        int r;

        for (unsigned i = 0; i < pool->names.hierarchy_count; i++)
                groups_sweep(pool->hierarchies[i].parent);
        pool->names.first = first_free_number(&pool->names);
        /* The janitor comes first: from the first group on there is somebody to remove it. */
        r = janitor_start(&pool->names, &pool->janitor, error);
        if (r < 0)
                return r;
        for (unsigned i = 0; i < pool->names.hierarchy_count; i++)
                make_groups(pool, i);
        return 0;
}

int cgroup_pool_new(const struct cgroup_limits *limits, unsigned count, struct cgroup_pool **ret,
        struct error *error)
{
        CLEANUP_CGROUP_POOL struct cgroup_pool *pool = calloc(1, sizeof(*pool));
        int r;

        if (!pool)
                return error_errno(error, ENOMEM, "making control groups");
        pool->limits[CONTROLLER_MEMORY] = limits->memory;
        pool->limits[CONTROLLER_PIDS] = limits->processes;
        pool->janitor = (struct janitor){.pid = -1, .link = -1};
        pool->names = (struct group_names){.hierarchies = pool->hierarchies, .owner = getpid()};
        pool->slots = calloc(count, sizeof(*pool->slots));
        if (!pool->slots)
                return error_errno(error, ENOMEM, "making control groups");
        pool->names.count = count;
        for (unsigned i = 0; i < count; i++) {
                pool->slots[i].events = -1;
                for (size_t j = 0; j < CONTROLLER_COUNT; j++)
                        pool->slots[i].processes[j] = -1;
        }

        r = hierarchy_find(pool->hierarchies, error);
        if (r < 0)
                return r;
        pool->names.hierarchy_count = r;
        if (r > 0) {
                r = start_groups(pool, error);
                if (r < 0)
                        return r;
        }
        describe(pool);
        *ret = steal_pointer(pool);
        return 0;
}

const char *cgroup_pool_describe(const struct cgroup_pool *pool)
{
        return pool->description;
}

/* Lowering is always permitted, and what is lower already stays. */
static int lower_rlimit(enum __rlimit_resource resource, uint64_t value)
{
        struct rlimit limit;

        if (getrlimit(resource, &limit) < 0)
                return -errno;
        if (limit.rlim_max > value)
                limit.rlim_max = value;
        if (limit.rlim_cur > limit.rlim_max)
                limit.rlim_cur = limit.rlim_max;
        return setrlimit(resource, &limit) < 0 ? -errno : 0;
}

int cgroup_pool_enter(const struct cgroup_pool *pool, unsigned index)
{
        const struct slot *slot = &pool->slots[index];
        int r = 0;

        /* "0" is the process that writes, whatever its number in this or that pid namespace. */
        for (size_t i = 0; i < CONTROLLER_COUNT && r == 0; i++)
                if (slot->processes[i] >= 0)
                        r = write_all(slot->processes[i], "0", 1);
        for (size_t i = 0; i < CONTROLLER_COUNT && r == 0; i++)
                if (!pool->enforced[i])
                        r = lower_rlimit(controls[i].resource, pool->limits[i]);
        return r;
}

bool cgroup_pool_out_of_memory(struct cgroup_pool *pool, unsigned index)
{
        struct slot *slot = &pool->slots[index];
        uint64_t before = slot->killed;

        slot->killed = read_killed(slot->events);
        return slot->killed > before;
}

struct cgroup_pool *cgroup_pool_free(struct cgroup_pool *pool)
{
        if (!pool)
                return NULL;
        if (pool->janitor.pid > 0) {
                janitor_stop(&pool->janitor);
                /* In case that the janitor was killed. */
                groups_remove(&pool->names);
        }
        for (unsigned i = 0; i < pool->names.count; i++) {
                closep(&pool->slots[i].events);
                for (size_t j = 0; j < CONTROLLER_COUNT; j++)
                        closep(&pool->slots[i].processes[j]);
        }
        for (size_t i = 0; i < CONTROLLER_COUNT; i++)
                free(pool->hierarchies[i].parent);
        free(pool->slots);
        free(pool);
        return NULL;
}
