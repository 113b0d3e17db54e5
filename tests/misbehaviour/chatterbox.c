/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A server on the port that is its argument, which writes to its standard output and error without
 * end meanwhile. Tells each client the result of the probes.
 */

#include <string.h>

#include "../oracle/probes.h"
#include "../oracle/serve.h"

static void chatter(void)
{
        char text[4096];

        memset(text, 'x', sizeof(text));
        text[sizeof(text) - 1] = '\n';
        for (int fd = STDOUT_FILENO;; fd = fd == STDOUT_FILENO ? STDERR_FILENO : STDOUT_FILENO)
                if (write(fd, text, sizeof(text)) < 0)
                        pause();
}

int main(int argc, char **argv)
{
        int listener;

        if (argc != 2)
                return 20;
        if (fork() == 0)
                chatter();
        listener = serve_listen((uint16_t)atoi(argv[1]));
        for (;;)
                serve_one(listener, probes);
}
