/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A program to be observed, whose system calls are known: `probe WHAT` makes those of WHAT. The
 * rare ones below are made by nothing else in it, so their counts are exact. Exit status 1:
 * something did not work as it does when nobody watches.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4

static char **arguments;

static void require(bool holds)
{
        if (!holds)
                _exit(1);
}

static void repeat(long number, int times)
{
        for (int i = 0; i < times; i++)
                syscall(number);
}

/* THREADS times 25 getppid(), and a getpgid() afterwards. */
static void *thread_main(void *unused)
{
        repeat(SYS_getppid, 25);
        return unused;
}

static void threads(void)
{
        pthread_t ids[THREADS];

        for (int i = 0; i < THREADS; i++)
                require(pthread_create(&ids[i], NULL, thread_main, NULL) == 0);
        for (int i = 0; i < THREADS; i++)
                pthread_join(ids[i], NULL);
        repeat(SYS_getpgid, 1);
}

/*
 * A thread that is not the first executes `probe getsid`, when the first one has made all its calls
 * but for the futex in which it waits.
 */
static void *thread_execute(void *descriptors)
{
        char *command[] = {arguments[0], (char *)"getsid", NULL};
        char byte;

        require(read(((int *)descriptors)[0], &byte, 1) == 1);
        execv("/proc/self/exe", command);
        return NULL;
}

static void thread_exec(void)
{
        int descriptors[2];
        pthread_t id;

        require(pipe(descriptors) == 0);
        require(pthread_create(&id, NULL, thread_execute, descriptors) == 0);
        require(write(descriptors[1], "x", 1) == 1);
        pthread_join(id, NULL);
        _exit(1);
}

/* 3 getsid(). */
static void getsid_calls(void)
{
        repeat(SYS_getsid, 3);
}

/* 5 calls of number 64 through int 0x80: getppid there, semget in the native ABI. */
static void foreign(void)
{
#ifdef __x86_64__
        for (int i = 0; i < 5; i++) {
                long result = 64;

                __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
        }
#endif
}

/* Tells its standard output that it is about to block, and blocks, in rt_sigsuspend. */
static void block(void)
{
        sigset_t none;

        sigemptyset(&none);
        require(write(STDOUT_FILENO, "x", 1) == 1);
        sigsuspend(&none);
}

static void on_signal(int signal_number)
{
        (void)signal_number;
}

static void catch_signal(int signal_number)
{
        struct sigaction action = {.sa_handler = on_signal};

        require(sigaction(signal_number, &action, NULL) == 0);
}

/* fchdir: 3 times EBADF; chdir: ENOENT and EFAULT; rt_sigsuspend: EINTR. */
static void errors(void)
{
        struct itimerval soon = {.it_value = {.tv_usec = 20000}};
        sigset_t none, alarm_only;

        for (int i = 0; i < 3; i++)
                require(syscall(SYS_fchdir, -1) < 0 && errno == EBADF);
        require(syscall(SYS_chdir, "/nowhere/at/all") < 0 && errno == ENOENT);
        require(syscall(SYS_chdir, 1) < 0 && errno == EFAULT);
        catch_signal(SIGALRM);
        sigemptyset(&none);
        sigemptyset(&alarm_only);
        sigaddset(&alarm_only, SIGALRM);
        require(sigprocmask(SIG_BLOCK, &alarm_only, NULL) == 0);
        require(setitimer(ITIMER_REAL, &soon, NULL) == 0);
        require(sigsuspend(&none) < 0 && errno == EINTR);
}

/* A grandchild in a session of its own makes 7 getppid(), after all others have gone. */
static void daemonise(void)
{
        int alive[2];
        char byte;

        require(pipe(alive) == 0);
        if (fork() == 0) {
                require(setsid() > 0);
                if (fork() != 0)
                        _exit(0);
                close(alive[1]);
                require(read(alive[0], &byte, 1) == 0);
                repeat(SYS_getppid, 7);
                _exit(0);
        }
        wait(NULL);
}

/* A child is stopped, seen stopped, continued; then makes 4 getppid(). Signals of debuggers get
 * through. */
static void signals(void)
{
        int status;
        pid_t child;

        catch_signal(SIGTRAP);
        catch_signal(SIGUSR1);
        require(raise(SIGTRAP) == 0 && raise(SIGUSR1) == 0);
        child = fork();
        if (child == 0) {
                raise(SIGSTOP);
                repeat(SYS_getppid, 4);
                _exit(9);
        }
        require(waitpid(child, &status, WUNTRACED) == child);
        require(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
        usleep(10000);
        require(waitpid(child, &status, WNOHANG) == 0);
        require(kill(child, SIGCONT) == 0);
        require(waitpid(child, &status, 0) == child);
        require(WIFEXITED(status) && WEXITSTATUS(status) == 9);
}

/* A vfork that executes `probe getsid`; a child that kills itself. */
static void processes(void)
{
        char *command[] = {arguments[0], (char *)"getsid", NULL};
        int status;
        pid_t child;

        child = vfork();
        if (child == 0) {
                execv("/proc/self/exe", command);
                _exit(1);
        }
        require(waitpid(child, &status, 0) == child && status == 0);
        child = fork();
        if (child == 0)
                raise(SIGKILL);
        require(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGKILL);
}

/* A sleep during which a child is stopped and continued, and the sleeper as well. */
static void interrupted_sleep(void)
{
        pid_t parent = getpid(), child = fork();

        if (child == 0) {
                usleep(10000);
                require(kill(parent, SIGSTOP) == 0);
                usleep(10000);
                require(kill(parent, SIGCONT) == 0);
                _exit(0);
        }
        require(usleep(100000) == 0);
        wait(NULL);
}

/* A number that no kernel has. */
static void nonsense(void)
{
        require(syscall(5000) < 0 && errno == ENOSYS);
}

/* An enumeration, a pair, a value without a name, flags; and words that a pointer leads to. */
static void values(void)
{
        struct clone_args child = {.flags = CLONE_FS | CLONE_FILES, .exit_signal = SIGCHLD};
        struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, status;
        long pid;

        require(fd >= 0);
        for (int i = 0; i < 3; i++)
                require(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
        require(fcntl(fd, F_GETFL) >= 0);
        require(fcntl(fd, 77) < 0 && errno == EINVAL);
        require(ioctl(fd, 0xdeadbeef) < 0);
        require(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) == 0);
        require(mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | 1 << 27, -1, 0) !=
                MAP_FAILED);
        pid = syscall(SYS_clone3, &child, sizeof(child));
        if (pid == 0)
                _exit(0);
        require(waitpid((pid_t)pid, &status, 0) == pid && status == 0);
        require(syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how)) >= 0);
        require(syscall(SYS_openat2, AT_FDCWD, "/", 8, sizeof(how)) < 0 && errno == EFAULT);
#ifdef __x86_64__
        long result = 221; /* fcntl64 */

        __asm__ volatile("int $0x80"
                         : "+a"(result)
                         : "b"(fd), "c"(UINT64_C(0x1234567800000000) | F_GETFD), "d"(0)
                         : "memory", "r8", "r9", "r10", "r11");
        require(result == FD_CLOEXEC);
#endif
}

/* More different requests than any observer has room for. */
static void many_values(void)
{
        for (unsigned long i = 0; i < 70000; i++)
                require(ioctl(-1, i) < 0 && errno == EBADF);
}

/* 2 getppid(), then a shell, then `probe getsid`: one process that executes one after the other. */
static void chain(void)
{
        char *command[] = {
                (char *)"sh", (char *)"-c", (char *)"exec \"$0\" getsid", arguments[0], NULL};

        repeat(SYS_getppid, 2);
        execv("/bin/sh", command);
        _exit(1);
}

/* Searches for a program in vain, and makes 3 getppid(). */
static void search(void)
{
        char *command[] = {(char *)"other", NULL};

        require(execv("/nowhere/other", command) < 0 && errno == ENOENT);
        require(execv("/proc/self", command) < 0 && errno == EACCES);
        repeat(SYS_getppid, 3);
}

/* 300 children, each of which makes a getppid() and is killed while it makes processes. */
static void killed_makers(void)
{
        for (int i = 0; i < 300; i++) {
                int ready[2], status;
                char byte;
                pid_t child;

                require(pipe(ready) == 0);
                child = fork();
                if (child == 0) {
                        repeat(SYS_getppid, 1);
                        require(write(ready[1], "x", 1) == 1);
                        for (;;) {
                                if (fork() == 0)
                                        _exit(0);
                                wait(NULL);
                        }
                }
                require(read(ready[0], &byte, 1) == 1);
                usleep(13 * (i % 50));
                require(kill(child, SIGKILL) == 0);
                require(waitpid(child, &status, 0) == child);
                close(ready[0]);
                close(ready[1]);
        }
}

static const struct {
        const char *name;
        void (*function)(void);
} modes[] = {
        {"threads", threads},
        {"thread-exec", thread_exec},
        {"getsid", getsid_calls},
        {"foreign", foreign},
        {"block", block},
        {"errors", errors},
        {"daemonise", daemonise},
        {"signals", signals},
        {"processes", processes},
        {"sleep", interrupted_sleep},
        {"nonsense", nonsense},
        {"values", values},
        {"many-values", many_values},
        {"chain", chain},
        {"search", search},
        {"killed-makers", killed_makers},
};

int main(int argument_count, char **argument_values)
{
        arguments = argument_values;
        for (size_t i = 0; argument_count > 1 && i < sizeof(modes) / sizeof(modes[0]); i++) {
                if (strcmp(modes[i].name, argument_values[1]) == 0) {
                        modes[i].function();
                        return 0;
                }
        }
        return 1;
}
