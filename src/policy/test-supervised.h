/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A child behind a filter hands its listener over as the launcher does, and looks at what its calls
 * return; the test process is the supervisor. To be included after <cmocka.h>.
 */

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "policy/supervisor.h"
#include "policy/test-behind-filter.h"
#include "policy/test-rules.h"

/* A message with one descriptor, made up before the number of that descriptor is known. */
struct parcel {
        char byte;
        struct iovec iovec;
        struct msghdr header;
        union {
                struct cmsghdr alignment;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control;
};

static inline void parcel_init(struct parcel *parcel)
{
        *parcel = (struct parcel){};
        parcel->iovec = (struct iovec){.iov_base = &parcel->byte, .iov_len = 1};
        parcel->header = (struct msghdr){
                .msg_iov = &parcel->iovec,
                .msg_iovlen = 1,
                .msg_control = parcel->control.bytes,
                .msg_controllen = sizeof(parcel->control.bytes),
        };
}

static inline int *parcel_descriptor(struct parcel *parcel)
{
        struct cmsghdr *control = CMSG_FIRSTHDR(&parcel->header);

        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = SCM_RIGHTS;
        control->cmsg_len = CMSG_LEN(sizeof(int));
        return (int *)CMSG_DATA(control);
}

struct child {
        pid_t pid;
        int listener;
        struct policy *policy;
};

static inline void child_main(const struct filter *filter, int channel, int (*body)(void))
{
        struct parcel parcel;
        int listener;

        parcel_init(&parcel);
        renounce_privileges_if_needed();
        if (filter_install(filter, &listener) < 0)
                end_process(99);
        *parcel_descriptor(&parcel) = listener;
        if (filter_bypass(COOKIE, SYS_sendmsg, channel, (long)&parcel.header, 0, 0, 0) != 1)
                end_process(98);
        filter_bypass(COOKIE, SYS_close, listener, 0, 0, 0, 0);
        CALL(SYS_getpid); /* takes the cookie out of the register, where the body's calls leave it
                           */
        end_process(body());
}

/* Starts `body` behind the filter of a policy, which is taken over. */
static inline struct child child_start(
        struct policy *policy, struct filter_options options, int (*body)(void))
{
        CLEANUP_FILTER struct filter *filter = NULL;
        struct child child = {.policy = policy};
        struct error error = {};
        struct parcel parcel;
        int channel[2];

        options.cookie = COOKIE;
        if (filter_new(child.policy, &options, &filter, &error) < 0)
                fail_msg("%s", error.message);
        assert_true(filter_needs_supervisor(filter));
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel), 0);
        child.pid = fork();
        assert_true(child.pid >= 0);
        if (child.pid == 0)
                child_main(filter, channel[1], body);
        close(channel[1]);
        parcel_init(&parcel);
        assert_int_equal(recvmsg(channel[0], &parcel.header, MSG_CMSG_CLOEXEC), 1);
        close(channel[0]);
        child.listener = *parcel_descriptor(&parcel);
        return child;
}

/* Waits until a call is to be answered; returns false when nobody is left to make one. */
static inline bool child_calls(const struct child *child)
{
        struct pollfd pollfd = {.fd = child->listener, .events = POLLIN};

        assert_int_equal(poll(&pollfd, 1, 20000), 1);
        return pollfd.revents & POLLIN;
}

/* Waits for the end and releases. Returns the status, as of wait(2). */
static inline int child_finish(struct child *child)
{
        int status;

        assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
        if (child->listener >= 0)
                close(child->listener);
        policy_free(child->policy);
        return status;
}

/* Answers all calls of `body`, which is to return 0. Takes over the policy. */
static inline void supervise(struct policy *policy, struct filter_options filter,
        struct supervisor_options options, int (*body)(void))
{
        struct child child = child_start(policy, filter, body);
        CLEANUP_SUPERVISOR struct supervisor *supervisor = NULL;
        struct error error = {};

        options.policy = child.policy;
        options.cookie = COOKIE;
        if (supervisor_new(dup(child.listener), &options, &supervisor, &error) < 0)
                fail_msg("%s", error.message);
        while (child_calls(&child))
                assert_int_equal(supervisor_answer(supervisor), 0);
        assert_int_equal(child_finish(&child), 0);
}
