/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/descriptor.h"

#include <errno.h>
#include <string.h>

/* A message whose buffers are its own. */
static void message_init(struct descriptor_message *message)
{
        *message = (struct descriptor_message){};
        message->data = (struct iovec){&message->byte, 1};
        message->header = (struct msghdr){
                .msg_iov = &message->data,
                .msg_iovlen = 1,
                .msg_control = &message->control,
                .msg_controllen = sizeof(message->control),
        };
}

void descriptor_message_init(struct descriptor_message *message, int fd)
{
        message_init(message);
        message->control.header = (struct cmsghdr){
                .cmsg_level = SOL_SOCKET,
                .cmsg_type = SCM_RIGHTS,
                .cmsg_len = CMSG_LEN(sizeof(int)),
        };
        memcpy(CMSG_DATA(&message->control.header), &fd, sizeof(int));
}

int descriptor_send(int socket, int fd)
{
        struct descriptor_message message;

        descriptor_message_init(&message, fd);
        return sendmsg(socket, &message.header, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int descriptor_receive(int socket)
{
        struct descriptor_message message;
        struct cmsghdr *control;
        ssize_t size;
        int fd;

        message_init(&message);
        do
                size = recvmsg(socket, &message.header, MSG_CMSG_CLOEXEC);
        while (size < 0 && errno == EINTR);
        if (size < 0)
                return -errno;
        if (size == 0)
                return -EPIPE;
        control = CMSG_FIRSTHDR(&message.header);
        if (!control || control->cmsg_type != SCM_RIGHTS)
                return -EBADMSG;
        memcpy(&fd, CMSG_DATA(control), sizeof(int));
        return fd;
}
