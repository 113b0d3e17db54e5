/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/set.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"

const char *export_merge_name(enum export_merge merge)
{
        static const char *const names[EXPORT_MERGE_COUNT] = {
                [EXPORT_UNION] = "union",
                [EXPORT_INTERSECTION] = "intersection",
        };

        return names[merge];
}

const char *export_allow_name(enum export_allow allow)
{
        static const char *const names[EXPORT_ALLOW_COUNT] = {
                [EXPORT_USED] = "used",
                [EXPORT_REQUIRED] = "required",
        };

        return names[allow];
}

const char *treatment_name(enum treatment treatment)
{
        static const char *const names[] = {
                [TREATMENT_IMPLEMENT] = "implement",
                [TREATMENT_STUB] = "stub",
                [TREATMENT_FAKE] = "fake",
        };

        return names[treatment];
}

void export_set_clear(struct export_set *set)
{
        vector_clear(&set->items);
        strings_free(set->names);
        strings_free(set->partial);
        *set = (struct export_set){};
}

static int compare_item(const void *feature, const void *item)
{
        return feature_compare(feature, &((const struct export_item *)item)->feature);
}

static int compare_items(const void *a, const void *b)
{
        return compare_item(&((const struct export_item *)a)->feature, b);
}

const struct export_item *export_set_find(
        const struct export_set *set, const struct feature *feature)
{
        if (set->items.count == 0)
                return NULL;
        return bsearch(feature, set->items.items, set->items.count, sizeof(*set->items.items),
                compare_item);
}

static enum treatment treatment_of(enum verdict verdict)
{
        switch (verdict) {
        case VERDICT_STUB:
        case VERDICT_EITHER:
                return TREATMENT_STUB;
        case VERDICT_FAKE:
                return TREATMENT_FAKE;
        case VERDICT_REQUIRED:
        case VERDICT_UNTESTED:
        case VERDICT_COUNT:
                break;
        }
        return TREATMENT_IMPLEMENT;
}

enum treatment export_treatment(const struct export_item *item, enum export_allow allow)
{
        if (allow == EXPORT_USED || item->kept)
                return TREATMENT_IMPLEMENT;
        return treatment_of(item->verdict);
}

/* What the inputs say of one feature. */
struct opinion {
        size_t users;
        enum verdict verdict; /* merged, where there are users */
};

static struct opinion ask(const struct export_inputs *inputs, unsigned feature)
{
        const struct export_input *input;
        const struct finding *finding;
        struct opinion opinion = {};

        vector_for_each(input, &inputs->items) {
                finding = findings_find(&input->findings, feature);
                if (!finding)
                        continue;
                opinion.verdict = opinion.users++ == 0
                                          ? finding->verdict
                                          : verdict_merge(opinion.verdict, finding->verdict);
        }
        return opinion;
}

/* Of the inputs that use the call, how many tell all values that they use. */
static size_t count_dividing(const struct export_inputs *inputs, unsigned call)
{
        const struct export_input *input;
        size_t count = 0;

        vector_for_each(input, &inputs->items)
                count += findings_find(&input->findings, call) && export_input_divides(input, call);
        return count;
}

/* Uses the call, and may use every value of it. */
static size_t count_undivided(const struct export_inputs *inputs, unsigned call)
{
        return ask(inputs, call).users - count_dividing(inputs, call);
}

/* The number of a sub-feature's call, or -ENOENT where no input has the call. */
static int call_number(const struct catalogue *catalogue, const struct feature *feature)
{
        const struct feature call = feature_call(*feature);

        return catalogue_find(catalogue, &call);
}

/* See export_set_make(). */
static bool ends_process(const struct feature *feature)
{
        char name[FEATURE_NAME_MAX];
        const char *bare;

        if (feature->kind != FEATURE_SYSCALL)
                return false;
        bare = strrchr(feature_name(*feature, name), ':');
        bare = bare ? bare + 1 : name;
        return strcmp(bare, "exit_group") == 0 || strcmp(bare, "exit") == 0;
}

/* Adds the feature to the set if it belongs there. */
static int merge_feature(const struct export_inputs *inputs, enum export_merge merge,
        unsigned number, struct export_set *set)
{
        const struct feature feature = catalogue_feature(inputs->catalogue, number);
        const struct opinion opinion = ask(inputs, number);
        const size_t wanted = merge == EXPORT_UNION ? 1 : inputs->items.count;
        size_t having = opinion.users, dividing;
        struct export_item *item;

        if (opinion.users == 0)
                return 0;
        /* Who does not divide a call has all of its values. */
        if (feature.kind == FEATURE_SUBFEATURE) {
                const int call = call_number(inputs->catalogue, &feature);
                const struct export_input *input;

                vector_for_each(input, &inputs->items)
                        having += call >= 0 && !findings_find(&input->findings, number) &&
                                  findings_find(&input->findings, call) &&
                                  !export_input_divides(input, call);
        }
        if (having < wanted)
                return 0;
        item = vector_add(&set->items);
        if (!item)
                return -ENOMEM;
        dividing = feature.kind == FEATURE_SYSCALL ? count_dividing(inputs, number) : 0;
        *item = (struct export_item){
                .feature = feature,
                .verdict = opinion.verdict,
                .kept = ends_process(&feature),
                .divided = dividing > 0 &&
                           (merge == EXPORT_INTERSECTION || count_undivided(inputs, number) == 0),
        };
        return 0;
}

static struct export_item *find_number(
        const struct export_inputs *inputs, const struct export_set *set, uint32_t number)
{
        const struct feature feature = catalogue_feature(inputs->catalogue, number);

        return (struct export_item *)export_set_find(set, &feature);
}

/* True where all of the conflict would be left out. */
static bool is_open(const struct export_inputs *inputs, const struct export_set *set,
        const struct feature_numbers *conflict)
{
        const uint32_t *number;

        vector_for_each(number, &conflict->numbers) {
                const struct export_item *item = find_number(inputs, set, *number);

                if (!item || export_treatment(item, EXPORT_REQUIRED) == TREATMENT_IMPLEMENT)
                        return false;
        }
        return conflict->numbers.count > 0;
}

/* Counts for each item in how many open conflicts it stands. */
static void count_conflicts(
        const struct export_inputs *inputs, const struct export_set *set, size_t *counts)
{
        const struct export_input *input;
        const struct feature_numbers *conflict;
        const uint32_t *number;

        memset(counts, 0, set->items.count * sizeof(*counts));
        vector_for_each(input, &inputs->items)
                vector_for_each(conflict, &input->conflicts)
                        if (is_open(inputs, set, conflict))
                                vector_for_each(number, &conflict->numbers)
                                        counts[find_number(inputs, set, *number) -
                                                set->items.items]++;
}

/* Keeps one after the other until no conflict is open. */
static int settle_conflicts(const struct export_inputs *inputs, struct export_set *set)
{
        CLEANUP_FREE size_t *counts = calloc(set->items.count, sizeof(*counts));
        size_t best;

        if (!counts)
                return -ENOMEM;
        do {
                count_conflicts(inputs, set, counts);
                best = 0;
                for (size_t i = 1; i < set->items.count; i++)
                        if (counts[i] > counts[best])
                                best = i;
                if (counts[best] > 0)
                        set->items.items[best].kept = true;
        } while (counts[best] > 0);
        return 0;
}

static int add_names(const struct export_inputs *inputs, struct export_set *set)
{
        const struct export_input *input;

        vector_for_each(input, &inputs->items) {
                bool known = false;

                for (char **name = set->names; name && *name; name++)
                        known = known || strcmp(*name, input->name) == 0;
                if (!known && strings_add(&set->names, input->name) < 0)
                        return -ENOMEM;
                if (input->partial && strings_add(&set->partial, input->name) < 0)
                        return -ENOMEM;
                set->static_count += input->is_static;
                set->incomplete += input->incomplete;
        }
        set->input_count = inputs->items.count;
        return 0;
}

int export_set_make(const struct export_inputs *inputs, enum export_merge merge,
        struct export_set *ret, struct error *error)
{
        CLEANUP_EXPORT_SET struct export_set set = {};
        const unsigned limit = catalogue_limit(inputs->catalogue);
        int r = add_names(inputs, &set);

        for (unsigned number = 0; r == 0 && number < limit; number++)
                r = merge_feature(inputs, merge, number, &set);
        if (r < 0)
                return error_errno(error, ENOMEM, "merging results");
        if (set.items.count == 0)
                return error_set(error, ENOENT, "%s",
                        inputs->items.count > 1 && merge == EXPORT_INTERSECTION
                                ? "there is nothing that all of these use"
                                : "there is nothing that these use");
        qsort(set.items.items, set.items.count, sizeof(*set.items.items), compare_items);
        if (settle_conflicts(inputs, &set) < 0)
                return error_errno(error, ENOMEM, "merging results");
        *ret = set;
        set = (struct export_set){};
        return 0;
}
