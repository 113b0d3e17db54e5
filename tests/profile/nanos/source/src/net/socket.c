void register_net_syscalls(struct syscall *map)
{
    register_syscall(map, SYS_socket, socket);
    register_syscall(map, SYS_listen,
                     syscall_ignore);
}
