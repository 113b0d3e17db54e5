/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strings.h"
#include "binary/object.h"
#include "binary/test-image.h"

static struct object *open_image(const struct image *image)
{
        struct object *object = NULL;
        struct error error = {};
        int r = object_from_memory("image", image, sizeof(*image), &object, &error);

        if (r < 0)
                fail_msg("%d: %s", r, error.message);
        return object;
}

static void tells_what_the_loader_goes_by(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        object = open_image(&image);
        assert_string_equal(object->path, "image");
        assert_int_equal(object->kind, OBJECT_PIE);
        assert_int_equal(object->abi, abi_native());
        assert_int_equal(object->entry, AT(code));
        assert_string_equal(object->interpreter, "/ld.so");
        assert_int_equal(strings_count(object->needed), 2);
        assert_string_equal(object->needed[0], "libc.so.6");
        assert_string_equal(object->needed[1], "libm.so.6");
        assert_string_equal(object->runpath, "/opt/lib");
        assert_null(object->rpath);
        assert_null(object->soname);
        assert_true(object->bind_now);
        assert_false(object->symbolic);
        assert_false(object->no_default_libraries);
}

static void tells_other_flags(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        image.dynamic[DYNAMIC_FLAGS].d_un.d_val = DF_SYMBOLIC;
        image.dynamic[DYNAMIC_FLAGS_1].d_un.d_val = DF_1_NODEFLIB;
        image.dynamic[DYNAMIC_NEEDED].d_tag = DT_SONAME;
        image.dynamic[DYNAMIC_RUNPATH].d_tag = DT_RPATH;
        object = open_image(&image);
        assert_false(object->bind_now);
        assert_true(object->symbolic);
        assert_true(object->no_default_libraries);
        assert_string_equal(object->soname, "libc.so.6");
        assert_string_equal(object->rpath, "/opt/lib");
        assert_null(object->runpath);
        assert_int_equal(strings_count(object->needed), 1);
}

struct kind_case {
        uint16_t type;
        bool interpreter;
        int64_t tag; /* in the place of DF_1_PIE */
        enum object_kind kind;
};

static void tells_kinds_apart(void **state)
{
        static const struct kind_case cases[] = {
                {ET_EXEC, true, DT_NULL, OBJECT_EXECUTABLE},
                {ET_EXEC, false, DT_NULL, OBJECT_STATIC},
                {ET_DYN, true, DT_FLAGS_1, OBJECT_PIE},
                {ET_DYN, false, DT_FLAGS_1, OBJECT_STATIC_PIE},
                {ET_DYN, true, DT_NULL, OBJECT_PIE},
                {ET_DYN, false, DT_DEBUG, OBJECT_STATIC_PIE},
                {ET_DYN, false, DT_NULL, OBJECT_SHARED},
                {ET_DYN, true, DT_SONAME, OBJECT_SHARED},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                CLEANUP_OBJECT struct object *object = NULL;
                struct image image;

                image_init(&image);
                image.header.e_type = cases[i].type;
                if (!cases[i].interpreter)
                        image.headers[HEADER_INTERPRETER].p_type = PT_NULL;
                image.dynamic[DYNAMIC_FLAGS_1].d_tag = cases[i].tag;
                if (cases[i].tag == DT_SONAME)
                        image.dynamic[DYNAMIC_FLAGS_1].d_un.d_val = NAME("libm.so.6");
                object = open_image(&image);
                assert_int_equal(object->kind, cases[i].kind);
        }
}

static void divides_segments_where_the_loader_protects(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL, *own = NULL;
        const struct segment *segments;
        struct image image;

        (void)state;
        image_init(&image);
        object = open_image(&image);
        segments = object->segments.items;
        assert_int_equal(object->segments.count, 3);
        assert_int_equal(segments[0].address, BASE);
        assert_true(segments[0].executable && !segments[0].writable);
        assert_int_equal(segments[1].address, DATA_AT(dynamic));
        assert_int_equal(segments[1].address + segments[1].size, 0x21000);
        assert_false(segments[1].writable || segments[1].executable);
        assert_ptr_equal(segments[1].bytes, image.dynamic);
        assert_int_equal(segments[2].address, 0x21000);
        assert_int_equal(segments[2].address + segments[2].size, DATA_AT(sections) + ZEROES);
        assert_true(segments[2].writable);
        assert_int_equal(segments[1].file_size + segments[2].file_size,
                offsetof(struct image, sections) - offsetof(struct image, dynamic));

        /* Who has no loader writes there himself. */
        image.headers[HEADER_INTERPRETER].p_type = PT_NULL;
        image.dynamic[DYNAMIC_NEEDED].d_tag = image.dynamic[DYNAMIC_NEEDED_2].d_tag = DT_DEBUG;
        own = open_image(&image);
        assert_int_equal(own->segments.count, 2);
        assert_true(own->segments.items[1].writable);
}

static void finds_bytes_numbers_and_strings(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        const uint8_t *bytes = NULL;
        struct image image;
        uint64_t number;

        (void)state;
        image_init(&image);
        object = open_image(&image);
        assert_null(object_segment(object, BASE - 1));
        assert_null(object_segment(object, AT(dynamic)));
        assert_null(object_segment(object, UINT64_MAX));
        assert_ptr_equal(object_segment(object, AT(code)), &object->segments.items[0]);
        assert_int_equal(object_bytes(object, AT(code), &bytes), sizeof(image.code));
        assert_ptr_equal(bytes, image.code);
        assert_int_equal(object_bytes(object, DATA_AT(sections), &bytes), 0);
        assert_int_equal(object_bytes(object, DATA_AT(sections) + 1, &bytes), 0);
        assert_int_equal(object_bytes(object, 0, &bytes), 0);

        assert_true(object_number(object, DATA_AT(words[2]), 8, &number));
        assert_int_equal(number, AT(code) + 48);
        assert_true(object_number(object, DATA_AT(words[2]), 1, &number));
        assert_int_equal(number, (AT(code) + 48) & 0xff);
        assert_true(object_number(object, DATA_AT(sections), 4, &number)); /* zeroes */
        assert_int_equal(number, 0);
        assert_false(object_number(object, DATA_AT(sections) + ZEROES - 2, 4, &number));
        assert_false(object_number(object, AT(dynamic) - 4, 8, &number));

        assert_string_equal(object_string(object, AT(interpreter)), "/ld.so");
        assert_string_equal(object_string(object, DATA_AT(sections)), "");
        assert_null(object_string(object, AT(code)));
        assert_null(object_string(object, 1));
        assert_true(object_is_code(object, AT(code)));
        assert_false(object_is_code(object, DATA_AT(got)));
        assert_false(object_is_code(object, AT(dynamic)));
}

static void require_symbol(const struct object *object, size_t index, const char *name,
        const char *version, enum symbol_kind kind, uint64_t address)
{
        const struct symbol *symbol = &object->dynamic_symbols.items[index];

        assert_string_equal(symbol->name, name);
        if (version)
                assert_string_equal(symbol->version, version);
        else
                assert_null(symbol->version);
        assert_int_equal(symbol->kind, kind);
        assert_int_equal(symbol->address, address);
        assert_int_equal(symbol->defined, address != 0);
        assert_int_equal(symbol->size, address ? 8 : 0);
        assert_int_equal(symbol->exported, address && index != SYMBOL_HIDDEN);
        assert_int_equal(symbol->version_hidden, index == SYMBOL_OLD);
        assert_int_equal(symbol->weak, index == SYMBOL_WEAK_DATA);
}

static void names_symbols_and_their_versions(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        object = open_image(&image);
        assert_int_equal(object->dynamic_symbols.count, SYMBOL_COUNT);
        assert_string_equal(object->dynamic_symbols.items[0].name, "");
        assert_false(object->dynamic_symbols.items[0].defined);
        require_symbol(object, SYMBOL_IMPORT, "import", "GLIBC_2.14", SYMBOL_FUNCTION, 0);
        require_symbol(object, SYMBOL_NEW, "both", "NEW", SYMBOL_FUNCTION, AT(code) + 8);
        require_symbol(object, SYMBOL_OLD, "both", "OLD", SYMBOL_FUNCTION, AT(code) + 16);
        require_symbol(object, SYMBOL_HIDDEN, "hidden", NULL, SYMBOL_FUNCTION, AT(code) + 24);
        require_symbol(object, SYMBOL_WEAK_DATA, "weak", NULL, SYMBOL_DATA, DATA_AT(got));
        require_symbol(object, SYMBOL_THREAD, "thread", NULL, SYMBOL_THREAD_LOCAL, 16);
        require_symbol(object, SYMBOL_CHOOSER, "chooser", NULL, SYMBOL_IFUNC, AT(code) + 32);
        assert_int_equal(object->symbols.count, 0);
}

/* Whatever tells it: either hash table, the section, or the highest that a relocation names. */
static void counts_symbols(void **state)
{
        CLEANUP_OBJECT struct object *hashed = NULL, *listed = NULL, *named = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        image.dynamic[DYNAMIC_HASH].d_tag = DT_GNU_HASH;
        image.dynamic[DYNAMIC_HASH].d_un.d_ptr = AT(gnu_hash);
        hashed = open_image(&image);
        assert_int_equal(hashed->dynamic_symbols.count, SYMBOL_COUNT);

        image.dynamic[DYNAMIC_HASH].d_tag = DT_DEBUG;
        named = open_image(&image);
        assert_int_equal(named->dynamic_symbols.count, SYMBOL_THREAD + 1);

        image_add_sections(&image);
        listed = open_image(&image);
        assert_int_equal(listed->dynamic_symbols.count, SYMBOL_COUNT);
}

static void keeps_the_places_of_symbols_that_lie(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        image.dynamic_symbols[SYMBOL_NEW].st_name = sizeof(image.names);
        image.versions[SYMBOL_OLD] = 77;
        object = open_image(&image);
        assert_int_equal(object->dynamic_symbols.count, SYMBOL_COUNT);
        assert_string_equal(object->dynamic_symbols.items[SYMBOL_NEW].name, "");
        assert_false(object->dynamic_symbols.items[SYMBOL_NEW].exported);
        assert_string_equal(object->dynamic_symbols.items[SYMBOL_OLD].name, "both");
        assert_null(object->dynamic_symbols.items[SYMBOL_OLD].version);
}

static void reads_names_for_people(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        image_add_sections(&image);
        object = open_image(&image);
        assert_int_equal(object->symbols.count, 1);
        assert_string_equal(object->symbols.items[0].name, "inner");
        assert_int_equal(object->symbols.items[0].address, AT(code) + 12);
        assert_int_equal(object->symbols.items[0].size, 4);
        assert_false(object->symbols.items[0].exported);
}

static void require_relocation(const struct object *object, uint64_t address,
        enum relocation_kind kind, size_t symbol, int64_t addend)
{
        const struct relocation *relocation;
        size_t count;

        relocation = object_relocations(object, address, address + 8, &count);
        assert_int_equal(count, 1);
        assert_int_equal(relocation->address, address);
        assert_int_equal(relocation->kind, kind);
        assert_int_equal(relocation->symbol, symbol);
        assert_int_equal(relocation->addend, addend);
}

static void tells_relocations(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;
        size_t count;

        (void)state;
        image_init(&image);
        object = open_image(&image);
        assert_int_equal(object->relocations.count, RELOCATION_COUNT + 3);
        for (size_t i = 1; i < object->relocations.count; i++)
                assert_true(object->relocations.items[i - 1].address <
                            object->relocations.items[i].address);
        require_relocation(
                object, DATA_AT(init_array[1]), RELOCATION_RELATIVE, SIZE_MAX, AT(code) + 40);
        require_relocation(object, DATA_AT(got[1]), RELOCATION_SYMBOL, SYMBOL_IMPORT, 0);
        require_relocation(object, DATA_AT(got[3]), RELOCATION_SYMBOL, SYMBOL_IMPORT, 0);
        require_relocation(object, DATA_AT(words[0]), RELOCATION_SYMBOL, SYMBOL_WEAK_DATA, 8);
        require_relocation(object, DATA_AT(got[2]), RELOCATION_IFUNC, SIZE_MAX, AT(code) + 32);
        require_relocation(object, DATA_AT(got[0]), RELOCATION_COPY, SYMBOL_WEAK_DATA, 0);
        require_relocation(object, DATA_AT(words[1]), RELOCATION_OTHER, SYMBOL_THREAD, 0);
        require_relocation(object, DATA_AT(words[2]), RELOCATION_RELATIVE, SIZE_MAX, AT(code) + 48);
        require_relocation(object, DATA_AT(words[3]), RELOCATION_RELATIVE, SIZE_MAX, AT(names));
        object_relocations(object, DATA_AT(words), DATA_AT(words[4]), &count);
        assert_int_equal(count, 4);
        object_relocations(object, DATA_AT(go_table), UINT64_MAX, &count);
        assert_int_equal(count, 0);
        object_relocations(object, UINT64_MAX, 0, &count);
        assert_int_equal(count, 0);
}

/* The last bit of a word of DT_RELR, a type for other pointer sizes, one that is in no table. */
static void tells_rare_relocations(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        image.relr[0] = DATA_AT(words[3]) - UINT64_C(63) * 8;
        image.relr[1] = UINT64_C(1) << 63 | 1;
        image.relocations[RELOCATION_TO_CONSTRUCTOR].r_info = ELF64_R_INFO(0, R_X86_64_RELATIVE64);
        image.relocations[RELOCATION_TO_WEAK].r_info =
                ELF64_R_INFO((uint64_t)SYMBOL_WEAK_DATA, R_X86_64_PC64);
        object = open_image(&image);
        require_relocation(object, DATA_AT(words[3]), RELOCATION_RELATIVE, SIZE_MAX, AT(names));
        require_relocation(
                object, DATA_AT(init_array[1]), RELOCATION_RELATIVE, SIZE_MAX, AT(code) + 40);
        require_relocation(object, DATA_AT(words[0]), RELOCATION_SYMBOL, SYMBOL_WEAK_DATA, 8);
}

/* Each word of bits goes on where the one before ended, whatever bits that has. */
static void tells_relative_relocations_of_several_words(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;
        size_t count;

        (void)state;
        image_init(&image);
        image.relr[0] = DATA_AT(words[2]) - 8 - UINT64_C(63) * 8;
        image.relr[1] = 1;
        image.relr[2] = 0x3;
        image.dynamic[DYNAMIC_RELR_SIZE].d_un.d_val = sizeof(image.relr);
        object = open_image(&image);
        require_relocation(object, DATA_AT(words[2]), RELOCATION_RELATIVE, SIZE_MAX, AT(code) + 48);
        object_relocations(object, DATA_AT(words[3]), DATA_AT(words[4]), &count);
        assert_int_equal(count, 0);
}

/* Tables without addends: those stand in the words themselves. */
static void tells_relocations_without_addends(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;
        const Elf64_Rel entries[] = {
                {DATA_AT(words[0]), ELF64_R_INFO(0, R_X86_64_RELATIVE)},
                {DATA_AT(got[1]), ELF64_R_INFO((uint64_t)SYMBOL_WEAK_DATA, R_X86_64_64)},
                {0x7000000, ELF64_R_INFO(0, R_X86_64_RELATIVE)},
        };
        const Elf64_Rel slot = {
                DATA_AT(got[3]), ELF64_R_INFO((uint64_t)SYMBOL_IMPORT, R_X86_64_JUMP_SLOT)};

        (void)state;
        image_init(&image);
        memcpy(image.relocations, entries, sizeof(entries));
        memcpy(&image.plt_relocation, &slot, sizeof(slot));
        image.words[0] = AT(code) + 20;
        image.got[1] = 24;
        image.dynamic[DYNAMIC_RELA].d_tag = DT_REL;
        image.dynamic[DYNAMIC_RELA_SIZE].d_tag = DT_RELSZ;
        image.dynamic[DYNAMIC_RELA_SIZE].d_un.d_val = sizeof(entries);
        image.dynamic[DYNAMIC_JMPREL_KIND].d_un.d_val = DT_REL;
        image.dynamic[DYNAMIC_JMPREL_SIZE].d_un.d_val = sizeof(slot);
        object = open_image(&image);
        assert_int_equal(object->relocations.count, 3 + 2);
        require_relocation(object, DATA_AT(words[0]), RELOCATION_RELATIVE, SIZE_MAX, AT(code) + 20);
        require_relocation(object, DATA_AT(got[1]), RELOCATION_SYMBOL, SYMBOL_WEAK_DATA, 24);
        require_relocation(object, DATA_AT(got[3]), RELOCATION_SYMBOL, SYMBOL_IMPORT, 0);
}

/* Words of tables for code are told apart from words of data. */
static void tells_slots(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;
        const struct relocation *relocation;

        (void)state;
        image_init(&image);
        object = open_image(&image);
        vector_for_each(relocation, &object->relocations)
                assert_int_equal(
                        relocation->is_slot, relocation->address == DATA_AT(got[1]) ||
                                                     relocation->address == DATA_AT(got[3]));
}

/* Text that goes on for too long is none. */
static void ends_strings(void **state)
{
        static uint8_t text[2 * OBJECT_STRING_MAX];
        struct object object = {};

        (void)state;
        memset(text, 'x', sizeof(text));
        text[OBJECT_STRING_MAX] = '\0';
        *vector_add(&object.segments) = (struct segment){
                .address = BASE, .size = sizeof(text), .file_size = sizeof(text), .bytes = text};
        assert_null(object_string(&object, BASE));
        assert_int_equal(strlen(object_string(&object, BASE + 1)), OBJECT_STRING_MAX - 1);
        assert_null(object_string(&object, BASE + OBJECT_STRING_MAX + 1));
        assert_null(object_string(&object, BASE + sizeof(text) - 1));
        vector_clear(&object.segments);
}

static void leaves_out_relocations_that_lie(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;
        size_t count;

        (void)state;
        image_init(&image);
        image.relocations[RELOCATION_TO_WEAK].r_info = ELF64_R_INFO(1000000ull, R_X86_64_64);
        image.relocations[RELOCATION_OF_COPY].r_offset = 0x7000000;
        image.relocations[RELOCATION_OF_THREAD] = image.relocations[RELOCATION_TO_IMPORT];
        /* Of no symbol: what the linker has put there. */
        image.plt_relocation.r_info = ELF64_R_INFO(0, R_X86_64_64);
        image.plt_relocation.r_addend = AT(code);
        object = open_image(&image);
        assert_int_equal(object->relocations.count, RELOCATION_COUNT + 3 - 3);
        object_relocations(object, DATA_AT(words[0]), DATA_AT(words[1]), &count);
        assert_int_equal(count, 0);
        require_relocation(object, DATA_AT(got[3]), RELOCATION_RELATIVE, SIZE_MAX, AT(code));
}

/* What has no dynamic section tells by sections. */
static void reads_static_executables(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        image.header.e_type = ET_EXEC;
        image.headers[HEADER_DYNAMIC].p_type = PT_NULL;
        image.headers[HEADER_INTERPRETER].p_type = PT_NULL;
        image_add_sections(&image);
        image.sections[SECTION_PLT_RELOCATIONS].sh_addr = AT(relocations[RELOCATION_TO_CHOSEN]);
        image.sections[SECTION_PLT_RELOCATIONS].sh_size = sizeof(Elf64_Rela);
        image.init_array[1] = (uint64_t)-1;
        object = open_image(&image);
        assert_int_equal(object->kind, OBJECT_STATIC);
        assert_int_equal(object->dynamic_symbols.count, 0);
        assert_null(object->needed[0]);
        assert_int_equal(object->relocations.count, 1);
        require_relocation(object, DATA_AT(got[2]), RELOCATION_IFUNC, SIZE_MAX, AT(code) + 32);
        assert_int_equal(object->constructors.count, 2);
        assert_int_equal(object->constructors.items[0], AT(code));
        assert_int_equal(object->constructors.items[1], AT(code) + 4);
        assert_int_equal(object->destructors.count, 1);
        assert_int_equal(object->destructors.items[0], AT(code) + 56);
}

static void finds_constructors_and_destructors(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        image.init_array[1] = 1; /* the relocation decides */
        object = open_image(&image);
        assert_int_equal(object->constructors.count, 3);
        assert_int_equal(object->constructors.items[0], AT(code));
        assert_int_equal(object->constructors.items[1], AT(code) + 4);
        assert_int_equal(object->constructors.items[2], AT(code) + 40);
        assert_int_equal(object->destructors.count, 1);
        assert_int_equal(object->destructors.items[0], AT(code) + 56);
}

static void finds_unwind_information(void **state)
{
        CLEANUP_OBJECT struct object *by_header = NULL, *by_section = NULL, *contradicted = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        by_header = open_image(&image);
        assert_int_equal(by_header->eh_frame_address, AT(eh_frame));
        assert_int_equal(by_header->eh_frame_size, AT(dynamic) - AT(eh_frame));
        assert_ptr_equal(by_header->eh_frame, image.eh_frame);

        image_add_sections(&image);
        by_section = open_image(&image);
        assert_int_equal(by_section->eh_frame_address, AT(eh_frame));
        assert_int_equal(by_section->eh_frame_size, sizeof(image.eh_frame));

        image.sections[SECTION_EH_FRAME].sh_addr = AT(code);
        contradicted = open_image(&image);
        assert_int_equal(contradicted->eh_frame_address, AT(eh_frame));
}

static void finds_thread_local_contents(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL, *lying = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        object = open_image(&image);
        assert_int_equal(object->thread_local_address, DATA_AT(words));
        assert_int_equal(object->thread_local_size, sizeof(image.words));
        image.headers[HEADER_THREAD].p_filesz = 0x1000;
        lying = open_image(&image);
        assert_int_equal(lying->thread_local_size, 0);
}

static void finds_gos_table(void **state)
{
        CLEANUP_OBJECT struct object *by_magic = NULL, *by_section = NULL, *other = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        by_magic = open_image(&image);
        assert_int_equal(by_magic->go_table_address, DATA_AT(go_table));
        assert_ptr_equal(by_magic->go_table, image.go_table);
        image_add_sections(&image);
        by_section = open_image(&image);
        assert_int_equal(by_section->go_table_address, DATA_AT(go_table));
        assert_int_equal(by_section->go_table_size, sizeof(image.go_table));
        image.go_table[9] = 1; /* more functions than there is room for */
        other = open_image(&image);
        assert_null(other->go_table);
}

static void identity_follows_what_is_loaded(void **state)
{
        CLEANUP_OBJECT struct object *first = NULL, *second = NULL, *stripped = NULL, *none = NULL,
                                     *patched = NULL, *renamed = NULL, *changed = NULL;
        struct image image;

        (void)state;
        image_init(&image);
        first = open_image(&image);
        second = open_image(&image);
        assert_string_equal(first->identity, second->identity);
        assert_true(string_has_prefix(first->identity, "deadbeef01020304-"));
        assert_int_equal(strlen(first->identity), 16 + 1 + 32);

        image.code[CODE_SIZE - 1]++;
        changed = open_image(&image);
        assert_true(string_has_prefix(changed->identity, "deadbeef01020304-"));
        assert_string_not_equal(first->identity, changed->identity);

        image_add_sections(&image);
        stripped = open_image(&image);
        assert_true(string_has_prefix(stripped->identity, "deadbeef01020304-"));
        assert_string_not_equal(first->identity, stripped->identity);

        image.sections[SECTION_GO].sh_size--;
        renamed = open_image(&image);
        assert_string_not_equal(renamed->identity, stripped->identity);

        image.headers[HEADER_NOTE].p_type = PT_NULL;
        none = open_image(&image);
        assert_int_equal(strlen(none->identity), 64);
        image.code[CODE_SIZE - 1]++;
        patched = open_image(&image);
        assert_string_not_equal(none->identity, patched->identity);
}

/* What the loader of this very process says. */
static void agrees_with_the_loader(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        const struct symbol *symbol, *found = NULL;
        struct error error = {};
        struct link_map *map = NULL;
        Dl_info info;
        void *address = dlvsym(RTLD_DEFAULT, "qsort", "GLIBC_2.2.5");

        (void)state;
        if (!address)
                skip(); /* another C library */
        assert_int_not_equal(dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP), 0);
        if (object_open(info.dli_fname, &object, &error) < 0)
                fail_msg("%s", error.message);
        assert_int_equal(object->kind, OBJECT_SHARED);
        assert_string_equal(object->soname, "libc.so.6");
        vector_for_each(symbol, &object->dynamic_symbols) {
                if (!symbol->exported || !string_equal(symbol->name, "qsort"))
                        continue;
                assert_null(found);
                found = symbol;
        }
        assert_non_null(found);
        assert_string_equal(found->version, "GLIBC_2.2.5");
        assert_int_equal(found->kind, SYMBOL_FUNCTION);
        assert_int_equal(map->l_addr + found->address, (uintptr_t)address);
        assert_true(object_is_code(object, found->address));
        assert_true(object->relocations.count > 100);
        assert_non_null(object->eh_frame);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(tells_what_the_loader_goes_by),
                cmocka_unit_test(tells_other_flags),
                cmocka_unit_test(tells_kinds_apart),
                cmocka_unit_test(divides_segments_where_the_loader_protects),
                cmocka_unit_test(finds_bytes_numbers_and_strings),
                cmocka_unit_test(names_symbols_and_their_versions),
                cmocka_unit_test(counts_symbols),
                cmocka_unit_test(keeps_the_places_of_symbols_that_lie),
                cmocka_unit_test(reads_names_for_people),
                cmocka_unit_test(tells_relocations),
                cmocka_unit_test(tells_rare_relocations),
                cmocka_unit_test(tells_relative_relocations_of_several_words),
                cmocka_unit_test(tells_relocations_without_addends),
                cmocka_unit_test(tells_slots),
                cmocka_unit_test(ends_strings),
                cmocka_unit_test(leaves_out_relocations_that_lie),
                cmocka_unit_test(reads_static_executables),
                cmocka_unit_test(finds_constructors_and_destructors),
                cmocka_unit_test(finds_unwind_information),
                cmocka_unit_test(finds_thread_local_contents),
                cmocka_unit_test(finds_gos_table),
                cmocka_unit_test(identity_follows_what_is_loaded),
                cmocka_unit_test(agrees_with_the_loader),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
