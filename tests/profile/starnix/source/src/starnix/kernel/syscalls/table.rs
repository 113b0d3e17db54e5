// A table for the tests.
macro_rules! syscall_match {
    {
        $current_task:ident; $args:ident;
        $($(#[$match:meta])* $call:ident [$num_args:tt],)*
    } => {
        paste! { match $args { $($(#[$match])* [<__NR_ $call>] => $call[1],)* _ => error!(ENOSYS) } }
    }
}

pub fn dispatch_syscall<'a>(current_task: &'a mut CurrentTask, syscall: &Syscall) -> Result<SyscallResult, Errno> {
    if current_task.is_arch32() {
        return arch32_syscall_match! {
            current_task; args;
            reboot[4],
        };
    }
    syscall_match! {
        locked; current_task; syscall.decl.number; args;
        accept4[4],
        #[cfg(target_arch = "x86_64")] alarm[1],
        #[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))] renameat[4],
        #[cfg(target_arch = "aarch64")] swapon[2],
        #[cfg(not(target_arch = "x86_64"))]
        swapoff[1],
        // vhangup[0],
        /* acct[1], /* nested */ mount[5], */
        read[3],
    }
}
