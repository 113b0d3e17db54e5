#include <unix_internal.h>
#define register_local(m, n) register_syscall(m, n, n, 0)

// register_syscall(map, reboot, reboot, 0);
void register_file_syscalls(struct syscall *map)
{
    register_syscall(map, read, read, SYSCALL_F_SET_DESC);
#ifdef __x86_64__
    register_syscall(map, open, open, SYSCALL_F_SET_FILE|SYSCALL_F_SET_DESC);
#else
    register_syscall(map, rename, rename, 0);
#endif
#ifndef __x86_64__
    register_syscall(map, mkdir, mkdir, 0);
#elif defined(__x86_64__) && CONFIG_EXTRA
    register_syscall(map, pipe, pipe, 0);
#endif
    register_syscall(map, ioctl, (sysreturn (*)())ioctl, SYSCALL_F_SET_DESC);
    register_syscall(map, setuid, syscall_ignore, 0);
#if 0
    register_syscall(map, mount, mount, 0);
#endif
}
