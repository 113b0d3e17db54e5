/* SPDX-License-Identifier: BSD-3-Clause */
#include "observe/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/descriptor.h"
#include "base/io.h"
#include "observe/breakpoint.h"
#include "observe/ledger.h"
#include "observe/tracer.h"

/*
 * Starts the tracing process (tracer.c) and reads, later, what it wrote in the ledger.
 *
 * That process is loupe's child and stays outside of the sandbox, where the application cannot see
 * it, nor kill it. It is told of the launcher by a pidfd, since the launcher's number in the
 * sandbox means nothing outside.
 */

struct ptrace_observer {
        struct observer_options options;
        struct ledger *ledger; /* shared with the tracer */
        int link;              /* to the tracer, or -1 */
        pid_t tracer;          /* or 0 */
};

/* Waits for the tracer's end, where there is one. Returns its status as of wait(2). */
static int reap_tracer(struct ptrace_observer *observer)
{
        int status = 0;

        closep(&observer->link);
        observer->link = -1;
        while (observer->tracer > 0 && waitpid(observer->tracer, &status, 0) < 0 && errno == EINTR)
                ;
        observer->tracer = 0;
        return status;
}

static void ptrace_close(void *state)
{
        struct ptrace_observer *observer = state;

        if (observer->tracer > 0)
                kill(observer->tracer, SIGKILL);
        reap_tracer(observer);
        ledger_free(observer->ledger);
        free(observer);
}

static int ptrace_open(
        const struct observer_options *options, void **ret_state, struct error *error)
{
        CLEANUP_FREE struct ptrace_observer *observer = calloc(1, sizeof(*observer));
        int r;

        if (!observer)
                return error_errno(error, ENOMEM, "preparing the ptrace observer");
        r = options->find_main ? breakpoint_probe(error) : 0;
        if (r < 0)
                return r;
        observer->options = *options;
        observer->link = -1;
        observer->ledger = ledger_new();
        if (!observer->ledger)
                return error_errno(error, errno, "preparing the ptrace observer");
        *ret_state = steal_pointer(observer);
        return 0;
}

/* The number that a process has here, outside of the sandbox, or -errno. */
static pid_t process_of(int pidfd)
{
        CLEANUP_FREE char *text = NULL;
        char path[64];
        const char *line;
        int r;

        snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
        r = read_file(path, 4096, &text, NULL);
        if (r < 0)
                return r;
        line = strstr(text, "\nPid:");
        /* 0 and -1 stand for a process that cannot be seen from here, or is no more. */
        return line && atoi(line + strlen("\nPid:")) > 0 ? atoi(line + strlen("\nPid:")) : -ESRCH;
}

/* Waits for the launcher and takes hold of it. Returns 0 or -errno. */
static int seize_launcher(int link)
{
        CLEANUP_CLOSE int pidfd = descriptor_receive(link);
        pid_t launcher;

        if (pidfd < 0)
                return pidfd;
        launcher = process_of(pidfd);
        return launcher < 0 ? launcher : tracer_seize(launcher);
}

/*
 * Life of the tracing process. It keeps no descriptor of the caller's, as whoever reads from a pipe
 * that the application writes to waits for its last end to close. It is not to be ended by signals
 * meant for the application, as from the terminal.
 */
static void trace(const struct ptrace_observer *observer, int link)
{
        sigset_t all;
        int proc, r;

        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (dup2(link, STDERR_FILENO + 1) < 0)
                _exit(1);
        link = STDERR_FILENO + 1;
        close_range(link + 1, ~0u, 0);
        proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
        r = seize_launcher(link);
        /* Where the other end is closed no run has come about: that is no failure. */
        if (r == -EPIPE)
                _exit(0);
        if (write_all(link, &r, sizeof(r)) < 0 || r < 0)
                _exit(1);
        close(link);
        tracer_follow(observer->ledger, &observer->options, proc);
        _exit(0);
}

static int ptrace_begin(void *state, uint64_t cookie, struct error *error)
{
        struct ptrace_observer *observer = state;
        int ends[2];

        (void)cookie; /* the filter lets calls that carry it pass, without a stop */
        ledger_reset(observer->ledger);
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return error_errno(error, errno, "starting the tracer");
        observer->tracer = fork();
        if (observer->tracer == 0)
                trace(observer, ends[1]);
        close(ends[1]);
        observer->link = ends[0];
        if (observer->tracer < 0) {
                observer->tracer = 0;
                return error_errno(error, errno, "starting the tracer");
        }
        return 0;
}

static int ptrace_attach(void *state, pid_t launcher, struct error *error)
{
        const struct ptrace_observer *observer = state;
        CLEANUP_CLOSE int pidfd = pidfd_open(launcher, 0);
        int answer = -EPIPE, r;

        if (pidfd < 0)
                return error_errno(error, errno, "tracing the application");
        r = descriptor_send(observer->link, pidfd);
        if (r == 0 && read_all(observer->link, &answer, sizeof(answer)) >= 0)
                r = answer;
        return r < 0 ? error_errno(error, -r, "tracing the application") : 0;
}

static int ptrace_end(void *state, struct observation *observation, struct error *error)
{
        struct ptrace_observer *observer = state;

        if (reap_tracer(observer) != 0)
                return error_set(error, ECHILD, "the tracer did not get to its end");
        observation->phased = observer->options.find_main != NULL;
        return ledger_read(observer->ledger, observation, error);
}

const struct observer_backend observer_ptrace = {
        .kind = OBSERVER_PTRACE,
        .name = "ptrace",
        .traces = true,
        .open = ptrace_open,
        .close = ptrace_close,
        .begin = ptrace_begin,
        .attach = ptrace_attach,
        .end = ptrace_end,
};
