/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/backend.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "feature/selector.h"
#include "observe/bpf/tally.h"
#include "observe/tally.skel.h"

/*
 * Owner of the programs in bpf/tally.bpf.c, which do the counting in the kernel: loads them, sets
 * them on one run after the other, and reads what they counted.
 *
 * The programs are attached only from begin to end, because each system call of everyone costs more
 * as long as they are. (open() attaches as well, to know that it can be done; that is also the slow
 * part of it, up to 20 ms, since the kernel waits until no processor is amid the earlier state.)
 *
 * With a scope the sandbox tells the programs what is about to be executed. It does so in memory
 * that the kernel shares with whoever maps it, and that a fork of loupe inherits: the bpf system
 * call may not be allowed in there.
 */

struct bpf_observer {
        struct tally *tally;
        bool errors;
        bool values;
        bool scope;
        unsigned char
                *judgements; /* shared with the programs: TALLY_PROCESS_LIMIT bytes; or NULL */
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

        if (observer->judgements)
                munmap(observer->judgements, TALLY_PROCESS_LIMIT);
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

/* Says which programs and maps are wanted, before they are loaded. */
static void choose_parts(const struct bpf_observer *observer)
{
        struct tally *tally = observer->tally;

        bpf_program__set_autoload(tally->progs.leave, observer->errors);
        bpf_map__set_autocreate(tally->maps.errors, observer->errors);
        tally->rodata->with_values = observer->values;
        bpf_map__set_autocreate(tally->maps.selectors, observer->values);
        bpf_map__set_autocreate(tally->maps.words, observer->values);
        tally->rodata->with_scope = observer->scope;
        bpf_program__set_autoload(tally->progs.execute, observer->scope);
        bpf_map__set_autocreate(tally->maps.judgements, observer->scope);
}

static int bpf_load(struct bpf_observer *observer, struct error *error)
{
        struct tally *tally;
        int r;

        tally = observer->tally = tally__open();
        if (!tally)
                return error_errno(error, errno, "opening the BPF programs");
        choose_parts(observer);
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

static struct tally_selector describe(const struct selector *selector)
{
        static const enum tally_source sources[] = {
                [SELECTOR_ARGUMENT] = TALLY_ARGUMENT,
                [SELECTOR_PAIR] = TALLY_PAIR,
                [SELECTOR_POINTER] = TALLY_POINTER,
        };

        return (struct tally_selector){
                .mask = selector->mask,
                .offset = selector->offset,
                .source = sources[selector->source],
                .argument = selector->argument,
                .size = selector->size,
        };
}

/* Tells the programs which words of one ABI's calls to count. Returns 0 or -errno. */
static int describe_selectors(const struct bpf_observer *observer, enum tally_abi abi)
{
        int fd = bpf_map__fd(observer->tally->maps.selectors);

        static_assert(TALLY_SELECTORS_MAX == SELECTORS_MAX, "they describe the same");
        if (abi_of(abi) == ABI_COUNT)
                return 0;
        for (int number = 0; number < TALLY_NUMBER_LIMIT; number++) {
                struct tally_selectors value = {};
                const struct selector *selectors;
                size_t count;
                __u32 call = tally_call(abi, number);
                int r;

                selectors = selectors_of(abi_of(abi), number, &count);
                if (count == 0)
                        continue;
                for (size_t i = 0; i < count; i++)
                        value.list[value.count++] = describe(&selectors[i]);
                r = bpf_map_update_elem(fd, &call, &value, BPF_ANY);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What the programs need to know beside the run. */
static int bpf_prepare(struct bpf_observer *observer, struct error *error)
{
        const struct bpf_map *judgements = observer->tally->maps.judgements;
        void *memory;

        for (enum tally_abi abi = 0; abi < TALLY_ABI_COUNT && observer->values; abi++) {
                int r = describe_selectors(observer, abi);

                if (r < 0)
                        return error_errno(error, -r, "telling BPF what divides system calls");
        }
        if (!observer->scope)
                return 0;
        memory = mmap(NULL, TALLY_PROCESS_LIMIT, PROT_READ | PROT_WRITE, MAP_SHARED,
                bpf_map__fd(judgements), 0);
        if (memory == MAP_FAILED)
                return error_errno(error, errno, "sharing memory with the BPF programs");
        observer->judgements = memory;
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
        if (options->find_main)
                return error_set(
                        error, ENOTSUP, "BPF does not stop a program where its main() begins");
        observer = calloc(1, sizeof(*observer));
        if (!observer)
                return error_errno(error, ENOMEM, "preparing the BPF observer");
        observer->errors = options->errors;
        observer->values = options->values;
        observer->scope = options->scope != NULL;
        libbpf_set_print(NULL); /* else it writes to stderr whatever it finds remarkable */
        r = bpf_load(observer, error);
        if (r < 0)
                return r;
        observer->tally->bss->count_launch = options->count_launch;
        r = bpf_prepare(observer, error);
        if (r < 0)
                return r;
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
        union {
                uint64_t task;
                struct tally_error error;
                struct tally_word word;
        } key;
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
        r = observer->errors ? map_empty(observer->tally->maps.errors) : 0;
        if (r == 0 && observer->values)
                r = map_empty(observer->tally->maps.words);
        if (r < 0)
                return r;
        /* What was said of execs that failed. */
        if (observer->judgements)
                memset(observer->judgements, JUDGEMENT_NONE, TALLY_PROCESS_LIMIT);
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
        globals->lost_tasks = globals->lost_numbers = 0;
        globals->lost_errors = globals->lost_words = 0;
        globals->sandbox = globals->launcher = 0;
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
        if (globals->lost_words)
                return error_set(error, EOVERFLOW,
                        "the observation has gaps: more than %d pairs of a call and what it "
                        "selects",
                        TALLY_WORDS_MAX);
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

static int read_words(
        const struct bpf_observer *observer, struct observation *observation, struct error *error)
{
        int fd = bpf_map__fd(observer->tally->maps.words), r;
        struct tally_word key, *previous = NULL;

        while ((r = bpf_map_get_next_key(fd, previous, &key)) == 0) {
                uint64_t count;

                previous = &key;
                r = bpf_map_lookup_elem(fd, &key, &count);
                if (r < 0)
                        break;
                if (observation_add_word(observation, abi_of(key.abi), key.number, key.selector,
                            key.word, CALL_PHASE_COUNT, count) < 0)
                        return error_errno(error, ENOMEM, "reading the observation");
        }
        return r == -ENOENT ? 0 : error_errno(error, -r, "reading the BPF maps");
}

/* By the supervisor, in the sandbox, while the process waits in its exec. */
static int bpf_judged(void *state, pid_t process, bool considered)
{
        const struct bpf_observer *observer = state;

        if (!observer->judgements)
                return 0;
        if (process <= 0 || (unsigned)process >= TALLY_PROCESS_LIMIT)
                return -ERANGE;
        __atomic_store_n(&observer->judgements[process],
                considered ? JUDGEMENT_CONSIDERED : JUDGEMENT_OTHER, __ATOMIC_RELEASE);
        return 0;
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
        if (r == 0 && observer->errors)
                r = read_errors(observer, observation, error);
        if (r == 0 && observer->values)
                r = read_words(observer, observation, error);
        return r;
}

const struct observer_backend observer_bpf = {
        .kind = OBSERVER_BPF,
        .name = "bpf",
        .open = bpf_open,
        .close = bpf_close,
        .begin = bpf_begin,
        .judged = bpf_judged,
        .end = bpf_end,
};
