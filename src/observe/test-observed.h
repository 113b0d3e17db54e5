/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * For tests of observers: runs a program under one, in a small sandbox made here: a pid and a mount
 * namespace (and a user namespace for an ordinary user) whose first process launches the
 * application as the run layer does, and waits until nothing is left.
 *
 * With a scope, and an observer that does not judge for itself, every exec is answered by a process
 * that does what a supervisor would, as far as the observer is concerned.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "arch/syscalls.h"
#include "base/descriptor.h"
#include "base/io.h"
#include "observe/observer.h"
#include "observe/probe-path.h"
#include "policy/filter.h"

struct application {
        const char *command[8];
        bool kill_blocked; /* it writes a byte to its output and blocks; is killed then */
        bool counts_vary;  /* it forks while its children end: either makes the kernel start a call
                              anew */
        const char *bystander; /* the probe's mode that runs unobserved at the same time, or NULL */
};

struct launch {
        const struct application *application;
        const struct scope *scope;
        struct observer *observer;
        struct filter *filter;
        uint64_t cookie;
        struct error *error; /* in shared memory */
};

/* True where execs are to be told to the observer. */
static inline bool is_supervised(const struct launch *launch)
{
        return launch->scope && !observer_traces(launch->observer);
}

/* A filter under which each execve waits for an answer. Returns its listener. */
static inline int install_exec_filter(void)
{
        struct sock_filter instructions[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const struct sock_fprog program = {ARRAY_SIZE(instructions), instructions};

        return syscall(
                SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static inline void launcher(const struct launch *launch, int go, int output, int supervisor)
{
        int listener;
        char byte;

        dup2(output, STDOUT_FILENO);
        if (read(go, &byte, 1) != 1 ||
                (!filter_is_empty(launch->filter) && filter_install(launch->filter, &listener) < 0))
                _exit(125);
        if (is_supervised(launch)) {
                listener = install_exec_filter();
                if (listener < 0 || descriptor_send(supervisor, listener) < 0)
                        _exit(125);
                close(listener);
        }
        filter_bypass(launch->cookie, SYS_execve, (long)launch->application->command[0],
                (long)launch->application->command, (long)environ, 0, 0);
        filter_bypass(launch->cookie, SYS_exit_group, 127, 0, 0, 0, 0);
}

static inline void wait_until_blocked(pid_t pid, int output)
{
        char path[64], *text = NULL;
        char byte, state = 'R';

        if (read(output, &byte, 1) != 1)
                _exit(124);
        snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
        while (state != 'S') {
                if (read_file(path, 4096, &text, NULL) < 0)
                        _exit(124);
                state = strrchr(text, ')')[2];
                free(text);
                usleep(1000);
        }
}

/* The process that a thread belongs to; -1 where it is gone. */
static inline pid_t process_of_thread(pid_t thread)
{
        char path[64], *text = NULL;
        pid_t process = -1;

        snprintf(path, sizeof(path), "/proc/%d/status", (int)thread);
        if (read_file(path, 1u << 16, &text, NULL) >= 0)
                process = atoi(strstr(text, "\nTgid:") + strlen("\nTgid:"));
        free(text);
        return process;
}

/* Judges an exec by its path. */
static inline void judge_exec(const struct launch *launch, const struct seccomp_notif *call)
{
        pid_t process = process_of_thread((pid_t)call->pid);
        char path[4096] = "", link[64];
        struct iovec here = {path, sizeof(path) - 1};
        struct iovec there = {(void *)(uintptr_t)call->data.args[0], sizeof(path) - 1};

        process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0);
        if (strcmp(path, "/proc/self/exe") == 0) {
                snprintf(link, sizeof(link), "/proc/%d/exe", (int)process);
                memset(path, 0, sizeof(path));
                if (readlink(link, path, sizeof(path) - 1) < 0)
                        _exit(1);
        }
        if (process > 0 &&
                observer_judged(launch->observer, process, scope_matches(launch->scope, path)) < 0)
                _exit(1);
}

/* Judges all execs and lets them go on, until nobody is left who could make one. */
static inline void supervise(const struct launch *launch, int launcher_link)
{
        int listener = descriptor_receive(launcher_link);

        for (;;) {
                struct seccomp_notif call = {};
                struct seccomp_notif_resp answer = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
                struct pollfd poll_listener = {.fd = listener, .events = POLLIN};

                if (poll(&poll_listener, 1, -1) < 0 || !(poll_listener.revents & POLLIN))
                        _exit(0);
                if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
                        continue;
                judge_exec(launch, &call);
                answer.id = call.id;
                ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
        }
}

static inline void run_bystander(const char *mode)
{
        pid_t pid = fork();

        if (pid == 0) {
                execl(OBSERVE_PROBE, OBSERVE_PROBE, mode, NULL);
                _exit(127);
        }
        waitpid(pid, NULL, 0);
}

/* The sandbox's first process. Returns how the application ended, as a shell would. */
static inline int conduct(const struct launch *launch)
{
        pid_t application, pid;
        int go[2], output[2], supervisor[2], status, answer = 124;

        prctl(PR_SET_DUMPABLE, 0); /* as sandboxes' first processes are */
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
        if (mount("proc", "/proc", "proc", 0, NULL) < 0 || pipe2(go, O_CLOEXEC) < 0 ||
                pipe2(output, O_CLOEXEC) < 0 ||
                socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, supervisor) < 0)
                return error_errno(launch->error, errno, "setting up the sandbox"), 124;
        /* What an ordinary user is to trace must be dumpable. */
        prctl(PR_SET_DUMPABLE, 1);
        application = fork();
        if (application == 0)
                launcher(launch, go[0], output[1], supervisor[1]);
        prctl(PR_SET_DUMPABLE, 0);
        if (is_supervised(launch) && fork() == 0)
                supervise(launch, supervisor[0]);
        if (observer_attach(launch->observer, application, launch->error) < 0 ||
                write_all(go[1], "g", 1) < 0)
                return 124;
        close(output[1]);
        if (launch->application->bystander)
                run_bystander(launch->application->bystander);
        if (launch->application->kill_blocked) {
                wait_until_blocked(application, output[0]);
                kill(application, SIGKILL);
        }
        while ((pid = wait(&status)) > 0) {
                if (pid == application)
                        answer = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
        return answer;
}

/* Runs the application under its observer, which begin has been called for. Returns as conduct().
 */
static inline int run_sandbox(const struct launch *launch)
{
        bool ordinary = geteuid() != 0;
        int status;
        pid_t outer = fork();

        if (outer == 0) {
                if (unshare((ordinary ? CLONE_NEWUSER : 0) | CLONE_NEWNS | CLONE_NEWPID) < 0)
                        _exit(122);
                pid_t inner = fork();

                if (inner == 0)
                        _exit(conduct(launch));
                waitpid(inner, &status, 0);
                _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 121);
        }
        waitpid(outer, &status, 0);
        if (launch->error->message[0])
                print_error("%s\n", launch->error->message);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 120;
}

static inline struct launch begin(struct observer *observer, const struct application *application,
        const struct observer_options *options)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        struct launch launch = {
                .application = application,
                .scope = options->scope,
                .observer = observer,
                .cookie = filter_cookie(),
                .error = mmap(NULL, sizeof(struct error), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0),
        };
        const struct filter_options filter_options = {
                .cookie = launch.cookie,
                .count_launch = options->count_launch,
                .trace = observer_traces(observer),
        };

        assert_ptr_not_equal(launch.error, MAP_FAILED);
        assert_int_equal(filter_new(policy, &filter_options, &launch.filter, launch.error), 0);
        if (observer_begin(observer, launch.cookie, launch.error) < 0)
                fail_msg("%s", launch.error->message);
        return launch;
}

static inline void end(struct launch *launch)
{
        filter_free(launch->filter);
        munmap(launch->error, sizeof(*launch->error));
}

static inline struct observer *observer_open(
        enum observer_kind kind, const struct observer_options *options)
{
        struct observer *observer = NULL;
        struct error error = {};

        if (observer_new(kind, options, &observer, &error) < 0) {
                if (kind != OBSERVER_BPF)
                        fail_msg("%s", error.message);
                print_message("no BPF here: %s\n", error.message);
                skip();
        }
        return observer;
}

/* One run from a new observer to its observation; the application must end with `status`. */
static inline void observe(enum observer_kind kind, const struct observer_options *options,
        const struct application *application, int status, struct observation *ret)
{
        CLEANUP_OBSERVER struct observer *observer = observer_open(kind, options);
        struct launch launch = begin(observer, application, options);
        struct error error = {};

        assert_int_equal(run_sandbox(&launch), status);
        if (observer_end(observer, ret, &error) < 0)
                fail_msg("%s", error.message);
        end(&launch);
}

static inline const struct observed_call *find_of(
        const struct observation *observation, enum abi abi, const char *name)
{
        const struct syscall_info *info = syscall_by_name(name);

        return observation_find(
                observation, (struct feature){FEATURE_SYSCALL, abi, info->numbers[abi]});
}

static inline uint64_t count_of(const struct observation *observation, const char *name)
{
        const struct observed_call *call = find_of(observation, abi_native(), name);

        return call ? call->count : 0;
}

/*
 * Calls that a program makes or not, or more or less often, as its threads happen to meet; and
 * wait4, since a tracer is told of SIGCHLD even where the process ignores it, and the call under
 * way is made anew.
 */
static inline bool depends_on_timing(struct feature feature)
{
        static const char *const names[] = {"futex", "wait4"};
        const struct syscall_info *info = syscall_by_number(feature.abi, feature.number);

        for (size_t i = 0; info && i < ARRAY_SIZE(names); i++) {
                if (strcmp(info->name, names[i]) == 0)
                        return true;
        }
        return false;
}

/* All that is in `a` is in `b`; as often, unless `sets_only`. */
static inline void assert_within(
        const struct observation *a, const struct observation *b, bool sets_only)
{
        const struct observed_call *call, *other;
        char name[FEATURE_NAME_MAX];

        vector_for_each(call, &a->calls) {
                if (depends_on_timing(call->feature))
                        continue;
                other = observation_find(b, call->feature);
                if (!other || (other->count != call->count && !sets_only))
                        fail_msg("%s: %llu times in one observation, %llu in the other",
                                feature_name(call->feature, name), (unsigned long long)call->count,
                                other ? (unsigned long long)other->count : 0ull);
        }
}

static inline void assert_equal(
        const struct observation *a, const struct observation *b, bool sets_only)
{
        assert_within(a, b, sets_only);
        assert_within(b, a, sets_only);
}
