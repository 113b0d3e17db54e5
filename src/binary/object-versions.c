/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Symbol versions. Three tables work together: .gnu.version has a number for each dynamic symbol;
 * .gnu.version_r names the numbers that the object needs from others, .gnu.version_d those that it
 * defines itself. Source: Linux Standard Base, "Symbol Versioning".
 */

#include <errno.h>

#include "binary/object-reader.h"

#define VERSION_HIDDEN 0x8000u
#define VERSION_NUMBER 0x7fffu /* mask; 0 is local and 1 is global, neither has a name */

/* More names than there are numbers are a circle of entries. */
#define NAMES_MAX (VERSION_NUMBER + 1)

/* Entries follow each other at distances that they tell; a distance that leads back, or into the
 * entry itself, ends the table, as 0 does. */
static bool advance(size_t *offset, uint64_t distance, size_t entry_size)
{
        if (distance < entry_size)
                return false;
        *offset += distance;
        return true;
}

static int set_name(const struct object_reader *reader, struct versions *versions, unsigned number,
        uint64_t name)
{
        number &= VERSION_NUMBER;
        while (versions->names.count <= number)
                if (!vector_add(&versions->names))
                        return -ENOMEM;
        versions->names.items[number] = string_table_get(&reader->names, name);
        return 0;
}

static int too_many(const struct object_reader *reader)
{
        return reader_refuse(reader, EBADMSG, "contradictory: more versions than have numbers");
}

static int read_needed_names(const struct object_reader *reader, struct versions *versions,
        Elf_Data *data, size_t offset, unsigned count, size_t *names)
{
        GElf_Vernaux entry;
        int r;

        for (unsigned i = 0; i < count && gelf_getvernaux(data, offset, &entry); i++) {
                if ((*names)++ >= NAMES_MAX)
                        return too_many(reader);
                r = set_name(reader, versions, entry.vna_other, entry.vna_name);
                if (r < 0)
                        return r;
                if (!advance(&offset, entry.vna_next, sizeof(Elf64_Vernaux)))
                        break;
        }
        return 0;
}

static int read_needed(const struct object_reader *reader, struct versions *versions,
        Elf_Data *data, uint64_t count)
{
        size_t offset = 0, names = 0;
        GElf_Verneed entry;
        int r;

        for (uint64_t i = 0; i < count && gelf_getverneed(data, offset, &entry); i++) {
                if (i >= NAMES_MAX)
                        return too_many(reader);
                r = read_needed_names(
                        reader, versions, data, offset + entry.vn_aux, entry.vn_cnt, &names);
                if (r < 0)
                        return r;
                if (!advance(&offset, entry.vn_next, sizeof(Elf64_Verneed)))
                        break;
        }
        return 0;
}

static int read_defined(const struct object_reader *reader, struct versions *versions,
        Elf_Data *data, uint64_t count)
{
        GElf_Verdaux name;
        GElf_Verdef entry;
        size_t offset = 0;
        int r;

        for (uint64_t i = 0; i < count && gelf_getverdef(data, offset, &entry); i++) {
                if (i >= NAMES_MAX)
                        return too_many(reader);
                /* The base names the object itself; the first name is the version's own, those
                 * behind it are of the versions that it continues. */
                if (!(entry.vd_flags & VER_FLG_BASE) && entry.vd_cnt > 0 &&
                        gelf_getverdaux(data, offset + entry.vd_aux, &name)) {
                        r = set_name(reader, versions, entry.vd_ndx, name.vda_name);
                        if (r < 0)
                                return r;
                }
                if (!advance(&offset, entry.vd_next, sizeof(Elf64_Verdef)))
                        break;
        }
        return 0;
}

/* A table from `address` on, however long it is: its entries tell that. */
static int open_table(const struct object_reader *reader, uint64_t address, Elf_Type type,
        const char *what, Elf_Data **ret)
{
        const uint8_t *bytes;
        struct range range = {.address = address};

        range.size = object_bytes(reader->object, address, &bytes);
        if (address != 0 && range.size == 0)
                range.size = 1; /* refused below */
        return reader_table(reader, range, type, what, ret);
}

int versions_read(const struct object_reader *reader, struct versions *ret)
{
        const struct dynamic *dynamic = &reader->dynamic;
        Elf_Data *needed = NULL, *defined = NULL;
        int r;

        r = open_table(
                reader, dynamic->versions, ELF_T_HALF, "the table of versions", &ret->numbers);
        if (r == 0)
                r = open_table(reader, dynamic->version_needs.address, ELF_T_VNEED,
                        "the table of needed versions", &needed);
        if (r == 0)
                r = open_table(reader, dynamic->version_definitions.address, ELF_T_VDEF,
                        "the table of defined versions", &defined);
        if (r == 0 && needed)
                r = read_needed(reader, ret, needed, dynamic->version_needs.size);
        if (r == 0 && defined)
                r = read_defined(reader, ret, defined, dynamic->version_definitions.size);
        return r;
}

void versions_clear(struct versions *versions)
{
        vector_clear(&versions->names);
}

const char *versions_of(const struct versions *versions, size_t index, bool *ret_hidden)
{
        GElf_Versym number;

        *ret_hidden = false;
        if (!versions->numbers || !gelf_getversym(versions->numbers, index, &number))
                return NULL;
        *ret_hidden = number & VERSION_HIDDEN;
        number &= VERSION_NUMBER;
        return number < versions->names.count ? versions->names.items[number] : NULL;
}
