/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* A server of the simplest kind: says one line to each who connects to a TCP port of the loopback.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Returns the listening socket; ends the program with 120 where that fails. */
static inline int serve_listen(uint16_t port)
{
        const struct sockaddr_in address = {
                .sin_family = AF_INET,
                .sin_port = htons(port),
                .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        };
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
                listen(fd, 8) < 0)
                exit(120);
        return fd;
}

/* Waits for the next client and tells it the number that `answer` returns. */
static inline void serve_one(int listener, int (*answer)(void))
{
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        if (client < 0)
                exit(121);
        dprintf(client, "%d\n", answer());
        close(client);
}
