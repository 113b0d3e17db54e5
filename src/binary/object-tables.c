/* SPDX-License-Identifier: BSD-3-Clause */

/* Tables that lead to functions: constructors, unwind information, Go's own. */

#include <dwarf.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "binary/object-reader.h"

/* A place for functions: `constructors` or `destructors`. */
typedef __typeof__(((struct object *)NULL)->constructors) *addresses;

/* What is no address of code, as the -1 and 0 that end some tables, is left out. */
static int add_function(struct object *object, void *list, uint64_t address)
{
        addresses functions = list;
        uint64_t *added;

        if (!object_is_code(object, address))
                return 0;
        added = vector_add(functions);
        if (!added)
                return -ENOMEM;
        *added = address;
        return 0;
}

/* The address that stands in a word when the program runs, as far as it is of this object. */
static bool word_after_relocation(const struct object *object, uint64_t address, uint64_t *ret)
{
        const struct relocation *relocation;
        const struct symbol *symbol;
        size_t count;

        relocation = object_relocations(object, address, address + 1, &count);
        if (count == 0)
                return object_number(object, address, sizeof(uint64_t), ret);
        switch (relocation->kind) {
        case RELOCATION_RELATIVE:
        case RELOCATION_IFUNC:
                *ret = relocation->addend;
                return true;
        case RELOCATION_SYMBOL:
                symbol = &object->dynamic_symbols.items[relocation->symbol];
                *ret = symbol->address + relocation->addend;
                return symbol->defined;
        default:
                return false;
        }
}

static int read_array(
        struct object_reader *reader, struct range range, const char *what, void *list)
{
        uint64_t address, words = range.size / sizeof(uint64_t);
        int r = 0;

        if (range.address == 0 || words == 0)
                return 0;
        if (!reader_range(reader, range.address, range.size))
                return reader_refuse(
                        reader, EBADMSG, "contradictory: %s does not lie in a segment", what);
        for (uint64_t i = 0; r == 0 && i < words; i++)
                if (word_after_relocation(
                            reader->object, range.address + i * sizeof(uint64_t), &address))
                        r = add_function(reader->object, list, address);
        return r;
}

static struct range section_range(const struct object_reader *reader, const char *name)
{
        GElf_Shdr header;

        if (!reader_section(reader, name, &header) || header.sh_type == SHT_NOBITS)
                return (struct range){};
        return (struct range){.address = header.sh_addr, .size = header.sh_size};
}

int reader_constructors(struct object_reader *reader)
{
        struct dynamic *dynamic = &reader->dynamic;
        struct object *object = reader->object;
        int r;

        if (!dynamic->present) {
                dynamic->preinit_array = section_range(reader, ".preinit_array");
                dynamic->init_array = section_range(reader, ".init_array");
                dynamic->fini_array = section_range(reader, ".fini_array");
                dynamic->init = section_range(reader, ".init").address;
                dynamic->fini = section_range(reader, ".fini").address;
        }
        r = add_function(object, &object->constructors, dynamic->init);
        if (r == 0)
                r = read_array(reader, dynamic->preinit_array, "the table of early constructors",
                        &object->constructors);
        if (r == 0)
                r = read_array(reader, dynamic->init_array, "the table of constructors",
                        &object->constructors);
        if (r == 0)
                r = add_function(object, &object->destructors, dynamic->fini);
        if (r == 0)
                r = read_array(reader, dynamic->fini_array, "the table of destructors",
                        &object->destructors);
        return r;
}

/* A number of .eh_frame_hdr at `address`, in the encoding of the LSB: a size and what it is
 * relative to. */
static bool encoded_number(const struct object *object, uint64_t address, uint8_t encoding,
        uint64_t base, uint64_t *ret)
{
        uint64_t number;
        unsigned size;

        switch (encoding & 0x07) {
        case DW_EH_PE_absptr:
        case DW_EH_PE_udata8:
                size = 8;
                break;
        case DW_EH_PE_udata4:
                size = 4;
                break;
        case DW_EH_PE_udata2:
                size = 2;
                break;
        default:
                return false;
        }
        if (!object_number(object, address, size, &number))
                return false;
        if ((encoding & DW_EH_PE_signed) && size == 4)
                number = (int64_t)(int32_t)number;
        if ((encoding & DW_EH_PE_signed) && size == 2)
                number = (int64_t)(int16_t)number;
        switch (encoding & 0x70) {
        case DW_EH_PE_absptr:
                break;
        case DW_EH_PE_pcrel:
                number += address;
                break;
        case DW_EH_PE_datarel:
                number += base;
                break;
        default:
                return false;
        }
        *ret = number;
        return true;
}

/* Where PT_GNU_EH_FRAME's table says that .eh_frame begins. */
static bool eh_frame_by_header(const struct object_reader *reader, uint64_t *ret)
{
        GElf_Phdr header;
        const uint8_t *bytes;

        if (!reader_program_header(reader, PT_GNU_EH_FRAME, &header))
                return false;
        bytes = reader_range(reader, header.p_vaddr, 4);
        return bytes && bytes[0] == 1 && bytes[1] != DW_EH_PE_omit &&
               encoded_number(reader->object, header.p_vaddr + 4, bytes[1], header.p_vaddr, ret);
}

/* The linker makes __start_NAME and __stop_NAME for sections with such names. */
static bool is_identifier(const char *name)
{
        size_t length =
                strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

        return length > 0 && name[length] == '\0' && !(*name >= '0' && *name <= '9');
}

int reader_sets(struct object_reader *reader)
{
        Elf_Scn *section = NULL;
        GElf_Shdr header;
        const char *name;

        while (reader_next_section(reader, &section, &header, &name)) {
                struct object_set *set;

                /* glibc's code compares its tables of streams' functions with the ends of theirs
                 * only. */
                if (!(header.sh_flags & SHF_ALLOC) || (header.sh_flags & SHF_EXECINSTR) ||
                        header.sh_size == 0 || header.sh_size > UINT64_MAX - header.sh_addr ||
                        !is_identifier(name) || string_equal(name, "__libc_IO_vtables"))
                        continue;
                set = vector_add(&reader->object->sets);
                if (!set)
                        return -ENOMEM;
                *set = (struct object_set){header.sh_addr, header.sh_size};
        }
        return 0;
}

/* The section tells the size; where the program header leads elsewhere, that one is right. */
void reader_eh_frame(struct object_reader *reader)
{
        struct object *object = reader->object;
        struct range range = section_range(reader, ".eh_frame");
        uint64_t address;

        if (!reader_range(reader, range.address, range.size))
                range = (struct range){};
        if (eh_frame_by_header(reader, &address) && address != range.address)
                range = (struct range){.address = address,
                        .size = object_bytes(object, address, &object->eh_frame)};
        object->eh_frame = reader_range(reader, range.address, range.size);
        if (!object->eh_frame)
                return;
        object->eh_frame_address = range.address;
        object->eh_frame_size = range.size;
}

/*
 * The beginnings of Go's function table by release, as the runtime's symtab.go has them: a magic
 * number; two zeroes; the size of the smallest instruction; the size of a pointer; then numbers of
 * pointer size, of which the first is the number of functions.
 */
static const struct {
        uint32_t magic;
        unsigned functions_at; /* which number is the offset of the functions; 0: they follow */
        unsigned entry_size;   /* bytes for each function there */
} go_tables[] = {
        {0xfffffffb, 0, 16}, /* 1.2 */
        {0xfffffffa, 6, 16}, /* 1.16 */
        {0xfffffff0, 7, 8},  /* 1.18 */
        {0xfffffff1, 7, 8},  /* 1.20 */
};

static bool is_go_table(const uint8_t *bytes, size_t size)
{
        uint64_t functions, offset = 16;
        uint32_t magic;

        if (size < 8 + 8 * 8)
                return false;
        memcpy(&magic, bytes, sizeof(magic));
        magic = le32toh(magic);
        if (magic < go_tables[2].magic || bytes[4] != 0 || bytes[5] != 0 ||
                (bytes[6] != 1 && bytes[6] != 2 && bytes[6] != 4) || bytes[7] != 8)
                return false;
        memcpy(&functions, bytes + 8, sizeof(functions));
        functions = le64toh(functions);
        for (size_t i = 0; i < ARRAY_SIZE(go_tables); i++) {
                if (go_tables[i].magic != magic)
                        continue;
                if (go_tables[i].functions_at > 0) {
                        memcpy(&offset, bytes + 8 + 8 * go_tables[i].functions_at, sizeof(offset));
                        offset = le64toh(offset);
                }
                return functions > 0 && offset < size &&
                       functions <= (size - offset) / go_tables[i].entry_size;
        }
        return false;
}

static void set_go_table(struct object *object, uint64_t address, const uint8_t *bytes, size_t size)
{
        object->go_table = bytes;
        object->go_table_size = size;
        object->go_table_address = address;
}

/* The linker aligns it to 32 bytes, where others do not move it. */
static bool find_go_table(struct object *object, const struct segment *segment)
{
        for (size_t i = -segment->address & 15; i < segment->file_size; i += 16) {
                if (!is_go_table(segment->bytes + i, segment->file_size - i))
                        continue;
                set_go_table(
                        object, segment->address + i, segment->bytes + i, segment->file_size - i);
                return true;
        }
        return false;
}

void reader_go_table(struct object_reader *reader)
{
        static const char *const names[] = {".gopclntab", ".data.rel.ro.gopclntab"};
        const struct segment *segment;
        const uint8_t *bytes;
        struct range range;

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                range = section_range(reader, names[i]);
                bytes = reader_range(reader, range.address, range.size);
                if (bytes && is_go_table(bytes, range.size)) {
                        set_go_table(reader->object, range.address, bytes, range.size);
                        return;
                }
        }
        /* Without such a section: in data, and not always in a segment that is read-only. */
        vector_for_each(segment, &reader->object->segments)
                if (!segment->executable && find_go_table(reader->object, segment))
                        return;
}
