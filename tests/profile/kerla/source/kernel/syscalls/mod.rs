const SYS_READ: usize = 0;
const SYS_CHOWN: usize = 92;

impl<'a> SyscallHandler<'a> {
    pub fn do_dispatch(&mut self, a1: usize, n: usize) -> Result<isize> {
        match n {
            SYS_READ => self.sys_read(Fd::new(a1 as i32), a3),
            SYS_GETDENTS64 => {
                self.sys_getdents64(Fd::new(a1 as i32), a3)
            }
            SYS_CHOWN => Ok(0), // TODO:
            // SYS_REBOOT => self.sys_reboot(),
            SYS_GETUID | SYS_GETEUID => Ok(0),
            SYS_PTRACE => Err(Error::new(Errno::EPERM)),
            SYS_FUTEX => Err(Error::new(Errno::ENOSYS)),
            SYS_IOCTL if a1 == 2 => self.sys_ioctl(a1),
            SYS_UMASK => { debug_warn!("umask => {}", a1); Ok(0) }
            SYS_TIME => Ok(now()),
            _ => Err(Error::new(Errno::ENOSYS)),
        }
    }
}

fn syscall_name_by_number(n: usize) -> &'static str {
    match n {
        0 => "read",
        1 => "SYS_WRITE => write",
        _ => "(unknown)",
    }
}
