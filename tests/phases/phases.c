/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Makes calls that nothing else in it makes, at times that are known:
 *
 *   constructor: getppid            before main()
 *   main():      2 getsid           after it has begun
 *   atexit():    3 getpgid          after, when it has returned
 *
 * and further ones as its first argument and the variable PHASES, which a constructor looks at,
 * say. Exit status 1: something did not work as it does when nobody watches.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char **arguments;
static int is_there[2], main_began[2];
static pthread_t early;
static bool has_early;
static volatile sig_atomic_t traps;

static void require(bool holds)
{
        if (!holds)
                _exit(1);
}

static void repeat(long number, int times)
{
        for (int i = 0; i < times; i++)
                syscall(number, -1, -1, -1, -1, -1, -1);
}

static void wait_for(pid_t child)
{
        int status;

        require(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

static void at_exit(void)
{
        repeat(SYS_getpgid, 3);
}

/* A thread that is there before main(), and goes on when that has begun. */
static void *live_through(void *unused)
{
        char byte;

        repeat(SYS_getcpu, 4);
        require(write(is_there[1], "x", 1) == 1);
        require(read(main_began[0], &byte, 1) == 1);
        repeat(SYS_getcpu, 5);
        return unused;
}

static void start_early_thread(void)
{
        char byte;

        require(pipe(is_there) == 0 && pipe(main_began) == 0);
        require(pthread_create(&early, NULL, live_through, NULL) == 0);
        require(read(is_there[0], &byte, 1) == 1);
        has_early = true;
}

static __attribute__((constructor)) void construct(void)
{
        const char *what = getenv("PHASES");
        char *next[] = {(char *)"/proc/self/exe", NULL};
        pid_t child;

        repeat(SYS_getppid, 1);
        if (!what)
                return;
        if (strcmp(what, "fork") == 0 && fork() == 0)
                repeat(SYS_sched_get_priority_max, 1); /* and on to a main() of its own */
        if (strcmp(what, "vfork") == 0) {
                child = vfork();
                if (child == 0) {
                        repeat(SYS_sched_get_priority_max, 1);
                        _exit(0);
                }
                wait_for(child);
        }
        if (strcmp(what, "exec") == 0) {
                unsetenv("PHASES");
                execv(next[0], next);
                _exit(1);
        }
        if (strcmp(what, "exit") == 0)
                exit(0);
        if (strcmp(what, "thread") == 0)
                start_early_thread();
}

static void fork_child(void)
{
        pid_t child = fork();

        if (child == 0) {
                repeat(SYS_sched_get_priority_min, 6);
                _exit(0);
        }
        wait_for(child);
}

static void spawn(void)
{
        char *command[] = {arguments[0], NULL};
        pid_t child;

        require(posix_spawn(&child, "/proc/self/exe", NULL, NULL, command, environ) == 0);
        wait_for(child);
}

/* Executes itself by a vfork, whose child fails to do so first. */
static void vfork_exec(void)
{
        char *command[] = {arguments[0], NULL};
        pid_t child = vfork();

        if (child == 0) {
                execv("/nowhere/at/all", command);
                repeat(SYS_sched_get_priority_min, 6);
                execv("/proc/self/exe", command);
                _exit(1);
        }
        wait_for(child);
}

static void *call_in_thread(void *unused)
{
        repeat(SYS_sched_get_priority_min, 6);
        return unused;
}

static void thread(void)
{
        pthread_t id;

        require(pthread_create(&id, NULL, call_in_thread, NULL) == 0);
        require(pthread_join(id, NULL) == 0);
}

static void on_trap(int number)
{
        (void)number;
        traps++;
}

/* Breakpoints of its own, and a signal like theirs. */
static void trap(void)
{
        require(signal(SIGTRAP, on_trap) != SIG_ERR);
        require(raise(SIGTRAP) == 0 && traps == 1);
#ifdef __x86_64__
        __asm__ volatile("int3");
        require(traps == 2);
#endif
}

/* Executes itself with SIGTRAP blocked; it is, still, in the other main(). */
static void block_trap(void)
{
        char *command[] = {arguments[0], (char *)"blocked", NULL};
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGTRAP);
        require(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
        execv("/proc/self/exe", command);
        _exit(1);
}

static void blocked(void)
{
        sigset_t set;

        require(sigprocmask(SIG_BLOCK, NULL, &set) == 0 && sigismember(&set, SIGTRAP));
}

/* main() once more, which programs may call. */
int main(int argument_count, char **argument_values);
static void again(void)
{
        char *alone[] = {arguments[0], NULL}, **kept = arguments;

        require(main(1, alone) == 0);
        arguments = kept;
}

static void other(void)
{
        execv(arguments[2], arguments + 2);
        _exit(1);
}

static const struct {
        const char *name;
        void (*function)(void);
} modes[] = {
        {"fork", fork_child},
        {"spawn", spawn},
        {"vfork", vfork_exec},
        {"thread", thread},
        {"trap", trap},
        {"block-trap", block_trap},
        {"blocked", blocked},
        {"again", again},
        {"exec", other},
};

int main(int argument_count, char **argument_values)
{
        arguments = argument_values;
        repeat(SYS_getsid, 2);
        if (has_early) {
                require(write(main_began[1], "x", 1) == 1);
                require(pthread_join(early, NULL) == 0);
        }
        for (size_t i = 0; argument_count > 1 && i < sizeof(modes) / sizeof(modes[0]); i++) {
                if (strcmp(modes[i].name, argument_values[1]) == 0)
                        modes[i].function();
        }
        if (argument_count == 1 || strcmp(argument_values[1], "again") != 0)
                atexit(at_exit);
        while (wait(NULL) > 0)
                ;
        return 0;
}
