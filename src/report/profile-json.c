/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/profile.h"

#include "policy/policy.h"
#include "report/json.h"

/* Where something is written. */
static json_t *place_json(const char *file, unsigned line)
{
        return json_pack("{s:o, s:o}", "file", json_text(file), "line",
                line > 0 ? json_integer(line) : json_null());
}

static json_t *entry_json(const struct profile_entry *entry)
{
        json_t *object = json_feature(&entry->feature);

        if (object &&
                (json_object_set_new(object, "status", json_string(support_name(entry->support))) <
                                0 ||
                        json_object_update_new(object, place_json(entry->file, entry->line)) < 0 ||
                        json_object_set_new(object, "note", json_text(entry->note)) < 0 ||
                        json_object_set_new(object, "errno", json_text(errno_name(entry->errnum))) <
                                0)) {
                json_decref(object);
                return NULL;
        }
        return object;
}

static json_t *unknown_json(const struct profile *profile)
{
        const struct profile_unknown *unknown;
        json_t *array = json_array();

        vector_for_each(unknown, &profile->unknown) {
                json_t *object = place_json(unknown->file, unknown->line);

                if (object && json_object_set_new(object, "name", json_text(unknown->name)) < 0) {
                        json_decref(object);
                        object = NULL;
                }
                array = json_append(array, object);
        }
        return array;
}

static json_t *counts_json(const struct profile *profile)
{
        json_t *object = json_object();

        for (enum support support = 0; object && support < SUPPORT_COUNT; support++)
                if (json_object_set_new(object, support_name(support),
                            json_integer(profile_count(profile, support))) < 0) {
                        json_decref(object);
                        object = NULL;
                }
        return object;
}

int report_profile_json(
        const struct profile *profile, const struct profile_view *view, FILE *stream)
{
        const struct profile_entry *entry;
        json_t *features = json_array();

        vector_for_each(entry, &profile->entries)
                if (view->statuses & (1u << entry->support))
                        features = json_append(features, entry_json(entry));
        return json_write(json_pack("{s:s, s:o, s:o, s:s, s:o, s:s, s:o, s:o, s:o}", "schema",
                                  "loupe/profile/1", "tool", json_tool(NULL), "name",
                                  json_text(profile->name), "format", profile->format, "source",
                                  json_text(profile->source), "arch", abi_info(abi_native())->name,
                                  "calls", counts_json(profile), "features", features, "unknown",
                                  unknown_json(profile)),
                stream);
}
