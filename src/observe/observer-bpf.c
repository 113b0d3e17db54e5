/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/backend.h"

#include <errno.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "observe/bpf/tally.h"
#include "observe/tally.skel.h"

/*
 * Owner of the programs in bpf/tally.bpf.c, which do the counting in the kernel: loads them, sets
 * them on one run after the other, and reads what they counted.
 *
 * The programs are attached only from begin to end, because each system call of everyone costs more
 * as long as they are. (open() attaches as well, to know that it can be done; that is also the slow
 * part of it, up to 20 ms, since the kernel waits until no processor is amid the earlier state.)
 */

struct bpf_observer {
        struct tally *tally;
        bool errors;
        bool attached;
        uint64_t misses; /* recursion misses of all programs when the run began */
};

/* The maps' ABI as one of the table of calls; ABI_COUNT where that has none. */
static enum abi abi_of(enum tally_abi abi)
{
        static const enum abi of_x86_64[TALLY_ABI_COUNT] = {ABI_X86_64, ABI_I386, ABI_X32};

        if (abi_native() == ABI_X86_64)
                return of_x86_64[abi];
        return abi == TALLY_NATIVE ? abi_native() : ABI_COUNT;
}

static void bpf_close(void *state)
{
        struct bpf_observer *observer = state;

        if (observer->tally)
                tally__destroy(observer->tally);
        free(observer);
}

DEFINE_CLEANUP(struct bpf_observer *, bpf_close)

static int bpf_attach(struct bpf_observer *observer, struct error *error)
{
        int r;

        if (observer->attached)
                return 0;
        r = tally__attach(observer->tally);
        if (r < 0)
                return error_errno(error, -r, "attaching the BPF programs to the system calls");
        observer->attached = true;
        return 0;
}

static void bpf_detach(struct bpf_observer *observer)
{
        tally__detach(observer->tally);
        observer->attached = false;
}

static int bpf_load(struct bpf_observer *observer, struct error *error)
{
        struct tally *tally;
        int r;

        tally = observer->tally = tally__open();
        if (!tally)
                return error_errno(error, errno, "opening the BPF programs");
        bpf_program__set_autoload(tally->progs.leave, observer->errors);
        bpf_map__set_autocreate(tally->maps.errors, observer->errors);
        r = tally__load(tally);
        if (r == -EPERM || r == -EACCES)
                return error_set(error, -r,
                        "the kernel refuses BPF: observing with it takes root, or CAP_BPF and "
                        "CAP_PERFMON");
        if (r < 0 && access("/sys/kernel/btf/vmlinux", R_OK) < 0)
                return error_errno(error, -r,
                        "the kernel does not describe its types (/sys/kernel/btf/vmlinux), which "
                        "BPF needs");
        if (r < 0)
                return error_errno(error, -r, "loading the BPF programs");
        return 0;
}

static int bpf_open(const struct observer_options *options, void **ret_state, struct error *error)
{
        CLEANUP(bpf_closep) struct bpf_observer *observer = NULL;
        int r;

        if (options->objects)
                return error_set(error, ENOTSUP,
                        "BPF cannot tell which object file makes a call: the memory map of a "
                        "program with threads is not always to be had there");
        observer = calloc(1, sizeof(*observer));
        if (!observer)
                return error_errno(error, ENOMEM, "preparing the BPF observer");
        observer->errors = options->errors;
        libbpf_set_print(NULL); /* else it writes to stderr whatever it finds remarkable */
        r = bpf_load(observer, error);
        if (r < 0)
                return r;
        observer->tally->bss->count_launch = options->count_launch;
        r = bpf_attach(observer, error);
        if (r < 0)
                return r;
        *ret_state = steal_pointer(observer);
        return 0;
}

/* How often the kernel skipped one of the programs because it was running already. */
static int read_misses(const struct bpf_observer *observer, uint64_t *ret, struct error *error)
{
        struct bpf_program *program;
        uint64_t misses = 0;

        bpf_object__for_each_program(program, observer->tally->obj)
        {
                struct bpf_prog_info info = {};
                __u32 size = sizeof(info);
                int r;

                if (!bpf_program__autoload(program))
                        continue;
                r = bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);
                if (r < 0)
                        return error_errno(error, -r, "asking for a BPF program's state");
                misses += info.recursion_misses;
        }
        *ret = misses;
        return 0;
}

/* Takes all elements out of a hash map. Returns 0 or -errno. */
static int map_empty(const struct bpf_map *map)
{
        uint64_t key;
        int fd = bpf_map__fd(map), r;

        for (;;) {
                r = bpf_map_get_next_key(fd, NULL, &key);
                if (r == -ENOENT)
                        return 0;
                if (r == 0)
                        r = bpf_map_delete_elem(fd, &key);
                if (r < 0)
                        return r;
        }
}

/* One ABI's counts of all processors; frees are the caller's. NULL: out of memory. */
static struct tally_calls *calls_new(void)
{
        return calloc(libbpf_num_possible_cpus(), sizeof(struct tally_calls));
}

static int reset_maps(const struct bpf_observer *observer)
{
        CLEANUP_FREE struct tally_calls *zeros = calls_new();
        int r;

        if (!zeros)
                return -ENOMEM;
        for (__u32 abi = 0; abi < TALLY_ABI_COUNT; abi++) {
                r = bpf_map_update_elem(
                        bpf_map__fd(observer->tally->maps.calls), &abi, zeros, BPF_ANY);
                if (r < 0)
                        return r;
        }
        if (observer->errors) {
                r = map_empty(observer->tally->maps.errors);
                if (r < 0)
                        return r;
        }
        /* Tasks are left here if a run was given up after begin and ended while nobody watched. */
        return map_empty(observer->tally->maps.marked);
}

static int bpf_begin(void *state, uint64_t cookie, struct error *error)
{
        struct bpf_observer *observer = state;
        struct tally__bss *globals = observer->tally->bss;
        int r;

        r = reset_maps(observer);
        if (r < 0)
                return error_errno(error, -r, "resetting the BPF maps");
        globals->lost_tasks = globals->lost_numbers = globals->lost_errors = 0;
        r = read_misses(observer, &observer->misses, error);
        if (r < 0)
                return r;
        globals->cookie = cookie;
        return bpf_attach(observer, error);
}

static int check_losses(const struct bpf_observer *observer, struct error *error)
{
        const struct tally__bss *globals = observer->tally->bss;
        uint64_t misses;
        int r;

        r = read_misses(observer, &misses, error);
        if (r < 0)
                return r;
        if (globals->lost_numbers)
                return observer_lost_numbers(globals->lost_numbers, error);
        if (globals->lost_tasks)
                return error_set(error, EOVERFLOW,
                        "the observation has gaps: more than %d processes and threads at once",
                        TALLY_TASKS_MAX);
        if (globals->lost_errors)
                return error_set(error, EOVERFLOW,
                        "the observation has gaps: more than %d pairs of a call and an errno",
                        TALLY_ERRORS_MAX);
        if (misses != observer->misses)
                return error_set(error, EOVERFLOW,
                        "the observation has gaps: the kernel skipped the BPF programs %llu times",
                        (unsigned long long)(misses - observer->misses));
        return 0;
}

static int add_calls(enum tally_abi abi, const struct tally_calls *calls, int processors,
        struct observation *observation, struct error *error)
{
        for (int number = 0; number < TALLY_NUMBER_LIMIT; number++) {
                struct feature feature = {FEATURE_SYSCALL, abi_of(abi), number};
                struct observed_call *call;
                uint64_t count = 0;

                for (int processor = 0; processor < processors; processor++)
                        count += calls[processor].count[number];
                if (count == 0)
                        continue;
                if (feature.abi == ABI_COUNT)
                        return error_set(error, ENOTSUP,
                                "the application made 32-bit system calls, which loupe has no "
                                "table for on this processor");
                call = observation_call(observation, feature);
                if (!call)
                        return error_errno(error, ENOMEM, "reading the observation");
                call->count = count;
        }
        return 0;
}

static int read_calls(
        const struct bpf_observer *observer, struct observation *observation, struct error *error)
{
        CLEANUP_FREE struct tally_calls *calls = calls_new();
        int r;

        if (!calls)
                return error_errno(error, ENOMEM, "reading the observation");
        for (__u32 abi = 0; abi < TALLY_ABI_COUNT; abi++) {
                r = bpf_map_lookup_elem(bpf_map__fd(observer->tally->maps.calls), &abi, calls);
                if (r < 0)
                        return error_errno(error, -r, "reading the BPF maps");
                r = add_calls(abi, calls, libbpf_num_possible_cpus(), observation, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_errors(
        const struct bpf_observer *observer, struct observation *observation, struct error *error)
{
        int fd = bpf_map__fd(observer->tally->maps.errors), r;
        struct tally_error key, *previous = NULL;

        while ((r = bpf_map_get_next_key(fd, previous, &key)) == 0) {
                struct feature feature = {FEATURE_SYSCALL, abi_of(key.abi), key.number};
                struct observed_call *call;
                uint64_t count;

                previous = &key;
                r = bpf_map_lookup_elem(fd, &key, &count);
                if (r < 0)
                        break;
                call = observation_call(observation, feature);
                if (!call || observed_call_add_error(call, observer_errnum(key.errnum), count) < 0)
                        return error_errno(error, ENOMEM, "reading the observation");
        }
        return r == -ENOENT ? 0 : error_errno(error, -r, "reading the BPF maps");
}

static int bpf_end(void *state, struct observation *observation, struct error *error)
{
        struct bpf_observer *observer = state;
        int r;

        bpf_detach(observer);
        observer->tally->bss->cookie = 0;
        r = check_losses(observer, error);
        if (r < 0)
                return r;
        r = read_calls(observer, observation, error);
        if (r < 0 || !observer->errors)
                return r;
        return read_errors(observer, observation, error);
}

const struct observer_backend observer_bpf = {
        .kind = OBSERVER_BPF,
        .name = "bpf",
        .open = bpf_open,
        .close = bpf_close,
        .begin = bpf_begin,
        .end = bpf_end,
};
