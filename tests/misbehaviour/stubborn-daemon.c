/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Leaves a daemon behind that holds a port (the argument), ignores every signal that can be ignored
 * and never ends. The program itself makes the probes and ends once the daemon is there.
 */

#include <signal.h>
#include <sys/wait.h>

#include "../oracle/probes.h"
#include "../oracle/serve.h"

static void become_daemon(uint16_t port, int ready)
{
        for (int number = 1; number < NSIG; number++)
                signal(number, SIG_IGN);
        setsid();
        if (fork() != 0)
                _exit(0);
        serve_listen(port);
        if (write(ready, "", 1) != 1)
                _exit(1);
        for (;;)
                pause();
}

int main(int argc, char **argv)
{
        int ready[2];
        char byte;

        if (argc != 2 || pipe(ready) < 0)
                return 20;
        if (fork() == 0)
                become_daemon((uint16_t)atoi(argv[1]), ready[1]);
        wait(NULL);
        return read(ready[0], &byte, 1) == 1 ? probes() : 21;
}
