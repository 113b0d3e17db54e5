/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A packed summary: a checksum, format and sizes, the strings of the object, the text, then each
 * array as columns (binary/columns.h). What has to be small is small, and unpacking libcrypto takes
 * some milliseconds.
 */

#include "binary/summary-pack.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/strings.h"
#include "binary/columns.h"
#include "binary/summary-check.h"

#define MAGIC         0x4d55534cu /* "LSUM" */
#define CHECKSUM_SIZE 8
#define NO_STRING     UINT32_MAX
#define POPULATE_MIN  (64u << 10) /* bytes */

/* What a member may be at most; what depends on several is for summary_check(). */
enum limit {
        LIMIT_NONE,
        LIMIT_BOOL,
        LIMIT_COUNT,
};

static const uint64_t limits[LIMIT_COUNT] = {
        [LIMIT_NONE] = UINT64_MAX,
        [LIMIT_BOOL] = 1,
};

#define COLUMN_OF(type, member, delta, limit)                                     \
        {                                                                         \
                offsetof(type, member), sizeof(((type *)0)->member), delta, limit \
        }
#define PLAIN(type, member)  COLUMN_OF(type, member, false, LIMIT_NONE)
#define RISING(type, member) COLUMN_OF(type, member, true, LIMIT_NONE)
#define TRUTH(type, member)  COLUMN_OF(type, member, false, LIMIT_BOOL)

static const struct column symbol_columns[] = {
        RISING(struct summary_symbol, name),
        PLAIN(struct summary_symbol, version),
        PLAIN(struct summary_symbol, kind),
        TRUTH(struct summary_symbol, weak),
        TRUTH(struct summary_symbol, version_hidden),
        PLAIN(struct summary_symbol, address),
        PLAIN(struct summary_symbol, size),
};

static const struct column function_columns[] = {
        RISING(struct summary_function, address),
        PLAIN(struct summary_function, size),
        PLAIN(struct summary_function, name),
        RISING(struct summary_function, facts),
        PLAIN(struct summary_function, fact_count),
};

static const struct column fact_columns[] = {
        PLAIN(struct fact, kind),
        PLAIN(struct fact, argument_count),
        PLAIN(struct fact, target),
        RISING(struct fact, arguments),
        PLAIN(struct fact, address),
        PLAIN(struct fact, offset),
};

static const struct column argument_columns[] = {
        PLAIN(struct argument, place),
        PLAIN(struct argument, value),
};

static const struct column value_columns[] = {
        PLAIN(struct value, kind),
        PLAIN(struct value, place),
        PLAIN(struct value, count),
        PLAIN(struct value, first),
        PLAIN(struct value, offset),
        PLAIN(struct value, second),
};

static const struct column number_columns[] = {{0, sizeof(int64_t), false, LIMIT_NONE}};

static const struct column site_columns[] = {
        RISING(struct site, address),
        PLAIN(struct site, entry),
        PLAIN(struct site, number),
        PLAIN(struct site, arguments[0]),
        PLAIN(struct site, arguments[1]),
        PLAIN(struct site, arguments[2]),
        PLAIN(struct site, arguments[3]),
        PLAIN(struct site, arguments[4]),
        PLAIN(struct site, arguments[5]),
};

static const struct column pointer_columns[] = {
        RISING(struct pointer, address),
        TRUTH(struct pointer, is_import),
        TRUTH(struct pointer, is_ifunc),
        TRUTH(struct pointer, is_copy),
        TRUTH(struct pointer, is_thread_local),
        PLAIN(struct pointer, target),
        PLAIN(struct pointer, addend),
};

static const struct column extent_columns[] = {
        RISING(struct extent, address),
        PLAIN(struct extent, size),
};

static const struct column cut_columns[] = {{0, sizeof(uint64_t), true, LIMIT_NONE}};
static const struct column index_columns[] = {{0, sizeof(uint32_t), false, LIMIT_NONE}};

/* A member that was added to a structure needs a column, and a new SUMMARY_FORMAT. */
_Static_assert(sizeof(struct summary_symbol) == 32, "columns of symbols");
_Static_assert(sizeof(struct summary_function) == 24, "columns of functions");
_Static_assert(sizeof(struct fact) == 24, "columns of facts");
_Static_assert(sizeof(struct argument) == 8, "columns of arguments");
_Static_assert(sizeof(struct value) == 24, "columns of values");
_Static_assert(sizeof(struct site) == 40, "columns of sites");
_Static_assert(sizeof(struct pointer) == 32, "columns of pointers");

/* The members of every VECTOR. */
struct any_vector {
        void *items;
        size_t count, capacity;
};

#define ARRAY(member, columns)                                                                  \
        {                                                                                       \
                offsetof(struct summary, member), sizeof(*((struct summary *)0)->member.items), \
                        columns, ARRAY_SIZE(columns)                                            \
        }

static const struct array {
        size_t offset; /* of the vector in struct summary */
        size_t stride;
        const struct column *columns;
        size_t column_count;
} arrays[] = {
        ARRAY(exports, symbol_columns),
        ARRAY(imports, symbol_columns),
        ARRAY(functions, function_columns),
        ARRAY(facts, fact_columns),
        ARRAY(arguments, argument_columns),
        ARRAY(values, value_columns),
        ARRAY(numbers, number_columns),
        ARRAY(sites, site_columns),
        ARRAY(pointers, pointer_columns),
        ARRAY(segments, extent_columns),
        ARRAY(data, extent_columns),
        ARRAY(cuts, cut_columns),
        ARRAY(constructors, index_columns),
        ARRAY(destructors, index_columns),
};

static struct any_vector vector_of(const struct summary *summary, const struct array *array)
{
        struct any_vector vector;

        memcpy(&vector, (const char *)summary + array->offset, sizeof(vector));
        return vector;
}

/*
 * Four sums side by side, as each has to wait for its own multiplication. It finds damage, not
 * deceit: who can write to the database can have any summary in it.
 */
static uint64_t checksum(const uint8_t *bytes, size_t size)
{
        const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
        uint64_t sums[4] = {size, 1, 2, 3}, words[4], result = 0;

        for (; size > 0; bytes += sizeof(words)) {
                size_t part = size < sizeof(words) ? size : sizeof(words);

                if (part < sizeof(words))
                        memset(words, 0, sizeof(words));
                memcpy(words, bytes, part);
                for (unsigned i = 0; i < 4; i++) {
                        sums[i] = (sums[i] ^ le64toh(words[i])) * factor;
                        sums[i] ^= sums[i] >> 29;
                }
                size -= part;
        }
        for (unsigned i = 0; i < 4; i++)
                result = (result ^ sums[i]) * factor;
        return result;
}

void summary_seal(void *data, size_t size)
{
        uint64_t sum;

        if (size < CHECKSUM_SIZE)
                return;
        sum = htole64(checksum((const uint8_t *)data + CHECKSUM_SIZE, size - CHECKSUM_SIZE));
        memcpy(data, &sum, CHECKSUM_SIZE);
}

static void write_string(struct byte_writer *writer, const char *string)
{
        size_t length = string ? strlen(string) : NO_STRING;

        write_number(writer, length, 4);
        if (string)
                write_bytes(writer, string, length);
}

/* The bits of the head. */
#define FLAG_NO_DEFAULT_LIBRARIES 1u
#define FLAG_BIND_NOW             2u
#define FLAG_SYMBOLIC             4u
#define FLAG_GO                   8u
#define FLAG_BARE                 16u
#define FLAGS_ALL                 31u

static unsigned flags_of(const struct summary *summary)
{
        return (summary->no_default_libraries ? FLAG_NO_DEFAULT_LIBRARIES : 0) |
               (summary->bind_now ? FLAG_BIND_NOW : 0) | (summary->symbolic ? FLAG_SYMBOLIC : 0) |
               (summary->is_go ? FLAG_GO : 0) | (summary->is_bare ? FLAG_BARE : 0);
}

static void write_head(struct byte_writer *writer, const struct summary *summary)
{
        size_t needed = strings_count(summary->needed);

        write_number(writer, MAGIC, 4);
        write_number(writer, SUMMARY_FORMAT, 4);
        write_number(writer, summary->abi, 1);
        write_number(writer, summary->kind, 1);
        write_number(writer, flags_of(summary), 2);
        write_number(writer, summary->undecoded, 4);
        write_number(writer, summary->entry, 8);
        write_string(writer, summary->identity);
        write_string(writer, summary->interpreter);
        write_string(writer, summary->soname);
        write_string(writer, summary->rpath);
        write_string(writer, summary->runpath);
        write_number(writer, needed, 4);
        for (size_t i = 0; i < needed; i++)
                write_string(writer, summary->needed[i]);
}

int summary_pack(const struct summary *summary, void **ret, size_t *ret_size)
{
        struct byte_writer writer = {};

        write_number(&writer, 0, CHECKSUM_SIZE);
        write_head(&writer, summary);
        write_number(&writer, summary->text.count, 4);
        write_bytes(&writer, summary->text.items, summary->text.count);
        for (size_t i = 0; i < ARRAY_SIZE(arrays); i++) {
                struct any_vector vector = vector_of(summary, &arrays[i]);

                write_number(&writer, vector.count, 4);
                columns_write(&writer, vector.items, vector.count, arrays[i].stride,
                        arrays[i].columns, arrays[i].column_count);
        }
        if (writer.failed) {
                free(writer.bytes);
                return -ENOMEM;
        }
        summary_seal(writer.bytes, writer.size);
        *ret = writer.bytes;
        *ret_size = writer.size;
        return 0;
}

/* Leaves NULL where there was none. Returns 0, -EBADMSG or -ENOMEM, as all that follow. */
static int read_string(struct byte_reader *reader, char **ret)
{
        size_t length = read_number(reader, 4);
        const uint8_t *bytes;
        char *string;

        if (length == NO_STRING || reader->bad)
                return reader->bad ? -EBADMSG : 0;
        bytes = read_bytes(reader, length);
        if (!bytes || memchr(bytes, '\0', length))
                return -EBADMSG;
        string = strndup((const char *)bytes, length);
        if (!string)
                return -ENOMEM;
        *ret = string;
        return 0;
}

static int read_needed(struct byte_reader *reader, char ***ret)
{
        size_t count = read_number(reader, 4);
        CLEANUP_STRINGS char **needed = NULL;
        int r;

        /* Each takes its length at least. */
        if (count > reader->left / 4)
                return -EBADMSG;
        needed = calloc(count + 1, sizeof(*needed));
        if (!needed)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                r = read_string(reader, &needed[i]);
                if (r < 0 || !needed[i])
                        return r < 0 ? r : -EBADMSG;
        }
        *ret = steal_pointer(needed);
        return 0;
}

static int read_head(struct byte_reader *reader, struct summary *summary)
{
        char **const strings[] = {&summary->identity, &summary->interpreter, &summary->soname,
                &summary->rpath, &summary->runpath};
        unsigned flags;
        int r = 0;

        if (read_number(reader, 4) != MAGIC || read_number(reader, 4) != SUMMARY_FORMAT)
                return -EBADMSG;
        summary->abi = read_number(reader, 1);
        summary->kind = read_number(reader, 1);
        flags = (unsigned)read_number(reader, 2);
        summary->undecoded = (uint32_t)read_number(reader, 4);
        summary->entry = read_number(reader, 8);
        if (flags & ~FLAGS_ALL)
                return -EBADMSG;
        summary->no_default_libraries = flags & FLAG_NO_DEFAULT_LIBRARIES;
        summary->bind_now = flags & FLAG_BIND_NOW;
        summary->symbolic = flags & FLAG_SYMBOLIC;
        summary->is_go = flags & FLAG_GO;
        summary->is_bare = flags & FLAG_BARE;
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(strings); i++)
                r = read_string(reader, strings[i]);
        return r == 0 ? read_needed(reader, &summary->needed) : r;
}

static int read_text(struct byte_reader *reader, struct summary *summary)
{
        size_t count = read_number(reader, 4);
        const uint8_t *bytes = read_bytes(reader, count);

        if (!bytes || count == 0)
                return -EBADMSG;
        summary->text.items = malloc(count);
        if (!summary->text.items)
                return -ENOMEM;
        memcpy(summary->text.items, bytes, count);
        summary->text.count = summary->text.capacity = count;
        return 0;
}

/*
 * Has the kernel give all pages of a large array at once, which takes half the time of giving each
 * when it is first written. Kernels before 5.14 know no such request; nothing is lost by that.
 */
static void populate(const struct any_vector *vector, size_t stride)
{
        const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
        uintptr_t first = ((uintptr_t)vector->items + page - 1) & ~(page - 1);
        uintptr_t end = ((uintptr_t)vector->items + vector->count * stride) & ~(page - 1);

        if (end > first && end - first >= POPULATE_MIN)
                madvise((void *)first, end - first, MADV_POPULATE_WRITE);
}

static int read_array(
        struct byte_reader *reader, struct summary *summary, const struct array *array)
{
        struct any_vector vector = {.count = read_number(reader, 4)};

        if (vector.count == 0)
                return reader->bad ? -EBADMSG : 0;
        if (columns_size_min(vector.count, array->column_count) > reader->left)
                return -EBADMSG;
        vector.items = calloc(vector.count, array->stride);
        if (!vector.items)
                return -ENOMEM;
        vector.capacity = vector.count;
        memcpy((char *)summary + array->offset, &vector, sizeof(vector));
        populate(&vector, array->stride);
        columns_read(reader, vector.items, vector.count, array->stride, array->columns,
                array->column_count, limits);
        return reader->bad ? -EBADMSG : 0;
}

static int read_all(struct byte_reader *reader, struct summary *summary)
{
        int r;

        r = read_head(reader, summary);
        if (r == 0)
                r = read_text(reader, summary);
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(arrays); i++)
                r = read_array(reader, summary, &arrays[i]);
        return r == 0 && reader->left > 0 ? -EBADMSG : r;
}

int summary_unpack(const void *data, size_t size, struct summary **ret, struct error *error)
{
        CLEANUP_SUMMARY struct summary *summary = calloc(1, sizeof(*summary));
        struct byte_reader reader = {.bytes = data, .left = size};
        struct error problem = {};
        uint64_t sum = read_number(&reader, CHECKSUM_SIZE);
        int r;

        if (!summary)
                return error_errno(error, ENOMEM, "unpacking a summary");
        if (reader.bad || sum != checksum(reader.bytes, reader.left))
                return error_set(error, EBADMSG, "the packed summary is damaged");
        r = read_all(&reader, summary);
        if (r == -ENOMEM)
                return error_errno(error, ENOMEM, "unpacking a summary");
        if (r < 0)
                return error_set(error, -r, "the packed summary cannot be read");
        r = summary_check(summary, &problem);
        if (r < 0)
                return error_set(error, -r, "the packed summary: %s", problem.message);
        *ret = steal_pointer(summary);
        return 0;
}
