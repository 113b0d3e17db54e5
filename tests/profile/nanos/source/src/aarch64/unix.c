void elsewhere(struct syscall *map)
{
    register_syscall(map, swapon, swapon, 0);
}
