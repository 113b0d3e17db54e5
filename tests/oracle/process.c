/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Makes the probes only in a grandchild: a forked child starts, with vfork, a program of its own
 * (this one, with an argument), and each hands on the status. The verdicts are those of probes.h.
 */

#include <sys/wait.h>

#include "probes.h"

static int status_of(pid_t child)
{
        int status;

        if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
                return 20;
        return WEXITSTATUS(status);
}

static int start_program(void)
{
        pid_t child = vfork();

        if (child == 0) {
                execl("/proc/self/exe", "process", "probes", NULL);
                _exit(21);
        }
        return status_of(child);
}

int main(int argc, char **argv)
{
        pid_t child;

        (void)argv;
        if (argc > 1)
                return probes();
        child = fork();
        if (child == 0)
                _exit(start_program());
        return status_of(child);
}
