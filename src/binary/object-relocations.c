/* SPDX-License-Identifier: BSD-3-Clause */

/* What the loader, or a static executable's own start, writes into the words of the object. */

#include <errno.h>

#include "binary/object-reader.h"

/*
 * A machine's types of relocations. What is not listed is refused by its loaders: where it names a
 * symbol it is taken for that symbol's address, else for nothing. Source of x86-64's: the psABI,
 * 4.4.
 */
struct relocation_types {
        uint16_t machine;
        struct relocation_type {
                uint32_t type;
                enum relocation_kind kind;
                bool is_slot;
        } rows[16]; /* ended by type 0, which is "none" on every machine */
};

static const struct relocation_types machines[] = {
        {EM_X86_64,
                {
                        {R_X86_64_RELATIVE, RELOCATION_RELATIVE},
                        {R_X86_64_RELATIVE64, RELOCATION_RELATIVE},
                        {R_X86_64_IRELATIVE, RELOCATION_IFUNC},
                        {R_X86_64_COPY, RELOCATION_COPY},
                        {R_X86_64_GLOB_DAT, RELOCATION_SYMBOL, true},
                        {R_X86_64_JUMP_SLOT, RELOCATION_SYMBOL, true},
                        {R_X86_64_64, RELOCATION_SYMBOL},
                        {R_X86_64_DTPMOD64, RELOCATION_OTHER},
                        {R_X86_64_DTPOFF64, RELOCATION_OTHER},
                        {R_X86_64_TPOFF64, RELOCATION_OTHER},
                        {R_X86_64_TPOFF32, RELOCATION_OTHER},
                        {R_X86_64_TLSDESC, RELOCATION_OTHER},
                        {R_X86_64_SIZE32, RELOCATION_OTHER},
                        {R_X86_64_SIZE64, RELOCATION_OTHER},
                }},
};

static const struct relocation_types *types_of(uint16_t machine)
{
        for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
                if (machines[i].machine == machine)
                        return &machines[i];
        return NULL;
}

static struct relocation_type look_up(
        const struct relocation_types *types, uint32_t type, size_t symbol)
{
        for (size_t i = 0; types->rows[i].type != 0; i++)
                if (types->rows[i].type == type)
                        return types->rows[i];
        return (struct relocation_type){
                .type = type,
                .kind = symbol != SIZE_MAX ? RELOCATION_SYMBOL : RELOCATION_OTHER,
        };
}

/* Leaves out what writes to no segment, and what writes nothing. */
static int add_relocation(
        struct object_reader *reader, const struct relocation_types *types, const GElf_Rela *entry)
{
        struct object *object = reader->object;
        size_t symbol = GELF_R_SYM(entry->r_info);
        uint32_t type = GELF_R_TYPE(entry->r_info);
        struct relocation_type known;
        struct relocation *added;

        if (type == 0 || !object_segment(object, entry->r_offset))
                return 0;
        if (symbol == STN_UNDEF)
                symbol = SIZE_MAX;
        known = look_up(types, type, symbol);
        /* The address of no symbol is 0, and the sum an address that was known when linking. */
        if (known.kind == RELOCATION_SYMBOL && symbol == SIZE_MAX)
                known.kind = RELOCATION_RELATIVE;
        added = vector_add(&object->relocations);
        if (!added)
                return -ENOMEM;
        *added = (struct relocation){
                .address = entry->r_offset,
                .kind = known.kind,
                .is_slot = known.is_slot,
                .symbol = known.kind == RELOCATION_RELATIVE || known.kind == RELOCATION_IFUNC
                                  ? SIZE_MAX
                                  : symbol,
                .addend = entry->r_addend,
        };
        return 0;
}

static int add_explicit(
        struct object_reader *reader, const struct relocation_types *types, Elf_Data *data)
{
        size_t count = reader_entries(reader, data, ELF_T_RELA);
        GElf_Rela entry;
        int r = 0;

        for (size_t i = 0; r == 0 && i < count && gelf_getrela(data, i, &entry); i++)
                r = add_relocation(reader, types, &entry);
        return r;
}

static int add_implicit(
        struct object_reader *reader, const struct relocation_types *types, Elf_Data *data)
{
        size_t count = reader_entries(reader, data, ELF_T_REL);
        uint64_t addend;
        GElf_Rel entry;
        int r = 0;

        for (size_t i = 0; r == 0 && i < count && gelf_getrel(data, i, &entry); i++) {
                if (!object_number(reader->object, entry.r_offset, sizeof(addend), &addend))
                        continue;
                r = add_relocation(reader, types,
                        &(GElf_Rela){.r_offset = entry.r_offset,
                                .r_info = entry.r_info,
                                .r_addend = addend});
        }
        return r;
}

static int read_table(struct object_reader *reader, const struct relocation_types *types,
        struct range range, bool is_explicit)
{
        Elf_Data *data;
        int r = reader_table(reader, range, is_explicit ? ELF_T_RELA : ELF_T_REL,
                "the table of relocations", &data);

        if (r < 0)
                return r;
        return is_explicit ? add_explicit(reader, types, data) : add_implicit(reader, types, data);
}

static int add_relative(struct object_reader *reader, uint64_t address, size_t *count)
{
        struct object *object = reader->object;
        struct relocation *added;
        uint64_t addend;

        if (!object_number(object, address, sizeof(addend), &addend))
                return 0;
        /* A word of the table can stand for 63 others, and be there many times. */
        if ((*count)++ >= reader->file->size / sizeof(addend))
                return reader_refuse(reader, EBADMSG,
                        "contradictory: more relative relocations than the file has words");
        added = vector_add(&object->relocations);
        if (!added)
                return -ENOMEM;
        *added = (struct relocation){.address = address,
                .kind = RELOCATION_RELATIVE,
                .symbol = SIZE_MAX,
                .addend = addend};
        return 0;
}

/*
 * DT_RELR: a word with bit 0 clear is an address, whose word is relocated; one with bit 0 set tells
 * by its other bits which of the following 63 words are. Source: gabi, "Relative Relocation Table".
 */
static int read_relative(struct object_reader *reader)
{
        const unsigned size = sizeof(uint64_t);
        const struct range *range = &reader->dynamic.relative_relocations;
        uint64_t entry, next = 0;
        size_t count = 0;
        Elf_Data *data;
        int r = reader_table(
                reader, *range, ELF_T_BYTE, "the table of relative relocations", &data);

        for (uint64_t i = 0; r == 0 && data && i < data->d_size / size; i++) {
                if (!object_number(reader->object, range->address + i * size, size, &entry))
                        break;
                if (!(entry & 1)) {
                        r = add_relative(reader, entry, &count);
                        next = entry + size;
                        continue;
                }
                for (unsigned bit = 1; r == 0 && bit < 64; bit++)
                        if (entry >> bit & 1)
                                r = add_relative(reader, next + (bit - 1) * size, &count);
                next += 63 * size;
        }
        return r;
}

/* A static executable at a fixed address has no dynamic section: its own start finds the
 * IRELATIVE relocations by symbols of the linker, which put them in a section. */
static int read_sections(struct object_reader *reader, const struct relocation_types *types)
{
        Elf_Scn *section = NULL;
        GElf_Shdr header;
        int r = 0;

        while (r == 0 && reader_next_section(reader, &section, &header, NULL))
                if (header.sh_type == SHT_RELA && (header.sh_flags & SHF_ALLOC))
                        r = read_table(reader, types,
                                (struct range){.address = header.sh_addr, .size = header.sh_size},
                                true);
        return r;
}

static int by_address(const void *a, const void *b)
{
        const struct relocation *left = a, *right = b;

        if (left->address != right->address)
                return left->address < right->address ? -1 : 1;
        if (left->kind != right->kind)
                return left->kind < right->kind ? -1 : 1;
        if (left->symbol != right->symbol)
                return left->symbol < right->symbol ? -1 : 1;
        return (left->addend > right->addend) - (left->addend < right->addend);
}

/* In order, and once each: the tables of a few linkers overlap. */
static void sort_relocations(struct object *object)
{
        struct relocation *items = object->relocations.items;
        size_t kept = 0;

        if (object->relocations.count == 0)
                return;
        qsort(items, object->relocations.count, sizeof(*items), by_address);
        for (size_t i = 1; i < object->relocations.count; i++)
                if (by_address(&items[kept], &items[i]) != 0)
                        items[++kept] = items[i];
        object->relocations.count = kept + 1;
}

int reader_relocations(struct object_reader *reader)
{
        const struct relocation_types *types = types_of(reader->header.e_machine);
        const struct dynamic *dynamic = &reader->dynamic;
        int r;

        if (!types)
                return reader_refuse(reader, ENOTSUP, "the machine's relocations are not known");
        if (!dynamic->present) {
                r = read_sections(reader, types);
        } else {
                r = read_table(reader, types, dynamic->explicit_relocations, true);
                if (r == 0)
                        r = read_table(reader, types, dynamic->implicit_relocations, false);
                if (r == 0)
                        r = read_table(reader, types, dynamic->plt_relocations,
                                dynamic->plt_kind == DT_RELA);
                if (r == 0)
                        r = read_relative(reader);
        }
        if (r == 0)
                sort_relocations(reader->object);
        return r;
}
