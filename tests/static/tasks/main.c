/* SPDX-License-Identifier: BSD-3-Clause */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static volatile sig_atomic_t seen;

static void note(int number)
{
        seen = number;
}

int main(int argc, char **argv)
{
        signal(SIGUSR1, note);
        raise(SIGUSR1);
        qsort(argv, (size_t)argc, sizeof(*argv), compare);
        for (int i = 0; i < argc; i++)
                printf("%s %d\n", argv[i], (int)seen);
        return EXIT_SUCCESS;
}
