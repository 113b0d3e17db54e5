/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A fragment of a Unikraft application's .config: the options of the libraries that bring the
 * calls, as their UK_PROVIDED_SYSCALLS say. What no library brings stands in comments.
 */

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "export/format.h"
#include "profile/readers.h"
#include "report/stream.h"

int export_libraries_read(const char *path, struct profile **ret, struct error *error)
{
        CLEANUP_PROFILE struct profile *profile = profile_new();
        int r;

        if (!profile)
                return error_errno(error, ENOMEM, "%s", path);
        r = unikraft_read(path, profile, error);
        if (r == -ENOMEM)
                return error_errno(error, ENOMEM, "%s", path);
        if (r == 0)
                *ret = steal_pointer(profile);
        return r;
}

static const char *option_of(const struct profile_entry *entry)
{
        return entry->note && string_has_prefix(entry->note, "CONFIG_") ? entry->note : NULL;
}

bool export_has_libraries(const struct profile *profile)
{
        const struct profile_entry *entry;

        vector_for_each(entry, &profile->entries)
                if (option_of(entry))
                        return true;
        return false;
}

/* What is asked for, and which of it is there already. */
struct cover {
        const struct export_request *request;
        VECTOR(const struct export_item *) wanted;
        bool *covered; /* by place in `wanted` */
        char **options;
};

static void cover_clear(struct cover *cover)
{
        vector_clear(&cover->wanted);
        free(cover->covered);
        strings_free(cover->options);
}

static int find_wanted(struct cover *cover)
{
        const struct export_item *item;

        vector_for_each(item, &cover->request->set->items) {
                const struct export_item **wanted;

                if (!export_is_native_call(item) || export_treatment_in(cover->request, item,
                                                            FAKE_NEVER) != TREATMENT_IMPLEMENT)
                        continue;
                wanted = vector_add(&cover->wanted);
                if (!wanted)
                        return -ENOMEM;
                *wanted = item;
        }
        cover->covered = calloc(cover->wanted.count + 1, sizeof(*cover->covered));
        return cover->covered ? 0 : -ENOMEM;
}

/* The place of what the entry brings in `wanted`; the count where it is not wanted. */
static size_t place_of(const struct cover *cover, const struct profile_entry *entry)
{
        size_t place = 0;

        while (place < cover->wanted.count &&
                !feature_equal(cover->wanted.items[place]->feature, entry->feature))
                place++;
        return place;
}

/* Covers what that option brings, or with NULL what needs none; counts only, where `count_only`. */
static size_t cover_by(struct cover *cover, const char *option, bool count_only)
{
        const struct profile_entry *entry;
        size_t count = 0, place;

        vector_for_each(entry, &cover->request->libraries->entries) {
                if (!string_equal(option_of(entry), option))
                        continue;
                place = place_of(cover, entry);
                if (place == cover->wanted.count || cover->covered[place])
                        continue;
                count++;
                if (!count_only)
                        cover->covered[place] = true;
        }
        return count;
}

/*
 * The option that brings the most of what is still missing, of equals the first by name; NULL where
 * none brings any. (The least set of options is as hard to find as any set cover; this one is
 * at most a logarithm larger.) Calls are counted once though an option's makefile may say them
 * twice, which only matters among nearly equals.
 */
static const char *best_option(struct cover *cover)
{
        const struct profile_entry *entry;
        const char *best = NULL;
        size_t most = 0;

        vector_for_each(entry, &cover->request->libraries->entries) {
                const char *option = option_of(entry);
                size_t count;

                if (!option || string_equal(option, best))
                        continue;
                count = cover_by(cover, option, true);
                if (count > most || (count > 0 && count == most && strcmp(option, best) < 0)) {
                        most = count;
                        best = option;
                }
        }
        return best;
}

static int find_options(struct cover *cover)
{
        const char *option;
        int r = 0;

        cover_by(cover, NULL, false);
        while (r == 0 && (option = best_option(cover))) {
                cover_by(cover, option, false);
                r = strings_add(&cover->options, option);
        }
        return r;
}

static int compare_strings(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static void write_config(const struct cover *cover, FILE *stream)
{
        char name[FEATURE_NAME_MAX];

        export_write_origin(cover->request, "# ", stream);
        fputs("CONFIG_LIBSYSCALL_SHIM=y\n", stream);
        for (char **option = cover->options; option && *option; option++)
                if (strcmp(*option, "CONFIG_LIBSYSCALL_SHIM") != 0)
                        fprintf(stream, "%s=y\n", *option);
        for (size_t i = 0; i < cover->wanted.count; i++)
                if (!cover->covered[i])
                        fprintf(stream, "# no library provides %s\n",
                                feature_name(cover->wanted.items[i]->feature, name));
}

static int note_missing(const struct cover *cover, struct export_notes *notes)
{
        size_t missing = 0;

        for (size_t i = 0; i < cover->wanted.count; i++)
                missing += !cover->covered[i];
        return missing == 0 ? 0
                            : export_note(notes,
                                      "no library of Unikraft's provides %zu of %zu calls: they "
                                      "stand in comments",
                                      missing, cover->wanted.count);
}

int export_unikraft(const struct export_request *request, FILE *stream, struct export_notes *notes)
{
        CLEANUP(cover_clear) struct cover cover = {.request = request};
        int r = find_wanted(&cover);

        if (r == 0)
                r = find_options(&cover);
        if (r == 0)
                r = export_note_fakes(request, FAKE_NEVER, "to be implemented instead", notes);
        if (r == 0)
                r = export_note_abis(request, notes);
        if (r == 0)
                r = note_missing(&cover, notes);
        if (r < 0)
                return r;
        if (cover.options)
                qsort(cover.options, strings_count(cover.options), sizeof(*cover.options),
                        compare_strings);
        write_config(&cover, stream);
        return stream_result(stream);
}
