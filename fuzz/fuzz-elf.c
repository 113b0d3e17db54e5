/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The reader of ELF objects on any bytes. What it refuses it refuses with one line that names the
 * file; all that it lets out lies where it says: segments in the file and in order, tables in
 * segments, names that end, relocations in order and of symbols that are there.
 *
 * Bytes that do not begin as an ELF file are, moreover, a list of changes to one that is whole:
 * chance alone would hardly get past its first headers.
 */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "binary/object.h"
#include "binary/test-image.h"
#include "fuzz/fuzz.h"

static void promise(bool kept)
{
        if (!kept)
                abort();
}

static void check_refusal(int result, const char *message)
{
        promise(result == -ENOEXEC || result == -ENOTSUP || result == -EBADMSG);
        promise(string_has_prefix(message, "input: "));
        for (; *message; message++)
                promise(!iscntrl((unsigned char)*message));
}

static void check_segments(const struct object *object, const uint8_t *data, size_t size)
{
        const struct segment *segment;
        uint64_t end = 0;

        promise(object->segments.count > 0);
        vector_for_each(segment, &object->segments) {
                promise(segment->size > 0 && segment->address >= end);
                promise(segment->address <= UINT64_MAX - segment->size);
                promise(segment->file_size <= segment->size);
                end = segment->address + segment->size;
                promise(segment->file_size == 0 ||
                        (segment->bytes >= data && segment->file_size <= size &&
                                segment->bytes - data <= (ptrdiff_t)(size - segment->file_size)));
                promise(object_segment(object, segment->address) == segment);
                promise(object_segment(object, end - 1) == segment);
        }
}

static void check_names(const struct object *object)
{
        const struct symbol *symbol;
        size_t length = strlen(object->identity);

        vector_for_each(symbol, &object->dynamic_symbols) {
                length += strnlen(symbol->name, 8) +
                          (symbol->version ? strnlen(symbol->version, 8) : 0);
                promise(symbol->defined || (symbol->address == 0 && !symbol->exported));
        }
        vector_for_each(symbol, &object->symbols) {
                length += strnlen(symbol->name, 8);
                promise(symbol->defined && !symbol->exported);
        }
        for (char *const *name = object->needed; *name; name++)
                length += strnlen(*name, 8);
        promise(length > 0);
}

static void check_relocations(const struct object *object)
{
        const struct relocation *relocation, *items = object->relocations.items;
        size_t count;

        vector_for_each(relocation, &object->relocations) {
                promise(relocation == items || relocation[-1].address <= relocation->address);
                promise(relocation->symbol == SIZE_MAX ||
                        relocation->symbol < object->dynamic_symbols.count);
                promise(relocation->kind != RELOCATION_SYMBOL || relocation->symbol != SIZE_MAX);
                promise(object_segment(object, relocation->address) != NULL);
        }
        promise(object->relocations.count == 0 ||
                (object_relocations(object, 0, UINT64_MAX, &count) == items &&
                        count >= object->relocations.count - 1));
}

/* Reads the first and the last byte of a table that the reader found in the file. */
static void check_table(
        const struct object *object, const uint8_t *bytes, size_t size, uint64_t address)
{
        const uint8_t *found = NULL;

        if (!bytes)
                return;
        promise(size > 0 && bytes[0] + bytes[size - 1] >= 0);
        promise(object_bytes(object, address, &found) > 0 && found == bytes);
}

static void check_object(const uint8_t *data, size_t size)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct error error = {};
        const uint64_t *address;
        int r = object_from_memory("input", data, size, &object, &error);

        if (r < 0) {
                check_refusal(r, error.message);
                return;
        }
        check_segments(object, data, size);
        check_names(object);
        check_relocations(object);
        check_table(object, object->eh_frame, object->eh_frame_size, object->eh_frame_address);
        check_table(object, object->go_table, object->go_table_size, object->go_table_address);
        vector_for_each(address, &object->constructors)
                promise(object_is_code(object, *address));
        vector_for_each(address, &object->destructors)
                promise(object_is_code(object, *address));
        promise(object->entry == 0 || object_is_code(object, object->entry));
}

/* The first byte: whether there are sections. Then, for each change: offset, size, value. */
struct change {
        uint16_t offset;
        uint8_t size;
        uint8_t value[8];
} __attribute__((packed));

static void check_changes(const uint8_t *data, size_t size)
{
        struct change change;
        struct image image;

        image_init(&image);
        if (size > 0 && (data[0] & 1))
                image_add_sections(&image);
        for (size_t i = 1; i + sizeof(change) <= size; i += sizeof(change)) {
                memcpy(&change, data + i, sizeof(change));
                memcpy((uint8_t *)&image + change.offset % (sizeof(image) - sizeof(change.value)),
                        change.value, 1 + change.size % sizeof(change.value));
        }
        check_object((const uint8_t *)&image, sizeof(image));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        check_object(data, size);
        if (size < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0)
                check_changes(data, size);
        return 0;
}
