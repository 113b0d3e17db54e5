/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A server on the port that is its argument, which goes into the background twice over and leaves
 * its session: the process that was started is gone when the first client comes. Each client is
 * told the result of the probes, made for it. The verdicts are those of probes.h.
 */

#include "probes.h"
#include "serve.h"

int main(int argc, char **argv)
{
        int listener;

        if (argc != 2 || daemon(0, 0) < 0)
                return 20;
        if (fork() != 0)
                return 0;
        listener = serve_listen((uint16_t)atoi(argv[1]));
        for (;;)
                serve_one(listener, probes);
}
