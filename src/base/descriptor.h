/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Passing a descriptor to another process over a Unix socket (unix(7), SCM_RIGHTS). */

#include <sys/socket.h>
#include <sys/uio.h>

/* A message that carries one descriptor. Points into itself: it must stay where it was made. */
struct descriptor_message {
        struct msghdr header; /* for sendmsg(2) */
        struct iovec data;
        char byte; /* a message without data would carry nothing */
        union {
                struct cmsghdr header;
                char space[CMSG_SPACE(sizeof(int))];
        } control;
};

/* Makes the message that carries `fd`, which stays the caller's. */
void descriptor_message_init(struct descriptor_message *message, int fd);

/* Sends `fd`, which stays the caller's. Returns 0 or -errno. */
int descriptor_send(int socket, int fd);

/*
 * Waits for a message with a descriptor, which is close-on-exec and the caller's. Returns it, or
 * -errno: -EPIPE where the other end was closed, -EBADMSG for a message that carries none.
 */
int descriptor_receive(int socket);
