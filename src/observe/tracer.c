/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/tracer.h"

#include <errno.h>
#include <search.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "arch/syscalls.h"
#include "feature/selector.h"
#include "observe/backend.h"
#include "observe/breakpoint.h"
#include "observe/phases.h"
#include "policy/mapping.h"

/*
 * The kernel reports through waitpid(); a report is classified (classify()) and then acted upon
 * (act()), which ends with letting the thread go on.
 *
 * Any thread may be killed at any time. Then ptrace() fails with ESRCH, which is ignored: the end
 * is reported by waitpid() all the same.
 *
 * As PTRACE_SEIZE was used, every stop that is the tracer's own business is told by an event in the
 * status' upper half, or by the bit of TRACESYSGOOD; what remains are signals on their way to the
 * application.
 *
 * With a scope every thread has a state: whether its process is considered. That changes only by
 * an exec, after which the process has one thread; each new thread or process is as the one that
 * made it. The kernel may report a child before it reports that its parent made one: such a child
 * is not let go on until then. The same holds for phases (phases.h), which threads share with their
 * process.
 */

#define SYSCALL_STOP (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */

/* Reports taken from the kernel before the first is acted upon. */
#define REPORTS_MAX 64

enum event {
        EVENT_ENDED,      /* the thread is no more */
        EVENT_CALL,       /* it is about to make a system call */
        EVENT_RETURN,     /* the system call is done, its result not yet seen by the thread */
        EVENT_EXECUTED,   /* its process has a new program */
        EVENT_GROUP_STOP, /* its process was stopped by a signal, as by Ctrl-Z */
        EVENT_SIGNAL,     /* it is about to get a signal */
        EVENT_CHILD,      /* it has made a process or a thread */
        EVENT_OTHER,      /* it has started, or been continued: nothing to note */
};

struct report {
        pid_t thread;
        int status;
};

/* Kept for a thread only where errors, objects or phases are asked for, or there is a scope. */
struct tracee {
        pid_t thread;
        bool considered;         /* its calls are noted; always, where there is no scope */
        bool judged;             /* by what it executes itself, not by its parent */
        bool watched;            /* it has a breakpoint where main() begins */
        struct process *process; /* NULL: phases are not asked for, or it is not considered */
        bool in_call;            /* it will be stopped when the call returns */
        enum abi abi;            /* of that call, likewise the number */
        int number;
        struct mapping_cache {
                uint64_t start; /* addresses, of the mapping that made the last call */
                uint64_t end;
                int path; /* number of its path in the ledger */
                uint64_t generation;
        } cache;
};

/* The calls after which an address may belong to another file than before. */
static const char *const mapping_calls[] = {"mmap", "mmap2", "mremap", "munmap", "shmat", "shmdt"};

struct tracer {
        struct ledger *ledger;
        const struct observer_options *options;
        int proc;
        struct phases phases;
        void *tracees;              /* tsearch(3) tree of struct tracee, by thread */
        VECTOR(struct report) held; /* first reports of children whose parents are not known yet */
        bool launched;              /* the launching execve has taken place */
        int mapping_numbers[ABI_COUNT][ARRAY_SIZE(mapping_calls)]; /* or -1 */
        uint64_t generation; /* counted up when any process may have changed what it has mapped */
};

int tracer_seize(pid_t launcher)
{
        long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                       PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD |
                       PTRACE_O_EXITKILL;

        return ptrace(PTRACE_SEIZE, launcher, NULL, options) < 0 ? -errno : 0;
}

static int tracee_compare(const void *a, const void *b)
{
        const struct tracee *left = a, *right = b;

        return (left->thread > right->thread) - (left->thread < right->thread);
}

static struct tracee *tracee_find(const struct tracer *tracer, pid_t thread)
{
        struct tracee **found =
                tfind(&(struct tracee){.thread = thread}, &tracer->tracees, tracee_compare);

        return found ? *found : NULL;
}

/* Finds or adds; NULL when out of memory. */
static struct tracee *tracee_get(struct tracer *tracer, pid_t thread)
{
        struct tracee *tracee = tracee_find(tracer, thread);

        if (tracee)
                return tracee;
        tracee = calloc(1, sizeof(*tracee));
        if (!tracee)
                return NULL;
        tracee->thread = thread;
        tracee->considered = !tracer->options->scope;
        if (!tsearch(tracee, &tracer->tracees, tracee_compare)) {
                free(tracee);
                return NULL;
        }
        return tracee;
}

static void tracee_free(void *memory)
{
        struct tracee *tracee = memory;

        process_release(tracee->process);
        free(tracee);
}

static void tracee_forget(struct tracer *tracer, pid_t thread)
{
        struct tracee *tracee = tracee_find(tracer, thread);

        if (tracee) {
                tdelete(tracee, &tracer->tracees, tracee_compare);
                tracee_free(tracee);
        }
}

static enum event classify(int status)
{
        int signal = WSTOPSIG(status);

        if (!WIFSTOPPED(status))
                return EVENT_ENDED;
        switch (status >> 16) {
        case 0:
                return signal == SYSCALL_STOP ? EVENT_RETURN : EVENT_SIGNAL;
        case PTRACE_EVENT_SECCOMP:
                return EVENT_CALL;
        case PTRACE_EVENT_EXEC:
                return EVENT_EXECUTED;
        case PTRACE_EVENT_STOP:
                return signal == SIGTRAP ? EVENT_OTHER : EVENT_GROUP_STOP;
        case PTRACE_EVENT_FORK:
        case PTRACE_EVENT_VFORK:
        case PTRACE_EVENT_CLONE:
                return EVENT_CHILD;
        default:
                return EVENT_OTHER;
        }
}

static void find_mapping_calls(struct tracer *tracer)
{
        for (size_t i = 0; i < ARRAY_SIZE(mapping_calls); i++) {
                for (enum abi abi = 0; abi < ABI_COUNT; abi++)
                        tracer->mapping_numbers[abi][i] =
                                syscall_by_name(mapping_calls[i])->numbers[abi];
        }
}

static bool changes_mappings(const struct tracer *tracer, enum abi abi, int number)
{
        for (size_t i = 0; i < ARRAY_SIZE(mapping_calls); i++) {
                if (tracer->mapping_numbers[abi][i] == number)
                        return true;
        }
        return false;
}

/*
 * The number in the ledger of the file that `tracee` has mapped at `address`. One thread calls from
 * one place most of the time, the C library: the last mapping is remembered as long as nothing
 * changed.
 */
static int object_at(struct tracer *tracer, struct tracee *tracee, uint64_t address)
{
        struct mapping_cache *cache = &tracee->cache;
        struct mapping mapping = {};

        if (cache->generation != tracer->generation || address < cache->start ||
                address >= cache->end) {
                *cache = (struct mapping_cache){.path = -1};
                if (mapping_find(tracer->proc, tracee->thread, address, &mapping) < 0)
                        return ledger_path(tracer->ledger, "[unknown]");
                *cache = (struct mapping_cache){
                        .start = mapping.start,
                        .end = mapping.end,
                        .path = ledger_path(
                                tracer->ledger, mapping.path[0] ? mapping.path : "[anonymous]"),
                        .generation = tracer->generation,
                };
                mapping_clear(&mapping);
        }
        return cache->path;
}

/* Notes what takes a memory of the thread; `address` is behind the instruction that calls. */
static void note_details(
        struct tracer *tracer, pid_t thread, enum abi abi, int number, uint64_t address)
{
        struct tracee *tracee = tracee_get(tracer, thread);

        if (!tracee) {
                ledger_lose(tracer->ledger);
                return;
        }
        tracee->abi = abi;
        tracee->number = number;
        tracee->in_call = tracer->options->errors;
        if (!tracer->options->objects)
                return;
        ledger_count_object(tracer->ledger, abi, number, object_at(tracer, tracee, address - 1));
        if (changes_mappings(tracer, abi, number)) {
                tracer->generation++;
                tracee->in_call = true; /* once more when it is done */
        }
}

/*
 * The masked word of a selector. Returns false where it is in memory that cannot be read: the
 * kernel cannot read it either, and nothing is selected.
 */
static bool read_word(struct tracer *tracer, pid_t thread, const struct selector *selector,
        const uint64_t arguments[6], uint64_t *ret)
{
        uint64_t address = arguments[selector->argument] + selector->offset;
        uint64_t word = 0; /* of which the lower half comes first */
        struct iovec here = {.iov_base = &word, .iov_len = selector->size};
        struct iovec there = {.iov_base = (void *)address, .iov_len = selector->size};
        ssize_t size;

        if (selector->source == SELECTOR_POINTER) {
                size = process_vm_readv(thread, &here, 1, &there, 1, 0);
                if (size < 0 && errno != EFAULT && errno != ESRCH)
                        ledger_lose_sight(tracer->ledger);
                if (size != (ssize_t)selector->size)
                        return false;
        } else {
                word = selector_word(selector, arguments);
        }
        *ret = word & selector->mask;
        return true;
}

static void note_words(struct tracer *tracer, pid_t thread, enum abi abi, int number,
        enum call_phase phase, const struct __ptrace_syscall_info *info)
{
        uint64_t arguments[6], word;
        size_t count;
        const struct selector *selectors = selectors_of(abi, number, &count);

        for (size_t i = 0; i < ARRAY_SIZE(arguments); i++)
                arguments[i] = info->seccomp.args[i];
        for (size_t i = 0; i < count; i++) {
                if (read_word(tracer, thread, &selectors[i], arguments, &word))
                        ledger_count_word(tracer->ledger, abi, number, i, word, phase);
        }
}

/* False for what a scope leaves out. */
static bool is_considered(const struct tracer *tracer, pid_t thread)
{
        const struct tracee *tracee;

        if (!tracer->options->scope)
                return true;
        tracee = tracee_find(tracer, thread);
        return tracee && tracee->considered;
}

/* ld.so may have mapped by now what it was told to run. */
static enum call_phase phase_of(struct tracer *tracer, pid_t thread)
{
        const struct tracee *tracee = tracer->phases.find ? tracee_find(tracer, thread) : NULL;

        if (!tracee || !tracee->process)
                return CALL_PHASE_UNKNOWN;
        if (tracee->process->is_loading)
                phases_look(&tracer->phases, tracee->process, thread);
        return tracee->process->phase;
}

static void note_call(struct tracer *tracer, pid_t thread)
{
        struct __ptrace_syscall_info info;
        enum call_phase phase;
        enum abi abi;
        int number;

        if (!tracer->launched || !is_considered(tracer, thread))
                return; /* as to the launching execve, see note_program() */
        if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) < 0 ||
                info.op != PTRACE_SYSCALL_INFO_SECCOMP)
                return; /* killed in the meantime */
        if (abi_from_audit(info.arch, info.seccomp.nr, &abi, &number) < 0) {
                ledger_lose(tracer->ledger);
                return;
        }
        phase = phase_of(tracer, thread);
        ledger_count(tracer->ledger, abi, number, phase);
        if (tracer->options->values)
                note_words(tracer, thread, abi, number, phase, &info);
        if (tracer->options->errors || tracer->options->objects)
                note_details(tracer, thread, abi, number, info.instruction_pointer);
}

static void note_return(struct tracer *tracer, pid_t thread)
{
        struct tracee *tracee = tracee_find(tracer, thread);
        struct __ptrace_syscall_info info;

        if (!tracee || !tracee->in_call)
                return;
        tracee->in_call = false;
        if (changes_mappings(tracer, tracee->abi, tracee->number))
                tracer->generation++;
        if (!tracer->options->errors ||
                ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) < 0 ||
                info.op != PTRACE_SYSCALL_INFO_EXIT || !info.exit.is_error)
                return;
        ledger_count_error(
                tracer->ledger, tracee->abi, tracee->number, observer_errnum(-info.exit.rval));
}

/* True where threads have a state that comes from whoever made them. */
static bool has_state(const struct tracer *tracer)
{
        return tracer->options->scope || tracer->phases.find;
}

/*
 * Adds a thread that is in the given state, or gives it to the one that is there. That it cannot be
 * followed any more for want of memory is noted.
 */
static struct tracee *set_state(struct tracer *tracer, pid_t thread, bool considered, bool judged)
{
        struct tracee *tracee = tracee_get(tracer, thread);

        if (tracee) {
                tracee->considered = considered;
                tracee->judged = judged;
        } else {
                ledger_lose(tracer->ledger);
        }
        return tracee;
}

/* Gives a thread the process, which it takes over, unless it has one. NULL: out of memory. */
static void set_process(struct tracer *tracer, struct tracee *tracee, struct process *process)
{
        if (!process)
                ledger_lose(tracer->ledger);
        if (tracee && !tracee->process)
                tracee->process = process;
        else
                process_release(process);
}

/* Judges what the process of `thread` executes. One that is gone makes no call any more. */
static bool judge(struct tracer *tracer, pid_t thread)
{
        int r;

        if (!tracer->options->scope)
                return true;
        r = scope_judge(tracer->options->scope, tracer->proc, thread);

        if (r < 0 && r != -ESRCH)
                ledger_lose_sight(tracer->ledger);
        return r > 0;
}

/*
 * The first program is the application. The launcher's calls before it are not; most pass the
 * filter without a stop. Any later one ends all other threads of its process, and if another than
 * the first thread executed it, that has the first one's number from now on.
 */
static void note_program(struct tracer *tracer, pid_t thread)
{
        const struct syscall_info *execve = syscall_by_name("execve");
        bool launch = !tracer->launched;
        unsigned long former = thread;
        struct tracee *tracee = NULL;

        tracer->launched = true;
        tracer->generation++;
        ptrace(PTRACE_GETEVENTMSG, thread, NULL, &former);
        tracee_forget(tracer, former);
        tracee_forget(tracer, thread);
        if (has_state(tracer))
                tracee = set_state(tracer, thread, judge(tracer, thread), true);
        if (tracee && tracee->considered && tracer->phases.find)
                set_process(tracer, tracee, phases_execute(&tracer->phases, thread));
        if (launch && tracer->options->count_launch && is_considered(tracer, thread))
                ledger_count(tracer->ledger, abi_native(), execve->numbers[abi_native()],
                        phase_of(tracer, thread));
}

/* Has a thread stop where main() begins, as long as its process did not come there. */
static void watch(struct tracer *tracer, struct tracee *tracee)
{
        struct process *process = tracee ? tracee->process : NULL;
        int r;

        if (!process || tracee->watched || process->phase != CALL_BEFORE_MAIN || process->main == 0)
                return;
        r = breakpoint_set(tracee->thread, process->main);
        tracee->watched = r == 0;
        if (r < 0 && r != -ESRCH) {
                ledger_lose_main(tracer->ledger, -r);
                process->phase = CALL_PHASE_UNKNOWN;
        }
}

/* True where a signal is but the sign that a thread has come to main(). */
static bool note_main(struct tracer *tracer, pid_t thread, int signal)
{
        struct tracee *tracee = tracee_find(tracer, thread);

        if (signal != SIGTRAP || !tracee || !tracee->watched || !breakpoint_hit(thread))
                return false;
        tracee->watched = false;
        phases_enter_main(tracee->process, thread);
        return true;
}

static void let_go_on(struct tracer *tracer, pid_t thread, int signal)
{
        struct tracee *tracee = tracee_find(tracer, thread);

        watch(tracer, tracee);
        ptrace(tracee && tracee->in_call ? PTRACE_SYSCALL : PTRACE_CONT, thread, NULL,
                (long)signal);
}

static void act(struct tracer *tracer, pid_t thread, int status);

/* Lets a child go on that was held, where it was. */
static void release(struct tracer *tracer, pid_t thread)
{
        for (size_t i = 0; i < tracer->held.count; i++) {
                struct report report = tracer->held.items[i];

                if (report.thread != thread)
                        continue;
                tracer->held.items[i] = tracer->held.items[--tracer->held.count];
                act(tracer, report.thread, report.status);
                return;
        }
}

/* The process that has made a thread, if the kernel still knows. */
static struct process *likely_maker(const struct tracer *tracer, pid_t thread)
{
        struct relation relation = phases_relation(&tracer->phases, thread);
        const struct tracee *tracee = tracee_find(tracer, relation.process);

        if (!tracee || !tracee->process)
                tracee = tracee_find(tracer, relation.parent);
        return tracee ? tracee->process : NULL;
}

/*
 * A parent that is killed while it makes a child does not report it, nor one whose process executes
 * a program in another thread. So whenever a thread may have come to such an end, those that are
 * held are judged by what they execute, which is what their parents did.
 */
static void release_all(struct tracer *tracer)
{
        for (size_t left = tracer->held.count; left > 0; left--) {
                pid_t thread = tracer->held.items[0].thread;
                struct tracee *tracee = set_state(tracer, thread, judge(tracer, thread), false);

                if (tracee && tracee->considered && tracer->phases.find)
                        set_process(tracer, tracee,
                                phases_child(
                                        &tracer->phases, likely_maker(tracer, thread), thread));
                release(tracer, thread);
        }
}

/* A child is as its parent. It may have been let go on already, and even have executed something.
 */
static void note_child(struct tracer *tracer, pid_t thread)
{
        const struct tracee *parent = tracee_find(tracer, thread);
        struct tracee *child;
        unsigned long number;

        if (!has_state(tracer) || ptrace(PTRACE_GETEVENTMSG, thread, NULL, &number) < 0)
                return;
        child = tracee_find(tracer, (pid_t)number);
        if (!child || !child->judged)
                child = set_state(tracer, (pid_t)number, is_considered(tracer, thread), false);
        if (child && !child->process && parent && parent->process)
                set_process(tracer, child,
                        phases_child(&tracer->phases, parent->process, (pid_t)number));
        release(tracer, (pid_t)number);
}

/* With states: true where the report is kept for later, as it is not known who made the thread. */
static bool hold(struct tracer *tracer, pid_t thread, int status)
{
        struct report *report;

        if (!has_state(tracer) || !tracer->launched || tracee_find(tracer, thread))
                return false;
        report = vector_add(&tracer->held);
        if (report)
                *report = (struct report){thread, status};
        else
                ledger_lose(tracer->ledger);
        return report != NULL;
}

static void forget(struct tracer *tracer, pid_t thread)
{
        for (size_t i = 0; i < tracer->held.count; i++) {
                if (tracer->held.items[i].thread == thread)
                        tracer->held.items[i--] = tracer->held.items[--tracer->held.count];
        }
        tracee_forget(tracer, thread);
        release_all(tracer);
}

static void act(struct tracer *tracer, pid_t thread, int status)
{
        enum event event = classify(status);
        int signal = 0;

        if (event != EVENT_ENDED && event != EVENT_EXECUTED && hold(tracer, thread, status))
                return;
        switch (event) {
        case EVENT_ENDED:
                forget(tracer, thread);
                return;
        case EVENT_GROUP_STOP:
                ptrace(PTRACE_LISTEN, thread, NULL, NULL); /* stays stopped until SIGCONT */
                return;
        case EVENT_CALL:
                note_call(tracer, thread);
                break;
        case EVENT_RETURN:
                note_return(tracer, thread);
                break;
        case EVENT_EXECUTED:
                note_program(tracer, thread);
                release_all(tracer);
                break;
        case EVENT_CHILD:
                note_child(tracer, thread);
                break;
        case EVENT_SIGNAL:
                signal = note_main(tracer, thread, WSTOPSIG(status)) ? 0 : WSTOPSIG(status);
                break;
        case EVENT_OTHER:
                break;
        }
        let_go_on(tracer, thread, signal);
}

/*
 * Waits for a report, then takes what else is there: the kernel looks through the threads in always
 * the same order, so that of many that are busy, the last would never have their turn. Returns the
 * number of reports, 0 when nothing is left to be followed.
 */
static size_t collect(struct report reports[REPORTS_MAX])
{
        size_t count = 0;

        while (count < REPORTS_MAX) {
                struct report *report = &reports[count];

                report->thread = waitpid(-1, &report->status, __WALL | (count ? WNOHANG : 0));
                if (report->thread > 0)
                        count++;
                else if (report->thread == 0 || errno != EINTR)
                        break;
        }
        return count;
}

void tracer_follow(struct ledger *ledger, const struct observer_options *options, int proc)
{
        struct tracer tracer = {
                .ledger = ledger,
                .options = options,
                .proc = proc,
                .phases = {.find = options->find_main, .ledger = ledger, .proc = proc},
        };
        struct report reports[REPORTS_MAX];
        size_t count;

        find_mapping_calls(&tracer);
        while ((count = collect(reports)) > 0) {
                for (size_t i = 0; i < count; i++)
                        act(&tracer, reports[i].thread, reports[i].status);
        }
        vector_clear(&tracer.held);
        tdestroy(tracer.tracees, tracee_free);
        phases_clear(&tracer.phases);
}
