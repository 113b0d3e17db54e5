/* SPDX-License-Identifier: BSD-3-Clause */

/* What an object is known by from one execution to the next. */

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/digest.h"
#include "base/strings.h"
#include "binary/object-reader.h"

/* Linkers make build-ids of 8 (fast) to 32 bytes; anything can be given by hand. */
#define BUILD_ID_MIN 8
#define BUILD_ID_MAX 64

#define LOADED_DIGEST 16 /* bytes of the digest of what is loaded that are told */

/* The build-id of a PT_NOTE, if it is there: `size` bytes. */
static const uint8_t *build_id_of(Elf_Data *data, size_t *ret_size)
{
        size_t name, description, offset = 0;
        const uint8_t *bytes = data->d_buf;
        GElf_Nhdr note;

        while ((offset = gelf_getnote(data, offset, &note, &name, &description)) > 0)
                if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof("GNU") &&
                        memcmp(bytes + name, "GNU", sizeof("GNU")) == 0 &&
                        note.n_descsz >= BUILD_ID_MIN && note.n_descsz <= BUILD_ID_MAX) {
                        *ret_size = note.n_descsz;
                        return bytes + description;
                }
        return NULL;
}

static const uint8_t *find_build_id(const struct object_reader *reader, size_t *ret_size)
{
        const uint8_t *build_id;
        GElf_Phdr header;
        Elf_Data *data;

        for (size_t i = 0; i < reader->program_headers; i++) {
                if (!gelf_getphdr(reader->file->elf, i, &header) || header.p_type != PT_NOTE)
                        continue;
                data = elf_getdata_rawchunk(reader->file->elf, header.p_offset, header.p_filesz,
                        header.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
                build_id = data ? build_id_of(data, ret_size) : NULL;
                if (build_id)
                        return build_id;
        }
        return NULL;
}

/* A table whose place in the file is of no interest to anybody else; what of it is there. */
static void add_bytes(
        EVP_MD_CTX *digest, const struct object_file *file, uint64_t offset, uint64_t size)
{
        if (offset > file->size)
                return;
        if (size > file->size - offset)
                size = file->size - offset;
        EVP_DigestUpdate(digest, file->bytes + offset, size);
}

/* Where in the file ends what is loaded of it, as its headers say. */
static uint64_t loaded_end(const struct object_reader *reader)
{
        uint64_t end = 0, segment_end;
        GElf_Phdr header;

        for (size_t i = 0; i < reader->program_headers; i++)
                if (gelf_getphdr(reader->file->elf, i, &header) && header.p_type == PT_LOAD &&
                        !__builtin_add_overflow(header.p_offset, header.p_filesz, &segment_end) &&
                        segment_end > end)
                        end = segment_end;
        return end;
}

/*
 * What changes whenever tools change a file that has been linked: its size, all of its headers, and
 * all that is loaded, which begins at the file's beginning. What only debuggers read is left out:
 * it can be ten times as much.
 */
static void add_loaded(EVP_MD_CTX *digest, const struct object_reader *reader)
{
        const GElf_Ehdr *header = &reader->header;
        uint64_t size = htole64(reader->file->size);
        size_t sections = 0;

        EVP_DigestUpdate(digest, &size, sizeof(size));
        add_bytes(digest, reader->file, 0, sizeof(Elf64_Ehdr));
        add_bytes(digest, reader->file, header->e_phoff,
                reader->program_headers * sizeof(Elf64_Phdr));
        elf_getshdrnum(reader->file->elf, &sections);
        add_bytes(digest, reader->file, header->e_shoff, sections * sizeof(Elf64_Shdr));
        add_bytes(digest, reader->file, 0, loaded_end(reader));
}

int reader_identity(struct object_reader *reader)
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = digest_new();
        unsigned char bytes[DIGEST_BYTES];
        char text[DIGEST_TEXT_SIZE], build_id_text[2 * BUILD_ID_MAX + 1];
        const uint8_t *build_id;
        size_t size;

        if (!digest)
                return -ENOMEM;
        build_id = find_build_id(reader, &size);
        if (build_id)
                add_loaded(digest, reader);
        else
                EVP_DigestUpdate(digest, reader->file->bytes, reader->file->size);
        EVP_DigestFinal_ex(digest, bytes, NULL);
        digest_text(bytes, text);
        if (!build_id) {
                reader->object->identity = strdup(text);
        } else {
                for (size_t i = 0; i < size; i++)
                        snprintf(build_id_text + 2 * i, 3, "%02x", build_id[i]);
                reader->object->identity =
                        string_format("%s-%.*s", build_id_text, 2 * LOADED_DIGEST, text);
        }
        return reader->object->identity ? 0 : -ENOMEM;
}
