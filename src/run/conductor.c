/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/conductor.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/io.h"
#include "policy/supervisor.h"
#include "run/meter.h"
#include "run/output.h"
#include "run/prepare.h"
#include "run/processes.h"
#include "run/ready.h"
#include "sandbox/sandbox.h"
#include "workload/script.h"

/* Exit status of a launched process that could not become the program, as in a shell. */
#define EXIT_NOT_LAUNCHED 127

/* Seconds. Polling starts short, for what is nearly ready, and doubles up to a bound. */
#define POLL_FIRST   0.0003
#define POLL_LONGEST 0.005
#define ASK_FIRST    0.002
#define ASK_LONGEST  0.1

/*
 * When the script says no, the reason is often that the application has just died: its sockets
 * close before its exit can be waited for. It gets these seconds to show up as dead.
 */
#define SETTLE_TIME 0.01

/* Seconds between looks at the processor time in use. */
#define USAGE_INTERVAL 0.05

enum state {
        STATE_WAITING,  /* until the application is ready (server) or has ended (command) */
        STATE_TESTING,  /* the script runs */
        STATE_ASKING,   /* the script wants to be asked again, a little later */
        STATE_SETTLING, /* the script said no: see SETTLE_TIME */
        STATE_DECIDED,
};

struct conductor {
        const struct conductor_options *options;
        const struct workload *workload;
        struct report *report;
        int signals;                   /* signalfd for SIGCHLD */
        struct supervisor *supervisor; /* of the application's filter, or NULL */
        int output; /* what the application writes to, or -1: it has loupe's own stdio */
        int script_output;
        int answer; /* what the script answers to `benchmark`; -1: it is not asked */
        struct meter *meter;
        struct ready_check ready;
        enum state state;
        double start;     /* of the application, on the monotonic clock; so are the next two */
        double wake;      /* when something is to be looked at again */
        double interval;  /* between looks */
        double usage_due; /* when processor time is to be looked at again */
        pid_t application;
        pid_t script;           /* the subreaper above the test script, or 0 */
        bool main_ended;        /* the launched process has ended */
        bool application_ended; /* and so has everything it left behind */
        int application_status; /* as of wait(2), of the process that ended last */
        pid_t ended;            /* that process */
        int script_status;      /* 0 to 255 */
        bool asked_again;       /* the script's last answer */
};

static void decide(struct conductor *conductor, enum outcome_kind kind, int code)
{
        conductor->report->outcome = (struct outcome){kind, code};
        conductor->report->total = clock_seconds() - conductor->start;
        conductor->state = STATE_DECIDED;
}

/* How the application's end reads where it should not have ended, or not like this. */
static void decide_ended(struct conductor *conductor)
{
        int status = conductor->application_status;

        conductor->report->ended = conductor->ended;
        if (WIFSIGNALED(status))
                decide(conductor, OUTCOME_CRASHED, WTERMSIG(status));
        else
                decide(conductor, OUTCOME_EXITED, WEXITSTATUS(status));
}

/*
 * Hands the filter's listener to the conductor. Behind the filter only calls with the cookie are
 * sure to be executed.
 */
static int send_listener(int handoff, int listener, uint64_t cookie)
{
        struct descriptor_message message;

        descriptor_message_init(&message, listener);
        return filter_bypass(cookie, SYS_sendmsg, handoff, (long)&message.header, 0, 0, 0);
}

/* The launcher: everything up to the execve. Returns only where it fails, with -errno. */
static int launcher_main(const struct conductor *conductor, int handoff, struct error *error)
{
        const struct conductor_options *options = conductor->options;
        const struct launch launch = {
                .command = conductor->workload->command,
                .environment = options->environment,
                .directory = conductor->workload->directory,
                .output = conductor->output,
                .identity = &options->identity,
                .cgroups = options->run->cgroups,
                .slot = options->run->slot,
        };
        char path[4096], go;
        int r, listener = -1;

        /* First of all, so that an observer never finds a launcher that has failed and gone. */
        if (read_all(handoff, &go, 1) != 1)
                return error_set(error, ECHILD, "the sandbox ended before the launch");
        r = launch_prepare(&launch, error);
        if (r < 0)
                return r;
        r = launch_find(&launch, path, error);
        if (r < 0)
                return r;
        meter_read_launch(&conductor->report->launch);
        if (options->run->processors)
                sched_setaffinity(0, sizeof(cpu_set_t), &options->run->processors->application);
        conductor->report->launching = true;
        /* Even a filter that allows everything costs something at every call. */
        if (options->run->filter_always || !filter_is_empty(options->filter))
                r = filter_install(options->filter, &listener);
        if (r < 0)
                return error_errno(error, -r, "installing the filter");
        if (listener >= 0) {
                r = send_listener(handoff, listener, options->cookie);
                if (r < 0)
                        return error_errno(error, -r, "handing over the filter's listener");
        }
        r = filter_bypass(options->cookie, SYS_execve, (long)path, (long)launch.command,
                (long)launch.environment, 0, 0);
        /* Where the policy holds for the launch too, that it does not work is a result of the run.
         */
        if (options->run->count_launch && options->run->policy &&
                !policy_is_empty(options->run->policy))
                return 0;
        return error_errno(error, -r, "%s", path);
}

/* The launcher leaves what went wrong in shared memory; it may be behind its filter already. */
static void launcher_fork(struct conductor *conductor, int handoff)
{
        struct report *report = conductor->report;

        report->failure = launcher_main(conductor, handoff, &report->error);
        filter_bypass(conductor->options->cookie, SYS_exit_group, EXIT_NOT_LAUNCHED, 0, 0, 0, 0);
        _exit(EXIT_NOT_LAUNCHED);
}

/* Passes a judgement on. Where the observer cannot be told, its observation would be wrong. */
static void tell_observer(pid_t process, bool considered, void *context)
{
        struct conductor *conductor = context;
        struct report *report = conductor->report;
        int r = observer_judged(conductor->options->run->observer, process, considered);

        if (r < 0 && report->failure == 0)
                report->failure = error_errno(
                        &report->error, -r, "telling the observer which processes are considered");
}

static int supervise(struct conductor *conductor, int listener, struct error *error)
{
        const struct supervisor_options options = {
                .policy = conductor->options->run->policy,
                .scope = conductor->options->run->scope,
                .files = conductor->options->files,
                .refusals = conductor->options->refusals,
                .cookie = conductor->options->cookie,
                .judged = conductor->options->run->observer ? tell_observer : NULL,
                .context = conductor,
        };

        return supervisor_new(listener, &options, &conductor->supervisor, error);
}

static int launch_application(struct conductor *conductor, struct error *error)
{
        const struct conductor_options *options = conductor->options;
        CLEANUP_CLOSE int ours = -1;
        int handoff[2], r;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, handoff) < 0)
                return error_errno(error, errno, "making a socket pair");
        /*
         * Only a dumpable process can be traced by another of its user namespace, and fork(2)
         * passes that on. There is no application yet that could make use of the conductor's being
         * so for a moment.
         */
        prctl(PR_SET_DUMPABLE, 1);
        conductor->application = fork();
        if (conductor->application == 0) {
                close(handoff[0]);
                launcher_fork(conductor, handoff[1]);
        }
        if (conductor->application > 0)
                meter_application(conductor->meter, conductor->application);
        prctl(PR_SET_DUMPABLE, 0);
        ours = handoff[0];
        close(handoff[1]);
        if (conductor->application < 0)
                return error_errno(error, errno, "starting a process");
        if (options->run->observer) {
                r = observer_attach(options->run->observer, conductor->application, error);
                if (r < 0)
                        return r;
        }
        conductor->start = clock_seconds();
        if (options->refusals)
                refusal_record_start(options->refusals, conductor->start);
        /* A launcher that was killed meanwhile is found when it is reaped. */
        if (send(ours, "g", 1, MSG_NOSIGNAL) < 0)
                return 0;
        if (filter_needs_supervisor(options->filter)) {
                r = descriptor_receive(ours);
                /* A launcher that failed sends none: what it reported is found when it is reaped.
                 */
                if (r >= 0)
                        return supervise(conductor, r, error);
        }
        return 0;
}

/* As a shell has it: 128 and the signal's number for a process that was killed. */
static int exit_status(int status)
{
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs the test script, and waits for it, as the reaper of whatever it leaves behind. */
static int script_main(const struct conductor *conductor)
{
        const char *mode =
                conductor->workload->kind == WORKLOAD_BENCHMARK ? SCRIPT_BENCHMARK : NULL;
        char *const command[] = {
                conductor->workload->script,
                (char *)OUTPUT_APPLICATION_PATH,
                (char *)mode,
                NULL,
        };
        const struct identity unchanged = {};
        const struct launch launch = {
                .command = command,
                .environment = environ,
                .output = conductor->script_output,
                .answer = conductor->answer,
                .keep_session = true,
                .identity = &unchanged,
                .cgroups = conductor->options->run->cgroups,
                .slot = conductor->options->run->slot,
        };
        struct error error = {};
        int status;
        pid_t pid;

        prctl(PR_SET_CHILD_SUBREAPER, 1);
        /* The script's own session, by which the meter knows what it started. */
        setsid();
        pid = fork();
        if (pid == 0) {
                if (launch_prepare(&launch, &error) == 0) {
                        execve(command[0], command, environ);
                        error_errno(&error, errno, "%s", command[0]);
                }
                dprintf(conductor->script_output, "loupe: %s\n", error.message);
                _exit(errno == ENOENT ? 127 : 126);
        }
        while (pid > 0) {
                if (waitpid(-1, &status, 0) == pid)
                        return exit_status(status);
                if (errno == ECHILD)
                        break;
        }
        return EXIT_NOT_LAUNCHED;
}

static void start_script(struct conductor *conductor)
{
        conductor->state = STATE_TESTING;
        if (conductor->answer >= 0)
                ftruncate(conductor->answer, 0);
        conductor->script = fork();
        if (conductor->script == 0)
                _exit(script_main(conductor));
        if (conductor->script < 0) {
                conductor->script = 0;
                decide(conductor, OUTCOME_TEST_FAILED, EXIT_NOT_LAUNCHED);
        } else {
                meter_script(conductor->meter, conductor->script);
        }
}

/*
 * True where something that the application started still lives. All processes whose parent has
 * ended are children of the conductor now, but for the script's, which has a reaper of its own: so
 * any child that is not the script's reaper is the application's, or leads to it.
 */
static bool application_lives(const struct conductor *conductor)
{
        return processes_child_lives(conductor->script);
}

/* A server that daemonises ends its first process with status 0 and lives on in another. */
static bool may_daemonise(const struct conductor *conductor)
{
        return conductor->workload->mode == WORKLOAD_SERVER &&
               WIFEXITED(conductor->application_status) &&
               WEXITSTATUS(conductor->application_status) == 0;
}

static void reap(struct conductor *conductor)
{
        struct signalfd_siginfo drained;
        siginfo_t child = {};
        bool ended = false;
        int status;
        pid_t pid;

        while (read(conductor->signals, &drained, sizeof(drained)) > 0)
                ;
        while (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid > 0) {
                pid = child.si_pid;
                child.si_pid = 0;
                meter_reap(conductor->meter, pid, &status);
                if (pid == conductor->script) {
                        conductor->script = 0;
                        conductor->script_status = exit_status(status);
                } else if (pid == conductor->application) {
                        conductor->main_ended = true;
                        conductor->application_status = status;
                        conductor->ended = pid;
                        ended = true;
                } else if (conductor->main_ended && may_daemonise(conductor)) {
                        /* A daemon's end is the application's, if it was the last. */
                        ended = true;
                        if (!application_lives(conductor)) {
                                conductor->application_status = status;
                                conductor->ended = pid;
                        }
                }
        }
        if (ended)
                conductor->application_ended =
                        conductor->main_ended &&
                        (!may_daemonise(conductor) || !application_lives(conductor));
}

static void wake_after(struct conductor *conductor, double first, double longest)
{
        double interval = conductor->interval * 2;

        if (interval < first)
                interval = first;
        conductor->interval = interval < longest ? interval : longest;
        conductor->wake = clock_seconds() + conductor->interval;
}

static void step_waiting(struct conductor *conductor)
{
        const struct workload *workload = conductor->workload;
        int status = conductor->application_status;

        if (workload->mode == WORKLOAD_COMMAND) {
                if (!conductor->application_ended)
                        return;
                if (!WIFEXITED(status) || WEXITSTATUS(status) != workload->exit_status)
                        decide_ended(conductor);
                else if (workload->script && !conductor->options->run->interactive)
                        start_script(conductor);
                else
                        decide(conductor, OUTCOME_PASSED, 0);
                return;
        }
        if (conductor->application_ended) {
                decide_ended(conductor);
        } else if (ready_check_holds(&conductor->ready)) {
                conductor->report->ready = clock_seconds() - conductor->start;
                conductor->interval = 0;
                start_script(conductor);
        } else {
                wake_after(conductor, POLL_FIRST, POLL_LONGEST);
        }
}

/* The script was asked for a number: finds what it answered. False: that is not one number. */
static bool take_answer(struct conductor *conductor)
{
        char answer[OUTPUT_ANSWER_MAX + 1];

        if (conductor->answer < 0)
                return true;
        output_take_answer(conductor->answer, conductor->script_output, answer);
        return usage_read_score(answer, &conductor->report->score) == 0;
}

static void step_testing(struct conductor *conductor)
{
        bool server = conductor->workload->mode == WORKLOAD_SERVER, answered;

        /* A server has to outlive its test. */
        if (server && conductor->application_ended) {
                decide_ended(conductor);
                return;
        }
        if (conductor->script)
                return;
        conductor->asked_again = conductor->script_status == SCRIPT_ASK_AGAIN;
        answered = take_answer(conductor);
        if (conductor->script_status == 0) {
                decide(conductor, answered ? OUTCOME_PASSED : OUTCOME_NO_NUMBER, 0);
        } else if (conductor->asked_again) {
                conductor->state = STATE_ASKING;
                wake_after(conductor, ASK_FIRST, ASK_LONGEST);
        } else if (server) {
                conductor->state = STATE_SETTLING;
                conductor->wake = clock_seconds() + SETTLE_TIME;
        } else {
                decide(conductor, OUTCOME_TEST_FAILED, conductor->script_status);
        }
}

static void step_asking(struct conductor *conductor)
{
        if (conductor->workload->mode == WORKLOAD_SERVER && conductor->application_ended)
                decide_ended(conductor);
        else if (clock_seconds() >= conductor->wake)
                start_script(conductor);
}

static void step_settling(struct conductor *conductor)
{
        if (conductor->application_ended)
                decide_ended(conductor);
        else if (clock_seconds() >= conductor->wake)
                decide(conductor, OUTCOME_TEST_FAILED, conductor->script_status);
}

static void (*const steps[])(struct conductor *) = {
        [STATE_WAITING] = step_waiting,
        [STATE_TESTING] = step_testing,
        [STATE_ASKING] = step_asking,
        [STATE_SETTLING] = step_settling,
};

/* When the state's patience ends, on the monotonic clock. */
static double deadline(const struct conductor *conductor)
{
        const struct run_options *run = conductor->options->run;

        if (conductor->state == STATE_WAITING && conductor->workload->mode == WORKLOAD_SERVER)
                return conductor->start + run->timeout_ready;
        return conductor->start + run->timeout_total;
}

/* A program that turns in circles need not be given all its time. Looked at now and then. */
static bool is_spinning(struct conductor *conductor, double now)
{
        double limit = conductor->options->run->processor_limit;

        if (limit == 0 || now < conductor->usage_due)
                return false;
        conductor->usage_due = now + USAGE_INTERVAL;
        return now - conductor->start > limit / (double)sysconf(_SC_NPROCESSORS_ONLN) &&
               processes_usage() > limit;
}

static void check_deadline(struct conductor *conductor)
{
        double now = clock_seconds();

        if (conductor->state == STATE_DECIDED ||
                (now < deadline(conductor) && !is_spinning(conductor, now)))
                return;
        if (conductor->state == STATE_WAITING && conductor->workload->mode == WORKLOAD_SERVER)
                decide(conductor, OUTCOME_NOT_READY, 0);
        else
                decide(conductor, conductor->asked_again ? OUTCOME_ASKED_AGAIN : OUTCOME_HUNG, 0);
}

/* Sleeps until a child ends, a faked call wants its answer, or it is time to look again. */
static void wait_for_event(struct conductor *conductor)
{
        struct pollfd fds[] = {
                {.fd = conductor->signals, .events = POLLIN},
                {.fd = conductor->supervisor ? supervisor_fd(conductor->supervisor) : -1,
                        .events = POLLIN},
        };
        double until = deadline(conductor), now = clock_seconds(), seconds;
        struct timespec timeout;

        if (conductor->wake > now && conductor->wake < until)
                until = conductor->wake;
        if (conductor->output >= 0 && until > now + OUTPUT_TRIM_INTERVAL)
                until = now + OUTPUT_TRIM_INTERVAL;
        until = fmin(until, meter_due(conductor->meter));
        seconds = until > now ? until - now : 0;
        timeout.tv_sec = (time_t)seconds;
        timeout.tv_nsec = (long)((seconds - (double)timeout.tv_sec) * 1e9);
        if (ppoll(fds, ARRAY_SIZE(fds), &timeout, NULL) <= 0)
                return;
        /* Without POLLIN nobody is left behind the filter. */
        if (fds[1].revents &&
                (!(fds[1].revents & POLLIN) || supervisor_answer(conductor->supervisor) < 0))
                conductor->supervisor = supervisor_free(conductor->supervisor);
}

static int conductor_init(
        struct conductor *conductor, const struct conductor_options *options, struct error *error)
{
        sigset_t children;
        int r;

        *conductor = (struct conductor){
                .options = options,
                .workload = options->run->workload,
                .report = options->report,
                .signals = -1,
                .output = -1,
                .script_output = -1,
                .answer = -1,
                .meter = meter_new(options->run->sample),
        };
        if (!conductor->meter)
                return error_errno(error, ENOMEM, "preparing a run");
        if (options->run->processors)
                sched_setaffinity(0, sizeof(cpu_set_t), &options->run->processors->rest);
        sigemptyset(&children);
        sigaddset(&children, SIGCHLD);
        sigprocmask(SIG_BLOCK, &children, NULL);
        conductor->signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
        if (conductor->signals < 0)
                return error_errno(error, errno, "making a signalfd");
        if (!options->run->interactive) {
                conductor->output = output_create(OUTPUT_APPLICATION_PATH, error);
                if (conductor->output < 0)
                        return conductor->output;
                conductor->script_output = output_create(OUTPUT_SCRIPT_PATH, error);
                if (conductor->script_output < 0)
                        return conductor->script_output;
                if (conductor->workload->kind == WORKLOAD_BENCHMARK) {
                        conductor->answer = output_create(OUTPUT_ANSWER_PATH, error);
                        if (conductor->answer < 0)
                                return conductor->answer;
                }
        }
        r = prepare_files(conductor->workload, &options->identity, error);
        if (r < 0)
                return r;
        return ready_check_init(
                &conductor->ready, &conductor->workload->ready, OUTPUT_APPLICATION_PATH, error);
}

/* What ends before the launch is not the application. */
static bool launch_failed(struct report *report)
{
        if (!report->launching && report->failure == 0)
                report->failure = error_set(&report->error, ECHILD,
                        "the process that was to become the application died before the launch");
        return report->failure < 0;
}

static void conduct(struct conductor *conductor)
{
        while (conductor->state != STATE_DECIDED) {
                reap(conductor);
                if (conductor->main_ended && launch_failed(conductor->report))
                        return;
                steps[conductor->state](conductor);
                check_deadline(conductor);
                if (conductor->state == STATE_DECIDED)
                        break;
                wait_for_event(conductor);
                output_trim(conductor->output);
                output_trim(conductor->script_output);
                meter_sample(conductor->meter, clock_seconds());
        }
}

/*
 * Ends whatever still runs in the sandbox. The kernel would do that when the conductor ends; but
 * the processor time of children counts as the sandbox's only where somebody has waited for them.
 */
static void end_all(struct conductor *conductor)
{
        siginfo_t child;
        int status;

        kill(-1, SIGKILL);
        for (;;) {
                if (waitid(P_ALL, 0, &child, WEXITED | WNOWAIT | __WALL) == 0)
                        meter_reap(conductor->meter, child.si_pid, &status);
                else if (errno != EINTR)
                        break;
        }
}

/* What was used is known when all has ended, but for what the living alone can tell. */
static void measure_and_end(struct conductor *conductor)
{
        /* What a script has said that is cut off now is shown too. */
        if (conductor->script)
                take_answer(conductor);
        meter_sample(conductor->meter, INFINITY);
        end_all(conductor);
        conductor->report->usage = meter_finish(conductor->meter, &conductor->report->launch);
}

int conductor_main(void *context)
{
        const struct conductor_options *options = context;
        struct report *report = options->report;
        struct conductor conductor;
        int r;

        r = conductor_init(&conductor, options, &report->error);
        if (r == 0)
                r = launch_application(&conductor, &report->error);
        if (r < 0)
                report->failure = r;
        else
                conduct(&conductor);
        if (conductor.meter)
                measure_and_end(&conductor);
        output_tail(conductor.output, report->output, options->run->output_limit);
        output_tail(conductor.script_output, report->script_output, options->run->output_limit);
        meter_free(conductor.meter);
        report->done = true;
        return 0;
}
