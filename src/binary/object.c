/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Opening a file, and looking up what is in it.
 *
 * A file is read rather than mapped: who shortens a mapped file kills those who look at it
 * (SIGBUS), and compilers and package managers do rewrite files while /usr/bin is gone through.
 * The price is small: memory in the size of the file while it is open, and the time of one copy.
 * Only beyond READ_LIMIT, where the price would be felt, is a file mapped, and the risk taken.
 */

#include "binary/object.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "binary/object-reader.h"

#define READ_LIMIT (UINT64_C(512) << 20) /* bytes */

static struct object_file *object_file_free(struct object_file *file)
{
        if (!file)
                return NULL;
        if (file->elf)
                elf_end(file->elf);
        if (file->mapping)
                munmap(file->mapping, file->size);
        free(file->memory);
        free(file);
        return NULL;
}

struct object *object_free(struct object *object)
{
        if (!object)
                return NULL;
        vector_clear(&object->segments);
        vector_clear(&object->dynamic_symbols);
        vector_clear(&object->symbols);
        vector_clear(&object->relocations);
        vector_clear(&object->sets);
        vector_clear(&object->constructors);
        vector_clear(&object->destructors);
        free(object->needed); /* the names are of the file */
        free(object->identity);
        free(object->path);
        object_file_free(object->file);
        free(object);
        return NULL;
}

static struct object *object_new(const char *path)
{
        CLEANUP_OBJECT struct object *object = calloc(1, sizeof(*object));

        if (!object)
                return NULL;
        object->path = strdup(path);
        object->file = calloc(1, sizeof(*object->file));
        if (!object->path || !object->file)
                return NULL;
        return steal_pointer(object);
}

static int read_parts(struct object_reader *reader)
{
        static int (*const parts[])(struct object_reader * reader) = {
                reader_headers,
                reader_dynamic,
                reader_kind,
                reader_relocations,
                reader_dynamic_symbols,
                reader_symbols,
                reader_sets,
                reader_constructors,
                reader_identity,
        };
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
                r = parts[i](reader);
                if (r < 0)
                        return r;
        }
        reader_eh_frame(reader);
        r = reader_protect(reader);
        if (r < 0)
                return r;
        reader_go_table(reader);
        return 0;
}

/* Makes sense of object->file->bytes. */
static int object_read(struct object *object, struct error *error)
{
        struct object_reader reader = {.object = object, .file = object->file, .error = error};
        int r = read_parts(&reader);

        return r == -ENOMEM ? error_errno(error, ENOMEM, "%s", object->path) : r;
}

int object_from_memory(
        const char *name, const void *data, size_t size, struct object **ret, struct error *error)
{
        CLEANUP_OBJECT struct object *object = object_new(name);
        int r;

        if (!object)
                return error_errno(error, ENOMEM, "%s", name);
        object->file->bytes = data;
        object->file->size = size;
        r = object_read(object, error);
        if (r < 0)
                return r;
        *ret = steal_pointer(object);
        return 0;
}

/* Opens without waiting, as for the other end of a named pipe, and only what has contents. */
static int open_file(const char *path, size_t *ret_size, struct error *error)
{
        CLEANUP_CLOSE int fd = -1;
        struct stat status;

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0 && errno == ENXIO) /* a socket */
                return error_set(error, ENOEXEC, "%s: not a regular file", path);
        if (fd < 0 || fstat(fd, &status) < 0)
                return error_errno(error, errno, "%s", path);
        if (S_ISDIR(status.st_mode))
                return error_errno(error, EISDIR, "%s", path);
        if (!S_ISREG(status.st_mode))
                return error_set(error, ENOEXEC, "%s: not a regular file", path);
        *ret_size = status.st_size;
        return steal_fd(&fd);
}

/* Saves reading the whole of what is none: films, archives. */
static int check_magic(int fd, const char *path, struct error *error)
{
        char magic[SELFMAG];
        ssize_t size = pread(fd, magic, sizeof(magic), 0);

        if (size < 0)
                return error_errno(error, errno, "%s", path);
        if (size < SELFMAG || memcmp(magic, ELFMAG, SELFMAG) != 0)
                return error_set(error, ENOEXEC, "%s: not an ELF file", path);
        return 0;
}

/* `file->size` is what the file was told to have; less is there where it was shortened since. */
static int file_load(struct object_file *file, int fd)
{
        ssize_t size;

        if (file->size > READ_LIMIT) {
                file->mapping = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
                if (file->mapping == MAP_FAILED) {
                        file->mapping = NULL;
                        return -errno;
                }
                file->bytes = file->mapping;
                return 0;
        }
        file->memory = malloc(file->size);
        if (!file->memory)
                return -ENOMEM;
        size = read_all(fd, file->memory, file->size);
        if (size < 0)
                return size;
        file->bytes = file->memory;
        file->size = size;
        return 0;
}

int object_open(const char *path, struct object **ret, struct error *error)
{
        CLEANUP_OBJECT struct object *object = object_new(path);
        CLEANUP_CLOSE int fd = -1;
        int r;

        if (!object)
                return error_errno(error, ENOMEM, "%s", path);
        fd = open_file(path, &object->file->size, error);
        if (fd < 0)
                return fd;
        r = check_magic(fd, path, error);
        if (r < 0)
                return r;
        r = file_load(object->file, fd);
        if (r < 0)
                return error_errno(error, -r, "%s", path);
        r = object_read(object, error);
        if (r < 0)
                return r;
        *ret = steal_pointer(object);
        return 0;
}

const struct segment *object_segment(const struct object *object, uint64_t address)
{
        size_t first = 0, end = object->segments.count;

        while (first < end) {
                size_t middle = first + (end - first) / 2;
                const struct segment *segment = &object->segments.items[middle];

                if (address < segment->address)
                        end = middle;
                else if (address - segment->address < segment->size)
                        return segment;
                else
                        first = middle + 1;
        }
        return NULL;
}

size_t object_bytes(const struct object *object, uint64_t address, const uint8_t **ret)
{
        const struct segment *segment = object_segment(object, address);
        uint64_t offset;

        if (!segment)
                return 0;
        offset = address - segment->address;
        if (offset >= segment->file_size)
                return 0;
        *ret = segment->bytes + offset;
        return segment->file_size - offset;
}

bool object_number(const struct object *object, uint64_t address, unsigned size, uint64_t *ret)
{
        const struct segment *segment = object_segment(object, address);
        uint64_t number = 0, offset;

        if (!segment || size > segment->size - (address - segment->address))
                return false;
        offset = address - segment->address;
        for (unsigned i = 0; i < size && offset + i < segment->file_size; i++)
                number |= (uint64_t)segment->bytes[offset + i] << (8 * i);
        *ret = number;
        return true;
}

const char *object_string(const struct object *object, uint64_t address)
{
        const uint8_t *bytes;
        size_t size = object_bytes(object, address, &bytes);
        const struct segment *segment;

        if (size == 0) {
                segment = object_segment(object, address);
                return segment ? "" : NULL; /* zeroes */
        }
        if (size > OBJECT_STRING_MAX)
                size = OBJECT_STRING_MAX;
        return memchr(bytes, '\0', size) ? (const char *)bytes : NULL;
}

bool object_is_code(const struct object *object, uint64_t address)
{
        const struct segment *segment = object_segment(object, address);

        return segment && segment->executable && address - segment->address < segment->file_size;
}

/* The first relocation at or behind an address. */
static size_t relocation_at(const struct object *object, uint64_t address)
{
        return vector_position(&object->relocations, relocation, relocation->address < address);
}

const struct relocation *object_relocations(
        const struct object *object, uint64_t from, uint64_t to, size_t *ret_count)
{
        size_t first = relocation_at(object, from), end = relocation_at(object, to);

        *ret_count = end > first ? end - first : 0;
        return *ret_count > 0 ? object->relocations.items + first : NULL;
}
