/* SPDX-License-Identifier: BSD-3-Clause */

/* The dynamic symbols, which the loader goes by, and those of .symtab, which tell names. */

#include <errno.h>

#include "binary/object-reader.h"

static enum symbol_kind kind_of(const GElf_Sym *symbol)
{
        switch (GELF_ST_TYPE(symbol->st_info)) {
        case STT_FUNC:
                return SYMBOL_FUNCTION;
        case STT_GNU_IFUNC:
                return SYMBOL_IFUNC;
        case STT_OBJECT:
        case STT_COMMON:
                return SYMBOL_DATA;
        case STT_TLS:
                return SYMBOL_THREAD_LOCAL;
        default:
                return SYMBOL_OTHER;
        }
}

static bool is_exported(const GElf_Sym *symbol)
{
        unsigned visibility = GELF_ST_VISIBILITY(symbol->st_other);

        return symbol->st_shndx != SHN_UNDEF && GELF_ST_BIND(symbol->st_info) != STB_LOCAL &&
               (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

/* All but name and version. */
static struct symbol translate(const GElf_Sym *symbol)
{
        bool defined = symbol->st_shndx != SHN_UNDEF;

        return (struct symbol){
                .name = "",
                .address = defined ? symbol->st_value : 0,
                .size = symbol->st_size,
                .kind = kind_of(symbol),
                .defined = defined,
                .weak = GELF_ST_BIND(symbol->st_info) == STB_WEAK,
        };
}

/* The size of the section at the address of the dynamic symbols, in entries; 0: there is none. */
static size_t section_symbols(const struct object_reader *reader)
{
        Elf_Scn *section = NULL;
        GElf_Shdr header;

        while (reader_next_section(reader, &section, &header, NULL))
                if (header.sh_type == SHT_DYNSYM && header.sh_addr == reader->dynamic.symbols)
                        return header.sh_size / sizeof(Elf64_Sym);
        return 0;
}

/*
 * The number of dynamic symbols: what the hash tables tell, which may leave out those that nobody
 * can ask for; what the section header says, and what relocations refer to, as far as there is
 * room for them.
 */
static int count_symbols(const struct object_reader *reader, size_t *ret)
{
        const struct relocation *relocation;
        const uint8_t *bytes;
        size_t room =
                object_bytes(reader->object, reader->dynamic.symbols, &bytes) / sizeof(Elf64_Sym);
        size_t hashed, count, listed = section_symbols(reader);
        int r = reader_hashed_symbols(reader, &hashed);

        if (r < 0)
                return r;
        if (reader->dynamic.symbols == 0) {
                *ret = 0;
                return 0;
        }
        if (hashed > room || room == 0)
                return reader_refuse(reader, EBADMSG,
                        "contradictory: the dynamic symbols do not lie in a segment");
        count = hashed > 0 ? hashed : 1;
        if (listed <= room && listed > count)
                count = listed;
        vector_for_each(relocation, &reader->object->relocations)
                if (relocation->symbol < room && relocation->symbol >= count)
                        count = relocation->symbol + 1;
        *ret = count;
        return 0;
}

/* Those that refer to symbols which are not there lose them: the loader would not have it. */
static void check_relocations(struct object *object)
{
        size_t kept = 0;

        for (size_t i = 0; i < object->relocations.count; i++) {
                const struct relocation *relocation = &object->relocations.items[i];

                if (relocation->symbol == SIZE_MAX ||
                        relocation->symbol < object->dynamic_symbols.count)
                        object->relocations.items[kept++] = *relocation;
        }
        object->relocations.count = kept;
}

static int add_dynamic_symbols(
        struct object_reader *reader, Elf_Data *data, size_t count, const struct versions *versions)
{
        struct symbol *added;
        GElf_Sym symbol;
        const char *name;

        for (size_t i = 0; i < count; i++) {
                added = vector_add(&reader->object->dynamic_symbols);
                if (!added)
                        return -ENOMEM;
                added->name = "";
                name = gelf_getsym(data, i, &symbol)
                               ? string_table_get(&reader->names, symbol.st_name)
                               : NULL;
                if (!name) /* lies, but the others have to keep their numbers */
                        continue;
                *added = translate(&symbol);
                added->name = name;
                added->exported = is_exported(&symbol);
                added->version = versions_of(versions, i, &added->version_hidden);
        }
        return 0;
}

int reader_dynamic_symbols(struct object_reader *reader)
{
        CLEANUP(versions_clear) struct versions versions = {};
        Elf_Data *data = NULL;
        size_t count = 0;
        int r;

        r = count_symbols(reader, &count);
        if (r == 0)
                r = reader_table(reader,
                        (struct range){.address = reader->dynamic.symbols,
                                .size = count * sizeof(Elf64_Sym)},
                        ELF_T_SYM, "the table of dynamic symbols", &data);
        if (r == 0)
                r = versions_read(reader, &versions);
        if (r == 0 && data)
                r = add_dynamic_symbols(reader, data, count, &versions);
        if (r == 0)
                check_relocations(reader->object);
        return r;
}

/* Of a definition that somebody may want to know the name of. */
static bool is_of_interest(const struct object *object, const GElf_Sym *symbol)
{
        unsigned type = GELF_ST_TYPE(symbol->st_info);

        if (symbol->st_shndx == SHN_UNDEF || type == STT_SECTION || type == STT_FILE)
                return false;
        return type == STT_TLS || object_segment(object, symbol->st_value);
}

static int add_symbols(struct object_reader *reader, Elf_Data *data, struct string_table names)
{
        size_t count = reader_entries(reader, data, ELF_T_SYM);
        struct symbol *added;
        const char *name;
        GElf_Sym symbol;

        for (size_t i = 0; i < count && gelf_getsym(data, i, &symbol); i++) {
                name = string_table_get(&names, symbol.st_name);
                if (!name || !*name || !is_of_interest(reader->object, &symbol))
                        continue;
                added = vector_add(&reader->object->symbols);
                if (!added)
                        return -ENOMEM;
                *added = translate(&symbol);
                added->name = name;
        }
        return 0;
}

int reader_symbols(struct object_reader *reader)
{
        Elf_Scn *section = NULL, *names;
        Elf_Data *data, *text;
        GElf_Shdr header;

        while (reader_next_section(reader, &section, &header, NULL)) {
                if (header.sh_type != SHT_SYMTAB)
                        continue;
                data = elf_getdata(section, NULL);
                names = elf_getscn(reader->file->elf, header.sh_link);
                text = names ? elf_rawdata(names, NULL) : NULL;
                if (!data || !text)
                        return 0; /* names are a help, no more */
                return add_symbols(reader, data, string_table(text->d_buf, text->d_size));
        }
        return 0;
}
