/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * How many dynamic symbols there are. No entry of the dynamic section tells; the hash tables do:
 * DT_HASH has a chain link for each symbol; DT_GNU_HASH has chains of the symbols that others may
 * ask for, which come last in .dynsym.
 */

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "binary/object-reader.h"

/* 32-bit words from an address on, as far as the file fills the segment. */
struct words {
        const uint8_t *bytes;
        size_t count;
};

static struct words words_at(const struct object_reader *reader, uint64_t address)
{
        struct words words = {};

        words.count = object_bytes(reader->object, address, &words.bytes) / sizeof(uint32_t);
        return words;
}

/* Returns false behind the end. */
static bool word(const struct words *words, uint64_t index, uint32_t *ret)
{
        if (index >= words->count)
                return false;
        memcpy(ret, words->bytes + index * sizeof(uint32_t), sizeof(*ret));
        *ret = le32toh(*ret);
        return true;
}

/* DT_HASH: number of buckets, number of links; one for each symbol. */
static bool count_hash(const struct object_reader *reader, size_t *count)
{
        struct words words = words_at(reader, reader->dynamic.hash);
        uint32_t links;

        if (!word(&words, 1, &links))
                return false;
        if (links > *count)
                *count = links;
        return true;
}

/*
 * DT_GNU_HASH: number of buckets, first symbol that is in a chain, number of filter words (of 64
 * bits), a shift; the filter; the buckets, which hold the first symbol of their chain or 0; the
 * chains, whose last link has bit 0 set.
 */
static bool count_gnu_hash(const struct object_reader *reader, size_t *count)
{
        struct words words = words_at(reader, reader->dynamic.gnu_hash);
        uint32_t buckets, first, filter, symbol = 0, last = 0, link;
        uint64_t chains;

        if (!word(&words, 0, &buckets) || !word(&words, 1, &first) || !word(&words, 2, &filter))
                return false;
        chains = 4 + 2 * (uint64_t)filter + buckets;
        if (chains > words.count)
                return false;
        for (uint64_t i = 0; i < buckets; i++) {
                if (!word(&words, 4 + 2 * (uint64_t)filter + i, &symbol))
                        return false;
                if (symbol > last)
                        last = symbol;
        }
        if (last < first) /* no chain at all */
                last = first > 0 ? first - 1 : 0;
        else
                do {
                        if (!word(&words, chains + (last - first), &link))
                                return false;
                        last++;
                } while (!(link & 1) && last > 0);
        if (last > *count)
                *count = last;
        return true;
}

int reader_hashed_symbols(const struct object_reader *reader, size_t *ret)
{
        size_t count = 0;

        if (reader->dynamic.hash && !count_hash(reader, &count))
                return reader_refuse(
                        reader, EBADMSG, "contradictory: the hash table does not lie in a segment");
        if (reader->dynamic.gnu_hash && !count_gnu_hash(reader, &count))
                return reader_refuse(reader, EBADMSG,
                        "contradictory: the GNU hash table does not lie in a segment");
        *ret = count;
        return 0;
}
