/* UK_PROVIDED_SYSCALLS-y += mount-5 */
