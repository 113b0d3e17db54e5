/* SPDX-License-Identifier: BSD-3-Clause */

/* The dynamic section: where everything is, and what the object needs. */

#include <errno.h>
#include <string.h>

#include "binary/object-reader.h"

/* Entries that are one number each. */
static const struct {
        int64_t tag;
        size_t member; /* offset of a uint64_t in struct dynamic */
} numbers[] = {
        {DT_STRTAB, offsetof(struct dynamic, strings.address)},
        {DT_STRSZ, offsetof(struct dynamic, strings.size)},
        {DT_RELA, offsetof(struct dynamic, explicit_relocations.address)},
        {DT_RELASZ, offsetof(struct dynamic, explicit_relocations.size)},
        {DT_REL, offsetof(struct dynamic, implicit_relocations.address)},
        {DT_RELSZ, offsetof(struct dynamic, implicit_relocations.size)},
        {DT_RELR, offsetof(struct dynamic, relative_relocations.address)},
        {DT_RELRSZ, offsetof(struct dynamic, relative_relocations.size)},
        {DT_JMPREL, offsetof(struct dynamic, plt_relocations.address)},
        {DT_PLTRELSZ, offsetof(struct dynamic, plt_relocations.size)},
        {DT_PLTREL, offsetof(struct dynamic, plt_kind)},
        {DT_VERNEED, offsetof(struct dynamic, version_needs.address)},
        {DT_VERNEEDNUM, offsetof(struct dynamic, version_needs.size)},
        {DT_VERDEF, offsetof(struct dynamic, version_definitions.address)},
        {DT_VERDEFNUM, offsetof(struct dynamic, version_definitions.size)},
        {DT_PREINIT_ARRAY, offsetof(struct dynamic, preinit_array.address)},
        {DT_PREINIT_ARRAYSZ, offsetof(struct dynamic, preinit_array.size)},
        {DT_INIT_ARRAY, offsetof(struct dynamic, init_array.address)},
        {DT_INIT_ARRAYSZ, offsetof(struct dynamic, init_array.size)},
        {DT_FINI_ARRAY, offsetof(struct dynamic, fini_array.address)},
        {DT_FINI_ARRAYSZ, offsetof(struct dynamic, fini_array.size)},
        {DT_SYMTAB, offsetof(struct dynamic, symbols)},
        {DT_VERSYM, offsetof(struct dynamic, versions)},
        {DT_HASH, offsetof(struct dynamic, hash)},
        {DT_GNU_HASH, offsetof(struct dynamic, gnu_hash)},
        {DT_INIT, offsetof(struct dynamic, init)},
        {DT_FINI, offsetof(struct dynamic, fini)},
        {DT_FLAGS, offsetof(struct dynamic, flags)},
        {DT_FLAGS_1, offsetof(struct dynamic, flags_1)},
};

static void read_entry(struct object_reader *reader, const GElf_Dyn *entry)
{
        struct dynamic *dynamic = &reader->dynamic;

        switch (entry->d_tag) {
        case DT_DEBUG:
                dynamic->has_debug = true;
                return;
        case DT_SONAME:
                dynamic->has_soname = true;
                return;
        case DT_BIND_NOW:
                reader->object->bind_now = true;
                return;
        case DT_SYMBOLIC:
                reader->object->symbolic = true;
                return;
        }
        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
                if (numbers[i].tag == entry->d_tag)
                        memcpy((char *)dynamic + numbers[i].member, &entry->d_un.d_val,
                                sizeof(uint64_t));
}

/* The next entry before DT_NULL. */
static bool next_entry(Elf_Data *data, int *index, GElf_Dyn *ret)
{
        return data && gelf_getdyn(data, (*index)++, ret) && ret->d_tag != DT_NULL;
}

static int read_names(struct object_reader *reader)
{
        Elf_Data *data;
        int r = reader_table(
                reader, reader->dynamic.strings, ELF_T_BYTE, "the table of names", &data);

        if (r == 0 && data)
                reader->names = string_table(data->d_buf, data->d_size);
        return r;
}

static int get_name(struct object_reader *reader, const GElf_Dyn *entry, const char **ret)
{
        *ret = string_table_get(&reader->names, entry->d_un.d_val);
        if (*ret)
                return 0;
        return reader_refuse(reader, EBADMSG,
                "contradictory: a name of the dynamic section does not lie in the table of names");
}

/* DT_NEEDED and the other names; room for as many names as there are entries is in `needed`. */
static int read_named_entries(struct object_reader *reader, Elf_Data *data)
{
        struct object *object = reader->object;
        size_t needed = 0;
        const char *name;
        GElf_Dyn entry;
        int r = 0;

        for (int i = 0; r == 0 && next_entry(data, &i, &entry);) {
                switch (entry.d_tag) {
                case DT_NEEDED:
                        r = get_name(reader, &entry, &name);
                        /* The names are the file's; who reads `needed` does not write to them. */
                        if (r == 0)
                                object->needed[needed++] = (char *)name;
                        break;
                case DT_SONAME:
                        r = get_name(reader, &entry, &object->soname);
                        break;
                case DT_RPATH:
                        r = get_name(reader, &entry, &object->rpath);
                        break;
                case DT_RUNPATH:
                        r = get_name(reader, &entry, &object->runpath);
                        break;
                }
        }
        return r;
}

int reader_dynamic(struct object_reader *reader)
{
        struct object *object = reader->object;
        struct dynamic *dynamic = &reader->dynamic;
        Elf_Data *data = NULL;
        size_t needed = 0;
        GElf_Phdr header;
        GElf_Dyn entry;
        int r;

        if (reader_program_header(reader, PT_DYNAMIC, &header)) {
                r = reader_table(reader,
                        (struct range){.address = header.p_vaddr, .size = header.p_filesz},
                        ELF_T_DYN, "the dynamic section", &data);
                if (r < 0)
                        return r;
        }
        dynamic->present = data != NULL;
        for (int i = 0; next_entry(data, &i, &entry);) {
                read_entry(reader, &entry);
                needed += entry.d_tag == DT_NEEDED;
        }
        object->bind_now |= (dynamic->flags & DF_BIND_NOW) || (dynamic->flags_1 & DF_1_NOW);
        object->symbolic |= (dynamic->flags & DF_SYMBOLIC) != 0;
        object->no_default_libraries = dynamic->flags_1 & DF_1_NODEFLIB;
        object->needed = calloc(needed + 1, sizeof(*object->needed));
        if (!object->needed)
                return -ENOMEM;
        r = read_names(reader);
        return r < 0 ? r : read_named_entries(reader, data);
}
