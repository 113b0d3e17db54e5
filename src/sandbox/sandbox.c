/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "sandbox/root.h"

/* What the first process tells of its set-up, in memory shared with the caller. */
struct report {
        struct error error;
        int result;    /* of the set-up: 0, or -errno with the message above */
        bool finished; /* with the set-up: `result` holds */
};

struct sandbox {
        pid_t pid;
        int pidfd;
        bool reaped;
        struct report *report;
};

/* Only what the first process needs between its start and `entry`. */
struct start {
        const struct sandbox_options *options;
        bool unprivileged;
        int parent; /* a pidfd of the caller */
};

/*
 * The user's own identity is the only one that may be mapped without help from outside; every other
 * owner appears as the overflow user. setgroups(2) has to be given up for the group's sake.
 */
static int map_identity(uid_t uid, gid_t gid, struct error *error)
{
        char line[64];
        int r;

        /* /proc/self belongs to root while the process is not dumpable, as of an unreadable
         * executable. */
        prctl(PR_SET_DUMPABLE, 1);
        r = write_file("/proc/self/setgroups", "deny");
        if (r == 0) {
                snprintf(line, sizeof(line), "%u %u 1", gid, gid);
                r = write_file("/proc/self/gid_map", line);
        }
        if (r == 0) {
                snprintf(line, sizeof(line), "%u %u 1", uid, uid);
                r = write_file("/proc/self/uid_map", line);
        }
        if (r < 0)
                return error_errno(error, -r, "mapping the user into a namespace");
        return 0;
}

/* Ties the life of the sandbox to the caller's. */
static int die_with_parent(int parent, struct error *error)
{
        struct pollfd event = {.fd = parent, .events = POLLIN};

        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                return error_errno(error, errno, "setting the parent-death signal");
        /* It may have died before that. getppid(2) cannot tell: a parent in another pid namespace
         * is 0. */
        if (poll(&event, 1, 0) != 0)
                return error_set(error, ESRCH, "loupe is gone");
        return 0;
}

static int loopback_up(struct error *error)
{
        struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
        CLEANUP_CLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
                return error_errno(error, errno, "bringing up the loopback interface");
        return 0;
}

/*
 * Crashes are everyday here. A limit of one byte stops core files, and unlike zero also keeps the
 * kernel from starting the host's crash handler (core(5)): it takes it for a crash of the handler
 * itself.
 */
static void limit_core_dumps(void)
{
        struct rlimit limit;

        if (getrlimit(RLIMIT_CORE, &limit) < 0 || limit.rlim_cur == 0)
                return;
        limit.rlim_cur = 1;
        setrlimit(RLIMIT_CORE, &limit);
}

static void reset_signals(void)
{
        sigset_t none;

        for (int number = 1; number < NSIG; number++)
                signal(number, SIG_DFL);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
}

static int set_up(const struct start *start, struct error *error)
{
        static const char host_name[] = "loupe";
        uid_t uid = getuid();
        gid_t gid = getgid();
        int r;

        r = die_with_parent(start->parent, error);
        if (r < 0)
                return r;
        reset_signals();
        limit_core_dumps();
        if (start->unprivileged) {
                r = map_identity(uid, gid, error);
                if (r < 0)
                        return r;
        }
        /* Modes are given as they are to be while the file system is built. */
        umask(0);
        r = root_enter(start->options, start->unprivileged, error);
        if (r < 0)
                return r;
        umask(022);
        r = loopback_up(error);
        if (r < 0)
                return r;
        if (sethostname(host_name, strlen(host_name)) < 0)
                return error_errno(error, errno, "setting the host name");
        if (prctl(PR_SET_DUMPABLE, 0) < 0)
                return error_errno(error, errno, "protecting the sandbox's first process");
        return 0;
}

/*
 * Forks into new namespaces. Without a stack clone3(2) is fork(2), but for what the C library does
 * about threads and at-fork handlers, neither of which are there.
 */
static pid_t fork_into_namespaces(bool unprivileged, int *ret_pidfd)
{
        struct clone_args arguments = {
                .flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                         CLONE_NEWCGROUP | CLONE_PIDFD | (unprivileged ? CLONE_NEWUSER : 0),
                .pidfd = (uint64_t)(uintptr_t)ret_pidfd,
                .exit_signal = SIGCHLD,
        };

        return syscall(SYS_clone3, &arguments, sizeof(arguments));
}

static int start_error(struct error *error, int errnum, bool unprivileged)
{
        if (unprivileged && errnum == EPERM)
                return error_set(error, errnum,
                        "this system does not let ordinary users create namespaces "
                        "(see /proc/sys/user/max_user_namespaces), and loupe is not root");
        if (errnum == ENOSPC)
                return error_set(error, errnum,
                        "no more namespaces may be created (see /proc/sys/user/max_*_namespaces)");
        return error_errno(error, errnum, "creating the sandbox's namespaces");
}

int sandbox_start(const struct sandbox_options *options, int (*entry)(void *context), void *context,
        struct sandbox **ret, struct error *error)
{
        CLEANUP_SANDBOX struct sandbox *sandbox = calloc(1, sizeof(*sandbox));
        CLEANUP_CLOSE int parent = pidfd_open(getpid(), 0);
        struct start start = {
                .options = options, .unprivileged = sandbox_is_unprivileged(), .parent = parent};
        struct report *report;
        int pidfd = -1;

        if (!sandbox)
                return error_errno(error, ENOMEM, "starting a sandbox");
        *sandbox = (struct sandbox){.pid = -1, .pidfd = -1};
        if (parent < 0)
                return error_errno(error, errno, "opening a pidfd");
        report = mmap(
                NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (report == MAP_FAILED)
                return error_errno(error, errno, "mapping memory");
        sandbox->report = report;

        sandbox->pid = fork_into_namespaces(start.unprivileged, &pidfd);
        if (sandbox->pid < 0)
                return start_error(error, errno, start.unprivileged);
        if (sandbox->pid == 0) {
                report->result = set_up(&start, &report->error);
                report->finished = true;
                _exit(report->result < 0 ? EXIT_FAILURE : entry(context));
        }
        sandbox->pidfd = pidfd;
        *ret = steal_pointer(sandbox);
        return 0;
}

int sandbox_pidfd(const struct sandbox *sandbox)
{
        return sandbox->pidfd;
}

void sandbox_kill(struct sandbox *sandbox)
{
        pidfd_send_signal(sandbox->pidfd, SIGKILL, NULL, 0);
}

static int reap(struct sandbox *sandbox, int *ret_status, struct rusage *ret_usage)
{
        struct rusage usage;
        int status;
        pid_t pid;

        do
                pid = wait4(sandbox->pid, &status, 0, &usage);
        while (pid < 0 && errno == EINTR);
        sandbox->reaped = true;
        if (pid < 0)
                return -errno;
        *ret_status = status;
        *ret_usage = usage;
        return 0;
}

int sandbox_finish(
        struct sandbox *sandbox, int *ret_status, struct rusage *ret_usage, struct error *error)
{
        const struct report *report = sandbox->report;
        struct rusage usage = {};
        int status = 0, r;

        r = reap(sandbox, &status, &usage);
        if (r < 0)
                return error_errno(error, -r, "waiting for the sandbox");
        if (!report->finished)
                return error_set(error, EINTR, "setting up the sandbox: killed meanwhile");
        if (report->result < 0) {
                error_set(error, -report->result, "%s", report->error.message);
                return error_prefix(error, report->result, "setting up the sandbox");
        }
        *ret_status = status;
        *ret_usage = usage;
        return 0;
}

struct sandbox *sandbox_free(struct sandbox *sandbox)
{
        struct rusage usage;
        int status;

        if (!sandbox)
                return NULL;
        if (sandbox->pid > 0 && !sandbox->reaped) {
                sandbox_kill(sandbox);
                reap(sandbox, &status, &usage);
        }
        closep(&sandbox->pidfd);
        if (sandbox->report)
                munmap(sandbox->report, sizeof(*sandbox->report));
        free(sandbox);
        return NULL;
}
