/* SPDX-License-Identifier: BSD-3-Clause */
#include "proof/os-model.h"

#include <errno.h>
#include <string.h>

#include "arch/syscalls.h"
#include "plan/equivalents.h"
#include "profile/coverage.h"

/* What was said of a feature beyond the profile. */
struct treated {
        struct feature feature;
        enum treatment treatment;
};

struct os_model {
        struct os_model_options options;
        VECTOR(struct treated) treated; /* in feature order, none twice */
};

struct os_model *os_model_new(const struct os_model_options *options)
{
        struct os_model *model = calloc(1, sizeof(*model));

        if (model)
                model->options = *options;
        return model;
}

struct os_model *os_model_copy(const struct os_model *model)
{
        CLEANUP_OS_MODEL struct os_model *copy = os_model_new(&model->options);
        const struct treated *treated;

        if (!copy)
                return NULL;
        vector_for_each(treated, &model->treated)
                if (os_model_treat(copy, treated->feature, treated->treatment) < 0)
                        return NULL;
        return steal_pointer(copy);
}

struct os_model *os_model_free(struct os_model *model)
{
        if (model)
                vector_clear(&model->treated);
        free(model);
        return NULL;
}

static size_t position_of(const struct os_model *model, const struct feature *feature)
{
        return vector_position(
                &model->treated, treated, feature_compare(&treated->feature, feature) < 0);
}

static const struct treated *find_treated(
        const struct os_model *model, const struct feature *feature)
{
        size_t position = position_of(model, feature);

        if (position < model->treated.count &&
                feature_equal(model->treated.items[position].feature, *feature))
                return &model->treated.items[position];
        return NULL;
}

int os_model_treat(struct os_model *model, struct feature feature, enum treatment treatment)
{
        size_t position = position_of(model, &feature);

        if (!find_treated(model, &feature)) {
                if (!vector_add(&model->treated))
                        return -ENOMEM;
                memmove(model->treated.items + position + 1, model->treated.items + position,
                        (model->treated.count - 1 - position) * sizeof(*model->treated.items));
        }
        model->treated.items[position] = (struct treated){feature, treatment};
        return 0;
}

static enum treatment treatment_of(const struct os_model *model, enum support support)
{
        switch (support) {
        case SUPPORT_FULL:
                return TREATMENT_IMPLEMENT;
        case SUPPORT_PARTIAL:
                return model->options.partial_is_missing ? TREATMENT_NONE : TREATMENT_IMPLEMENT;
        case SUPPORT_FAKE:
                return TREATMENT_FAKE;
        case SUPPORT_STUB:
                return TREATMENT_STUB;
        case SUPPORT_MISSING:
        case SUPPORT_COUNT:
                break;
        }
        return TREATMENT_NONE;
}

/* True for a value of a call that is there in part, which is to count as missing. */
static bool is_part_of_missing(const struct os_model *model, const struct feature *feature)
{
        const struct profile_entry *entry;
        struct feature call;

        if (!model->options.partial_is_missing || feature->kind != FEATURE_SUBFEATURE)
                return false;
        call = feature_call(*feature);
        entry = profile_find(model->options.profile, &call);
        return entry && entry->support == SUPPORT_PARTIAL;
}

/* What stands in so many words, in the plan or in the profile. Returns false where nothing does. */
static bool is_stated(
        const struct os_model *model, const struct feature *feature, enum treatment *ret)
{
        const struct treated *treated = find_treated(model, feature);
        const struct profile_entry *entry = NULL;

        if (treated) {
                *ret = treated->treatment;
                return true;
        }
        if (model->options.profile && !is_part_of_missing(model, feature))
                entry = profile_find(model->options.profile, feature);
        if (entry)
                *ret = treatment_of(model, entry->support);
        return entry != NULL;
}

/* True where the plan implements a value of that selector, in a call that it implements itself. */
static bool plan_lists(const struct os_model *model, const struct feature *call, unsigned selector)
{
        const struct treated *treated = find_treated(model, call);

        if (!treated || treated->treatment != TREATMENT_IMPLEMENT)
                return false;
        vector_for_each(treated, &model->treated)
                if (treated->feature.kind == FEATURE_SUBFEATURE &&
                        treated->feature.selector == selector &&
                        treated->treatment == TREATMENT_IMPLEMENT &&
                        feature_equal(feature_call(treated->feature), *call))
                        return true;
        return false;
}

/* True where some file is named: then those that are not are absent. */
static bool names_files(const struct os_model *model)
{
        const struct feature none = {.kind = FEATURE_FILE, .path = "/proc"};
        const struct treated *treated;

        vector_for_each(treated, &model->treated)
                if (treated->feature.kind == FEATURE_FILE)
                        return true;
        return model->options.profile &&
               profile_support(model->options.profile, &none) != SUPPORT_FULL;
}

static bool is_there(const struct os_model *model, const struct feature *call)
{
        enum treatment treatment;

        return is_stated(model, call, &treatment) && treatment == TREATMENT_IMPLEMENT;
}

/* The call of the native ABI of that name. Returns 0 or -ENOENT. */
static int find_native(const char *name, struct feature *ret)
{
        const struct syscall_info *info = syscall_by_name(name);
        const enum abi abi = abi_native();

        if (!info || info->numbers[abi] < 0)
                return -ENOENT;
        *ret = (struct feature){.kind = FEATURE_SYSCALL, .abi = abi, .number = info->numbers[abi]};
        return 0;
}

static const char *native_name(const struct feature *call)
{
        const struct syscall_info *info = syscall_by_number(call->abi, call->number);

        return info && call->abi == abi_native() ? info->name : "";
}

/*
 * True where something that is there always stands for the call, over any number of hands. (The
 * chains have ends: the generator sees to it.)
 */
static bool is_served(const struct os_model *model, const char *name)
{
        const struct equivalent *row;
        struct feature by;

        for (row = equivalent_table; row->call; row++) {
                if (row->values || strcmp(row->call, name) != 0 || find_native(row->by, &by) < 0)
                        continue;
                if (is_there(model, &by) || is_served(model, row->by))
                        return true;
        }
        return false;
}

static enum treatment treatment_of_call(const struct os_model *model, const struct feature *call)
{
        enum treatment treatment = TREATMENT_NONE;

        is_stated(model, call, &treatment);
        if (treatment != TREATMENT_IMPLEMENT && model->options.equivalents &&
                is_served(model, native_name(call)))
                return TREATMENT_IMPLEMENT;
        return treatment;
}

/* By the rules of profile_support(), which know nothing of the plan. */
static enum treatment treatment_of_subfeature(
        const struct os_model *model, const struct feature *feature)
{
        const struct feature call = feature_call(*feature);
        const enum treatment whole = treatment_of_call(model, &call);

        if (whole != TREATMENT_IMPLEMENT || !is_there(model, &call))
                return whole;
        if (find_treated(model, &call))
                return plan_lists(model, &call, feature->selector) ? TREATMENT_NONE : whole;
        return treatment_of(model, profile_support(model->options.profile, feature));
}

enum treatment os_model_treatment(const struct os_model *model, struct feature feature)
{
        enum treatment treatment = TREATMENT_NONE;

        if (feature.kind == FEATURE_SYSCALL)
                return treatment_of_call(model, &feature);
        if (is_stated(model, &feature, &treatment))
                return treatment;
        if (feature.kind == FEATURE_SUBFEATURE)
                return treatment_of_subfeature(model, &feature);
        return names_files(model) ? TREATMENT_NONE : TREATMENT_IMPLEMENT;
}

/* What a feature that is not there fails with. */
static int errno_of(const struct os_model *model, const struct feature *feature)
{
        const struct profile_entry *entry = NULL;

        if (model->options.profile && !find_treated(model, feature))
                entry = profile_find(model->options.profile, feature);
        return entry && entry->errnum > 0 ? entry->errnum : policy_errno_of(*feature);
}

static int add_rule(const struct os_model *model, struct feature feature, enum treatment treatment,
        struct policy *policy)
{
        if (treatment == TREATMENT_IMPLEMENT)
                return policy_allow(policy, feature);
        if (treatment == TREATMENT_FAKE)
                return policy_fake(policy, feature, policy_success_of(feature));
        return policy_stub(policy, feature, errno_of(model, &feature));
}

/* A value of a selector by itself. */
static struct feature value_of(const struct feature *call, unsigned selector, uint64_t value)
{
        struct feature feature = *call;

        feature.kind = FEATURE_SUBFEATURE;
        feature.selector = selector;
        feature.value = value;
        return feature;
}

/* True where values of the selector that nobody names are not there. */
static bool is_closed(const struct os_model *model, const struct feature *call, unsigned selector)
{
        /* No kernel has it: it stands for all that are not listed. */
        const struct feature unlisted = value_of(call, selector, UINT64_MAX);

        return os_model_treatment(model, unlisted) != TREATMENT_IMPLEMENT;
}

/* Whether a value of a selector is to be left alone; `context` as it was passed on. */
typedef bool (*value_test)(
        const struct feature *value, const struct selector_value *named, const void *context);

/*
 * Withholds the values of a selector that are not to be left alone: those that have a name, and of
 * flags each other bit as well.
 */
static int withhold_values(const struct feature *call, const struct selector *selector,
        unsigned place, value_test is_left, const void *context, struct policy *policy)
{
        struct feature value;
        int r = 0;

        for (size_t i = 0; r == 0 && i < selector->value_count; i++) {
                value = value_of(call, place, selector->values[i].value);
                if (!is_left(&value, &selector->values[i], context))
                        r = policy_stub(policy, value, policy_errno_of(value));
        }
        for (unsigned bit = 0; selector->kind == SELECTOR_FLAGS && r == 0 && bit < 64; bit++) {
                value = value_of(call, place, UINT64_C(1) << bit);
                if ((selector->mask & value.value) && !selector_value_find(selector, value.value) &&
                        !is_left(&value, NULL, context))
                        r = policy_stub(policy, value, policy_errno_of(value));
        }
        return r;
}

static bool is_listed(
        const struct feature *value, const struct selector_value *named, const void *context)
{
        (void)named;
        return os_model_treatment(context, *value) == TREATMENT_IMPLEMENT;
}

/*
 * A call that is there, for the values that are. Where only listed values of an enumeration are
 * there nothing allows the call as such: each of these values does.
 */
static int allow_call(
        const struct os_model *model, const struct feature *call, struct policy *policy)
{
        const struct selector *selectors;
        bool by_values = false;
        size_t count;
        int r = 0;

        selectors = selectors_of(call->abi, call->number, &count);
        for (unsigned i = 0; r == 0 && i < count; i++) {
                if (!is_closed(model, call, i))
                        continue;
                if (selectors[i].kind == SELECTOR_ENUMERATION && !by_values)
                        by_values = true;
                else
                        r = withhold_values(call, &selectors[i], i, is_listed, model, policy);
        }
        return r == 0 && !by_values ? policy_allow(policy, *call) : r;
}

static bool is_in_row(
        const struct feature *value, const struct selector_value *named, const void *context)
{
        const struct equivalent *row = context;

        (void)value;
        for (size_t i = 0; named && row->values[i]; i++)
                if (strcmp(row->values[i], named->name) == 0)
                        return true;
        return false;
}

/* A call that is missing, but has one that stands for it with certain values: with these it is
 * there. */
static int allow_in_part(
        const struct os_model *model, const struct feature *call, struct policy *policy)
{
        const struct equivalent *row;
        const struct selector *selectors;
        struct feature by;
        size_t count;
        int r = 0;

        for (row = equivalent_table; row->call; row++)
                if (row->values && strcmp(row->call, native_name(call)) == 0 &&
                        find_native(row->by, &by) == 0 && is_there(model, &by))
                        break;
        if (!row->call)
                return 0;
        selectors = selectors_of(call->abi, call->number, &count);
        for (unsigned i = 0; r == 0 && i < count; i++)
                r = withhold_values(call, &selectors[i], i, is_in_row, row, policy);
        return r == 0 ? policy_allow(policy, *call) : r;
}

static int add_call(const struct os_model *model, int number, struct policy *policy)
{
        const struct feature call = {
                .kind = FEATURE_SYSCALL,
                .abi = abi_native(),
                .number = number,
        };
        const enum treatment treatment = treatment_of_call(model, &call);

        if (treatment == TREATMENT_IMPLEMENT)
                return is_there(model, &call) ? allow_call(model, &call, policy)
                                              : policy_allow(policy, call);
        if (treatment == TREATMENT_NONE && model->options.equivalents)
                return allow_in_part(model, &call, policy);
        return 0;
}

/* What is stated of a feature, but for calls that are there. */
static int add_stated(
        const struct os_model *model, const struct feature *feature, struct policy *policy)
{
        enum treatment treatment = os_model_treatment(model, *feature);

        if (feature->kind == FEATURE_SYSCALL && feature->abi == abi_native()) {
                if (treatment == TREATMENT_IMPLEMENT || policy_find(policy, *feature))
                        return 0;
                /* A rule would stand above those of values that are there; the default does not. */
                if (treatment != TREATMENT_FAKE && errno_of(model, feature) == ENOSYS)
                        return 0;
        }
        return add_rule(model, *feature, treatment, policy);
}

static int fill(const struct os_model *model, struct policy *policy)
{
        const struct profile *profile = model->options.profile;
        const struct treated *treated;
        int r = 0;

        policy_set_default(policy, ENOSYS);
        if (names_files(model))
                policy_set_default_of_files(policy, ENOENT);
        for (int number = 0; r == 0 && number < syscall_number_limit(abi_native()); number++)
                r = add_call(model, number, policy);
        vector_for_each(treated, &model->treated)
                if (r == 0)
                        r = add_stated(model, &treated->feature, policy);
        for (size_t i = 0; profile && r == 0 && i < profile->entries.count; i++)
                if (!find_treated(model, &profile->entries.items[i].feature))
                        r = add_stated(model, &profile->entries.items[i].feature, policy);
        return r;
}

int os_model_policy(const struct os_model *model, struct policy **ret)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        int r = policy ? fill(model, policy) : -ENOMEM;

        if (r < 0)
                return r;
        *ret = steal_pointer(policy);
        return 0;
}
