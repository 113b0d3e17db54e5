/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/loader-path.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strings.h"

#define LINKS_MAX 40 /* as the kernel has it */

/* Debian's loader has the multiarch folders compiled in, that of others /lib64: all are looked
 * through, since it takes the interpreter's code to tell whose it is. */
static const struct loader_machine machines[] = {
        {
                .abi = ABI_X86_64,
                .elf = EM_X86_64,
                .cache_flags = 0x0303,
                .name = "x86_64",
                .libs = (const char *const[]){"lib/x86_64-linux-gnu", "lib64", NULL},
                .folders =
                        (const char *const[]){"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
                                "/lib", "/usr/lib", "/lib64", "/usr/lib64", NULL},
        },
        {
                .abi = ABI_AARCH64,
                .elf = EM_AARCH64,
                .cache_flags = 0x0a03,
                .name = "aarch64",
                .libs = (const char *const[]){"lib/aarch64-linux-gnu", "lib64", NULL},
                .folders = (const char *const[]){"/lib/aarch64-linux-gnu",
                        "/usr/lib/aarch64-linux-gnu", "/lib", "/usr/lib", "/lib64", "/usr/lib64",
                        NULL},
        },
};

const struct loader_machine *loader_machine(void)
{
        size_t i;

        for (i = 0; i < ARRAY_SIZE(machines); i++)
                if (machines[i].abi == abi_native())
                        return &machines[i];
        return NULL;
}

unsigned loader_processor_level(void)
{
        unsigned level = 0;

#ifdef __x86_64__
        /* No processor has these and lacks the smaller ones that the levels ask for as well. */
        if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt"))
                level = 1;
        if (level == 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
                __builtin_cpu_supports("fma"))
                level = 2;
        if (level == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl"))
                level = 3;
#endif
        return level;
}

/* Takes the last component away; "" stands for the root. */
static void go_up(char *path)
{
        char *slash = strrchr(path, '/');

        if (slash)
                *slash = '\0';
}

/* What the link says, in `target`; false where `path` is none. */
static bool read_link(const char *root, const char *path, char target[PATH_MAX])
{
        CLEANUP_FREE char *full = string_format("%s%s", root, path);
        ssize_t length = full ? readlink(full, target, PATH_MAX - 1) : -1;

        if (length <= 0)
                return false;
        target[length] = '\0';
        return true;
}

/* Puts one component behind `*path`, or what it links to before `*rest`. */
static int go_down(
        const char *root, char **path, char **rest, const char *name, size_t length, int *links)
{
        char target[PATH_MAX];
        char *longer = string_format("%s/%.*s", *path, (int)length, name);
        char *pending;

        if (!longer)
                return -ENOMEM;
        free(*path);
        *path = longer;
        if (!read_link(root, longer, target))
                return 0;
        if (++*links > LINKS_MAX)
                return -ELOOP;
        go_up(longer);
        if (target[0] == '/')
                *longer = '\0';
        pending = string_format("%s/%s", target, name + length);
        if (!pending || strlen(pending) > 2 * PATH_MAX) {
                free(pending);
                return pending ? -ENAMETOOLONG : -ENOMEM;
        }
        free(*rest);
        *rest = pending;
        return 1;
}

static char *canonical_inside(const char *root, const char *path)
{
        CLEANUP_FREE char *done = strdup("");
        CLEANUP_FREE char *rest = strdup(path);
        const char *next = rest;
        size_t length;
        int links = 0, r;

        while (done && next && *(next += strspn(next, "/"))) {
                length = strcspn(next, "/");
                r = 0;
                if (length == 2 && memcmp(next, "..", 2) == 0)
                        go_up(done);
                else if (length != 1 || *next != '.')
                        r = go_down(root, &done, &rest, next, length, &links);
                if (r < 0)
                        return NULL;
                next = r > 0 ? rest : next + length;
        }
        if (!done || !next)
                return NULL;
        return *done ? steal_pointer(done) : strdup("/");
}

char *loader_path_canonical(const char *root, const char *path)
{
        char *canonical;

        if (root)
                return canonical_inside(root, path);
        canonical = realpath(path, NULL);
        return canonical ? canonical : strdup(path);
}

/* How many bytes of `text`, which follow a $, are the token: also in braces. */
static size_t token_length(const char *text, const char *token)
{
        size_t length = strlen(token);

        if (*text != '{')
                return strncmp(text, token, length) == 0 ? length : 0;
        return strncmp(text + 1, token, length) == 0 && text[length + 1] == '}' ? length + 2 : 0;
}

/* One path, with that value for $LIB. `*ret` stays as it is where there is none. */
static int expand(const char *text, const char *origin, const char *lib,
        const struct loader_machine *machine, bool *has_lib, char **ret)
{
        CLEANUP_FREE char *buffer = NULL;
        CLEANUP_FCLOSE FILE *stream = NULL;
        size_t size, length;

        stream = open_memstream(&buffer, &size);
        if (!stream)
                return -ENOMEM;
        for (; *text; text += length) {
                length = 1;
                if (*text != '$') {
                        fputc(*text, stream);
                } else if ((length = token_length(text + 1, "ORIGIN"))) {
                        if (!origin)
                                return 0;
                        fputs(origin, stream);
                } else if ((length = token_length(text + 1, "PLATFORM"))) {
                        fputs(machine->name, stream);
                } else if ((length = token_length(text + 1, "LIB"))) {
                        fputs(lib, stream);
                        *has_lib = true;
                } else {
                        fputc('$', stream);
                }
                if (*text == '$')
                        length++;
        }
        /* Closing writes the buffer's address once more. */
        if (fclose(steal_pointer(stream)) != 0)
                return -ENOMEM;
        *ret = steal_pointer(buffer);
        return 0;
}

int loader_path_expand(const char *text, const char *origin, char ***paths)
{
        const struct loader_machine *machine = loader_machine();
        const char *const *lib;
        bool has_lib = false;
        int r = 0;

        if (!machine)
                return 0;
        for (lib = machine->libs; r == 0 && *lib && (lib == machine->libs || has_lib); lib++) {
                CLEANUP_FREE char *path = NULL;

                r = expand(text, origin, *lib, machine, &has_lib, &path);
                if (r == 0 && path)
                        r = strings_add(paths, path);
        }
        return r;
}

char *loader_path_folder(const char *path)
{
        const char *slash = strrchr(path, '/');

        if (!slash)
                return strdup(".");
        return slash == path ? strdup("/") : strndup(path, slash - path);
}

bool loader_path_suits(const char *path)
{
        const struct loader_machine *machine = loader_machine();
        CLEANUP_CLOSE int fd = -1;
        struct stat status;
        Elf64_Ehdr header = {};

        /* Asked before it is opened: opening a device or a pipe would do something. */
        if (!machine || stat(path, &status) < 0 || !S_ISREG(status.st_mode))
                return false;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0 || read_all(fd, &header, sizeof(header)) != sizeof(header))
                return false;
        return memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
               header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB &&
               header.e_machine == machine->elf;
}
