/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/policy.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/io.h"
#include "base/strings.h"
#include "base/vector.h"
#include "feature/selector.h"

#define ERRNO_MAX        4095 /* the kernel's: -4095 to -1 are errors, everything else is success */
#define PROFILE_SIZE_MAX (1u << 20)

struct policy {
        VECTOR(struct policy_rule) rules; /* in feature order, at most one for each feature */
        int default_errnum;               /* 0: allow */
        int default_of_files;             /* the same of files */
};

struct policy *policy_new(void)
{
        return calloc(1, sizeof(struct policy));
}

struct policy *policy_copy(const struct policy *policy)
{
        CLEANUP_POLICY struct policy *copy = policy_new();

        if (!copy)
                return NULL;
        copy->default_errnum = policy->default_errnum;
        copy->default_of_files = policy->default_of_files;
        for (size_t i = 0; i < policy->rules.count; i++) {
                struct policy_rule *rule = vector_add(&copy->rules);

                if (!rule)
                        return NULL;
                *rule = policy->rules.items[i];
        }
        return steal_pointer(copy);
}

struct policy *policy_free(struct policy *policy)
{
        if (policy) {
                vector_clear(&policy->rules);
                free(policy);
        }
        return NULL;
}

/* The index of the first rule whose feature is not before `feature`. */
static size_t policy_position(const struct policy *policy, struct feature feature)
{
        return vector_position(&policy->rules, rule, feature_compare(&rule->feature, &feature) < 0);
}

const struct policy_rule *policy_find(const struct policy *policy, struct feature feature)
{
        size_t position = policy_position(policy, feature);

        if (position < policy->rules.count &&
                feature_equal(policy->rules.items[position].feature, feature))
                return &policy->rules.items[position];
        return NULL;
}

static int policy_set(struct policy *policy, struct policy_rule rule)
{
        size_t position = policy_position(policy, rule.feature);

        if (!policy_find(policy, rule.feature)) {
                if (!vector_add(&policy->rules))
                        return -ENOMEM;
                memmove(policy->rules.items + position + 1, policy->rules.items + position,
                        (policy->rules.count - 1 - position) * sizeof(rule));
        }
        policy->rules.items[position] = rule;
        return 0;
}

int policy_stub(struct policy *policy, struct feature feature, int errnum)
{
        return policy_set(policy, (struct policy_rule){
                                          .feature = feature,
                                          .action = ACTION_STUB,
                                          .errnum = errnum,
                                  });
}

int policy_fake(struct policy *policy, struct feature feature, struct success success)
{
        if (feature.kind == FEATURE_FILE)
                success = policy_success_of(feature);
        return policy_set(policy, (struct policy_rule){
                                          .feature = feature,
                                          .action = ACTION_FAKE,
                                          .success = success,
                                  });
}

int policy_allow(struct policy *policy, struct feature feature)
{
        return policy_set(policy, (struct policy_rule){.feature = feature, .action = ACTION_ALLOW});
}

void policy_set_default(struct policy *policy, int errnum)
{
        policy->default_errnum = errnum;
}

int policy_default(const struct policy *policy)
{
        return policy->default_errnum;
}

void policy_set_default_of_files(struct policy *policy, int errnum)
{
        policy->default_of_files = errnum;
}

int policy_default_of_files(const struct policy *policy)
{
        return policy->default_of_files;
}

const struct policy_rule *policy_rules(const struct policy *policy, size_t *ret_count)
{
        *ret_count = policy->rules.count;
        return policy->rules.items;
}

const struct policy_rule *policy_subfeature_rules(
        const struct policy *policy, struct feature call, size_t *ret_count)
{
        struct feature first = {
                .kind = FEATURE_SUBFEATURE,
                .abi = call.abi,
                .number = call.number,
        };
        struct feature behind = first;
        size_t position = policy_position(policy, first);

        behind.number++;
        *ret_count = policy_position(policy, behind) - position;
        return *ret_count > 0 ? policy->rules.items + position : NULL;
}

bool policy_withholds_files(const struct policy *policy)
{
        const struct policy_rule *rule;

        if (policy->default_of_files != 0)
                return true;
        vector_for_each(rule, &policy->rules) {
                if (rule->feature.kind == FEATURE_FILE && rule->action != ACTION_ALLOW)
                        return true;
        }
        return false;
}

/* The errno of calls of that ABI that have no rule; 0 where they are allowed. */
static int policy_default_of(const struct policy *policy, enum abi abi)
{
        return abi == abi_native() ? policy->default_errnum : 0;
}

/* What becomes of a call that the rules of its sub-features do not concern. */
static struct policy_rule policy_fallback(const struct policy *policy, struct feature call)
{
        const struct policy_rule *rule = policy_find(policy, call);
        int errnum = policy_default_of(policy, call.abi);

        if (rule)
                return *rule;
        return (struct policy_rule){
                .feature = call,
                .action = errnum == 0 ? ACTION_ALLOW : ACTION_STUB,
                .errnum = errnum,
        };
}

/* True where both do the same with a call, and neither is a fake: these are always worth telling.
 */
static bool rule_does_the_same(const struct policy_rule *a, const struct policy_rule *b)
{
        return a->action == b->action && a->action != ACTION_FAKE && a->errnum == b->errnum;
}

/* True where one call can have both values. Both sub-features are of the same call. */
static bool subfeatures_meet(struct feature a, struct feature b)
{
        size_t count;
        const struct selector *selectors = selectors_of(a.abi, a.number, &count);

        if (a.selector != b.selector || a.selector >= count)
                return true;
        if (selectors[a.selector].kind == SELECTOR_ENUMERATION)
                return a.value == b.value;
        return a.value == b.value || (a.value != 0 && b.value != 0);
}

/*
 * The rule of a sub-feature changes nothing where the whole call is withheld anyway; or where it
 * says what holds for the rest of the call as well, and no other rule has the calls that it leaves.
 */
static bool subfeature_rule_is_redundant(
        const struct policy *policy, const struct policy_rule *rule)
{
        struct feature call = feature_call(rule->feature);
        const struct policy_rule *whole = policy_find(policy, call);
        struct policy_rule fallback = policy_fallback(policy, call);
        const struct policy_rule *others;
        size_t count;

        if (whole && whole->action != ACTION_ALLOW)
                return true;
        if (!rule_does_the_same(rule, &fallback))
                return false;
        if (rule->action == ACTION_ALLOW)
                return true;
        others = policy_subfeature_rules(policy, call, &count);
        for (size_t i = 0; i < count; i++) {
                if (!rule_does_the_same(&others[i], &fallback) &&
                        subfeatures_meet(others[i].feature, rule->feature))
                        return false;
        }
        return true;
}

/* True where the rule says just what would happen without it. */
static bool rule_is_redundant(const struct policy *policy, const struct policy_rule *rule)
{
        int errnum = policy_default_of(policy, rule->feature.abi);

        switch (rule->feature.kind) {
        case FEATURE_SYSCALL:
                return (rule->action == ACTION_ALLOW && errnum == 0) ||
                       (rule->action == ACTION_STUB && errnum == rule->errnum);
        case FEATURE_SUBFEATURE:
                return subfeature_rule_is_redundant(policy, rule);
        case FEATURE_FILE:
                errnum = policy->default_of_files;
                return (rule->action == ACTION_ALLOW && errnum == 0) ||
                       (rule->action == ACTION_STUB && errnum == rule->errnum);
        case FEATURE_KIND_COUNT:
                break;
        }
        return rule->action == ACTION_ALLOW;
}

bool policy_is_empty(const struct policy *policy)
{
        for (size_t i = 0; i < policy->rules.count; i++) {
                if (!rule_is_redundant(policy, &policy->rules.items[i]))
                        return false;
        }
        return policy->default_errnum == 0 && policy->default_of_files == 0;
}

static const struct success no_success = {.kind = SUCCESS_CONSTANT, .value = 0};

/* The success value of one value of a selector, or NULL where that is the call's. */
static const struct success *success_of_value(struct feature feature)
{
        const struct selector_value *value;
        const struct selector *selectors;
        size_t count;

        selectors = selectors_of(feature.abi, feature.number, &count);
        if (feature.selector >= count)
                return NULL;
        value = selector_value_find(&selectors[feature.selector], feature.value);
        return value && value->has_success ? &value->success : NULL;
}

struct success policy_success_of(struct feature feature)
{
        const struct success *success = NULL;
        const struct syscall_info *info;

        if (feature.kind == FEATURE_FILE)
                return no_success;
        if (feature.kind == FEATURE_SUBFEATURE)
                success = success_of_value(feature);
        if (success)
                return *success;
        info = syscall_by_number(feature.abi, feature.number);
        return info ? info->success : no_success;
}

int policy_errno_of(struct feature feature)
{
        return feature.kind == FEATURE_FILE ? ENOENT : ENOSYS;
}

static bool success_equal(struct success a, struct success b)
{
        return a.kind == b.kind && a.value == b.value;
}

/* Reads a decimal number from 0 to `limit`; returns false for anything else. */
static bool parse_number(const char *text, int64_t limit, int64_t *ret)
{
        char *end;
        int64_t value;

        if (!isdigit((unsigned char)*text))
                return false;
        errno = 0;
        value = strtoll(text, &end, 10);
        if (errno != 0 || *end != '\0' || value > limit)
                return false;
        *ret = value;
        return true;
}

/* `value` is what stands behind the word's "=", or NULL. */
static int policy_parse_stub(struct policy *policy, const char *word, struct feature feature,
        const char *value, struct error *error)
{
        int errnum = policy_errno_of(feature);
        int64_t number;
        int r;

        if (value) {
                errnum = errno_from_name(value);
                if (errnum == 0 && parse_number(value, ERRNO_MAX, &number))
                        errnum = (int)number;
                if (errnum == 0)
                        return error_set(error, EINVAL,
                                "'%s': '%s' is no errno: give a name such as EPERM, or a number "
                                "from 1 to %d",
                                word, value, ERRNO_MAX);
        }
        r = policy_stub(policy, feature, errnum);
        return r < 0 ? error_errno(error, -r, "'%s'", word) : 0;
}

static int policy_parse_fake(struct policy *policy, const char *word, struct feature feature,
        const char *value, struct error *error)
{
        struct success success = policy_success_of(feature);
        int r;

        if (value && feature.kind == FEATURE_FILE)
                return error_set(error, EINVAL,
                        "'%s': a faked file is there and empty: it has no value of success", word);
        if (value) {
                success = (struct success){.kind = SUCCESS_CONSTANT};
                if (!parse_number(value, INT64_MAX, &success.value))
                        return error_set(error, EINVAL,
                                "'%s': '%s' is no value of success: give a number of 0 or more",
                                word, value);
        }
        r = policy_fake(policy, feature, success);
        return r < 0 ? error_errno(error, -r, "'%s'", word) : 0;
}

typedef int (*word_function)(struct policy *policy, const char *word, struct feature feature,
        const char *value, struct error *error);

/* Splits "NAME[=VALUE],…" and hands every part to `parse_word`. */
static int policy_parse_list(
        struct policy *policy, const char *list, word_function parse_word, struct error *error)
{
        CLEANUP_STRINGS char **words = strings_split(list, ',');

        if (!words)
                return error_errno(error, ENOMEM, "'%s'", list);
        for (char **word = words; *word; word++) {
                const char *equals = strchrnul(*word, '=');
                CLEANUP_FREE char *name = strndup(*word, equals - *word);
                struct feature feature;
                int r;

                if (!name)
                        return error_errno(error, ENOMEM, "'%s'", *word);
                r = feature_parse(name, &feature, error);
                if (r < 0)
                        return r;
                r = parse_word(policy, *word, feature, *equals ? equals + 1 : NULL, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

int policy_parse_stubs(struct policy *policy, const char *list, struct error *error)
{
        return policy_parse_list(policy, list, policy_parse_stub, error);
}

int policy_parse_fakes(struct policy *policy, const char *list, struct error *error)
{
        return policy_parse_list(policy, list, policy_parse_fake, error);
}

/* Cuts off the comment and the white space around what is left of the line, in place. */
static char *profile_word(char *line)
{
        char *end;

        line[strcspn(line, "#")] = '\0';
        while (isspace((unsigned char)*line))
                line++;
        end = line + strlen(line);
        while (end > line && isspace((unsigned char)end[-1]))
                end--;
        *end = '\0';
        return line;
}

int policy_parse_only_allow(struct policy *policy, const char *path, struct error *error)
{
        CLEANUP_FREE char *text = NULL;
        char *rest, *line;
        int r;

        r = read_file(path, PROFILE_SIZE_MAX, &text, NULL);
        if (r < 0)
                return error_errno(error, -r, "%s", path);
        rest = text;
        for (unsigned number = 1; (line = strsep(&rest, "\n")); number++) {
                const char *name = profile_word(line);
                struct feature feature;

                if (*name == '\0')
                        continue;
                r = feature_parse(name, &feature, error);
                if (r >= 0 && feature.kind != FEATURE_SYSCALL)
                        r = error_set(error, EINVAL,
                                "'%s' is not a whole system call: a profile can list no other "
                                "features",
                                name);
                if (r < 0)
                        return error_prefix(error, r, "%s:%u", path, number);
                r = policy_allow(policy, feature);
                if (r < 0)
                        return error_errno(error, -r, "%s:%u", path, number);
        }
        policy_set_default(policy, ENOSYS);
        return 0;
}

static void write_errno(FILE *stream, int errnum)
{
        const char *name = errno_name(errnum);

        if (name)
                fputs(name, stream);
        else
                fprintf(stream, "%d", errnum);
}

static void write_rule(FILE *stream, const struct policy_rule *rule)
{
        char name[FEATURE_NAME_MAX];

        fputs(feature_name(rule->feature, name), stream);
        if (rule->action == ACTION_STUB && rule->errnum != policy_errno_of(rule->feature)) {
                fputc('=', stream);
                write_errno(stream, rule->errnum);
        }
        if (rule->action == ACTION_FAKE && rule->success.kind == SUCCESS_CONSTANT &&
                !success_equal(rule->success, policy_success_of(rule->feature)))
                fprintf(stream, "=%" PRId64, rule->success.value);
}

/* Puts a space before every option but the first. */
static void write_option(FILE *stream, const char *option)
{
        fprintf(stream, "%s%s ", ftell(stream) > 0 ? " " : "", option);
}

/* What happens by default, where it is not the usual; "allow" where nothing is withheld. */
static void write_default(FILE *stream, const char *option, int errnum, int usual)
{
        if (errnum == usual)
                return;
        write_option(stream, option);
        if (errnum == 0)
                fputs("allow", stream);
        else
                write_errno(stream, errnum);
}

static void write_rules(
        FILE *stream, const struct policy *policy, enum action action, const char *option)
{
        bool first = true;

        for (size_t i = 0; i < policy->rules.count; i++) {
                const struct policy_rule *rule = &policy->rules.items[i];

                if (rule->action != action || rule_is_redundant(policy, rule))
                        continue;
                if (!first)
                        fputc(',', stream);
                else if (option)
                        write_option(stream, option);
                first = false;
                write_rule(stream, rule);
        }
}

char *policy_text(const struct policy *policy)
{
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        if (!stream)
                return NULL;
        if (policy->default_errnum != 0 || policy->default_of_files != 0) {
                write_option(stream, "--only-allow");
                write_rules(stream, policy, ACTION_ALLOW, NULL);
                write_default(stream, "--default", policy->default_errnum, ENOSYS);
                write_default(stream, "--default-of-files", policy->default_of_files, 0);
        }
        write_rules(stream, policy, ACTION_STUB, "--stub");
        write_rules(stream, policy, ACTION_FAKE, "--fake");
        return fclose(stream) == 0 ? steal_pointer(text) : NULL;
}

/* Names that libc gives to a number beside the one it prefers. */
static const struct errno_alias {
        const char *name;
        int errnum;
} errno_aliases[] = {
        {"EWOULDBLOCK", EWOULDBLOCK},
        {"EDEADLOCK", EDEADLOCK},
        {"ENOTSUP", ENOTSUP},
};

const char *errno_name(int errnum)
{
        return errnum > 0 ? strerrorname_np(errnum) : NULL;
}

int errno_from_name(const char *name)
{
        for (int errnum = 1; errnum <= ERRNO_MAX; errnum++) {
                if (string_equal(errno_name(errnum), name))
                        return errnum;
        }
        for (size_t i = 0; i < ARRAY_SIZE(errno_aliases); i++) {
                if (string_equal(errno_aliases[i].name, name))
                        return errno_aliases[i].errnum;
        }
        return 0;
}
