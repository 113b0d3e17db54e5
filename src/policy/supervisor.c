/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "feature/selector.h"
#include "policy/asker.h"
#include "policy/call.h"
#include "policy/considered.h"
#include "policy/fake-file.h"
#include "policy/path-call.h"
#include "policy/pathname.h"
#include "policy/success-value.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS      SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

struct supervisor {
        int listener;
        struct supervisor_options options;
        bool withholds_files;
        int proc; /* our own /proc, whatever becomes of that path later; or -1: none is needed */
        struct resolver *resolver;     /* NULL: no path is looked at */
        struct considered *considered; /* NULL: all are */
        struct askers *askers;         /* NULL: nobody wants to know who asks */
        struct seccomp_notif_sizes sizes;
        struct seccomp_notif *notification;
        struct seccomp_notif_resp *response;
};

/* What becomes of a call. */
struct ruling {
        enum action action;
        int errnum;                   /* ACTION_STUB */
        struct success success;       /* ACTION_FAKE of a call or sub-feature */
        const struct path_call *path; /* ACTION_FAKE of a file: what named it; else NULL */
        bool is_folder;               /* that the file is */
        struct feature withheld;      /* what the policy withholds */
        bool is_refusal; /* it does; else the call fails as it would have in the kernel */
};

static struct ruling ruling_of(const struct policy_rule *rule)
{
        return (struct ruling){
                .action = rule->action,
                .errnum = rule->errnum,
                .success = rule->success,
                .withheld = rule->feature,
                .is_refusal = true,
        };
}

/* The policy says nothing about the feature, but denies what it says nothing about. */
static struct ruling ruling_by_default(struct feature feature, int errnum)
{
        return (struct ruling){
                .action = ACTION_STUB,
                .errnum = errnum,
                .withheld = feature,
                .is_refusal = true,
        };
}

static struct ruling ruling_to_fail(int errnum)
{
        return (struct ruling){.action = ACTION_STUB, .errnum = errnum};
}

/* The word of a selector in memory. Returns 1, 0 where there is no memory, or -EFAULT. */
static int pointed_word(struct call *call, const struct selector *selector, uint64_t *ret)
{
        const struct call_pointee *pointee;
        uint64_t word = 0;

        if (call_argument(call, selector->argument) == 0)
                return 0;
        pointee = call_pointee(call, selector->argument);
        if (selector->offset + selector->size > pointee->size)
                return -EFAULT;
        memcpy(&word, pointee->bytes + selector->offset, selector->size);
        *ret = word & selector->mask;
        return 1;
}

/* The selector of a sub-feature of the call; NULL where it has none such. */
static const struct selector *find_selector(const struct feature *feature)
{
        size_t count;
        const struct selector *selectors = selectors_of(feature->abi, feature->number, &count);

        return feature->selector < count ? &selectors[feature->selector] : NULL;
}

/* The call's masked word of one of its selectors. Returns as pointed_word(). */
static int read_word(struct call *call, const struct selector *selector, uint64_t *ret)
{
        uint64_t arguments[SYSCALL_ARGUMENTS_MAX];

        if (selector->source == SELECTOR_POINTER)
                return pointed_word(call, selector, ret);
        for (unsigned i = 0; i < ARRAY_SIZE(arguments); i++)
                arguments[i] = call_argument(call, i);
        *ret = selector_word(selector, arguments);
        return 1;
}

/* Whether the call has a value of one of its selectors. Returns 1, 0 or -EFAULT. */
static int has_value(struct call *call, const struct feature *feature)
{
        const struct selector *selector = find_selector(feature);
        uint64_t word;
        int r = selector ? read_word(call, selector, &word) : 0;

        return r > 0 ? selector_matches(selector, word, feature->value) : r;
}

/*
 * What it is that a denied call asked for: where some values of an enumeration are allowed the one
 * that it has; else the call itself.
 */
static struct feature asked_for(const struct policy *policy, struct call *call)
{
        const struct policy_rule *rules;
        const struct selector *selector;
        struct feature feature;
        size_t count;

        rules = policy_subfeature_rules(policy, call->feature, &count);
        for (size_t i = 0; i < count; i++) {
                feature = rules[i].feature;
                selector = find_selector(&feature);
                if (rules[i].action == ACTION_ALLOW && selector &&
                        selector->kind == SELECTOR_ENUMERATION &&
                        read_word(call, selector, &feature.value) > 0)
                        return feature;
        }
        return call->feature;
}

/*
 * The first rule of a sub-feature that withholds the call. Returns 1 with the ruling; else 0, with
 * `*ret_allowed` set where a rule of a sub-feature allows it. What cannot be read makes the call
 * fail, as it would in the kernel.
 */
static int decide_by_subfeature(
        const struct policy *policy, struct call *call, struct ruling *ret, bool *ret_allowed)
{
        const struct policy_rule *rules;
        size_t count;
        int r;

        rules = policy_subfeature_rules(policy, call->feature, &count);
        for (size_t i = 0; i < count; i++) {
                r = has_value(call, &rules[i].feature);
                if (r > 0 && rules[i].action == ACTION_ALLOW)
                        *ret_allowed = true;
                if (r == 0 || (r > 0 && rules[i].action == ACTION_ALLOW))
                        continue;
                *ret = r < 0 ? ruling_to_fail(-r) : ruling_of(&rules[i]);
                return 1;
        }
        return 0;
}

/*
 * What the call itself is withheld by: the rule of the whole, one of a sub-feature, the default.
 * Returns 1 with the ruling, or 0.
 */
static int decide_by_call(const struct policy *policy, struct call *call, struct ruling *ret)
{
        const struct policy_rule *rule;
        bool allowed;

        if (!policy)
                return 0;
        rule = policy_find(policy, call->feature);
        if (rule && rule->action != ACTION_ALLOW) {
                *ret = ruling_of(rule);
                return 1;
        }
        allowed = rule || policy_default(policy) == 0 || call->feature.abi != abi_native();
        if (decide_by_subfeature(policy, call, ret, &allowed))
                return 1;
        if (allowed)
                return 0;
        *ret = ruling_by_default(asked_for(policy, call), policy_default(policy));
        return 1;
}

/* Whether a symbolic link at the end of the path is followed. Returns 1, 0 or -EFAULT. */
static int follows_link(struct call *call, const struct path_call *path)
{
        uint64_t flags = call_argument(call, path->link_argument);
        int r;

        switch (path->link) {
        case PATH_LINK_FOLLOW:
                return 1;
        case PATH_LINK_KEEP:
                return 0;
        case PATH_LINK_KEEP_IF:
                return !(flags & path->link_flag);
        case PATH_LINK_FOLLOW_IF:
                return (flags & path->link_flag) != 0;
        case PATH_LINK_OPEN:
        case PATH_LINK_HOW:
                r = path_open_flags(call, path, &flags);
                if (r < 0)
                        return r;
                return !(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
        }
        return 0;
}

/*
 * Finds out what an argument names. Returns 0; -ENOENT where it names nothing; other errors are the
 * kernel's to such a path.
 */
static int resolve(struct supervisor *supervisor, struct call *call, const struct path_call *path,
        struct pathname *ret)
{
        struct pathname_request request = {.thread = call_thread(call), .directory = AT_FDCWD};
        char text[PATH_MAX];
        int r;

        if (call_argument(call, path->path) == 0)
                return -ENOENT;
        r = call_read_path(call, path->path, text);
        if (r < 0)
                return r;
        r = follows_link(call, path);
        if (r < 0)
                return r;
        request.path = text;
        request.follow = r > 0;
        if (path->directory >= 0)
                request.directory = (int)call_argument(call, (unsigned)path->directory);
        r = resolver_resolve(supervisor->resolver, &request, ret);
        if (r == 0 || r == -ENOENT)
                return r;
        /* The kernel finds nothing to start from either. Where it is only we who may not look, or
         * run short, the call is as one whose memory cannot be read. */
        return r == -EBADF || r == -ENOTDIR || r == -ESRCH || r == -ENAMETOOLONG ? -ENOENT
                                                                                 : -EFAULT;
}

/* Looks for a rule of what one argument names. Returns 1 with the ruling, or 0. */
static int decide_by_files(const struct policy *policy, const struct path_call *path,
        const struct pathname *name, struct ruling *ret)
{
        bool is_allowed = false;

        for (size_t i = 0; i < name->file_count; i++) {
                const struct policy_rule *rule = policy_find(policy, name->files[i]);

                if (!rule || rule->action == ACTION_ALLOW) {
                        is_allowed |= rule != NULL;
                        continue;
                }
                *ret = ruling_of(rule);
                ret->path = path;
                ret->is_folder = name->is_folder;
                return 1;
        }
        if (name->file_count == 0 || is_allowed || policy_default_of_files(policy) == 0)
                return 0;
        *ret = ruling_by_default(name->files[0], policy_default_of_files(policy));
        return 1;
}

/* Records the files that the call names, and looks for a rule of one. Returns 1 with the ruling,
 * or 0. */
static int look_at_paths(struct supervisor *supervisor, struct call *call, struct ruling *ret)
{
        struct file_record *record = supervisor->options.files;
        const struct path_call *paths;
        struct pathname name;
        bool found = false;
        size_t count;
        int r;

        if (!record && !supervisor->withholds_files)
                return 0;
        paths = path_calls_of(call->feature.abi, call->feature.number, &count);
        for (size_t i = 0; i < count; i++) {
                r = resolve(supervisor, call, &paths[i], &name);
                if (r < 0 && r != -ENOENT && supervisor->withholds_files && !found) {
                        *ret = ruling_to_fail(-r);
                        found = true;
                }
                if (r < 0)
                        continue;
                for (size_t j = 0; record && j < name.file_count; j++)
                        file_record_note(record, name.files[j].path);
                if (supervisor->withholds_files && !found)
                        found = decide_by_files(supervisor->options.policy, &paths[i], &name, ret);
        }
        return found;
}

/* Returns 1 with the ruling, or 0 for a call that is not withheld. */
static int decide(struct supervisor *supervisor, struct call *call, struct ruling *ret)
{
        return decide_by_call(supervisor->options.policy, call, ret) ||
               look_at_paths(supervisor, call, ret);
}

/* Who asked can be found out only until the call is answered. */
static int carry_out(struct supervisor *supervisor, struct call *call, const struct ruling *ruling)
{
        const struct refused refused = {
                .feature = &ruling->withheld,
                .action = ruling->action,
                .errnum = ruling->errnum,
                .success = ruling->success,
        };
        struct refusal_record *record = supervisor->options.refusals;
        bool is_valid = record && ruling->is_refusal
                                ? askers_note(supervisor->askers, call, &refused, record)
                                : call_is_valid(call);

        if (!is_valid)
                return 0;
        if (ruling->action == ACTION_STUB)
                return call_answer(call, -ruling->errnum);
        if (ruling->path)
                return fake_file_answer(call, ruling->path, ruling->is_folder, supervisor->proc);
        return success_answer(call, ruling->success);
}

/* By name: numbers differ from ABI to ABI. */
static bool is_exec(const struct call *call)
{
        return call->info && (string_equal(call->info->name, "execve") ||
                                     string_equal(call->info->name, "execveat"));
}

/* What an exec was given. */
struct exec_request {
        struct pathname_request path;
        char text[PATH_MAX]; /* of the path */
        uint64_t arguments;  /* the address of the vector */
        bool short_pointers;
};

/* Returns 0 or -errno. The request points into itself. */
static int read_exec(struct call *call, const struct path_call *path, struct exec_request *ret)
{
        int r = call_read_path(call, path->path, ret->text);

        if (r < 0)
                return r;
        ret->path = (struct pathname_request){
                .thread = call_thread(call),
                .directory = AT_FDCWD,
                .path = ret->text,
                .follow = true,
        };
        ret->arguments = call_argument(call, path->path + 1);
        ret->short_pointers = call_has_short_pointers(call);
        if (path->directory >= 0)
                ret->path.directory = (int)call_argument(call, (unsigned)path->directory);
        /* AT_EMPTY_PATH: the descriptor's file itself. */
        if (ret->text[0] == '\0')
                snprintf(ret->text, sizeof(ret->text), "/proc/self/fd/%d", ret->path.directory);
        return 0;
}

/* Returns the process with the judgement, or -errno. */
static pid_t find_and_judge(struct supervisor *supervisor, const struct exec_request *request,
        const char *path, bool *ret_considered)
{
        return considered_exec(supervisor->considered, request->path.thread, path,
                request->arguments, request->short_pointers, ret_considered);
}

/*
 * Most paths lead to the same file for everybody who has that root and that working directory, and
 * are found fast; the others need the resolver. Returns as find_and_judge().
 */
static pid_t judge_request(
        struct supervisor *supervisor, const struct exec_request *request, bool *ret_considered)
{
        struct pathname name;
        pid_t process = -ENOENT;
        int r;

        if (request->path.directory == AT_FDCWD || request->text[0] == '/')
                process = find_and_judge(supervisor, request, request->text, ret_considered);
        if (process != -ENOENT)
                return process;
        r = resolver_resolve(supervisor->resolver, &request->path, &name);
        if (r < 0)
                return r;
        process = find_and_judge(supervisor, request, name.final, ret_considered);
        /* A name that a search along PATH tries in vain is none of a program. */
        if (process != -ENOENT || !name.exists)
                return process;
        return considered_exec_name(
                supervisor->considered, request->path.thread, name.final, ret_considered);
}

/*
 * Judges what a process is about to execute, and tells whoever wants to know. What cannot be found
 * is not judged: the exec fails.
 */
static void judge_exec(struct supervisor *supervisor, struct call *call)
{
        const struct path_call *path;
        struct exec_request request;
        bool is_considered;
        size_t count;
        pid_t process;

        path = path_calls_of(call->feature.abi, call->feature.number, &count);
        if (count == 0 || read_exec(call, path, &request) < 0)
                return;
        process = judge_request(supervisor, &request, &is_considered);
        if (process > 0 && call_is_valid(call) && supervisor->options.judged)
                supervisor->options.judged(process, is_considered, supervisor->options.context);
}

static int answer(struct supervisor *supervisor, struct call *call)
{
        uint64_t cookie = supervisor->options.cookie;
        /* Without a scope the launch comes here only where the policy holds for it, too. */
        bool is_launch = supervisor->considered && cookie != 0 &&
                         call_argument(call, 5) == cookie && is_exec(call);
        /* Asked of every exec: others may go on with the program that this process leaves, so what
         * it is must be settled. */
        bool is_considered =
                !supervisor->considered || considered_is(supervisor->considered, call_thread(call));
        struct ruling ruling = {.action = ACTION_ALLOW};

        if (is_considered && !is_launch && decide(supervisor, call, &ruling))
                return carry_out(supervisor, call, &ruling);
        if (supervisor->considered && is_exec(call))
                judge_exec(supervisor, call);
        return call_answer_continue(call);
}

/* Zeroed memory for a structure that may be larger in the running kernel than in the headers. */
static void *allocate(size_t kernel_size, size_t header_size)
{
        return calloc(1, kernel_size > header_size ? kernel_size : header_size);
}

static int allocate_messages(struct supervisor *supervisor, struct error *error)
{
        struct seccomp_notif_sizes *sizes = &supervisor->sizes;

        if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, sizes) < 0)
                return error_errno(error, errno, "asking for the size of seccomp's notifications");
        supervisor->notification =
                allocate(sizes->seccomp_notif, sizeof(*supervisor->notification));
        supervisor->response = allocate(sizes->seccomp_notif_resp, sizeof(*supervisor->response));
        if (!supervisor->notification || !supervisor->response)
                return error_errno(error, ENOMEM, "preparing the supervisor");
        return 0;
}

/* What looking at paths, programs and askers takes, where the options ask for it. */
static int prepare_to_look(struct supervisor *supervisor, struct error *error)
{
        const struct supervisor_options *options = &supervisor->options;

        if (!supervisor->withholds_files && !options->files && !options->scope &&
                !options->refusals)
                return 0;
        supervisor->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (supervisor->proc < 0)
                return error_errno(error, errno, "opening /proc");
        supervisor->resolver = resolver_new(supervisor->proc);
        if (options->scope)
                supervisor->considered = considered_new(options->scope, supervisor->proc);
        if (options->refusals)
                supervisor->askers = askers_new(supervisor->proc);
        if (!supervisor->resolver || (options->scope && !supervisor->considered) ||
                (options->refusals && !supervisor->askers))
                return error_errno(error, ENOMEM, "preparing the supervisor");
        return 0;
}

int supervisor_new(int listener, const struct supervisor_options *options, struct supervisor **ret,
        struct error *error)
{
        CLEANUP_SUPERVISOR struct supervisor *supervisor = calloc(1, sizeof(*supervisor));
        int r;

        if (!supervisor) {
                close(listener);
                return error_errno(error, ENOMEM, "preparing the supervisor");
        }
        supervisor->listener = listener;
        supervisor->options = *options;
        supervisor->proc = -1;
        supervisor->withholds_files = options->policy && policy_withholds_files(options->policy);
        r = allocate_messages(supervisor, error);
        if (r == 0)
                r = prepare_to_look(supervisor, error);
        if (r < 0)
                return r;
        /* Caller and supervisor take turns: on one processor that is faster. A newer kernel's
         * favour, not needed. */
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
        *ret = steal_pointer(supervisor);
        return 0;
}

struct supervisor *supervisor_free(struct supervisor *supervisor)
{
        if (supervisor) {
                close(supervisor->listener);
                considered_free(supervisor->considered);
                askers_free(supervisor->askers);
                resolver_free(supervisor->resolver);
                if (supervisor->proc >= 0)
                        close(supervisor->proc);
                free(supervisor->notification);
                free(supervisor->response);
                free(supervisor);
        }
        return NULL;
}

int supervisor_fd(const struct supervisor *supervisor)
{
        return supervisor->listener;
}

int supervisor_answer(struct supervisor *supervisor)
{
        const struct seccomp_notif_sizes *sizes = &supervisor->sizes;
        struct call call;

        /* The kernel takes none that is not empty. */
        memset(supervisor->notification, 0, sizes->seccomp_notif);
        memset(supervisor->response, 0, sizes->seccomp_notif_resp);
        /* ENOENT: the caller was killed, or took a signal, before its call could be read. */
        if (ioctl(supervisor->listener, SECCOMP_IOCTL_NOTIF_RECV, supervisor->notification) < 0)
                return errno == ENOENT || errno == EINTR ? 0 : -errno;
        /* No notification of a policy: policies name no other ABIs. */
        if (call_init(&call, supervisor->listener, supervisor->notification, supervisor->response) <
                0)
                return call_answer(&call, -ENOSYS);
        return answer(supervisor, &call);
}
