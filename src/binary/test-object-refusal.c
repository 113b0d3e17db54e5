/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"
#include "base/test-folder.h"
#include "binary/object.h"
#include "binary/test-image.h"

static void require_refusal(
        const void *data, size_t size, int expected, const char *expected_message)
{
        struct object *object = NULL;
        struct error error = {};
        int r = object_from_memory("/x", data, size, &object, &error);

        assert_null(object);
        assert_string_equal(error.message, expected_message);
        assert_int_equal(r, expected);
}

__attribute__((format(printf, 3, 4))) static void require_image_refusal(
        const struct image *image, int expected, const char *format, ...)
{
        CLEANUP_FREE char *message = NULL;
        va_list arguments;

        va_start(arguments, format);
        assert_true(vasprintf(&message, format, arguments) > 0);
        va_end(arguments);
        require_refusal(image, sizeof(*image), expected, message);
}

static void refuses_what_is_no_elf_file(void **state)
{
        (void)state;
        require_refusal("", 0, -ENOEXEC, "/x: not an ELF file");
        require_refusal("#!/bin/sh\n", 10, -ENOEXEC, "/x: not an ELF file");
        require_refusal("\177EL", 3, -ENOEXEC, "/x: not an ELF file");
        require_refusal("\177ELF\2\1\1", 7, -EBADMSG,
                "/x: truncated: the ELF header reaches to 0x40 and the file ends at 0x7");
}

static void refuses_other_machines(void **state)
{
        struct image image;

        (void)state;
        image_init(&image);
        image.header.e_machine = EM_AARCH64;
        require_image_refusal(
                &image, -ENOTSUP, "/x: an object of aarch64; this loupe analyses x86_64");
        image.header.e_machine = EM_X86_64;
        image.header.e_ident[EI_CLASS] = ELFCLASS32;
        require_image_refusal(&image, -ENOTSUP, "/x: an object of x32; this loupe analyses x86_64");
        image.header.e_ident[EI_CLASS] = ELFCLASS64;
        image.header.e_machine = 0x1234;
        require_image_refusal(&image, -ENOTSUP,
                "/x: an object of 64-bit machine 4660; this loupe analyses x86_64");
        image.header.e_machine = __builtin_bswap16(EM_PPC64);
        image.header.e_ident[EI_DATA] = ELFDATA2MSB;
        require_image_refusal(&image, -ENOTSUP,
                "/x: an object of ppc64 (big-endian); this loupe analyses x86_64");
}

static void refuses_what_is_not_linked(void **state)
{
        struct image image;

        (void)state;
        image_init(&image);
        image.header.e_type = ET_REL;
        require_image_refusal(
                &image, -ENOEXEC, "/x: a relocatable object (.o), neither executable nor library");
        image_add_sections(&image);
        memcpy(image.names, "\0.gnu.linkonce.this_module", 27);
        image.header.e_shstrndx = SECTION_NAMES;
        image.sections[SECTION_GO].sh_name = 1;
        require_image_refusal(
                &image, -ENOEXEC, "/x: a kernel module, neither executable nor library");
        image.header.e_type = ET_CORE;
        require_image_refusal(&image, -ENOEXEC, "/x: a core dump, neither executable nor library");
        image.header.e_type = 0xfe00;
        require_image_refusal(
                &image, -ENOEXEC, "/x: an ELF file of type 65024, neither executable nor library");
}

static void refuses_files_for_debuggers(void **state)
{
        struct image image;

        (void)state;
        image_init(&image);
        image_add_sections(&image);
        image.sections[SECTION_INIT].sh_type = SHT_NOBITS;
        require_image_refusal(&image, -ENOEXEC,
                "/x: information for debuggers only: the code is in another file");
}

static void refuses_headers_that_contradict_each_other(void **state)
{
        struct image image, good;

        (void)state;
        image_init(&good);
        image = good;
        image.headers[HEADER_DATA].p_vaddr = AT(code);
        require_image_refusal(
                &image, -EBADMSG, "/x: contradictory: two segments overlap at 0x%zx", AT(code));
        image = good;
        image.headers[HEADER_TEXT].p_filesz++;
        require_image_refusal(&image, -EBADMSG,
                "/x: contradictory: program header 0 of 0x%zx bytes at 0x%x",
                offsetof(struct image, dynamic), BASE);
        image = good;
        image.headers[HEADER_DATA].p_vaddr = UINT64_MAX - 16;
        require_image_refusal(&image, -EBADMSG,
                "/x: contradictory: program header 1 of 0x%zx bytes at 0xffffffffffffffef",
                offsetof(struct image, sections) - offsetof(struct image, dynamic) + ZEROES);
        image = good;
        image.headers[HEADER_TEXT].p_type = image.headers[HEADER_DATA].p_type = PT_NULL;
        require_image_refusal(&image, -EBADMSG, "/x: contradictory: no segment is to be loaded");
        image = good;
        image.header.e_phentsize--;
        require_image_refusal(
                &image, -EBADMSG, "/x: contradictory: program headers of 55 bytes each");
        image = good;
        image.header.e_phoff = UINT64_MAX - 8;
        require_image_refusal(&image, -EBADMSG,
                "/x: contradictory: program headers at offset 0xfffffffffffffff7");
        image = good;
        memset(image.interpreter, 'x', sizeof(image.interpreter));
        require_image_refusal(
                &image, -EBADMSG, "/x: contradictory: the interpreter's name does not end");
}

struct lie {
        unsigned entry; /* of the dynamic section */
        uint64_t value;
        const char *message;
        uint64_t size, address;
};

static void refuses_tables_outside_segments(void **state)
{
        static const struct lie lies[] = {
                {DYNAMIC_STRINGS, 0x100, "names", sizeof(((struct image *)NULL)->names), 0x100},
                {DYNAMIC_STRINGS_SIZE, UINT64_MAX, "names", UINT64_MAX, AT(names)},
                {DYNAMIC_RELA_SIZE, 24000, "relocations", 24000, AT(relocations)},
                {DYNAMIC_JMPREL, UINT64_MAX, "relocations", 24, UINT64_MAX},
                {DYNAMIC_RELR, 8, "relative relocations", 16, 8},
                {DYNAMIC_VERSIONS, 8, "versions", 1, 8},
                {DYNAMIC_NEEDS, 8, "needed versions", 1, 8},
                {DYNAMIC_DEFINITIONS, 8, "defined versions", 1, 8},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
                struct image image;

                image_init(&image);
                image.dynamic[lies[i].entry].d_un.d_val = lies[i].value;
                require_image_refusal(&image, -EBADMSG,
                        "/x: contradictory: the table of %s (0x%lx bytes at 0x%lx) is outside the "
                        "segments",
                        lies[i].message, lies[i].size, lies[i].address);
        }
}

static void refuses_other_lies_of_the_dynamic_section(void **state)
{
        static const struct lie lies[] = {
                {DYNAMIC_NEEDED_2, 104,
                        "a name of the dynamic section does not lie in the table of names"},
                {DYNAMIC_RUNPATH, UINT64_MAX,
                        "a name of the dynamic section does not lie in the table of names"},
                {DYNAMIC_SYMBOLS, 0x300, "the dynamic symbols do not lie in a segment"},
                {DYNAMIC_HASH, 0x300, "the hash table does not lie in a segment"},
                {DYNAMIC_INIT_ARRAY, 0x300, "the table of constructors does not lie in a segment"},
                {DYNAMIC_FINI_ARRAY_SIZE, UINT64_MAX,
                        "the table of destructors does not lie in a segment"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
                struct image image;

                image_init(&image);
                image.dynamic[lies[i].entry].d_un.d_val = lies[i].value;
                require_image_refusal(&image, -EBADMSG, "/x: contradictory: %s", lies[i].message);
        }
}

/* A hash table that claims more symbols than there is room for; a chain that does not end. */
static void refuses_endless_hash_tables(void **state)
{
        struct image image;

        (void)state;
        image_init(&image);
        image.hash[1] = 1000000;
        require_image_refusal(
                &image, -EBADMSG, "/x: contradictory: the dynamic symbols do not lie in a segment");
        image.dynamic[DYNAMIC_HASH].d_tag = DT_GNU_HASH;
        image.dynamic[DYNAMIC_HASH].d_un.d_ptr = AT(gnu_hash);
        image.gnu_hash[0] = UINT32_MAX;
        require_image_refusal(&image, -EBADMSG,
                "/x: contradictory: the GNU hash table does not lie in a segment");
}

/* Entries that lead to themselves, at the same time on both levels. */
static void circles_of_versions_end(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct error error = {};
        struct image image;

        (void)state;
        image_init(&image);
        image.need.vn_cnt = UINT16_MAX;
        image.dynamic[DYNAMIC_NEEDS_COUNT].d_un.d_val = UINT64_MAX;
        image.needed_version.vna_next = 0;
        assert_int_equal(object_from_memory("/x", &image, sizeof(image), &object, &error), 0);
        assert_string_equal(object->dynamic_symbols.items[SYMBOL_IMPORT].version, "GLIBC_2.14");
}

/* A bitmap of 8 bytes stands for 63 words: here the same ones over and over. */
static void bounds_relative_relocations(void **state)
{
        const size_t count =
                (offsetof(struct image, code) - offsetof(struct image, dynamic_symbols)) / 8;
        uint64_t word = DATA_AT(dynamic), bitmap = UINT64_MAX;
        struct image image;
        uint8_t *table = (uint8_t *)image.dynamic_symbols;

        (void)state;
        image_init(&image);
        for (size_t i = 0; i < count; i++)
                memcpy(table + 8 * i, i % 2 ? &bitmap : &word, 8);
        image.dynamic[DYNAMIC_RELR].d_un.d_ptr = AT(dynamic_symbols);
        image.dynamic[DYNAMIC_RELR_SIZE].d_un.d_val = 8 * count;
        image.dynamic[DYNAMIC_RELA_SIZE].d_un.d_val = 0;
        image.dynamic[DYNAMIC_JMPREL_SIZE].d_un.d_val = 0;
        require_image_refusal(&image, -EBADMSG,
                "/x: contradictory: more relative relocations than the file has words");
}

/* Cut off anywhere, the file ends in a message. */
static void refuses_every_truncation(void **state)
{
        char message[128];
        struct image image;

        (void)state;
        image_init(&image);
        for (size_t size = 0; size < offsetof(struct image, sections); size++) {
                CLEANUP_FREE uint8_t *cut = malloc(size + 1);
                struct object *object = NULL;
                struct error error = {};
                int r;

                assert_non_null(cut);
                memcpy(cut, &image, size);
                r = object_from_memory("/x", cut, size, &object, &error);
                assert_null(object);
                assert_true(r == (size < SELFMAG ? -ENOEXEC : -EBADMSG));
                assert_true(string_has_prefix(
                        error.message, size < SELFMAG ? "/x: not an" : "/x: truncated: "));
        }
        snprintf(message, sizeof(message),
                "/x: truncated: the program headers reach to 0x%zx and the file ends at 0x100",
                sizeof(Elf64_Ehdr) + sizeof(image.headers));
        require_refusal(&image, 0x100, -EBADMSG, message);
        snprintf(message, sizeof(message),
                "/x: truncated: program header 0 reaches to 0x%zx and the file ends at 0x400",
                offsetof(struct image, dynamic));
        require_refusal(&image, 0x400, -EBADMSG, message);
        image_add_sections(&image);
        snprintf(message, sizeof(message),
                "/x: truncated: the section headers reach to 0x%zx and the file ends at 0x%zx",
                sizeof(image), sizeof(image) - 1);
        require_refusal(&image, sizeof(image) - 1, -EBADMSG, message);
}

static void opens_files(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        const char *path = ((const struct test_folder *)*state)->path;
        struct error error = {};
        struct image image;
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        image_init(&image);
        assert_int_equal(fwrite(&image, sizeof(image), 1, file), 1);
        fclose(file);
        assert_int_equal(object_open(path, &object, &error), 0);
        assert_string_equal(object->path, path);
        assert_int_equal(object->kind, OBJECT_PIE);
}

/* Beyond what is read into memory, with a hole at its end. */
static void opens_large_files(void **state)
{
        CLEANUP_OBJECT struct object *object = NULL;
        const char *path = ((const struct test_folder *)*state)->path;
        struct error error = {};
        struct image image;
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        image_init(&image);
        assert_int_equal(fwrite(&image, sizeof(image), 1, file), 1);
        fclose(file);
        assert_int_equal(truncate(path, (512l << 20) + 1), 0);
        assert_int_equal(object_open(path, &object, &error), 0);
        assert_int_equal(object->dynamic_symbols.count, SYMBOL_COUNT);
        assert_true(string_has_prefix(object->identity, "deadbeef01020304-"));
}

static void require_file_refusal(const char *path, int expected, const char *problem)
{
        CLEANUP_FREE char *message = string_format("%s: %s", path, problem);
        struct object *object = NULL;
        struct error error = {};

        assert_int_equal(object_open(path, &object, &error), expected);
        assert_null(object);
        assert_string_equal(error.message, message);
}

static void refuses_files(void **state)
{
        const struct test_folder *folder = *state;
        FILE *file = fopen(folder->path, "w");

        assert_non_null(file);
        fputs("#!/bin/sh\n", file);
        fclose(file);
        require_file_refusal(folder->path, -ENOEXEC, "not an ELF file");
        assert_int_equal(unlink(folder->path), 0);
        assert_int_equal(mkfifo(folder->path, 0600), 0);
        require_file_refusal(folder->path, -ENOEXEC, "not a regular file"); /* at once */
        require_file_refusal("/nowhere", -ENOENT, "No such file or directory");
        require_file_refusal(folder->folder, -EISDIR, "Is a directory");
        require_file_refusal("/dev/null", -ENOEXEC, "not a regular file");
}

static int make_folder(void **state)
{
        return test_folder_make(state, "file");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(refuses_what_is_no_elf_file),
                cmocka_unit_test(refuses_other_machines),
                cmocka_unit_test(refuses_what_is_not_linked),
                cmocka_unit_test(refuses_files_for_debuggers),
                cmocka_unit_test(refuses_headers_that_contradict_each_other),
                cmocka_unit_test(refuses_tables_outside_segments),
                cmocka_unit_test(refuses_other_lies_of_the_dynamic_section),
                cmocka_unit_test(refuses_endless_hash_tables),
                cmocka_unit_test(circles_of_versions_end),
                cmocka_unit_test(bounds_relative_relocations),
                cmocka_unit_test(refuses_every_truncation),
                cmocka_unit_test_setup_teardown(opens_files, make_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(opens_large_files, make_folder, test_folder_remove),
                cmocka_unit_test_setup_teardown(refuses_files, make_folder, test_folder_remove),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
