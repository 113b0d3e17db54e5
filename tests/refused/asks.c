/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * asks WORD…: makes calls from its own text, one after the other as the words say, and no others
 * but for exit_group:
 *
 *   NAME      a harmless call of that name, see the table; that it fails is no matter
 *   NAME!     the same, but where it fails the program ends with status 3
 *   numbers   10,000 numbers that no call has, each once
 *   loop      getppid, 20,000 times
 *   setfl, getfl, status
 *             fcntl with F_SETFL, with F_GETFL, and openat of /proc/self/status; also with a !
 *   fork      the rest is a child's; the parent waits, and ends as the child does
 *   forks     so many processes that 4 generations of 3 children each make; each makes the call
 *             umask
 *   crash     is killed by SIGSEGV
 *   wait      for ever
 */

#define ORACLE_ARGUMENTS
#include <fcntl.h>

#include "../oracle/raw.h"

static const struct {
        const char *name;
        long number;
} calls[] = {
        {"umask", __NR_umask},
        {"chdir", __NR_chdir},
        {"getcpu", __NR_getcpu},
        {"sysinfo", __NR_sysinfo},
        {"mlock", __NR_mlock},
        {"write", __NR_write},
};

enum {
        REFUSED = 3,
        UNKNOWN_WORD = 90,
        MANY_NUMBERS = 10000,
        FIRST_NUMBER = 5000,
        LOOPS = 20000,
};

/* Kept from the compiler's sight, which takes such an address for a mistake. */
static volatile char *volatile nowhere;

/* Whether the word is the name, perhaps with a ! behind. */
static int is_word(const char *word, const char *name)
{
        while (*name && *word == *name)
                word++, name++;
        return !*name && (!*word || (word[0] == '!' && !word[1]));
}

static int is_insistent(const char *word)
{
        while (word[1])
                word++;
        return *word == '!';
}

static void end_like(int status)
{
        int signal = status & 0x7f;

        call1(__NR_exit_group, signal ? 128 + signal : status >> 8);
}

static void wait_for(long child)
{
        int status = 0;

        call4(__NR_wait4, child, (long)&status, 0, 0);
        end_like(status);
}

static long make_child(void)
{
        return call5(__NR_clone, 17 /* SIGCHLD */, 0, 0, 0, 0);
}

static void grow(int generations)
{
        int status;
        long child;

        call1(__NR_umask, 0);
        for (int i = 0; i < 3 && generations > 0; i++) {
                child = make_child();
                if (child == 0) {
                        grow(generations - 1);
                        call1(__NR_exit_group, 0);
                }
                call4(__NR_wait4, child, (long)&status, 0, 0);
        }
}

/* What is more than one plain call. Returns what the last one did; 1 for an unknown word. */
static long ask_otherwise(const char *word)
{
        long r = 1;

        if (is_word(word, "setfl"))
                return call3(__NR_fcntl, 0, F_SETFL, 0);
        if (is_word(word, "getfl"))
                return call3(__NR_fcntl, 0, F_GETFL, 0) < 0 ? -1 : 0;
        if (is_word(word, "status"))
                return call3(__NR_openat, AT_FDCWD, (long)"/proc/self/status", O_RDONLY) < 0 ? -1
                                                                                             : 0;
        if (is_word(word, "numbers"))
                for (long i = 0; i < MANY_NUMBERS; i++)
                        r = call1(FIRST_NUMBER + i, 0);
        if (is_word(word, "loop"))
                for (long i = 0; i < LOOPS; i++)
                        r = call1(__NR_getppid, 0) < 0 ? -1 : 0;
        if (is_word(word, "forks")) {
                grow(4);
                r = 0;
        }
        if (is_word(word, "crash"))
                nowhere[0] = 0;
        while (is_word(word, "wait"))
                call4(__NR_ppoll, 0, 0, 0, 0);
        return r;
}

static long ask(const char *word)
{
        for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
                if (is_word(word, calls[i].name))
                        return call1(calls[i].number, 0);
        return ask_otherwise(word);
}

int oracle(int argc, char **argv)
{
        long child, r;

        for (int i = 1; i < argc; i++) {
                if (is_word(argv[i], "fork")) {
                        child = make_child();
                        if (child != 0)
                                wait_for(child);
                        continue;
                }
                r = ask(argv[i]);
                if (r == 1)
                        return UNKNOWN_WORD;
                if (r < 0 && is_insistent(argv[i]))
                        return REFUSED;
        }
        return 0;
}
