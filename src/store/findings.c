/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/findings.h"

#include <errno.h>
#include <string.h>

void found_clear(struct found *found)
{
        struct found_conflict *conflict;
        struct found_verdict *verdict;

        vector_for_each(verdict, &found->verdicts)
                free(verdict->evidence);
        vector_clear(&found->verdicts);
        vector_clear(&found->joint);
        vector_for_each(conflict, &found->conflicts)
                vector_clear(&conflict->features);
        vector_clear(&found->conflicts);
}

static int by_name(const void *a, const void *b)
{
        const struct known_feature *left = a, *right = b;

        return strcmp(left->name, right->name);
}

static int by_row(const void *a, const void *b)
{
        const struct known_feature *left = a, *right = b;

        return (left->id > right->id) - (left->id < right->id);
}

static int conflicts_by_name(const void *a, const void *b)
{
        const struct found_conflict *left = a, *right = b;

        for (size_t i = 0; i < left->features.count && i < right->features.count; i++) {
                int r = by_name(&left->features.items[i], &right->features.items[i]);

                if (r != 0)
                        return r;
        }
        return (left->features.count > right->features.count) -
               (left->features.count < right->features.count);
}

/* Verdicts and features of joint sets begin with their feature, so that one order serves all. */
_Static_assert(offsetof(struct found_verdict, feature) == 0, "compared as features");
_Static_assert(offsetof(struct found_joint, feature) == 0, "compared as features");

#define SORT(vector, compare)                                                               \
        do {                                                                                \
                if ((vector)->count > 1)                                                    \
                        qsort((vector)->items, (vector)->count, sizeof((vector)->items[0]), \
                                compare);                                                   \
        } while (0)

static void sort_by_name(struct found *found)
{
        struct found_conflict *conflict;

        SORT(&found->verdicts, by_name);
        SORT(&found->joint, by_name);
        vector_for_each(conflict, &found->conflicts)
                SORT(&conflict->features, by_name);
        SORT(&found->conflicts, conflicts_by_name);
}

static void update(EVP_MD_CTX *digest, const char *text)
{
        EVP_DigestUpdate(digest, text, strlen(text));
}

static void update_pair(EVP_MD_CTX *digest, const char *name, const char *word)
{
        update(digest, name);
        update(digest, " ");
        update(digest, word);
        update(digest, "\n");
}

int found_digest(struct found *found, char ret[DIGEST_TEXT_SIZE])
{
        CLEANUP_DIGEST EVP_MD_CTX *digest = digest_new();
        unsigned char bytes[DIGEST_BYTES];
        const struct found_conflict *conflict;
        const struct found_verdict *verdict;
        const struct known_feature *feature;
        const struct found_joint *joint;

        if (!digest)
                return -ENOMEM;
        sort_by_name(found);
        update(digest, "loupe/findings/1\n");
        vector_for_each(verdict, &found->verdicts)
                update_pair(digest, verdict->feature.name, verdict_name(verdict->verdict));
        vector_for_each(joint, &found->joint) {
                update(digest, "joint ");
                update_pair(digest, joint->feature.name, joint->mode);
        }
        vector_for_each(conflict, &found->conflicts) {
                update(digest, "conflict");
                vector_for_each(feature, &conflict->features) {
                        update(digest, " ");
                        update(digest, feature->name);
                }
                update(digest, "\n");
        }
        EVP_DigestFinal_ex(digest, bytes, NULL);
        digest_text(bytes, ret);
        return 0;
}

static int pack_conflict(const struct found_conflict *conflict, struct packed *packed)
{
        struct packed_features *features = vector_add(&packed->conflicts);
        const struct known_feature *feature;
        int64_t *row;

        if (!features)
                return -ENOMEM;
        vector_for_each(feature, &conflict->features) {
                row = vector_add(&features->rows);
                if (!row)
                        return -ENOMEM;
                *row = feature->id;
        }
        return 0;
}

uint8_t *found_pack(struct found *found, size_t *ret_size)
{
        CLEANUP_PACKED struct packed packed = {};
        const struct found_conflict *conflict;
        const struct found_verdict *verdict;
        struct packed_finding *finding;

        SORT(&found->verdicts, by_row);
        vector_for_each(verdict, &found->verdicts) {
                finding = vector_add(&packed.findings);
                if (!finding)
                        return NULL;
                *finding = (struct packed_finding){verdict->feature.id, verdict->verdict};
        }
        vector_for_each(conflict, &found->conflicts)
                if (pack_conflict(conflict, &packed) < 0)
                        return NULL;
        packed_sort(&packed);
        return packed_write(&packed, ret_size);
}
