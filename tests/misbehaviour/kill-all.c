/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Sends SIGKILL to every process it can see, one by one and all at once, then makes the probes. The
 * argument is the inode number of the pid namespace in which it must not do so: that of the test.
 */

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../oracle/probes.h"

int main(int argc, char **argv)
{
        struct stat space;

        if (argc != 2 || stat("/proc/self/ns/pid", &space) < 0 ||
                space.st_ino == strtoul(argv[1], NULL, 10))
                return 20;
        for (pid_t pid = 1; pid < 4096; pid++)
                if (pid != getpid())
                        kill(pid, SIGKILL);
        kill(-1, SIGKILL);
        return probes();
}
