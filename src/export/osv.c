/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * OSv's list of calls: what its build takes as conf_syscalls_list_file, to leave all others out of
 * syscalls/syscalls.cc.in (scripts/gen-syscalls). Every word of the file counts as a name, so there
 * are no comments in it.
 */

#include <string.h>

#include "arch/syscalls.h"
#include "base/cleanup.h"
#include "export/format.h"
#include "report/stream.h"

/* OSv goes by the function behind a call; those that are not named after it, as of OSv's
 * syscalls/syscalls.cc.in @0be0299 and the older linux.cc. */
static const struct {
        const char *call;
        const char *function;
} functions[] = {
        {"brk", "sys_brk"},
        {"clone", "sys_clone"},
        {"clone3", "sys_clone3"},
        {"exit", "sys_exit"},
        {"exit_group", "sys_exit_group"},
        {"getcpu", "sys_getcpu"},
        {"getcwd", "sys_getcwd"},
        {"getdents64", "sys_getdents64"},
        {"io_uring_enter", "sys_io_uring_enter"},
        {"io_uring_register", "sys_io_uring_register"},
        {"io_uring_setup", "sys_io_uring_setup"},
        {"ioctl", "sys_ioctl"},
        {"mmap", "long_mmap"},
        {"newfstatat", "fstatat"},
        {"sched_getaffinity", "sys_sched_getaffinity"},
        {"sched_getaffinity", "sched_getaffinity_syscall"},
        {"sched_setaffinity", "sys_sched_setaffinity"},
        {"sched_setaffinity", "sched_setaffinity_syscall"},
        {"set_robust_list", "sys_set_robust_list"},
        {"set_tid_address", "sys_set_tid_address"},
        {"shmat", "long_shmat"},
        {"utimensat", "utimensat4"},
};

int export_osv(const struct export_request *request, FILE *stream, struct export_notes *notes)
{
        const struct export_item *item;
        char name[FEATURE_NAME_MAX];
        int r;

        r = export_note_fakes(request, FAKE_NEVER, "to be implemented instead", notes);
        if (r == 0)
                r = export_note_abis(request, notes);
        if (r < 0)
                return r;
        vector_for_each(item, &request->set->items) {
                if (!export_is_native_call(item) ||
                        export_treatment_in(request, item, FAKE_NEVER) != TREATMENT_IMPLEMENT)
                        continue;
                feature_name(item->feature, name);
                fprintf(stream, "%s\n", name);
                for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
                        if (strcmp(functions[i].call, name) == 0)
                                fprintf(stream, "%s\n", functions[i].function);
        }
        return stream_result(stream);
}
