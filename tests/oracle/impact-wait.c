/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * ppoll is avoidable, but costs time: without it the program looks for each of 16 answers of its
 * child every 0.01 s, the first time too early.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ANSWERS 16

/* Says each thing back, a little later. */
static void echo(int from, int to)
{
        const struct timespec little = {.tv_nsec = 200000};
        char byte;

        while (read(from, &byte, 1) == 1) {
                nanosleep(&little, NULL);
                if (write(to, &byte, 1) != 1)
                        break;
        }
}

static void wait_for(int fd)
{
        const struct timespec interval = {.tv_nsec = 10000000};
        struct pollfd waited = {.fd = fd, .events = POLLIN};

        if (syscall(SYS_ppoll, &waited, 1, NULL, NULL, 0) < 0)
                nanosleep(&interval, NULL);
}

int main(void)
{
        int there[2], back[2];
        char byte = 'x';
        ssize_t n;
        pid_t child;

        if (pipe(there) < 0 || pipe(back) < 0)
                return 1;
        child = fork();
        if (child == 0) {
                close(there[1]);
                echo(there[0], back[1]);
                _exit(0);
        }
        fcntl(back[0], F_SETFL, O_NONBLOCK);
        for (unsigned i = 0; i < ANSWERS; i++) {
                if (write(there[1], &byte, 1) != 1)
                        return 2;
                while ((n = read(back[0], &byte, 1)) < 0 && errno == EAGAIN)
                        wait_for(back[0]);
                if (n != 1)
                        return 3;
        }
        close(there[1]);
        return waitpid(child, NULL, 0) == child ? 0 : 4;
}
