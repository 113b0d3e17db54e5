use syscalls::Sysno;

pub fn handle_syscall(uctx: &mut UserContext) {
    let result = match sysno {
        // fs ctl
        Sysno::ioctl => sys_ioctl(uctx.arg0() as _, uctx.arg1() as _),
        #[cfg(target_arch = "x86_64")]
        Sysno::mkdir => sys_mkdir(uctx.arg0() as _),
        #[cfg(not(target_arch = "x86_64"))]
        Sysno::fstatat => sys_fstatat(uctx.arg0() as _),
        #[cfg(all(feature = "bpf", target_arch = "x86_64"))]
        Sysno::bpf => bpf::sys_bpf(uctx.arg0() as _),
        Sysno::mount => sys_mount(uctx.arg0() as _) as _,
        Sysno::faccessat | Sysno::faccessat2 => sys_faccessat2(
            uctx.arg0() as _,
        ),

        // dummy fds
        Sysno::timerfd_create
        | Sysno::fanotify_init
        | Sysno::memfd_secret => sys_dummy_fd(sysno),

        Sysno::timer_create | Sysno::timer_settime => Ok(0),
        Sysno::sync => { warn!("dummy"); Ok(()) }
        Sysno::quotactl => unimplemented!(),
        Sysno::acct => Err(AxError::Unsupported),
        Sysno::riscv_hwprobe => sys_riscv_hwprobe(),

        _ => {
            warn!("Unimplemented syscall: {sysno}");
            Err(AxError::Unsupported)
        }
    };
}
