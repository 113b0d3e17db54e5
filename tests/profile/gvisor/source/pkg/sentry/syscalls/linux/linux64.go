// A table for the tests.
package linux

import "gvisor.dev/gvisor/pkg/sentry/kernel"

// ARM64 stands first, and does not count.
var ARM64 = &kernel.SyscallTable{
	Table: map[uintptr]kernel.Syscall{
		63: syscalls.Supported("read", Read),
		17: syscalls.Error("getcwd", linuxerr.ENOSYS, "", nil),
	},
}

var AMD64 = &kernel.SyscallTable{
	Arch: arch.AMD64,
	Version: kernel.Version{
		Sysname: version.LinuxSysname,
	},
	Table: map[uintptr]kernel.Syscall{
		0:   syscalls.SupportedPoint("read", Read, PointRead),
		3:   syscalls.Supported("close", Close),
		28:  syscalls.PartiallySupported("madvise", Madvise, "Some advice is ignored.", nil),
		56:  syscalls.PartiallySupportedPoint("clone", Clone, PointClone, "No \"time\" (yet).", []string{"example.org/issue/1"}),
		// 57: syscalls.Supported("fork", Fork),
		122: syscalls.ErrorWithEvent("setfsuid", linuxerr.ENOSYS, "", []string{"example.org/issue/260"}), // TODO
		142: syscalls.CapError("sched_setparam", linux.CAP_SYS_NICE, "", nil),
		154: syscalls.Error("modify_ldt", linuxerr.EPERM, "", nil),
		156: syscalls.Error("sysctl", linuxerr.EPERM, "Use /proc/sys instead.", nil),
		0x3e7: syscalls.Supported("imagined", Imagined),
	},
	Emulate: map[hostarch.Addr]uintptr{
		0xffffffffff600000: 96, // syscalls.Supported("gettimeofday")
	},
}
