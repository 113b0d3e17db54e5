void register_syscall(struct syscall *map, int number);
