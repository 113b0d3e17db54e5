/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <sched.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/strings.h"
#include "run/launch.h"
#include "run/run.h"

/* Seconds for a program to tell its version. */
#define VERSION_TIMEOUT 10.0

unsigned environment_cpus(void)
{
        cpu_set_t set;

        if (sched_getaffinity(0, sizeof(set), &set) < 0)
                return 1;
        return (unsigned)CPU_COUNT(&set);
}

/* The dynamic linker that an ELF file asks for (elf(5), PT_INTERP), or NULL. Points into the file.
 */
static const char *interpreter_of(Elf *elf)
{
        size_t count, size;
        const char *image;
        GElf_Phdr header;

        image = elf_rawfile(elf, &size);
        if (!image || elf_getphdrnum(elf, &count) < 0)
                return NULL;
        for (size_t i = 0; i < count; i++) {
                if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_INTERP)
                        continue;
                if (header.p_offset < size && header.p_filesz <= size - header.p_offset &&
                        memchr(image + header.p_offset, '\0', header.p_filesz))
                        return image + header.p_offset;
        }
        return NULL;
}

/* By its dynamic linker; a program without one has its C library, if any, inside. */
static char *libc_of(const char *path)
{
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
        const char *interpreter;
        char version[128] = "";
        char *libc = NULL;
        Elf *elf;

        if (fd < 0 || elf_version(EV_CURRENT) == EV_NONE)
                return NULL;
        elf = elf_begin(fd, ELF_C_READ, NULL);
        if (elf && elf_kind(elf) == ELF_K_ELF) {
                interpreter = interpreter_of(elf);
                confstr(_CS_GNU_LIBC_VERSION, version, sizeof(version));
                if (!interpreter)
                        libc = strdup("static");
                else if (strstr(interpreter, "ld-musl"))
                        libc = strdup("musl");
                else
                        /* The sandbox sees this machine's C library, which is also loupe's own. */
                        libc = strdup(strstr(interpreter, "ld-linux") ? version : interpreter);
        }
        elf_end(elf);
        return libc;
}

int environment_executable(
        const struct workload *workload, char **ret_path, char **ret_digest, struct error *error)
{
        const struct launch launch = {
                .command = workload->command,
                .environment = environ,
        };
        char path[4096], resolved[4096], text[DIGEST_TEXT_SIZE];
        CLEANUP_FREE char *found = NULL, *digested = NULL;
        unsigned char digest[DIGEST_BYTES];
        int r;

        if (launch_find(&launch, path, NULL) < 0 || !realpath(path, resolved)) {
                *ret_path = *ret_digest = NULL;
                return 0;
        }
        r = digest_file(resolved, digest, error);
        if (r < 0)
                return r;
        found = strdup(resolved);
        digested = strdup(digest_text(digest, text));
        if (!found || !digested)
                return error_errno(error, ENOMEM, "%s", resolved);
        *ret_path = steal_pointer(found);
        *ret_digest = steal_pointer(digested);
        return 0;
}

/* The file outside that the workload puts where its command starts it, or NULL. */
static const char *program_brought_along(const struct workload *workload)
{
        for (size_t i = 0; i < workload->file_count; i++)
                if (string_equal(workload->files[i].path, workload->command[0]))
                        return workload->files[i].source;
        return NULL;
}

int environment_program(
        const struct workload *workload, char **ret_path, char **ret_digest, struct error *error)
{
        const char *brought = program_brought_along(workload);
        unsigned char digest[DIGEST_BYTES];
        char text[DIGEST_TEXT_SIZE], *copy;
        int r;

        if (!brought)
                return environment_executable(workload, ret_path, ret_digest, error);
        r = digest_file(brought, digest, error);
        if (r < 0)
                return r;
        copy = strdup(digest_text(digest, text));
        if (!copy)
                return error_errno(error, ENOMEM, "%s", brought);
        *ret_path = NULL;
        *ret_digest = copy;
        return 0;
}

/* The program and its C library, by the file itself where that is already there. */
static int describe_program(
        const struct workload *workload, struct analysis *analysis, struct error *error)
{
        const char *brought = program_brought_along(workload);
        int r;

        r = environment_program(
                workload, &analysis->executable, &analysis->executable_digest, error);
        if (r == 0 && (brought || analysis->executable))
                analysis->libc = libc_of(brought ? brought : analysis->executable);
        return r;
}

int environment_describe(
        const struct workload *workload, struct analysis *analysis, struct error *error)
{
        struct utsname names;

        uname(&names);
        analysis->kernel = string_format("%s %s", names.sysname, names.release);
        analysis->cpus = environment_cpus();
        if (!analysis->kernel)
                return error_errno(error, ENOMEM, "describing the environment");
        return describe_program(workload, analysis, error);
}

int environment_version(const struct workload *workload, char **ret, struct error *error)
{
        /* The same surroundings, another command, and nothing to test. */
        struct workload asking = *workload;
        const struct run_options options = {
                .workload = &asking,
                .timeout_ready = VERSION_TIMEOUT,
                .timeout_total = VERSION_TIMEOUT,
                .output_limit = 4096,
        };
        CLEANUP_RUN struct run *run = NULL;
        struct run_result result = {};
        int r;

        if (!workload->version_command)
                return 0;
        asking.command = workload->version_command;
        asking.mode = WORKLOAD_COMMAND;
        asking.ready = (struct ready){};
        asking.script = NULL;
        r = run_start(&options, &run, error);
        if (r == 0)
                r = run_finish(run, &result, error);
        if (r < 0)
                return error_prefix(error, r, "asking for the version");
        result.output[strcspn(result.output, "\n")] = '\0';
        if (result.outcome.kind == OUTCOME_PASSED && *result.output)
                *ret = steal_pointer(result.output);
        run_result_clear(&result);
        return 0;
}
