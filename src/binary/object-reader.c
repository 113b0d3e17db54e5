/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/object-reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/strings.h"

int reader_refuse(const struct object_reader *reader, int errnum, const char *format, ...)
{
        char message[ERROR_MESSAGE_SIZE];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(message, sizeof(message), format, arguments);
        va_end(arguments);
        return error_set(reader->error, errnum, "%.1500s: %.500s", reader->object->path, message);
}

const uint8_t *reader_range(const struct object_reader *reader, uint64_t address, uint64_t size)
{
        const uint8_t *bytes;

        return object_bytes(reader->object, address, &bytes) >= size && size > 0 ? bytes : NULL;
}

int reader_table(const struct object_reader *reader, struct range range, Elf_Type type,
        const char *what, Elf_Data **ret)
{
        const uint8_t *bytes;
        Elf_Data *data;

        *ret = NULL;
        if (range.address == 0 || range.size == 0)
                return 0;
        bytes = reader_range(reader, range.address, range.size);
        if (!bytes)
                return reader_refuse(reader, EBADMSG,
                        "contradictory: %s (0x%llx bytes at 0x%llx) is outside the segments", what,
                        (unsigned long long)range.size, (unsigned long long)range.address);
        data = elf_getdata_rawchunk(
                reader->file->elf, bytes - reader->file->bytes, range.size, type);
        if (!data)
                return reader_refuse(reader, EBADMSG, "%s: %s", what, elf_errmsg(-1));
        *ret = data;
        return 0;
}

size_t reader_entries(const struct object_reader *reader, const Elf_Data *data, Elf_Type type)
{
        return data ? data->d_size / gelf_fsize(reader->file->elf, type, 1, EV_CURRENT) : 0;
}

struct string_table string_table(const void *bytes, size_t size)
{
        const char *end = bytes ? memrchr(bytes, '\0', size) : NULL;

        return (struct string_table){
                .bytes = bytes, .size = end ? (size_t)(end - (const char *)bytes) + 1 : 0};
}

const char *string_table_get(const struct string_table *table, uint64_t offset)
{
        return offset < table->size ? table->bytes + offset : NULL;
}

bool reader_program_header(const struct object_reader *reader, uint32_t type, GElf_Phdr *ret)
{
        bool found = false;
        GElf_Phdr header;

        for (size_t i = 0; i < reader->program_headers; i++) {
                if (!gelf_getphdr(reader->file->elf, i, &header) || header.p_type != type)
                        continue;
                *ret = header;
                found = true;
        }
        return found;
}

bool reader_next_section(
        const struct object_reader *reader, Elf_Scn **section, GElf_Shdr *ret, const char **name)
{
        do {
                *section = elf_nextscn(reader->file->elf, *section);
                if (!*section)
                        return false;
        } while (!gelf_getshdr(*section, ret));
        if (name) {
                *name = string_table_get(&reader->section_names, ret->sh_name);
                if (!*name)
                        *name = "";
        }
        return true;
}

bool reader_section(const struct object_reader *reader, const char *name, GElf_Shdr *ret)
{
        Elf_Scn *section = NULL;
        const char *found;

        while (reader_next_section(reader, &section, ret, &found))
                if (string_equal(name, found))
                        return true;
        return false;
}
