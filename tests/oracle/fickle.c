/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Asks for another call each time, of many that every system has, and insists that there is such a
 * call (exit 1). So it fails where none of them is there, for want of a call that it will hardly
 * ask for again: nothing that was refused to it can be shown to be the reason.
 */

#include "raw.h"

static const long calls[] = {
        __NR_getpid,
        __NR_getppid,
        __NR_getuid,
        __NR_geteuid,
        __NR_getgid,
        __NR_getegid,
        __NR_gettid,
        __NR_getpgid,
        __NR_getsid,
        __NR_sched_yield,
        __NR_getpriority,
        __NR_times,
        __NR_sysinfo,
        __NR_getrusage,
        __NR_gettimeofday,
        __NR_getcwd,
        __NR_getgroups,
        __NR_getresuid,
        __NR_getresgid,
        __NR_capget,
        __NR_rt_sigpending,
        __NR_sigaltstack,
        __NR_sched_getparam,
        __NR_sched_getscheduler,
        __NR_sched_get_priority_max,
        __NR_sched_get_priority_min,
        __NR_sched_rr_get_interval,
        __NR_sched_getaffinity,
        __NR_clock_gettime,
        __NR_clock_getres,
        __NR_uname,
        __NR_lseek,
        __NR_readlinkat,
        __NR_faccessat,
        __NR_statfs,
        __NR_fstatfs,
        __NR_getitimer,
        __NR_eventfd2,
        __NR_inotify_init1,
        __NR_dup,
        __NR_getcpu,
        __NR_mincore,
        __NR_msync,
        __NR_madvise,
        __NR_munlock,
        __NR_timer_getoverrun,
        __NR_fgetxattr,
        __NR_flistxattr,
        __NR_pread64,
};

int oracle(int argc)
{
        unsigned choice = 0;

        (void)argc;
        call3(__NR_getrandom, &choice, sizeof(choice), 0);
        choice %= sizeof(calls) / sizeof(calls[0]);
        return call4(calls[choice], -1, -1, -1, -1) == -ENOSYS;
}
