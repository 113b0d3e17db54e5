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

/* Set before the run. The sixth argument of calls that the launcher makes; 0 is nobody's. */
__u64 cookie;
_Bool count_launch;

/* What was not counted, by reason. */
__u64 lost_tasks;
__u64 lost_numbers;
__u64 lost_errors;

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

static __always_inline void count(struct task_struct *task, __u32 raw_number)
{
        __u32 abi = call_abi(task, raw_number);
        __u32 number = bare_number(abi, raw_number);
        struct tally_calls *tally = bpf_map_lookup_elem(&calls, &abi);

        if (tally && number < TALLY_NUMBER_LIMIT)
                tally->count[number]++;
        else
                __sync_fetch_and_add(&lost_numbers, 1);
}

/*
 * A call of the launcher is not the application's, but for the execve that makes it the
 * application, where that is to be counted: once, even if several paths are tried.
 */
static __always_inline void enter_launcher(struct task_struct *task, __u32 raw_number)
{
        if (raw_number != EXECVE_NUMBER || is_marked(task))
                return;
        mark(task);
        if (count_launch)
                count(task, raw_number);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(enter, struct pt_regs *regs, long raw_number)
{
        struct task_struct *task = bpf_get_current_task_btf();

        if (cookie && sixth_argument(regs) == cookie)
                enter_launcher(task, raw_number);
        else if (is_marked(task))
                count(task, raw_number);
        return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(leave, struct pt_regs *regs, long result)
{
        struct task_struct *task = bpf_get_current_task_btf();
        __u32 raw_number = call_number(regs);
        struct tally_error key = {};
        __u64 none = 0;
        __u64 *value;

        if (result > -1 || result < -4095 || sixth_argument(regs) == cookie || !is_marked(task))
                return 0;
        key.abi = call_abi(task, raw_number);
        key.number = bare_number(key.abi, raw_number);
        key.errnum = -result;
        if (bare_number(key.abi, raw_number) >= TALLY_NUMBER_LIMIT)
                return 0; /* noted when it was entered */
        value = bpf_map_lookup_elem(&errors, &key);
        if (!value) {
                /* Another processor may be quicker: whoever adds it, both find it. */
                bpf_map_update_elem(&errors, &key, &none, BPF_NOEXIST);
                value = bpf_map_lookup_elem(&errors, &key);
        }
        __sync_fetch_and_add(value ? value : &lost_errors, 1);
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

/* In do_exit(): the task makes no further call. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(finish, struct task_struct *task)
{
        __u64 key = (__u64)task;

        bpf_map_delete_elem(&marked, &key);
        return 0;
}
