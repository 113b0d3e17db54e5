/* A table for the tests: [__NR_reboot] = (libos_syscall_t)libos_syscall_reboot, */
#include "table.h"

libos_syscall_t table[BOUND] = {
    [__NR_read]   = (libos_syscall_t)libos_syscall_read,
    [__NR_open] = (libos_syscall_t) libos_syscall_open,
    [__NR_mremap] = (libos_syscall_t)0, // libos_syscall_mremap
    [__NR_mlock]  = (libos_syscall_t)libos_syscall_mlock,
    [__NR_kill]   = (libos_syscall_t)libos_syscall_kill,
    [__NR_flock]  = NULL,
    [__NR_statx]  = (libos_syscall_t)libos_syscall_statx
};
