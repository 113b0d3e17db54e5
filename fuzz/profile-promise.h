/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* What every parser of profiles keeps, whatever it reads. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "profile/readers.h"

static inline void promise(bool kept)
{
        if (!kept)
                abort();
}

/* A failure says where it is; what was read is in order, and each feature is there once. */
static inline void check_parser(source_parser *parse, const uint8_t *data, size_t size)
{
        CLEANUP_FREE char *text = malloc(size + 1);
        CLEANUP_PROFILE struct profile *profile = profile_new();
        const struct profile_unknown *unknown;
        struct error error = {};
        int r;

        promise(text && profile);
        memcpy(text, data, size);
        text[size] = '\0';
        r = parse(
                &(struct source_text){
                        .path = "input", .relative = "input", .text = text, .size = size},
                profile, &error);
        promise(r == 0 || (r == -EINVAL && strncmp(error.message, "input:", 6) == 0));
        promise(profile_finish(profile) == 0);
        for (size_t i = 0; i < profile->entries.count; i++) {
                const struct profile_entry *entry = &profile->entries.items[i];

                promise(entry->support < SUPPORT_COUNT && entry->file);
                promise(profile_find(profile, &entry->feature) == entry);
                promise(i == 0 || feature_compare(&profile->entries.items[i - 1].feature,
                                          &entry->feature) < 0);
        }
        vector_for_each(unknown, &profile->unknown)
                promise(unknown->name != NULL);
}
