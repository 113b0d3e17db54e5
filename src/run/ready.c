/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/ready.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

/* The kernel's numbers (proc(5)): the state of a socket in /proc/net/tcp, and the flag of listening
 * sockets in /proc/net/unix. */
#define TCP_STATE_LISTEN    0x0a
#define UNIX_FLAG_LISTENING 0x10000

/* How much of the kernel's tables, and of the application's output, is looked at. */
#define TABLE_LIMIT  (4u << 20)
#define OUTPUT_LIMIT (64u << 20)

struct port_search {
        unsigned port;
        bool found;
};

int ready_check_init(struct ready_check *check, const struct ready *ready, const char *output,
        struct error *error)
{
        *check = (struct ready_check){.ready = ready, .output = output};
        if (ready->kind != READY_LOG)
                return 0;
        if (regcomp(&check->expression, ready->text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0)
                return error_set(
                        error, EINVAL, "ready: '%s' is not a regular expression", ready->text);
        check->compiled = true;
        return 0;
}

void ready_check_clear(struct ready_check *check)
{
        if (check->compiled)
                regfree(&check->expression);
        check->compiled = false;
}

/* Calls `matches` with each line of a table of the kernel, behind its heading, until one does. */
static bool table_has(
        const char *path, bool (*matches)(const char *line, const void *wanted), const void *wanted)
{
        CLEANUP_FREE char *table = NULL;
        char *line, *next;

        if (read_file(path, TABLE_LIMIT, &table, NULL) < 0)
                return false;
        next = table;
        strsep(&next, "\n");
        while ((line = strsep(&next, "\n")))
                if (matches(line, wanted))
                        return true;
        return false;
}

static bool tcp_line_listens(const char *line, const void *wanted)
{
        unsigned port, state;

        /* "  0: 0100007F:1A0B 00000000:0000 0A …": slot, local address:port, remote one, state */
        if (sscanf(line, " %*u: %*32[0-9A-F]:%x %*32[0-9A-F]:%*x %x", &port, &state) != 2)
                return false;
        return port == *(const unsigned *)wanted && state == TCP_STATE_LISTEN;
}

static int note_port(const struct nlmsghdr *header, void *context)
{
        const struct inet_diag_msg *socket = mnl_nlmsg_get_payload(header);
        struct port_search *search = context;

        search->found = search->found || ntohs(socket->id.idiag_sport) == search->port;
        return MNL_CB_OK;
}

/*
 * Asks the kernel for the listening TCP sockets of one address family. Returns 0, or -errno where
 * it does not answer: sock_diag(7) can be missing.
 */
static int search_listening(struct mnl_socket *socket, int family, struct port_search *search)
{
        char buffer[16384];
        struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
        struct inet_diag_req_v2 *request;
        ssize_t size;
        int r;

        header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
        header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
        request->sdiag_family = family;
        request->sdiag_protocol = IPPROTO_TCP;
        request->idiag_states = 1u << TCP_STATE_LISTEN;
        if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
                return -errno;
        do {
                size = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
                r = size < 0 ? MNL_CB_ERROR : mnl_cb_run(buffer, size, 0, 0, note_port, search);
        } while (r == MNL_CB_OK);
        return r == MNL_CB_ERROR ? -errno : 0;
}

/*
 * Reading /proc/net/tcp takes the kernel some 8 ms, as it looks through the table of all
 * connections of all namespaces for those of this one; sock_diag(7) looks among the listening
 * sockets only, and takes less than 0.1 ms.
 */
static bool port_listens(unsigned port)
{
        struct port_search search = {.port = port};
        struct mnl_socket *socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
        int r = socket ? 0 : -errno;

        if (r == 0)
                r = search_listening(socket, AF_INET, &search);
        if (r == 0)
                r = search_listening(socket, AF_INET6, &search);
        if (socket)
                mnl_socket_close(socket);
        if (r < 0)
                return table_has("/proc/net/tcp", tcp_line_listens, &port) ||
                       table_has("/proc/net/tcp6", tcp_line_listens, &port);
        return search.found;
}

static bool unix_line_listens(const char *line, const void *wanted)
{
        unsigned flags;
        int path = 0;

        /* "0000…: 00000002 00000000 00010000 0001 01 2345 /run/socket": the fourth are the flags */
        if (sscanf(line, "%*x: %*x %*x %x %*x %*x %*u %n", &flags, &path) != 1 || path == 0)
                return false;
        return (flags & UNIX_FLAG_LISTENING) && strcmp(line + path, wanted) == 0;
}

static bool log_matches(struct ready_check *check)
{
        CLEANUP_FREE char *output = NULL;
        struct stat status;
        size_t size;

        if (stat(check->output, &status) < 0 || status.st_size == check->seen)
                return false;
        check->seen = status.st_size;
        if (read_file(check->output, OUTPUT_LIMIT, &output, &size) < 0)
                return false;
        /* NUL bytes would end the text before its end. */
        for (size_t i = 0; i < size; i++)
                if (output[i] == '\0')
                        output[i] = ' ';
        return regexec(&check->expression, output, 0, NULL, 0) == 0;
}

bool ready_check_holds(struct ready_check *check)
{
        const struct ready *ready = check->ready;

        switch (ready->kind) {
        case READY_NONE:
                return true;
        case READY_TCP:
                return port_listens(ready->port);
        case READY_UNIX:
                return table_has("/proc/net/unix", unix_line_listens, ready->text);
        case READY_FILE:
                return access(ready->text, F_OK) == 0;
        case READY_LOG:
                return log_matches(check);
        case READY_KIND_COUNT:
                break;
        }
        return false;
}
