/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * How an object is read: what the files object-….c, and only they, share while one is opened.
 *
 * What the loader goes by decides: program headers, and the dynamic section that they lead to.
 * Section headers, which a program runs without, are believed only where nothing else tells
 * (.symtab, all of a static executable) and where they agree with the segments.
 */

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "binary/object.h"

/* What an object keeps of its file. */
struct object_file {
        Elf *elf;
        void *memory;         /* to be freed; NULL: mapped, or the caller's */
        void *mapping;        /* to be unmapped; NULL: none */
        const uint8_t *bytes; /* the whole file, whoever's */
        size_t size;
};

/* Names by offset. */
struct string_table {
        const char *bytes;
        size_t size; /* up to and with the last NUL: every name below it ends */
};

/* Where something lies; `size` bytes or entries. */
struct range {
        uint64_t address; /* 0: is not there */
        uint64_t size;
};

/* The entries of the dynamic section, as they are in the file. */
struct dynamic {
        bool present;
        struct range strings;
        struct range explicit_relocations; /* DT_RELA */
        struct range implicit_relocations; /* DT_REL: the addend is in the word itself */
        struct range relative_relocations; /* DT_RELR */
        struct range plt_relocations;      /* DT_JMPREL, of the kind `plt_kind` */
        uint64_t plt_kind;                 /* DT_RELA or DT_REL */
        struct range version_needs, version_definitions; /* sizes are numbers of entries */
        struct range preinit_array, init_array, fini_array;
        uint64_t symbols, versions, hash, gnu_hash;
        uint64_t init, fini;
        uint64_t flags, flags_1;
        bool has_debug, has_soname; /* DT_DEBUG: the linker gives it to executables only */
};

struct object_reader {
        struct object *object;
        struct object_file *file; /* the object's */
        GElf_Ehdr header;
        size_t program_headers;
        struct string_table section_names;
        struct dynamic dynamic;
        struct string_table names; /* of the dynamic section */
        struct error *error;
};

/* Writes "PATH: message" and returns -errnum. */
int reader_refuse(const struct object_reader *reader, int errnum, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* The bytes [address, address + size) of the file's contents, or NULL where they are not all of
 * one segment. */
const uint8_t *reader_range(const struct object_reader *reader, uint64_t address, uint64_t size);

/*
 * A table of the dynamic section for libelf's gelf_get…(); `*ret` NULL where it is not there or
 * empty. `what` is its name. Returns 0, or -EBADMSG where it does not lie in a segment.
 */
int reader_table(const struct object_reader *reader, struct range range, Elf_Type type,
        const char *what, Elf_Data **ret);

/* Entries of a type that `data` holds; 0 for NULL. */
size_t reader_entries(const struct object_reader *reader, const Elf_Data *data, Elf_Type type);

/* The table that these bytes are. */
struct string_table string_table(const void *bytes, size_t size);

/* The name at an offset, or NULL. */
const char *string_table_get(const struct string_table *table, uint64_t offset);

/* The program header of a type, the last where there are several. */
bool reader_program_header(const struct object_reader *reader, uint32_t type, GElf_Phdr *ret);

/*
 * Goes over the sections: true, and the next behind `*section` (NULL: the first), its header and
 * its name ("" where it has none that ends).
 */
bool reader_next_section(
        const struct object_reader *reader, Elf_Scn **section, GElf_Shdr *ret, const char **name);

/* The first section of that name. */
bool reader_section(const struct object_reader *reader, const char *name, GElf_Shdr *ret);

/* Each part of the object, in the order in which they need each other. 0 or -errno. */
int reader_headers(struct object_reader *reader); /* object-headers.c: what file it is, segments */
int reader_dynamic(struct object_reader *reader); /* object-dynamic.c: what it needs */
int reader_kind(struct object_reader *reader);    /* object-headers.c */
int reader_relocations(struct object_reader *reader);     /* object-relocations.c */
int reader_dynamic_symbols(struct object_reader *reader); /* object-symbols.c */
int reader_symbols(struct object_reader *reader);
int reader_sets(struct object_reader *reader);         /* object-tables.c */
int reader_constructors(struct object_reader *reader); /* object-tables.c */
void reader_eh_frame(struct object_reader *reader);
void reader_go_table(struct object_reader *reader);
int reader_protect(struct object_reader *reader);  /* object-headers.c: what RELRO covers */
int reader_identity(struct object_reader *reader); /* object-identity.c */

/* Versions by their number in .gnu.version (object-versions.c). */
struct versions {
        Elf_Data *numbers; /* of symbols; NULL: there are none */
        VECTOR(const char *) names;
};
int versions_read(const struct object_reader *reader, struct versions *ret);
void versions_clear(struct versions *versions);

/* The version of symbol `index`, or NULL; whether it is found by its version only. */
const char *versions_of(const struct versions *versions, size_t index, bool *ret_hidden);

/* How many symbols the hash tables know: symbols that others may ask for, and those before. */
int reader_hashed_symbols(const struct object_reader *reader, size_t *ret); /* object-hash.c */
