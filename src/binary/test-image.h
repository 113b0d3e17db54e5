/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A small ELF file made by hand, with one of everything: what stands in it is known, and each field
 * can be changed by its name. Addresses are offsets in the file plus BASE, those of data plus
 * DATA_BASE.
 */

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BASE      0x10000
#define DATA_BASE 0x20000

/* The address of a member. */
#define AT(member)      (BASE + offsetof(struct image, member))
#define DATA_AT(member) (DATA_BASE + offsetof(struct image, member))

/* Behind the file's contents of the data segment: zeroes. */
#define ZEROES 0x2000

enum {
        HEADER_TEXT,
        HEADER_DATA,
        HEADER_DYNAMIC,
        HEADER_INTERPRETER,
        HEADER_RELRO,
        HEADER_NOTE,
        HEADER_EH_FRAME,
        HEADER_THREAD,
        HEADER_COUNT
};

enum {
        SECTION_NULL,
        SECTION_DYNAMIC_SYMBOLS,
        SECTION_SYMBOLS,
        SECTION_NAMES,
        SECTION_EH_FRAME,
        SECTION_PLT_RELOCATIONS,
        SECTION_CONSTRUCTORS,
        SECTION_DESTRUCTORS,
        SECTION_INIT,
        SECTION_GO,
        SECTION_SECTION_NAMES,
        SECTION_COUNT
};

enum {
        SYMBOL_NULL,
        SYMBOL_IMPORT,
        SYMBOL_NEW,
        SYMBOL_OLD,
        SYMBOL_HIDDEN,
        SYMBOL_WEAK_DATA,
        SYMBOL_THREAD,
        SYMBOL_CHOOSER,
        SYMBOL_COUNT
};

enum {
        DYNAMIC_NEEDED,
        DYNAMIC_NEEDED_2,
        DYNAMIC_RUNPATH,
        DYNAMIC_STRINGS,
        DYNAMIC_STRINGS_SIZE,
        DYNAMIC_SYMBOLS,
        DYNAMIC_HASH,
        DYNAMIC_RELA,
        DYNAMIC_RELA_SIZE,
        DYNAMIC_RELR,
        DYNAMIC_RELR_SIZE,
        DYNAMIC_JMPREL,
        DYNAMIC_JMPREL_SIZE,
        DYNAMIC_JMPREL_KIND,
        DYNAMIC_VERSIONS,
        DYNAMIC_NEEDS,
        DYNAMIC_NEEDS_COUNT,
        DYNAMIC_DEFINITIONS,
        DYNAMIC_DEFINITIONS_COUNT,
        DYNAMIC_INIT,
        DYNAMIC_INIT_ARRAY,
        DYNAMIC_INIT_ARRAY_SIZE,
        DYNAMIC_FINI_ARRAY,
        DYNAMIC_FINI_ARRAY_SIZE,
        DYNAMIC_FLAGS,
        DYNAMIC_FLAGS_1,
        DYNAMIC_END,
        DYNAMIC_COUNT
};

enum {
        RELOCATION_TO_CONSTRUCTOR,
        RELOCATION_TO_IMPORT,
        RELOCATION_TO_WEAK,
        RELOCATION_TO_CHOSEN,
        RELOCATION_OF_COPY,
        RELOCATION_OF_THREAD,
        RELOCATION_COUNT
};

#define CODE_SIZE 64

struct image {
        Elf64_Ehdr header;
        Elf64_Phdr headers[HEADER_COUNT];
        char interpreter[8];
        char names[104];
        char section_names[104];
        Elf64_Sym dynamic_symbols[SYMBOL_COUNT];
        uint32_t hash[4];
        uint32_t gnu_hash[14];
        uint16_t versions[SYMBOL_COUNT];
        Elf64_Verneed need;
        Elf64_Vernaux needed_version;
        struct {
                Elf64_Verdef definition;
                Elf64_Verdaux name;
        } defined[3];
        Elf64_Rela relocations[RELOCATION_COUNT];
        Elf64_Rela plt_relocation;
        uint64_t relr[3]; /* the last is not part of the table */
        struct {
                Elf64_Nhdr header;
                char name[4];
                uint8_t id[8];
        } note;
        Elf64_Sym symbols[4];
        uint8_t eh_frame_header[8];
        uint8_t eh_frame[16];
        uint8_t code[CODE_SIZE];
        /* The data segment; what stands before `got` is read-only after relocation. */
        Elf64_Dyn dynamic[DYNAMIC_COUNT];
        uint64_t init_array[2];
        uint64_t fini_array[1];
        uint64_t words[4];
        uint64_t got[4];
        _Alignas(16) uint8_t go_table[96];
        Elf64_Shdr sections[SECTION_COUNT];
};

/* Names by their offset in `names`: in the order of this list. */
#define IMAGE_NAMES                                                                       \
        "\0libc.so.6\0libm.so.6\0/opt/lib\0import\0both\0hidden\0weak\0thread\0chooser\0" \
        "GLIBC_2.14\0OLD\0NEW\0inner"
#define NAME(text) image_name(IMAGE_NAMES, sizeof(IMAGE_NAMES), text)

#define SECTION_NAMES_TEXT                                                                     \
        "\0.dynsym\0.symtab\0.strtab\0.eh_frame\0.rela.plt\0.init_array\0.fini_array\0.init\0" \
        ".gopclntab\0.shstrtab"

static inline uint32_t image_name(const char *names, size_t size, const char *name)
{
        const char *found = memmem(names, size, name, strlen(name) + 1);

        return found ? found - names : 0;
}

static inline void image_symbol(struct image *image, size_t index, const char *name, unsigned bind,
        unsigned type, uint64_t value, uint16_t version)
{
        image->dynamic_symbols[index] = (Elf64_Sym){
                .st_name = NAME(name),
                .st_info = ELF64_ST_INFO(bind, type),
                .st_shndx = value ? 1 : SHN_UNDEF,
                .st_value = value,
                .st_size = value ? 8 : 0,
        };
        image->versions[index] = version;
}

static inline void image_symbols(struct image *image)
{
        image_symbol(image, SYMBOL_IMPORT, "import", STB_GLOBAL, STT_FUNC, 0, 2);
        image_symbol(image, SYMBOL_NEW, "both", STB_GLOBAL, STT_FUNC, AT(code) + 8, 4);
        image_symbol(image, SYMBOL_OLD, "both", STB_GLOBAL, STT_FUNC, AT(code) + 16, 3 | 0x8000);
        image_symbol(image, SYMBOL_HIDDEN, "hidden", STB_GLOBAL, STT_FUNC, AT(code) + 24, 1);
        image->dynamic_symbols[SYMBOL_HIDDEN].st_other = STV_HIDDEN;
        image_symbol(image, SYMBOL_WEAK_DATA, "weak", STB_WEAK, STT_OBJECT, DATA_AT(got), 1);
        image_symbol(image, SYMBOL_THREAD, "thread", STB_GLOBAL, STT_TLS, 16, 1);
        image_symbol(image, SYMBOL_CHOOSER, "chooser", STB_GLOBAL, STT_GNU_IFUNC, AT(code) + 32, 1);
        image->hash[0] = 1;
        image->hash[1] = SYMBOL_COUNT;
        /* One bucket, one word of filter, all symbols from `both` on. */
        image->gnu_hash[0] = image->gnu_hash[2] = 1;
        image->gnu_hash[1] = image->gnu_hash[6] = SYMBOL_NEW;
        image->gnu_hash[7 + SYMBOL_COUNT - 1 - SYMBOL_NEW] = 1;
        image->need = (Elf64_Verneed){.vn_version = 1,
                .vn_cnt = 1,
                .vn_file = NAME("libc.so.6"),
                .vn_aux = sizeof(Elf64_Verneed)};
        image->needed_version = (Elf64_Vernaux){.vna_other = 2, .vna_name = NAME("GLIBC_2.14")};
        for (uint16_t i = 0; i < 3; i++)
                image->defined[i].definition = (Elf64_Verdef){.vd_version = 1,
                        .vd_flags = i == 0 ? VER_FLG_BASE : 0,
                        .vd_ndx = i == 0 ? 1 : i + 2,
                        .vd_cnt = 1,
                        .vd_aux = sizeof(Elf64_Verdef),
                        .vd_next = i == 2 ? 0 : sizeof(image->defined[0])};
        image->defined[0].name.vda_name = NAME("libm.so.6");
        image->defined[1].name.vda_name = NAME("OLD");
        image->defined[2].name.vda_name = NAME("NEW");
}

static inline void image_relocation(
        Elf64_Rela *relocation, uint64_t address, uint32_t type, uint32_t symbol, int64_t addend)
{
        *relocation = (Elf64_Rela){.r_offset = address,
                .r_info = ELF64_R_INFO((uint64_t)symbol, type),
                .r_addend = addend};
}

/* Not in the order of their addresses. */
static inline void image_relocations(struct image *image)
{
        Elf64_Rela *all = image->relocations;

        image_relocation(&all[RELOCATION_TO_CONSTRUCTOR], DATA_AT(init_array[1]), R_X86_64_RELATIVE,
                0, AT(code) + 40);
        image_relocation(
                &all[RELOCATION_TO_IMPORT], DATA_AT(got[1]), R_X86_64_GLOB_DAT, SYMBOL_IMPORT, 0);
        image_relocation(
                &all[RELOCATION_TO_WEAK], DATA_AT(words[0]), R_X86_64_64, SYMBOL_WEAK_DATA, 8);
        image_relocation(
                &all[RELOCATION_TO_CHOSEN], DATA_AT(got[2]), R_X86_64_IRELATIVE, 0, AT(code) + 32);
        image_relocation(
                &all[RELOCATION_OF_COPY], DATA_AT(got[0]), R_X86_64_COPY, SYMBOL_WEAK_DATA, 0);
        image_relocation(
                &all[RELOCATION_OF_THREAD], DATA_AT(words[1]), R_X86_64_TPOFF64, SYMBOL_THREAD, 0);
        image_relocation(
                &image->plt_relocation, DATA_AT(got[3]), R_X86_64_JUMP_SLOT, SYMBOL_IMPORT, 0);
        image->relr[0] = DATA_AT(words[2]);
        image->relr[1] = 0x3; /* bit 1: the word behind */
        image->words[2] = AT(code) + 48;
        image->words[3] = AT(names);
        image->init_array[0] = AT(code) + 4; /* no relocation */
        image->fini_array[0] = AT(code) + 56;
}

static inline void image_dynamic(struct image *image)
{
        const Elf64_Dyn entries[DYNAMIC_COUNT] = {
                [DYNAMIC_NEEDED] = {DT_NEEDED, {NAME("libc.so.6")}},
                [DYNAMIC_NEEDED_2] = {DT_NEEDED, {NAME("libm.so.6")}},
                [DYNAMIC_RUNPATH] = {DT_RUNPATH, {NAME("/opt/lib")}},
                [DYNAMIC_STRINGS] = {DT_STRTAB, {AT(names)}},
                [DYNAMIC_STRINGS_SIZE] = {DT_STRSZ, {sizeof(image->names)}},
                [DYNAMIC_SYMBOLS] = {DT_SYMTAB, {AT(dynamic_symbols)}},
                [DYNAMIC_HASH] = {DT_HASH, {AT(hash)}},
                [DYNAMIC_RELA] = {DT_RELA, {AT(relocations)}},
                [DYNAMIC_RELA_SIZE] = {DT_RELASZ, {sizeof(image->relocations)}},
                [DYNAMIC_RELR] = {DT_RELR, {AT(relr)}},
                [DYNAMIC_RELR_SIZE] = {DT_RELRSZ, {2 * sizeof(image->relr[0])}},
                [DYNAMIC_JMPREL] = {DT_JMPREL, {AT(plt_relocation)}},
                [DYNAMIC_JMPREL_SIZE] = {DT_PLTRELSZ, {sizeof(image->plt_relocation)}},
                [DYNAMIC_JMPREL_KIND] = {DT_PLTREL, {DT_RELA}},
                [DYNAMIC_VERSIONS] = {DT_VERSYM, {AT(versions)}},
                [DYNAMIC_NEEDS] = {DT_VERNEED, {AT(need)}},
                [DYNAMIC_NEEDS_COUNT] = {DT_VERNEEDNUM, {1}},
                [DYNAMIC_DEFINITIONS] = {DT_VERDEF, {AT(defined)}},
                [DYNAMIC_DEFINITIONS_COUNT] = {DT_VERDEFNUM, {3}},
                [DYNAMIC_INIT] = {DT_INIT, {AT(code)}},
                [DYNAMIC_INIT_ARRAY] = {DT_INIT_ARRAY, {DATA_AT(init_array)}},
                [DYNAMIC_INIT_ARRAY_SIZE] = {DT_INIT_ARRAYSZ, {sizeof(image->init_array)}},
                [DYNAMIC_FINI_ARRAY] = {DT_FINI_ARRAY, {DATA_AT(fini_array)}},
                [DYNAMIC_FINI_ARRAY_SIZE] = {DT_FINI_ARRAYSZ, {sizeof(image->fini_array)}},
                [DYNAMIC_FLAGS] = {DT_FLAGS, {DF_BIND_NOW}},
                [DYNAMIC_FLAGS_1] = {DT_FLAGS_1, {DF_1_PIE}},
        };

        memcpy(image->dynamic, entries, sizeof(entries));
}

static inline void image_program_header(struct image *image, size_t index, uint32_t type,
        uint32_t flags, size_t offset, size_t size)
{
        uint64_t base = offset < offsetof(struct image, dynamic) ? BASE : DATA_BASE;

        image->headers[index] = (Elf64_Phdr){.p_type = type,
                .p_flags = flags,
                .p_offset = offset,
                .p_vaddr = base + offset,
                .p_filesz = size,
                .p_memsz = size,
                .p_align = 4};
}

static inline void image_program_headers(struct image *image)
{
        const size_t data = offsetof(struct image, dynamic), end = offsetof(struct image, sections);

        image_program_header(image, HEADER_TEXT, PT_LOAD, PF_R | PF_X, 0, data);
        image_program_header(image, HEADER_DATA, PT_LOAD, PF_R | PF_W, data, end - data);
        image->headers[HEADER_DATA].p_memsz += ZEROES;
        image_program_header(
                image, HEADER_DYNAMIC, PT_DYNAMIC, PF_R | PF_W, data, sizeof(image->dynamic));
        image_program_header(image, HEADER_INTERPRETER, PT_INTERP, PF_R,
                offsetof(struct image, interpreter), sizeof(image->interpreter));
        image_program_header(image, HEADER_NOTE, PT_NOTE, PF_R, offsetof(struct image, note),
                sizeof(image->note));
        image_program_header(image, HEADER_EH_FRAME, PT_GNU_EH_FRAME, PF_R,
                offsetof(struct image, eh_frame_header), sizeof(image->eh_frame_header));
        image_program_header(image, HEADER_THREAD, PT_TLS, PF_R, offsetof(struct image, words),
                sizeof(image->words));
        /* Ends in the middle of a page: the loader protects whole ones, here up to 0x21000. */
        image->headers[HEADER_RELRO] = (Elf64_Phdr){.p_type = PT_GNU_RELRO,
                .p_offset = data,
                .p_vaddr = DATA_BASE + data,
                .p_memsz = 0x21010 - (DATA_BASE + data)};
}

static inline void image_section(struct image *image, size_t index, const char *name, uint32_t type,
        uint64_t flags, size_t offset, size_t size, size_t entry_size)
{
        uint64_t base = offset < offsetof(struct image, dynamic) ? BASE : DATA_BASE;

        image->sections[index] = (Elf64_Shdr){
                .sh_name = image_name(SECTION_NAMES_TEXT, sizeof(SECTION_NAMES_TEXT), name),
                .sh_type = type,
                .sh_flags = flags,
                .sh_addr = flags & SHF_ALLOC ? base + offset : 0,
                .sh_offset = offset,
                .sh_size = size,
                .sh_entsize = entry_size,
                .sh_addralign = 1};
}

#define IMAGE_SECTION(image, index, name, type, flags, member)                         \
        image_section(image, index, name, type, flags, offsetof(struct image, member), \
                sizeof((image)->member),                                               \
                (type) == SHT_SYMTAB || (type) == SHT_DYNSYM ? sizeof(Elf64_Sym) : 0)

/* Gives the image section headers, which it does without otherwise. */
static inline void image_add_sections(struct image *image)
{
        IMAGE_SECTION(
                image, SECTION_DYNAMIC_SYMBOLS, ".dynsym", SHT_DYNSYM, SHF_ALLOC, dynamic_symbols);
        IMAGE_SECTION(image, SECTION_SYMBOLS, ".symtab", SHT_SYMTAB, 0, symbols);
        image->sections[SECTION_SYMBOLS].sh_link = SECTION_NAMES;
        IMAGE_SECTION(image, SECTION_NAMES, ".strtab", SHT_STRTAB, 0, names);
        IMAGE_SECTION(image, SECTION_EH_FRAME, ".eh_frame", SHT_PROGBITS, SHF_ALLOC, eh_frame);
        IMAGE_SECTION(
                image, SECTION_PLT_RELOCATIONS, ".rela.plt", SHT_RELA, SHF_ALLOC, relocations);
        image->sections[SECTION_PLT_RELOCATIONS].sh_entsize = sizeof(Elf64_Rela);
        IMAGE_SECTION(image, SECTION_CONSTRUCTORS, ".init_array", SHT_INIT_ARRAY,
                SHF_ALLOC | SHF_WRITE, init_array);
        IMAGE_SECTION(image, SECTION_DESTRUCTORS, ".fini_array", SHT_FINI_ARRAY,
                SHF_ALLOC | SHF_WRITE, fini_array);
        IMAGE_SECTION(image, SECTION_INIT, ".init", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, code);
        IMAGE_SECTION(
                image, SECTION_GO, ".gopclntab", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, go_table);
        IMAGE_SECTION(image, SECTION_SECTION_NAMES, ".shstrtab", SHT_STRTAB, 0, section_names);
        image->header.e_shoff = offsetof(struct image, sections);
        image->header.e_shnum = SECTION_COUNT;
        image->header.e_shstrndx = SECTION_SECTION_NAMES;
}

static inline void image_tables(struct image *image)
{
        const int32_t to_eh_frame = AT(eh_frame) - (AT(eh_frame_header) + 4);
        const uint64_t functions = 2, functions_offset = 72;
        const uint8_t go[8] = {0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8};

        image->eh_frame_header[0] = 1;
        image->eh_frame_header[1] = 0x1b; /* relative to its place, signed, 4 bytes */
        memcpy(image->eh_frame_header + 4, &to_eh_frame, sizeof(to_eh_frame));
        image->note.header = (Elf64_Nhdr){
                .n_namesz = 4, .n_descsz = sizeof(image->note.id), .n_type = NT_GNU_BUILD_ID};
        memcpy(image->note.name, "GNU", 4);
        memcpy(image->note.id, "\xde\xad\xbe\xef\x01\x02\x03\x04", 8);
        memcpy(image->go_table, go, sizeof(go));
        memcpy(image->go_table + 8, &functions, sizeof(functions));
        memcpy(image->go_table + 8 + 7 * 8, &functions_offset, sizeof(functions_offset));
        image->symbols[1] = (Elf64_Sym){.st_name = NAME("inner"),
                .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
                .st_shndx = 1,
                .st_value = AT(code) + 12,
                .st_size = 4};
        image->symbols[2] = (Elf64_Sym){
                .st_name = NAME("import"), .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC)};
        image->symbols[3] = (Elf64_Sym){.st_name = NAME("weak"),
                .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FILE),
                .st_shndx = SHN_ABS,
                .st_value = AT(code)};
}

/* A dynamic, position-independent executable for x86-64. */
static inline void image_init(struct image *image)
{
        memset(image, 0, sizeof(*image));
        memcpy(image->header.e_ident, ELFMAG, SELFMAG);
        image->header.e_ident[EI_CLASS] = ELFCLASS64;
        image->header.e_ident[EI_DATA] = ELFDATA2LSB;
        image->header.e_ident[EI_VERSION] = EV_CURRENT;
        image->header.e_type = ET_DYN;
        image->header.e_machine = EM_X86_64;
        image->header.e_version = EV_CURRENT;
        image->header.e_entry = AT(code);
        image->header.e_phoff = offsetof(struct image, headers);
        image->header.e_ehsize = sizeof(Elf64_Ehdr);
        image->header.e_phentsize = sizeof(Elf64_Phdr);
        image->header.e_phnum = HEADER_COUNT;
        image->header.e_shentsize = sizeof(Elf64_Shdr);
        memcpy(image->interpreter, "/ld.so", 7);
        memcpy(image->names, IMAGE_NAMES, sizeof(IMAGE_NAMES));
        memcpy(image->section_names, SECTION_NAMES_TEXT, sizeof(SECTION_NAMES_TEXT));
        memset(image->code, 0x90, sizeof(image->code));
        image_symbols(image);
        image_relocations(image);
        image_dynamic(image);
        image_program_headers(image);
        image_tables(image);
}

_Static_assert(sizeof(IMAGE_NAMES) <= sizeof(((struct image *)NULL)->names), "names");
_Static_assert(
        sizeof(SECTION_NAMES_TEXT) <= sizeof(((struct image *)NULL)->section_names), "names");
