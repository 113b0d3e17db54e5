// A source for the tests.
#define __NR_sys_exit __NR_exit
#define __NR_fstatat __NR_newfstatat
#define __NR_sched_getaffinity_syscall __NR_sched_getaffinity
#define SYSCALL0(fn) case (__NR_##fn): return fn()

#define SYSCALL1(fn, __t1)                  \
        case (__NR_##fn): do {              \
        return fn(arg1);                    \
        } while (0)

long syscall(long number, ...)
{
    switch (number) {
#include <osv/syscalls.cc>
    case __NR_gettid: return gettid();
    }
}
