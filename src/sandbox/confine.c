/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "base/cleanup.h"
#include "sandbox/sandbox.h"

/*
 * The capabilities that the namespaces contain: whoever has them can change the sandbox and nothing
 * else. All others go, those of kernels to come included; so that nobody wonders, the reasons of
 * the rest:
 *
 *   SYS_ADMIN       mounts: could make the read-only parts writable; much else
 *   SYS_PTRACE      could take over the sandbox's first process
 *   SYS_RESOURCE    lifts the limits of the run
 *   DAC_READ_SEARCH opens files by handle, past the mount namespace
 *   SYS_MODULE SYS_RAWIO SYS_BOOT SYS_TIME SYS_PACCT SYS_TTY_CONFIG SYSLOG BPF PERFMON WAKE_ALARM
 *   BLOCK_SUSPEND MAC_ADMIN MAC_OVERRIDE AUDIT_CONTROL AUDIT_READ
 *                   the one kernel, clock, log or hardware that all share
 *   LINUX_IMMUTABLE NET_BROADCAST CHECKPOINT_RESTORE
 *                   nothing that an application under study does needs them
 */
static const cap_value_t contained[] = {
        CAP_CHOWN,        /* the file system is an overlay */
        CAP_DAC_OVERRIDE, /* likewise */
        CAP_FOWNER,       /* likewise */
        CAP_FSETID,       /* likewise */
        CAP_SETFCAP,      /* likewise */
        CAP_MKNOD,        /* device nodes cannot be opened: every mount is nodev */
        CAP_LEASE,        /* as owner of the files root may take leases anyhow */
        CAP_KILL,       /* the pid namespace hides all others; its first process takes no signal */
        CAP_SETGID,     /* servers give up their rights with these */
        CAP_SETUID,     /* likewise */
        CAP_SETPCAP,    /* moves capabilities, within the bounding set that is left */
        CAP_SYS_CHROOT, /* the root that could be escaped from is the sandbox's */
        CAP_NET_BIND_SERVICE, /* the network is the sandbox's */
        CAP_NET_ADMIN,        /* likewise */
        CAP_NET_RAW,          /* likewise */
        CAP_IPC_OWNER,        /* so are semaphores, queues and shared memory */
        CAP_IPC_LOCK,         /* locked memory counts towards the memory limit */
        CAP_SYS_NICE, /* of the sandbox's processes; the kernel keeps a share from real-time ones */
        CAP_AUDIT_WRITE, /* adds records only; login, su and sudo refuse to work without */
};

static bool is_contained(cap_value_t capability)
{
        for (size_t i = 0; i < ARRAY_SIZE(contained); i++)
                if (contained[i] == capability)
                        return true;
        return false;
}

static void cap_freep(cap_t *set)
{
        if (*set)
                cap_free(*set);
}

int sandbox_confine(void)
{
        CLEANUP(cap_freep) cap_t set = NULL;

        /* The kernel knows where its capabilities end: reading one too many is EINVAL. */
        for (cap_value_t capability = 0; cap_get_bound(capability) >= 0; capability++)
                if (!is_contained(capability) && cap_drop_bound(capability) < 0)
                        return -errno;
        if (cap_reset_ambient() < 0)
                return -errno;
        set = cap_get_proc();
        if (!set || cap_clear_flag(set, CAP_INHERITABLE) < 0 || cap_set_proc(set) < 0)
                return -errno;
        return 0;
}

bool sandbox_is_unprivileged(void)
{
        CLEANUP(cap_freep) cap_t set = cap_get_proc();
        cap_flag_value_t value = CAP_CLEAR;

        return !set || cap_get_flag(set, CAP_SYS_ADMIN, CAP_EFFECTIVE, &value) < 0 ||
               value == CAP_CLEAR;
}
