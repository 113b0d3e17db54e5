/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A system in a folder of its own, for one test: files, links, configuration, and ELF objects that
 * tell the loader something and contain nothing. To be included after <cmocka.h>.
 */

#include <elf.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "program/loader-path.h"
#include "program/loader.h"

#ifdef __x86_64__
#define MULTIARCH "x86_64-linux-gnu"
#define MACHINE   "x86_64"
#else
#define MULTIARCH "aarch64-linux-gnu"
#define MACHINE   "aarch64"
#endif
#define GLIBC "/lib64/ld-linux-x86-64.so.2"
#define MUSL  "/lib/ld-musl-" MACHINE ".so.1"

struct system {
        char root[64];
        struct loader_options options;
};

/* The path of a file of the system, whose folders are made. */
static inline const char *place_of(const struct system *system, const char *path)
{
        static char full[512];
        char *slash;

        snprintf(full, sizeof(full), "%s%s", system->root, path);
        for (slash = full + strlen(system->root) + 1; (slash = strchr(slash, '/')); slash++) {
                *slash = '\0';
                mkdir(full, 0755);
                *slash = '/';
        }
        return full;
}

static inline void put_file(
        const struct system *system, const char *path, const void *data, size_t size)
{
        CLEANUP_CLOSE int fd =
                open(place_of(system, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

        assert_true(fd >= 0);
        assert_int_equal(write_all(fd, data, size), 0);
}

static inline void put_text(const struct system *system, const char *path, const char *text)
{
        put_file(system, path, text, strlen(text));
}

static inline void put_link(const struct system *system, const char *path, const char *target)
{
        assert_int_equal(symlink(target, place_of(system, path)), 0);
}

static inline int make_system(void **state)
{
        struct system *system = calloc(1, sizeof(*system));

        assert_non_null(system);
        strcpy(system->root, "/tmp/loupe-test-XXXXXX");
        assert_non_null(mkdtemp(system->root));
        system->options.root = system->root;
        *state = system;
        return 0;
}

static inline int remove_one(
        const char *path, const struct stat *status, int kind, struct FTW *where)
{
        (void)status;
        (void)kind;
        (void)where;
        return remove(path);
}

static inline int remove_system(void **state)
{
        struct system *system = *state;

        nftw(system->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        free(system);
        return 0;
}

/* Nothing but an ELF header. */
static inline void put_object(const struct system *system, const char *path)
{
        Elf64_Ehdr header = {
                .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB},
                .e_type = ET_DYN,
                .e_machine = loader_machine()->elf,
        };

        put_file(system, path, &header, sizeof(header));
}

/* What an object tells the loader; members may be NULL. */
struct elf_sample {
        const char *soname, *rpath, *runpath, *interpreter;
        const char *needed[8]; /* up to the first NULL */
        bool is_static;        /* an executable at a fixed address, without dynamic section */
        const char *salt;      /* makes contents differ that would be equal otherwise */
};

/* The file: headers, the dynamic section, and behind it the strings. */
struct elf_image {
        Elf64_Ehdr header;
        Elf64_Phdr program[3];
        Elf64_Dyn dynamic[16];
        Elf64_Sym symbols[1];
        char strings[512];
};

static inline uint64_t elf_string(struct elf_image *image, size_t *used, const char *text)
{
        uint64_t offset = *used;

        assert_true(*used + strlen(text) + 1 <= sizeof(image->strings));
        strcpy(image->strings + *used, text);
        *used += strlen(text) + 1;
        return offset;
}

static inline void elf_dynamic(struct elf_image *image, size_t *count, int64_t tag, uint64_t value)
{
        assert_true(*count < ARRAY_SIZE(image->dynamic));
        image->dynamic[*count].d_tag = tag;
        image->dynamic[*count].d_un.d_val = value;
        (*count)++;
}

static inline void elf_fill_dynamic(
        struct elf_image *image, const struct elf_sample *sample, size_t *used)
{
        const struct {
                int64_t tag;
                const char *text;
        } texts[] = {{DT_SONAME, sample->soname}, {DT_RPATH, sample->rpath},
                {DT_RUNPATH, sample->runpath}};
        size_t count = 0, i;

        for (i = 0; i < ARRAY_SIZE(sample->needed) && sample->needed[i]; i++)
                elf_dynamic(image, &count, DT_NEEDED, elf_string(image, used, sample->needed[i]));
        for (i = 0; i < ARRAY_SIZE(texts); i++)
                if (texts[i].text)
                        elf_dynamic(image, &count, texts[i].tag,
                                elf_string(image, used, texts[i].text));
        elf_dynamic(image, &count, DT_STRTAB, offsetof(struct elf_image, strings));
        elf_dynamic(image, &count, DT_STRSZ, sizeof(image->strings));
        elf_dynamic(image, &count, DT_SYMTAB, offsetof(struct elf_image, symbols));
        elf_dynamic(image, &count, DT_SYMENT, sizeof(Elf64_Sym));
}

static inline Elf64_Phdr elf_segment(uint32_t type, uint64_t offset, uint64_t size, uint32_t flags)
{
        return (Elf64_Phdr){
                .p_type = type,
                .p_flags = flags,
                .p_offset = offset,
                .p_vaddr = offset,
                .p_filesz = size,
                .p_memsz = size,
                .p_align = type == PT_LOAD ? 4096 : 1,
        };
}

/* Makes an object. */
static inline void put_elf(
        const struct system *system, const char *path, const struct elf_sample *sample)
{
        struct elf_image image = {};
        size_t used = 1, programs = 0;
        uint64_t interpreter;

        image.header = (Elf64_Ehdr){
                .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                        EV_CURRENT},
                .e_type = sample->is_static ? ET_EXEC : ET_DYN,
                .e_machine = loader_machine()->elf,
                .e_version = EV_CURRENT,
                .e_phoff = offsetof(struct elf_image, program),
                .e_ehsize = sizeof(Elf64_Ehdr),
                .e_phentsize = sizeof(Elf64_Phdr),
        };
        image.program[programs++] = elf_segment(PT_LOAD, 0, sizeof(image), PF_R | PF_W);
        if (!sample->is_static) {
                elf_fill_dynamic(&image, sample, &used);
                image.program[programs++] = elf_segment(PT_DYNAMIC,
                        offsetof(struct elf_image, dynamic), sizeof(image.dynamic), PF_R);
        }
        if (sample->interpreter) {
                interpreter = offsetof(struct elf_image, strings) +
                              elf_string(&image, &used, sample->interpreter);
                image.program[programs++] =
                        elf_segment(PT_INTERP, interpreter, strlen(sample->interpreter) + 1, PF_R);
        }
        if (sample->salt)
                elf_string(&image, &used, sample->salt);
        image.header.e_phnum = programs;
        put_file(system, path, &image, sizeof(image));
}
