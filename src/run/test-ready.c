/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/test-folder.h"
#include "run/ready.h"

static int set_up(void **state)
{
        return test_folder_make(state, "it");
}

/* Whether it is ready, asked anew. */
static bool is_ready(const struct ready *ready, const char *output)
{
        struct ready_check check;
        struct error error = {};
        bool holds;

        assert_int_equal(ready_check_init(&check, ready, output, &error), 0);
        holds = ready_check_holds(&check);
        ready_check_clear(&check);
        return holds;
}

/* A TCP socket bound to some port of the loopback address, which it tells. */
static int bind_loopback(int family, unsigned *ret_port)
{
        struct sockaddr_in four = {
                .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        struct sockaddr_storage bound;
        struct sockaddr *address =
                family == AF_INET6 ? (struct sockaddr *)&six : (struct sockaddr *)&four;
        socklen_t size = family == AF_INET6 ? sizeof(six) : sizeof(four);
        int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd < 0 || bind(fd, address, size) < 0) {
                closep(&fd);
                return -1;
        }
        size = sizeof(bound);
        assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &size), 0);
        /* The port is at the same place for both families. */
        *ret_port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
        return fd;
}

static void check_tcp(int family)
{
        struct ready ready = {.kind = READY_TCP};
        CLEANUP_CLOSE int fd = bind_loopback(family, &ready.port);

        if (fd < 0) {
                print_message("no such address family here\n");
                return;
        }
        /* Bound is not enough. */
        assert_false(is_ready(&ready, NULL));
        assert_int_equal(listen(fd, 1), 0);
        assert_true(is_ready(&ready, NULL));
        close(steal_fd(&fd));
        assert_false(is_ready(&ready, NULL));
}

static void test_tcp(void **state)
{
        (void)state;
        check_tcp(AF_INET);
        check_tcp(AF_INET6);
}

static void check_unix(char *name)
{
        CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const struct ready ready = {.kind = READY_UNIX, .text = name};
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        size_t length = strlen(name);

        strncpy(address.sun_path, name, sizeof(address.sun_path) - 1);
        if (*name == '@')
                address.sun_path[0] = '\0';
        else
                length++;
        assert_int_equal(bind(fd, (struct sockaddr *)&address,
                                 offsetof(struct sockaddr_un, sun_path) + length),
                0);
        assert_false(is_ready(&ready, NULL));
        assert_int_equal(listen(fd, 1), 0);
        assert_true(is_ready(&ready, NULL));
}

static void test_unix(void **state)
{
        struct test_folder *fixture = *state;
        char abstract[128];

        check_unix(fixture->path);
        snprintf(abstract, sizeof(abstract), "@%s", fixture->path);
        check_unix(abstract);
}

static void append(const struct test_folder *fixture, const char *text, size_t size)
{
        CLEANUP_CLOSE int fd = open(fixture->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

        assert_int_equal(write_all(fd, text, size), 0);
}

static void test_file(void **state)
{
        struct test_folder *fixture = *state;
        const struct ready ready = {.kind = READY_FILE, .text = fixture->path};

        assert_false(is_ready(&ready, NULL));
        append(fixture, "", 0);
        assert_true(is_ready(&ready, NULL));
}

static void test_log(void **state)
{
        struct test_folder *fixture = *state;
        const struct ready ready = {.kind = READY_LOG, .text = (char *)"^ready: [0-9]+$"};
        struct ready_check check;
        struct error error = {};

        assert_int_equal(ready_check_init(&check, &ready, fixture->path, &error), 0);
        assert_false(ready_check_holds(&check));
        append(fixture, "starting\nnot ready: 1\n", 22);
        assert_false(ready_check_holds(&check));
        append(fixture, "a\0b\nready: ", 11);
        assert_false(ready_check_holds(&check));
        append(fixture, "42\n", 3);
        assert_true(ready_check_holds(&check));
        ready_check_clear(&check);
}

static void test_log_needs_an_expression(void **state)
{
        const struct ready ready = {.kind = READY_LOG, .text = (char *)"("};
        struct ready_check check;
        struct error error = {};

        (void)state;
        assert_int_equal(ready_check_init(&check, &ready, "/dev/null", &error), -EINVAL);
        assert_string_equal(error.message, "ready: '(' is not a regular expression");
        ready_check_clear(&check);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_tcp),
                cmocka_unit_test_setup_teardown(test_unix, set_up, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_file, set_up, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_log, set_up, test_folder_remove),
                cmocka_unit_test(test_log_needs_an_expression),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
