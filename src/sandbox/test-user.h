/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * For tests that are to hold for root and for ordinary users: once through as root, the test
 * program runs itself again without any rights, from a copy that everybody can read.
 */

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

#define TEST_USER 65534

static inline int test_copy_self(const char *path)
{
        CLEANUP_CLOSE int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        CLEANUP_CLOSE int to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
        struct stat status;
        ssize_t n;

        if (from < 0 || to < 0 || fstat(from, &status) < 0 || fchmod(to, 0755) < 0)
                return -1;
        while (status.st_size > 0) {
                n = sendfile(to, from, NULL, status.st_size);
                if (n <= 0)
                        return -1;
                status.st_size -= n;
        }
        return 0;
}

/* Runs the test program again as TEST_USER. Returns its exit status, or 1. */
static inline int test_again_as_user(void)
{
        char folder[] = "/var/tmp/loupe-test-XXXXXX";
        char path[sizeof(folder) + sizeof("/test")];
        int status = -1;
        pid_t pid;

        if (!mkdtemp(folder) || chmod(folder, 0755) < 0)
                return 1;
        snprintf(path, sizeof(path), "%s/test", folder);
        if (test_copy_self(path) == 0) {
                fflush(NULL);
                pid = fork();
                if (pid == 0) {
                        if (setgroups(0, NULL) == 0 &&
                                setresgid(TEST_USER, TEST_USER, TEST_USER) == 0 &&
                                setresuid(TEST_USER, TEST_USER, TEST_USER) == 0 && chdir("/") == 0)
                                execl(path, path, NULL);
                        perror("running the tests as an ordinary user");
                        _exit(1);
                }
                waitpid(pid, &status, 0);
        }
        unlink(path);
        rmdir(folder);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
