/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Socket options that may be left out, or must not be faked:
 *
 *   setsockopt SO_RCVBUF     works stubbed only: it may fail, but success without effect is an
 *                            error (exit 2)
 *   setsockopt SO_REUSEADDR  works faked only: its failure is an error (exit 3), its effect is not
 *                            looked at
 *   setsockopt SO_KEEPALIVE  either: nobody looks at the result
 *   setsockopt TCP_NODELAY   either: likewise, of another level. (TCP_NODELAY is 1, as is
 * SO_DEBUG.) setsockopt SO_BROADCAST  required: its failure is an error (exit 4), and so is that it
 * had no effect (exit 6) getsockopt SO_BROADCAST  required: by that look (exit 5 or 6) getsockopt
 * SO_RCVBUF     works stubbed only: nothing told is an error (exit 2) getsockopt SO_TYPE works
 * stubbed only: another type is an error (exit 7) getsockopt SO_ERROR      either: nobody looks at
 * the result level 0x1234, option 0x56   either: likewise; hence no name
 */

#include <asm/socket.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/tcp.h>

#include "raw.h"

#define ADDRESS_FAMILY 2 /* AF_INET; the kernel's headers keep it to themselves */
#define STREAM         1 /* SOCK_STREAM */
#define BUFFER_SIZE    8192
#define UNKNOWN_LEVEL  0x1234
#define UNKNOWN_OPTION 0x56

static int on = 1, buffer_size = BUFFER_SIZE;

static long set_option(long fd, int level, int option, int *value)
{
        return call5(__NR_setsockopt, fd, level, option, value, sizeof(*value));
}

static long get_option(long fd, int option, int *ret_value)
{
        unsigned size = sizeof(*ret_value);

        return call5(__NR_getsockopt, fd, SOL_SOCKET, option, ret_value, &size);
}

/* The kernel doubles the size that it is asked for. */
static int resize(long fd)
{
        int value = -1;

        if (set_option(fd, SOL_SOCKET, SO_RCVBUF, &buffer_size) < 0)
                return 0;
        if (get_option(fd, SO_RCVBUF, &value) < 0)
                return 0;
        return value == 2 * BUFFER_SIZE ? 0 : 2;
}

int oracle(int argc)
{
        int value = -1;
        long fd;

        (void)argc;
        fd = call3(__NR_socket, ADDRESS_FAMILY, STREAM, 0);
        if (fd < 0)
                return 1;
        if (resize(fd) != 0)
                return 2;
        set_option(fd, SOL_SOCKET, SO_KEEPALIVE, &on);
        set_option(fd, IPPROTO_TCP, TCP_NODELAY, &on);
        set_option(fd, UNKNOWN_LEVEL, UNKNOWN_OPTION, &on);
        get_option(fd, SO_ERROR, &value);
        if (set_option(fd, SOL_SOCKET, SO_REUSEADDR, &on) < 0)
                return 3;
        if (set_option(fd, SOL_SOCKET, SO_BROADCAST, &on) < 0)
                return 4;
        value = -1;
        if (get_option(fd, SO_BROADCAST, &value) < 0)
                return 5;
        if (value != 1)
                return 6;
        value = -1;
        if (get_option(fd, SO_TYPE, &value) < 0)
                return 0;
        return value == STREAM ? 0 : 7;
}
