/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile/format.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/nearest.h"
#include "base/strings.h"
#include "profile/readers.h"

#define MARKS(...) ((const char *const[]){__VA_ARGS__, NULL})

const struct profile_format profile_formats[] = {
        {
                .name = "list",
                .description = "a .syscalls file: the name of a supported call on each line",
                .is_file = true,
                .read = list_read,
        },
        {
                .name = "csv",
                .description = "a table with the columns name or number, status, and perhaps file, "
                               "line, note",
                .is_file = true,
                .read = csv_read_profile,
        },
        {
                .name = "unikraft",
                .description =
                        "Unikraft: UK_PROVIDED_SYSCALLS in the files Makefile.uk of the tree",
                .marks = MARKS("lib/syscall_shim/Makefile.uk", "lib/vfscore/Makefile.uk"),
                .read = unikraft_read,
        },
        {
                .name = "gramine",
                .description = "Gramine: libos_table.c or shim_table.c, and "
                               "Documentation/devel/features.md",
                .marks = MARKS("libos/src/arch/x86_64/libos_table.c",
                        "LibOS/shim/src/arch/x86_64/shim_table.c", "LibOS/shim/src/shim_table.c"),
                .read = gramine_read,
        },
        {
                .name = "gvisor",
                .description = "gVisor: the table in pkg/sentry/syscalls/linux/linux64.go",
                .marks = MARKS("pkg/sentry/syscalls/linux/linux64.go",
                        "pkg/sentry/syscalls/linux/linux64_amd64.go"),
                .read = gvisor_read,
        },
        {
                .name = "gvisor-json",
                .description = "gVisor: what runsc help syscalls -format json prints",
                .is_file = true,
                .read = gvisor_read_json,
        },
        {
                .name = "asterinas",
                .description =
                        "Asterinas: the table and the .scml rules of its book, linux-compatibility",
                .marks = MARKS("book/src/kernel/linux-compatibility",
                        "book/src/kernel/linux-compatibility.md",
                        "docs/src/kernel/linux-compatibility.md"),
                .read = asterinas_read,
        },
        {
                .name = "nanos",
                .description = "Nanos: register_syscall() in the C files of the tree",
                .marks = MARKS("src/unix/unix_internal.h", "src/unix/syscall.c"),
                .read = nanos_read,
        },
        {
                .name = "osv",
                .description =
                        "OSv: SYSCALL1(), SYSCALL2() … in linux.cc and syscalls/syscalls.cc.in",
                .marks = MARKS("syscalls/syscalls.cc.in", "linux.cc"),
                .read = osv_read,
        },
        {
                .name = "freebsd",
                .description = "FreeBSD: sys/amd64/linux/syscalls.master, less the DUMMY() of "
                               "linux_dummy.c",
                .marks = MARKS("sys/amd64/linux/syscalls.master"),
                .read = freebsd_read,
        },
        {
                .name = "starnix",
                .description = "Starnix: syscall_match! in src/starnix/kernel/syscalls/table.rs",
                .marks = MARKS("src/starnix/kernel/syscalls/table.rs", "kernel/syscalls/table.rs",
                        "syscalls/table.rs", "src/proc/bin/starnix/syscalls/table.rs"),
                .read = starnix_read,
        },
        {
                .name = "kerla",
                .description = "Kerla: SYS_READ => … in kernel/syscalls/mod.rs",
                .marks = MARKS("kernel/syscalls/mod.rs", "kernel/syscalls/dispatcher.rs"),
                .read = kerla_read,
        },
        {
                .name = "starryos",
                .description = "StarryOS: Sysno::read => … in api/src/syscall/mod.rs",
                .marks = MARKS("api/src/syscall/mod.rs", "kernel/src/syscall/mod.rs",
                        "os/StarryOS/kernel/src/syscall/mod.rs"),
                .read = starryos_read,
        },
        {},
};

static int format_find(const char *name, const struct profile_format **ret, struct error *error)
{
        struct nearest nearest = {.wanted = name};

        for (const struct profile_format *format = profile_formats; format->name; format++) {
                if (strcasecmp(format->name, name) == 0) {
                        *ret = format;
                        return 0;
                }
                nearest_consider(&nearest, format->name);
        }
        if (nearest.word)
                return error_set(error, EINVAL, "there is no format '%s': did you mean '%s'?", name,
                        nearest.word);
        return error_set(error, EINVAL, "there is no format '%s'", name);
}

static const char *file_name(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static bool has_ending(const char *path, const char *ending)
{
        size_t length = strlen(path), ending_length = strlen(ending);

        return length >= ending_length && strcasecmp(path + length - ending_length, ending) == 0;
}

/* A mark of the format is in the folder, or is what the path of a file ends in. */
static bool is_marked(const struct profile_format *format, const char *path, bool folder)
{
        struct stat status;

        for (const char *const *mark = format->marks; mark && *mark; mark++) {
                CLEANUP_FREE char *file = string_format("%s/%s", folder ? path : "", *mark);

                if (!file)
                        return false;
                if (folder ? stat(file, &status) == 0
                           : has_ending(path, file) || strcmp(path, *mark) == 0)
                        return true;
        }
        return false;
}

static int recognise_file(const char *path, const struct profile_format **ret, struct error *error)
{
        static const struct {
                const char *ending, *format;
        } endings[] = {
                {".syscalls", "list"},
                {".txt", "list"},
                {".csv", "csv"},
                {".json", "gvisor-json"},
                {".scml", "asterinas"},
                {"Makefile.uk", "unikraft"},
                {"libos_table.c", "gramine"},
                {"shim_table.c", "gramine"},
                {"linux64.go", "gvisor"},
                {"syscalls.cc.in", "osv"},
                {"linux.cc", "osv"},
                {"syscalls.master", "freebsd"},
                {"table.rs", "starnix"},
        };

        for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
                if (has_ending(path, endings[i].ending))
                        return format_find(endings[i].format, ret, error);
        if (!strchr(file_name(path), '.'))
                return format_find("list", ret, error);
        return error_set(error, EINVAL,
                "%s: nothing in the name tells what format this is: `loupe os import "
                "--format FORMAT` is told",
                path);
}

static int recognise(const char *path, const struct profile_format **ret, struct error *error)
{
        struct stat status;

        if (stat(path, &status) < 0)
                return error_errno(error, errno, "%s", path);
        for (const struct profile_format *format = profile_formats; format->name; format++)
                if (is_marked(format, path, S_ISDIR(status.st_mode))) {
                        *ret = format;
                        return 0;
                }
        if (!S_ISDIR(status.st_mode))
                return recognise_file(path, ret, error);
        return error_set(error, EINVAL,
                "%s: not recognised as the source of any system: if it is one, `loupe os import "
                "--format FORMAT` is told of which",
                path);
}

/* The file's name without its ending, or the folder's. */
static char *name_of_path(const char *path)
{
        CLEANUP_FREE char *real = realpath(path, NULL);
        char *name, *dot;
        struct stat status;

        if (!real)
                return NULL;
        name = strdup(file_name(real));
        dot = name ? strrchr(name, '.') : NULL;
        if (dot && dot != name && stat(real, &status) == 0 && !S_ISDIR(status.st_mode))
                *dot = '\0';
        return name;
}

int profile_read(const char *path, const char *format, const char *name, struct profile **ret,
        struct error *error)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();
        const struct profile_format *found;
        int r;

        r = format ? format_find(format, &found, error) : recognise(path, &found, error);
        if (r < 0)
                return r;
        if (!profile)
                return -ENOMEM;
        profile->format = found->name;
        r = found->read(path, profile, error);
        if (r == 0)
                r = profile_finish(profile);
        if (r < 0)
                return r;
        if (profile->entries.count == 0)
                return error_set(error, EINVAL, "%s: not one system call is named in it; %s is %s",
                        path, found->name, found->description);
        profile->name = name ? strdup(name) : name_of_path(path);
        profile->source = strdup(path);
        if (!profile->name || !profile->source)
                return -ENOMEM;
        *ret = steal_pointer(profile);
        return 0;
}
