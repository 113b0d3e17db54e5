/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* For tests of filters, beside test-behind-filter.h: a child behind a filter, and what becomes of
 * it. */

#include <cmocka.h>

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "policy/filter.h"
#include "policy/test-behind-filter.h"
#include "policy/test-rules.h"

/* The cookie is COOKIE, whatever the options say. */
static inline struct filter *filter_with(const struct policy *policy, struct filter_options options)
{
        struct filter *filter = NULL;
        struct error error = {};

        options.cookie = COOKIE;
        if (filter_new(policy, &options, &filter, &error) < 0)
                fail_msg("%s", error.message);
        return filter;
}

/* Calls `body` in a child behind the filter, which must need no supervisor. Returns the child's
 * status, as of wait(2). */
static inline int status_behind(const struct filter *filter, int (*body)(void))
{
        int listener, status;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
                renounce_privileges_if_needed();
                end_process(filter_install(filter, &listener) < 0 || listener != -1 ? 99 : body());
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status;
}

/* With what status_supervised() answers every call that is left to a supervisor. No call made in
 * the tests fails with it otherwise. */
#define SUPERVISED EXDEV

/* Waits for a call to be answered. Returns false where nobody is behind the filter any more. */
static inline bool wait_for_notification(int listener, struct seccomp_notif *ret)
{
        struct pollfd pollfd = {.fd = listener, .events = POLLIN};

        assert_int_equal(poll(&pollfd, 1, 20000), 1);
        if (!(pollfd.revents & POLLIN))
                return false;
        *ret = (struct seccomp_notif){};
        assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, ret), 0);
        return true;
}

static inline void answer_supervised(int listener, const struct seccomp_notif *notification)
{
        struct seccomp_notif_resp response = {.id = notification->id, .error = -SUPERVISED};

        assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response), 0);
}

/*
 * Starts a child that calls `body` behind the filter, which must need a supervisor. Its listener
 * is the caller's.
 */
static inline pid_t start_supervised(
        const struct filter *filter, int (*body)(void), int *ret_listener)
{
        int channel[2], listener, pidfd;
        char byte = 0;
        pid_t pid;

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                renounce_privileges_if_needed();
                if (filter_install(filter, &listener) < 0 || listener < 0)
                        end_process(99);
                filter_bypass(
                        COOKIE, SYS_write, channel[1], (long)&listener, sizeof(listener), 0, 0);
                filter_bypass(COOKIE, SYS_read, channel[1], (long)&byte, 1, 0, 0);
                filter_bypass(COOKIE, SYS_close, listener, 0, 0, 0, 0);
                end_process(body());
        }
        close(channel[1]);
        assert_int_equal(read(channel[0], &listener, sizeof(listener)), sizeof(listener));
        pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        assert_true(pidfd >= 0);
        *ret_listener = (int)syscall(SYS_pidfd_getfd, pidfd, listener, 0);
        assert_true(*ret_listener >= 0);
        close(pidfd);
        assert_int_equal(write(channel[0], &byte, 1), 1);
        close(channel[0]);
        return pid;
}

/* Calls `body` in a child behind the filter, and answers whatever is left to a supervisor. Returns
 * the child's status, as of wait(2). */
static inline int status_supervised(const struct filter *filter, int (*body)(void))
{
        struct seccomp_notif notification;
        int listener, status;
        pid_t pid = start_supervised(filter, body, &listener);

        while (wait_for_notification(listener, &notification))
                answer_supervised(listener, &notification);
        close(listener);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status;
}
