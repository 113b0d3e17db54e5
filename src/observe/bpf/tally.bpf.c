/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/bpf/kernel.h"

/*
 * Counts the system calls of one process tree.
 *
 * The tree's tasks stand in the map `marked`, by the address of their task_struct: unlike a number
 * in some pid namespace it stays the same when a thread that is not the first one executes a
 * program, and it is not used again before the task has passed do_exit(), where it is taken out.
 * (Task storage would be the obvious place for a mark. But until 6.2 a look into it fails, without
 * telling, when another task of the same processor was preempted in its midst; a look into a hash
 * never fails.)
 *
 * The programs of a tracepoint run with preemption off and do not nest, so that plain additions to
 * this processor's own counters lose nothing. Should the kernel ever skip a program, it says so in
 * the program's recursion_misses, which observer-bpf.c reads.
 */

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * Set before the programs are loaded: what these say is not wanted is left out by the kernel, as if
 * it were not written here.
 */
const volatile _Bool with_values;
const volatile _Bool with_scope;

/* Set before the run. The sixth argument of calls that the launcher makes; 0 is nobody's. */
__u64 cookie;
_Bool count_launch;

/* What was not counted, by reason. */
__u64 lost_tasks;
__u64 lost_numbers;
__u64 lost_errors;
__u64 lost_words;

/*
 * With a scope: the task that is about to execute the application, and the pid namespace in which
 * it is, that of the sandbox. Its address, which is compared only, and its level. 0: not known yet.
 */
__u64 launcher;
__u64 sandbox;
__u32 sandbox_level;

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, TALLY_TASKS_MAX);
        __type(key, __u64);
        __type(value, __u64);
} marked SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
        __uint(max_entries, TALLY_ABI_COUNT);
        __type(key, __u32);
        __type(value, struct tally_calls);
} calls SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, TALLY_ERRORS_MAX);
        __type(key, struct tally_error);
        __type(value, __u64);
} errors SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, TALLY_CALL_COUNT);
        __type(key, __u32);
        __type(value, struct tally_selectors);
} selectors SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, TALLY_WORDS_MAX);
        __type(key, struct tally_word);
        __type(value, __u64);
} words SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(map_flags, BPF_F_MMAPABLE);
        __uint(max_entries, TALLY_PROCESS_LIMIT / TALLY_PAGE_SIZE);
        __type(key, __u32);
        __type(value, struct tally_judgements);
} judgements SEC(".maps");

static __always_inline _Bool is_marked(struct task_struct *task)
{
        __u64 key = (__u64)task;

        return bpf_map_lookup_elem(&marked, &key) != NULL;
}

static __always_inline void mark(struct task_struct *task)
{
        __u64 key = (__u64)task;
        __u64 value = 1;

        if (bpf_map_update_elem(&marked, &key, &value, BPF_ANY))
                __sync_fetch_and_add(&lost_tasks, 1);
}

static __always_inline void unmark(struct task_struct *task)
{
        __u64 key = (__u64)task;

        bpf_map_delete_elem(&marked, &key);
}

/* Adds 1 to what stands in a hash of counts under `key`; to `lost` where there is no room. */
static __always_inline void count_key(void *map, const void *key, __u64 *lost)
{
        __u64 *value = bpf_map_lookup_elem(map, key);
        __u64 none = 0;

        if (!value) {
                /* Another processor may be quicker: whoever adds it, both find it. */
                bpf_map_update_elem(map, key, &none, BPF_NOEXIST);
                value = bpf_map_lookup_elem(map, key);
        }
        __sync_fetch_and_add(value ? value : lost, 1);
}

static __always_inline void count_number(__u32 abi, __u32 number)
{
        struct tally_calls *tally = bpf_map_lookup_elem(&calls, &abi);

        if (tally && number < TALLY_NUMBER_LIMIT)
                tally->count[number]++;
        else
                __sync_fetch_and_add(&lost_numbers, 1);
}

/*
 * The word of a selector, not masked yet. Returns false where it cannot be read. The kernel will
 * most likely say EFAULT to such a call, and nothing was selected; but no program can wait here for
 * a page that is not in memory, as one of constants that nobody has touched yet.
 */
static __always_inline _Bool read_word(
        const struct tally_selector *selector, const __u64 arguments[8], __u64 *ret)
{
        __u64 first = arguments[selector->argument & 7];
        __u32 half;

        if (selector->source == TALLY_ARGUMENT) {
                *ret = (__u32)first;
                return 1;
        }
        if (selector->source == TALLY_PAIR) {
                *ret = first << 32 | (__u32)arguments[(selector->argument + 1) & 7];
                return 1;
        }
        if (selector->size == sizeof(*ret))
                return bpf_probe_read_user(ret, sizeof(*ret), (void *)(first + selector->offset)) ==
                       0;
        if (bpf_probe_read_user(&half, sizeof(half), (void *)(first + selector->offset)))
                return 0;
        *ret = half;
        return 1;
}

static __always_inline void count_words(struct pt_regs *regs, __u32 abi, __u32 number)
{
        __u32 call = tally_call(abi, number);
        struct tally_word key = {.abi = abi, .number = number};
        const struct tally_selectors *found;
        __u64 arguments[8] = {}; /* two more than there are, for an index that the kernel trusts */

        if (number >= TALLY_NUMBER_LIMIT)
                return;
        found = bpf_map_lookup_elem(&selectors, &call);
        if (!found || !found->count)
                return;
        call_arguments(regs, abi, arguments);
        for (__u32 i = 0; i < TALLY_SELECTORS_MAX; i++) {
                if (i >= found->count || !read_word(&found->list[i], arguments, &key.word))
                        continue;
                key.selector = i;
                key.word &= found->list[i].mask;
                count_key(&words, &key, &lost_words);
        }
}

static __always_inline void count(struct task_struct *task, struct pt_regs *regs, __u32 raw_number)
{
        __u32 abi = call_abi(task, raw_number);
        __u32 number = bare_number(abi, raw_number);

        count_number(abi, number);
        if (with_values)
                count_words(regs, abi, number);
}

/* What a process is called in the pid namespace that it was made in or in one around, by level. */
struct process_number {
        __u32 number;
        __u64 space; /* address of the namespace, 0 where there is none of that level */
};

static __always_inline struct process_number number_of(struct pid *pid, __u32 level)
{
        struct process_number number = {};
        struct upid *upid;

        if (level > pid->level)
                return number;
        upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
               level * bpf_core_type_size(struct upid);
        number.number = BPF_CORE_READ(upid, nr);
        number.space = (__u64)BPF_CORE_READ(upid, ns);
        return number;
}

/*
 * A call of the launcher is not the application's, but for the execve that makes it the
 * application, where that is to be counted: once, even if several paths are tried. With a scope it
 * depends on what is executed, see execute(), and here is only noted where that is.
 */
static __always_inline void enter_launcher(
        struct task_struct *task, struct pt_regs *regs, __u32 raw_number)
{
        if (raw_number != EXECVE_NUMBER || is_marked(task))
                return;
        if (with_scope) {
                sandbox_level = task->thread_pid->level;
                sandbox = number_of(task->thread_pid, sandbox_level).space;
                launcher = (__u64)task;
                return;
        }
        mark(task);
        if (count_launch)
                count(task, regs, raw_number);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(enter, struct pt_regs *regs, long raw_number)
{
        struct task_struct *task = bpf_get_current_task_btf();

        if (cookie && sixth_argument(regs) == cookie)
                enter_launcher(task, regs, raw_number);
        else if (is_marked(task))
                count(task, regs, raw_number);
        return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(leave, struct pt_regs *regs, long result)
{
        struct task_struct *task = bpf_get_current_task_btf();
        __u32 raw_number = call_number(regs);
        struct tally_error key = {};

        if (result > -1 || result < -4095 || sixth_argument(regs) == cookie || !is_marked(task))
                return 0;
        key.abi = call_abi(task, raw_number);
        key.number = bare_number(key.abi, raw_number);
        key.errnum = -result;
        if (bare_number(key.abi, raw_number) >= TALLY_NUMBER_LIMIT)
                return 0; /* noted when it was entered */
        count_key(&errors, &key, &lost_errors);
        return 0;
}

/* Processes and threads alike: the child has not run yet. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(fork, struct task_struct *parent, struct task_struct *child)
{
        if (is_marked(parent))
                mark(child);
        return 0;
}

/*
 * With a scope: the exec has succeeded, what was said of it comes true. All other threads of the
 * process are no more, and this one has the process' number.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(execute, struct task_struct *task)
{
        struct tally_judgements *page;
        unsigned char *judgement;
        struct process_number process;
        __u32 key;

        if (!sandbox)
                return 0;
        process = number_of(task->thread_pid, sandbox_level);
        if (process.space != sandbox)
                return 0;
        key = process.number / TALLY_PAGE_SIZE;
        page = bpf_map_lookup_elem(&judgements, &key);
        if (!page)
                return 0;
        judgement = &page->of[process.number % TALLY_PAGE_SIZE];
        if (*judgement == JUDGEMENT_CONSIDERED) {
                mark(task);
                if (count_launch && (__u64)task == launcher)
                        count_number(TALLY_NATIVE, EXECVE_NUMBER);
        } else if (*judgement == JUDGEMENT_OTHER) {
                unmark(task);
        }
        *judgement = JUDGEMENT_NONE;
        if ((__u64)task == launcher)
                launcher = 0;
        return 0;
}

/* In do_exit(): the task makes no further call. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(finish, struct task_struct *task)
{
        unmark(task);
        return 0;
}
