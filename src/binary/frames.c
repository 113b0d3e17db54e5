/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * .eh_frame, as the Linux Standard Base (core, "Exception Frames") and the DWARF standard describe
 * it: entries that are shared (CIE) tell how addresses in those of functions (FDE) are encoded.
 *
 *     FDE: first address, size, length of the augmentation, augmentation: address of the LSDA, …
 *
 * libdw finds the entries. It decodes the addresses in them only for objects that it opened itself,
 * so that is done here.
 */

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <string.h>

#include "binary/frames.h"

/* What the FDEs of a CIE have in common. */
struct shared {
        Dwarf_Off offset; /* of the CIE */
        bool is_valid;
        uint8_t address_encoding; /* DW_EH_PE_… */
        uint8_t lsda_encoding;    /* DW_EH_PE_omit: none */
        bool is_sized;            /* FDEs have an augmentation */
        bool is_signal;           /* of what a signal's handler returns to */
};

struct reader {
        const struct object *object;
        Elf_Data data;
        unsigned char identification[EI_NIDENT];
        struct shared shared; /* of the last FDE: most have the same */
};

/* Bytes that are left to be read, at an address. */
struct cursor {
        const uint8_t *bytes;
        size_t size;
        uint64_t address;
};

static void cursor_advance(struct cursor *cursor, size_t size)
{
        cursor->bytes += size;
        cursor->size -= size;
        cursor->address += size;
}

/* A number of 7 bits a byte, the lowest first. Returns false where it does not end. */
static bool read_leb128(struct cursor *cursor, bool is_signed, uint64_t *ret)
{
        uint64_t value = 0;
        unsigned shift = 0;
        uint8_t byte;

        do {
                if (cursor->size == 0)
                        return false;
                byte = cursor->bytes[0];
                cursor_advance(cursor, 1);
                if (shift < 64)
                        value |= (uint64_t)(byte & 0x7f) << shift;
                shift += 7;
        } while (byte & 0x80);
        if (is_signed && shift < 64 && (byte & 0x40))
                value |= UINT64_MAX << shift;
        *ret = value;
        return true;
}

static bool read_fixed(struct cursor *cursor, unsigned size, bool is_signed, uint64_t *ret)
{
        uint64_t value = 0;

        if (cursor->size < size)
                return false;
        for (unsigned i = 0; i < size; i++)
                value |= (uint64_t)cursor->bytes[i] << (8 * i);
        if (is_signed && size < 8 && value >> (8 * size - 1))
                value |= UINT64_MAX << (8 * size);
        cursor_advance(cursor, size);
        *ret = value;
        return true;
}

/* The number of an encoded pointer, before what it is relative to is added. */
static bool read_format(struct cursor *cursor, uint8_t encoding, uint64_t *ret)
{
        switch (encoding & 0x0f) {
        case DW_EH_PE_absptr:
        case DW_EH_PE_udata8:
        case DW_EH_PE_sdata8:
                return read_fixed(cursor, 8, false, ret);
        case DW_EH_PE_udata2:
                return read_fixed(cursor, 2, false, ret);
        case DW_EH_PE_udata4:
                return read_fixed(cursor, 4, false, ret);
        case DW_EH_PE_sdata2:
                return read_fixed(cursor, 2, true, ret);
        case DW_EH_PE_sdata4:
                return read_fixed(cursor, 4, true, ret);
        case DW_EH_PE_uleb128:
                return read_leb128(cursor, false, ret);
        case DW_EH_PE_sleb128:
                return read_leb128(cursor, true, ret);
        default:
                return false;
        }
}

/* Where an encoded address leads. Nothing on Linux uses other bases than none and itself. */
static bool read_address(struct cursor *cursor, uint8_t encoding, uint64_t *ret)
{
        uint64_t base = cursor->address, value;

        if (!read_format(cursor, encoding, &value))
                return false;
        switch (encoding & 0x70) {
        case DW_EH_PE_absptr:
                *ret = value;
                return true;
        case DW_EH_PE_pcrel:
                *ret = value + base;
                return true;
        default:
                return false;
        }
}

static struct cursor cursor_at(const struct reader *reader, const uint8_t *from, const uint8_t *to)
{
        const struct object *object = reader->object;

        if (!from || from < object->eh_frame || to > object->eh_frame + object->eh_frame_size ||
                from > to)
                return (struct cursor){};
        return (struct cursor){
                .bytes = from,
                .size = to - from,
                .address = object->eh_frame_address + (from - object->eh_frame),
        };
}

/* What the augmentation of a CIE says: "zPLR", with the personality's pointer in its data. */
static bool read_augmentation(
        const struct reader *reader, const Dwarf_CIE *cie, struct shared *shared)
{
        const char *letter = cie->augmentation;
        struct cursor cursor = {};
        uint64_t personality;

        if (!letter || letter[0] == '\0')
                return true;
        if (letter[0] != 'z')
                return false;
        shared->is_sized = true;
        if (cie->augmentation_data)
                cursor = cursor_at(reader, cie->augmentation_data,
                        cie->augmentation_data + cie->augmentation_data_size);
        for (letter++; *letter; letter++) {
                uint8_t encoding;

                shared->is_signal |= *letter == 'S';
                if (*letter == 'S' || *letter == 'B')
                        continue;
                if (cursor.size == 0)
                        return false;
                encoding = cursor.bytes[0];
                cursor_advance(&cursor, 1);
                if (*letter == 'R')
                        shared->address_encoding = encoding;
                else if (*letter == 'L')
                        shared->lsda_encoding = encoding;
                else if (*letter != 'P' || !read_format(&cursor, encoding, &personality))
                        return false;
        }
        return true;
}

/* Reads the CIE at an offset, unless it is the one that was read last. */
static void find_shared(struct reader *reader, Dwarf_Off offset)
{
        Dwarf_CFI_Entry entry;
        Dwarf_Off next;

        if (reader->shared.is_valid && reader->shared.offset == offset)
                return;
        reader->shared = (struct shared){
                .offset = offset,
                .address_encoding = DW_EH_PE_absptr,
                .lsda_encoding = DW_EH_PE_omit,
        };
        if (offset >= reader->data.d_size ||
                dwarf_next_cfi(
                        reader->identification, &reader->data, true, offset, &next, &entry) != 0 ||
                !dwarf_cfi_cie_p(&entry))
                return;
        reader->shared.is_valid = read_augmentation(reader, &entry.cie, &reader->shared);
}

/* True where the FDE names a table of places where exceptions land. */
static bool read_lsda(const struct shared *shared, struct cursor *cursor)
{
        uint64_t size, lsda;

        return shared->is_sized && shared->lsda_encoding != DW_EH_PE_omit &&
               read_leb128(cursor, false, &size) && size <= cursor->size &&
               read_format(cursor, shared->lsda_encoding, &lsda) && lsda != 0;
}

static int add_function(struct reader *reader, const Dwarf_FDE *fde, struct functions *ret)
{
        struct cursor cursor = cursor_at(reader, fde->start, fde->end);
        const struct shared *shared = &reader->shared;
        struct function *function;
        uint64_t address, size;

        find_shared(reader, fde->CIE_pointer);
        if (!shared->is_valid || !read_address(&cursor, shared->address_encoding, &address) ||
                !read_format(&cursor, shared->address_encoding & 0x0f, &size))
                return 0;
        if (size == 0 || address + size < address)
                return 0;
        /* Unwinders look one byte before where a handler returns to: these FDEs begin there. */
        if (shared->is_signal && address % 16 == 15 && size > 1) {
                address++;
                size--;
        }
        function = vector_add(&ret->items);
        if (!function)
                return -ENOMEM;
        *function = (struct function){
                .address = address,
                .size = size,
                .has_landing_pads = read_lsda(shared, &cursor),
        };
        return 0;
}

int frames_read(const struct object *object, struct functions *ret)
{
        struct reader reader = {
                .object = object,
                .data = {.d_buf = (void *)object->eh_frame,
                        .d_type = ELF_T_BYTE,
                        .d_size = object->eh_frame_size,
                        .d_version = EV_CURRENT},
                .identification = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                        EV_CURRENT},
        };
        Dwarf_Off offset = 0, next = 0;

        if (!object->eh_frame)
                return 0;
        for (; offset < reader.data.d_size; offset = next) {
                Dwarf_CFI_Entry entry;
                int r;

                next = offset;
                r = dwarf_next_cfi(
                        reader.identification, &reader.data, true, offset, &next, &entry);
                if (r == 0 && !dwarf_cfi_cie_p(&entry)) {
                        r = add_function(&reader, &entry.fde, ret);
                        if (r < 0)
                                return r;
                }
                /* A broken entry may be skipped, but not a broken length. */
                if (r > 0 || next <= offset)
                        break;
        }
        return 0;
}
