/* SPDX-License-Identifier: BSD-3-Clause */

/* What kind of file it is, and what of it becomes memory. */

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "binary/object-reader.h"

/* What the loader makes read-only after relocation are whole pages, of at least this size. */
#define PAGE UINT64_C(4096)

/* Machines by the names people know; those of loupe's ABIs are theirs. */
static const struct {
        uint16_t machine;
        uint8_t class;
        const char *name;
} machines[] = {
        {EM_X86_64, ELFCLASS64, "x86_64"},
        {EM_X86_64, ELFCLASS32, "x32"},
        {EM_386, ELFCLASS32, "i386"},
        {EM_AARCH64, ELFCLASS64, "aarch64"},
        {EM_ARM, ELFCLASS32, "arm"},
        {EM_RISCV, ELFCLASS64, "riscv64"},
        {EM_RISCV, ELFCLASS32, "riscv32"},
        {EM_PPC64, ELFCLASS64, "ppc64"},
        {EM_PPC, ELFCLASS32, "ppc"},
        {EM_S390, ELFCLASS64, "s390x"},
        {EM_MIPS, ELFCLASS64, "mips64"},
        {EM_MIPS, ELFCLASS32, "mips"},
        {EM_LOONGARCH, ELFCLASS64, "loongarch64"},
        {EM_SPARCV9, ELFCLASS64, "sparc64"},
        {EM_BPF, ELFCLASS64, "bpf"},
        {EM_CUDA, ELFCLASS64, "cuda"},
        {EM_AMDGPU, ELFCLASS64, "amdgpu"},
};

/* Refuses everything but this loupe's own machine. */
static int check_machine(struct object_reader *reader)
{
        const char *native = abi_info(abi_native())->name;
        const uint8_t *ident = reader->file->bytes;
        bool little = ident[EI_DATA] == ELFDATA2LSB;
        uint16_t machine;

        memcpy(&machine, ident + offsetof(Elf64_Ehdr, e_machine), sizeof(machine));
        machine = little ? le16toh(machine) : be16toh(machine);
        for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
                if (machines[i].machine != machine || machines[i].class != ident[EI_CLASS])
                        continue;
                if (little && string_equal(machines[i].name, native))
                        return 0;
                return reader_refuse(reader, ENOTSUP, "an object of %s%s; this loupe analyses %s",
                        machines[i].name, little ? "" : " (big-endian)", native);
        }
        return reader_refuse(reader, ENOTSUP,
                "an object of %s-bit machine %u; this loupe analyses %s",
                ident[EI_CLASS] == ELFCLASS64 ? "64" : "32", machine, native);
}

static bool is_kernel_module(const struct object_reader *reader)
{
        GElf_Shdr section;

        return reader_section(reader, ".gnu.linkonce.this_module", &section);
}

static int check_type(struct object_reader *reader)
{
        switch (reader->header.e_type) {
        case ET_EXEC:
        case ET_DYN:
                return 0;
        case ET_REL:
                if (is_kernel_module(reader))
                        return reader_refuse(
                                reader, ENOEXEC, "a kernel module, neither executable nor library");
                return reader_refuse(reader, ENOEXEC,
                        "a relocatable object (.o), neither executable nor library");
        case ET_CORE:
                return reader_refuse(
                        reader, ENOEXEC, "a core dump, neither executable nor library");
        default:
                return reader_refuse(reader, ENOEXEC,
                        "an ELF file of type %u, neither executable nor library",
                        reader->header.e_type);
        }
}

/* A table of the file's header: refuses what does not lie in the file. */
static int check_table(struct object_reader *reader, const char *what, uint64_t offset,
        uint64_t count, uint64_t entry_size, uint64_t expected_size)
{
        uint64_t end;

        if (count == 0)
                return 0;
        if (entry_size != expected_size)
                return reader_refuse(reader, EBADMSG, "contradictory: %s of %llu bytes each", what,
                        (unsigned long long)entry_size);
        if (__builtin_add_overflow(offset, count * entry_size, &end))
                return reader_refuse(reader, EBADMSG, "contradictory: %s at offset 0x%llx", what,
                        (unsigned long long)offset);
        if (end > reader->file->size)
                return reader_refuse(reader, EBADMSG,
                        "truncated: the %s reach to 0x%llx and the file ends at 0x%zx", what,
                        (unsigned long long)end, reader->file->size);
        return 0;
}

/* Before libelf sees the file: the beginning, and where the tables of headers are. */
static int check_file(struct object_reader *reader)
{
        const struct object_file *file = reader->file;
        Elf64_Ehdr header;
        int r;

        if (file->size < SELFMAG || memcmp(file->bytes, ELFMAG, SELFMAG) != 0)
                return reader_refuse(reader, ENOEXEC, "not an ELF file");
        if (file->size < sizeof(header))
                return reader_refuse(reader, EBADMSG,
                        "truncated: the ELF header reaches to 0x%zx and the file ends at 0x%zx",
                        sizeof(header), file->size);
        r = check_machine(reader);
        if (r < 0)
                return r;
        memcpy(&header, file->bytes, sizeof(header));
        /* The count of very many program headers stands in the first section's header. */
        r = check_table(reader, "program headers", le64toh(header.e_phoff),
                le16toh(header.e_phnum) == PN_XNUM ? 0 : le16toh(header.e_phnum),
                le16toh(header.e_phentsize), sizeof(Elf64_Phdr));
        if (r < 0)
                return r;
        return check_table(reader, "section headers", le64toh(header.e_shoff),
                le16toh(header.e_shnum), le16toh(header.e_shentsize), sizeof(Elf64_Shdr));
}

/* What strip(1) leaves of a program in a file of its own: the headers, but none of the code. */
static bool is_debug_file(const struct object_reader *reader)
{
        Elf_Scn *section = NULL;
        GElf_Shdr header;

        while (reader_next_section(reader, &section, &header, NULL))
                if ((header.sh_flags & SHF_EXECINSTR) && header.sh_type == SHT_NOBITS)
                        return true;
        return false;
}

static int add_segment(struct object_reader *reader, size_t number, const GElf_Phdr *header)
{
        uint64_t end, memory_end;
        struct segment *segment;

        if (header->p_memsz == 0 && header->p_filesz == 0)
                return 0;
        if (__builtin_add_overflow(header->p_offset, header->p_filesz, &end) ||
                __builtin_add_overflow(header->p_vaddr, header->p_memsz, &memory_end) ||
                header->p_filesz > header->p_memsz)
                return reader_refuse(reader, EBADMSG,
                        "contradictory: program header %zu of 0x%llx bytes at 0x%llx", number,
                        (unsigned long long)header->p_memsz, (unsigned long long)header->p_vaddr);
        if (end > reader->file->size)
                return reader_refuse(reader, EBADMSG,
                        "truncated: program header %zu reaches to 0x%llx and the file ends at "
                        "0x%zx",
                        number, (unsigned long long)end, reader->file->size);
        segment = vector_add(&reader->object->segments);
        if (!segment)
                return -ENOMEM;
        *segment = (struct segment){
                .address = header->p_vaddr,
                .size = header->p_memsz,
                .file_size = header->p_filesz,
                .bytes = reader->file->bytes + header->p_offset,
                .executable = header->p_flags & PF_X,
                .writable = header->p_flags & PF_W,
        };
        return 0;
}

static int by_address(const void *a, const void *b)
{
        const struct segment *left = a, *right = b;

        return (left->address > right->address) - (left->address < right->address);
}

static int read_segments(struct object_reader *reader)
{
        struct object *object = reader->object;
        GElf_Phdr header;
        int r;

        for (size_t i = 0; i < reader->program_headers; i++) {
                if (!gelf_getphdr(reader->file->elf, i, &header) || header.p_type != PT_LOAD)
                        continue;
                r = add_segment(reader, i, &header);
                if (r < 0)
                        return r;
        }
        if (object->segments.count == 0)
                return reader_refuse(reader, EBADMSG, "contradictory: no segment is to be loaded");
        qsort(object->segments.items, object->segments.count, sizeof(*object->segments.items),
                by_address);
        for (size_t i = 1; i < object->segments.count; i++) {
                const struct segment *segment = &object->segments.items[i];

                if (segment[-1].address + segment[-1].size > segment->address)
                        return reader_refuse(reader, EBADMSG,
                                "contradictory: two segments overlap at 0x%llx",
                                (unsigned long long)segment->address);
        }
        return 0;
}

/* Not elf_strptr(), which looks for the end of each name through the rest of a table that lies. */
static struct string_table section_names(const struct object_file *file)
{
        Elf_Data *data = NULL;
        Elf_Scn *section;
        size_t index;

        if (elf_getshdrstrndx(file->elf, &index) == 0) {
                section = elf_getscn(file->elf, index);
                data = section ? elf_rawdata(section, NULL) : NULL;
        }
        return data ? string_table(data->d_buf, data->d_size) : (struct string_table){};
}

int reader_headers(struct object_reader *reader)
{
        struct object_file *file = reader->file;
        int r = check_file(reader);

        if (r < 0)
                return r;
        elf_version(EV_CURRENT);
        /* libelf does not write to what it only reads. */
        file->elf = elf_memory((char *)file->bytes, file->size);
        if (!file->elf || !gelf_getehdr(file->elf, &reader->header) ||
                elf_getphdrnum(file->elf, &reader->program_headers) < 0)
                return reader_refuse(reader, EBADMSG, "contradictory: %s", elf_errmsg(-1));
        reader->section_names = section_names(file);
        r = check_type(reader);
        if (r < 0)
                return r;
        if (is_debug_file(reader))
                return reader_refuse(reader, ENOEXEC,
                        "information for debuggers only: the code is in another file");
        return read_segments(reader);
}

static enum object_kind kind_of(const struct object_reader *reader)
{
        const struct dynamic *dynamic = &reader->dynamic;
        bool interpreted = reader->object->interpreter != NULL;

        if (reader->header.e_type == ET_EXEC)
                return interpreted ? OBJECT_EXECUTABLE : OBJECT_STATIC;
        /* Libraries may have an interpreter too, to be run for their version: the C library.
         * Linkers did not always say that an executable is one. */
        if ((dynamic->flags_1 & DF_1_PIE) ||
                (!dynamic->has_soname && (interpreted || dynamic->has_debug)))
                return interpreted ? OBJECT_PIE : OBJECT_STATIC_PIE;
        return OBJECT_SHARED;
}

/* Where the first contents of thread-local variables lie. */
static void read_thread_local(struct object_reader *reader)
{
        GElf_Phdr header;

        if (!reader_program_header(reader, PT_TLS, &header) ||
                !reader_range(reader, header.p_vaddr, header.p_filesz))
                return;
        reader->object->thread_local_address = header.p_vaddr;
        reader->object->thread_local_size = header.p_filesz;
}

int reader_kind(struct object_reader *reader)
{
        struct object *object = reader->object;
        GElf_Phdr header;

        if (reader_program_header(reader, PT_INTERP, &header)) {
                if (header.p_offset > reader->file->size ||
                        header.p_filesz > reader->file->size - header.p_offset ||
                        !memchr(reader->file->bytes + header.p_offset, '\0', header.p_filesz))
                        return reader_refuse(reader, EBADMSG,
                                "contradictory: the interpreter's name does not end");
                object->interpreter = (const char *)reader->file->bytes + header.p_offset;
        }
        object->kind = kind_of(reader);
        read_thread_local(reader);
        object->abi = abi_native();
        object->has_sections = reader->header.e_shoff > 0;
        if (object_is_code(object, reader->header.e_entry))
                object->entry = reader->header.e_entry;
        return 0;
}

/* Appends the part [from, to) of a segment, if any. */
static int add_part(struct object *object, const struct segment *whole, uint64_t from, uint64_t to,
        bool writable)
{
        uint64_t skipped = from - whole->address;
        struct segment *part;

        if (from >= to)
                return 0;
        part = vector_add(&object->segments);
        if (!part)
                return -ENOMEM;
        *part = *whole;
        part->address = from;
        part->size = to - from;
        part->file_size = whole->file_size > skipped ? whole->file_size - skipped : 0;
        if (part->file_size > part->size)
                part->file_size = part->size;
        part->bytes = part->file_size > 0 ? whole->bytes + skipped : NULL;
        part->writable = writable;
        return 0;
}

static uint64_t within(uint64_t address, uint64_t from, uint64_t to)
{
        return address < from ? from : address > to ? to : address;
}

static int protect(struct object *object, struct segment *segment, uint64_t from, uint64_t to)
{
        struct segment whole = *segment;
        uint64_t end = whole.address + whole.size;
        int r;

        from = within(from, whole.address, end);
        to = within(to, whole.address, end);
        if (!whole.writable || from >= to)
                return 0;
        /* The first part replaces the whole, the others follow at the end until all is sorted. */
        if (from == whole.address) {
                segment->writable = false;
                segment->size = to - from;
                if (segment->file_size > segment->size)
                        segment->file_size = segment->size;
                return add_part(object, &whole, to, end, true);
        }
        segment->size = from - whole.address;
        if (segment->file_size > segment->size)
                segment->file_size = segment->size;
        r = add_part(object, &whole, from, to, false);
        return r < 0 ? r : add_part(object, &whole, to, end, true);
}

int reader_protect(struct object_reader *reader)
{
        struct object *object = reader->object;
        size_t count = object->segments.count;
        GElf_Phdr header;
        uint64_t end;
        int r;

        /* Who relocates himself, as the interpreter and static executables do, writes there until
         * his own code has it protected: his program sees it change. */
        if (!object->interpreter && !object->needed[0])
                return 0;
        if (!reader_program_header(reader, PT_GNU_RELRO, &header) ||
                __builtin_add_overflow(header.p_vaddr, header.p_memsz, &end))
                return 0;
        for (size_t i = 0; i < count; i++) {
                r = protect(object, &object->segments.items[i], header.p_vaddr, end & ~(PAGE - 1));
                if (r < 0)
                        return r;
        }
        qsort(object->segments.items, object->segments.count, sizeof(*object->segments.items),
                by_address);
        return 0;
}
