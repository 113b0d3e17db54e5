/* SPDX-License-Identifier: BSD-3-Clause */

/* The arguments that divide a call into sub-features, where the kernel is entered. */

#include <errno.h>

#include "feature/selector.h"
#include "program/reach-result.h"

/* So many calls in a row are followed with number and arguments together; beyond, each argument may
 * meet each number. Most wrappers are one call deep. */
#define TOGETHER_MAX 3

/* The number (0) and the arguments (from 1 on) of a call, each as somebody on the way sees it. */
#define WORDS 7
struct words {
        struct origin at[WORDS];
        uint32_t values[WORDS];
        uint32_t links[WORDS]; /* the calls from there to the place */
};

struct choice {
        struct parameters *parameters;
        struct reach_result *result;
        struct origin at; /* where the kernel is entered */
        const struct site *site;
        const struct words *words;
        struct origin asked; /* whose callers are asked */
        unsigned depth;
};

static int find_words(struct choice *choice, const struct words *words);

static int lose(struct choice *choice, struct feature call)
{
        struct feature *lost = vector_add(&choice->result->unknown_selectors);

        if (!lost)
                return -ENOMEM;
        *lost = call;
        return 0;
}

static int ask(struct choice *choice, const struct words *words, unsigned word,
        struct parameter_answer *ret)
{
        return parameters_ask(
                choice->parameters, words->at[word], words->values[word], words->links[word], ret);
}

static int add_values(struct choice *choice, struct feature call, unsigned number,
        const struct selector *selector, const uint64_t arguments[6], uint32_t link)
{
        uint64_t values[SELECTOR_VALUES_MAX];
        size_t count = selector_split(selector, selector_word(selector, arguments), values);
        int r = 0;

        for (size_t i = 0; i < count && r == 0; i++) {
                struct feature feature = call;

                feature.kind = FEATURE_SUBFEATURE;
                feature.selector = number;
                feature.value = values[i];
                r = result_add_feature(choice->result, feature, choice->at, link);
        }
        return r;
}

/* A selector whose second argument, where it is a pair's, has any of the values of `lower`. */
static int find_pairs(struct choice *choice, struct feature call, unsigned number,
        const struct selector *selector, const struct parameter_value *upper,
        const struct parameter_answer *lower)
{
        uint64_t arguments[6] = {};
        const struct parameter_value *value;
        int r = 0;

        arguments[selector->argument] = upper->number;
        if (selector->source == SELECTOR_ARGUMENT)
                return add_values(choice, call, number, selector, arguments, upper->link);
        vector_for_each(value, &lower->values) {
                if (r < 0 || value->is_string)
                        break;
                arguments[selector->argument + 1] = value->number;
                r = add_values(choice, call, number, selector, arguments, upper->link);
        }
        return r;
}

static bool has_string(const struct parameter_answer *answer)
{
        const struct parameter_value *value;

        vector_for_each(value, &answer->values) {
                if (value->is_string)
                        return true;
        }
        return false;
}

static int find_selector(struct choice *choice, const struct words *words, struct feature call,
        unsigned number, const struct selector *selector)
{
        CLEANUP_ANSWER struct parameter_answer upper = {}, lower = {};
        const struct parameter_value *value;
        int r = 0;

        if (selector->source == SELECTOR_POINTER)
                return lose(choice, call);
        r = ask(choice, words, 1 + selector->argument, &upper);
        if (r == 0 && selector->source == SELECTOR_PAIR)
                r = ask(choice, words, 2 + selector->argument, &lower);
        vector_for_each(value, &upper.values) {
                if (r < 0)
                        return r;
                if (!value->is_string)
                        r = find_pairs(choice, call, number, selector, value, &lower);
        }
        if (r == 0 && (upper.unknown.count > 0 || lower.unknown.count > 0 || has_string(&upper) ||
                              has_string(&lower)))
                r = lose(choice, call);
        return r;
}

/* The call is `call`: what are its selectors? */
static int find_call(struct choice *choice, const struct words *words, struct feature call)
{
        size_t count;
        const struct selector *selectors = selectors_of(call.abi, call.number, &count);
        int r = 0;

        for (size_t i = 0; i < count && r == 0; i++)
                r = find_selector(choice, words, call, i, &selectors[i]);
        return r;
}

static const struct value *value_of(
        const struct choice *choice, const struct words *words, unsigned word)
{
        return &state_summary(choice->result->state, words->at[word].object)
                        ->values.items[words->values[word]];
}

static bool is_same_function(struct origin a, struct origin b)
{
        return a.object == b.object && a.function == b.function;
}

/* The words as a caller sees them that hands them over by `fact`. */
static int find_caller(void *context, struct origin from, const struct fact *fact)
{
        struct choice *choice = context;
        const struct summary *summary = state_summary(choice->result->state, from.object);
        struct words words = *choice->words;
        struct choice deeper = *choice;

        if (fact->kind != FACT_CALL && fact->kind != FACT_CALL_IMPORT)
                return 0;
        for (unsigned i = 0; i < WORDS; i++) {
                const struct value *value = value_of(choice, &words, i);
                int64_t link;

                if (!is_same_function(words.at[i], choice->asked) || value->kind != VALUE_ENTRY)
                        continue;
                link = reach_add_link(choice->result->state, from, words.links[i]);
                if (link < 0)
                        return link;
                words.links[i] = link;
                words.values[i] = fact_argument(summary, fact, value->place);
                words.at[i] = from;
        }
        deeper.depth++;
        return find_words(&deeper, &words);
}

/* Whether one word of several is the caller's: then they belong together, call by call. */
static bool belongs_together(
        const struct choice *choice, const struct words *words, struct origin *ret)
{
        const struct value *number = value_of(choice, words, 0);
        bool together = number->kind == VALUE_ENTRY;

        *ret = words->at[0];
        if (!together && number->kind == VALUE_NUMBERS && number->count == 1) {
                const struct summary *summary =
                        state_summary(choice->result->state, words->at[0].object);
                struct parameter_value value = {.number = summary->numbers.items[number->first]};
                struct feature call;
                size_t count = 0;
                const struct selector *selectors = NULL;

                if (site_call(choice->result->state, choice->at, choice->site, &value, &call))
                        selectors = selectors_of(call.abi, call.number, &count);
                for (size_t i = 0; i < count && !together; i++) {
                        unsigned word = 1 + selectors[i].argument;

                        together = selectors[i].source == SELECTOR_PAIR &&
                                   value_of(choice, words, word)->kind == VALUE_ENTRY &&
                                   value_of(choice, words, word + 1)->kind == VALUE_ENTRY &&
                                   is_same_function(words->at[word], words->at[word + 1]);
                        *ret = words->at[word];
                }
        }
        return together && choice->depth < TOGETHER_MAX &&
               !state_node(choice->result->state, ret->object, ret->function)->taken;
}

static int find_words(struct choice *choice, const struct words *words)
{
        CLEANUP_ANSWER struct parameter_answer numbers = {};
        const struct parameter_value *value;
        struct feature call;
        int r;

        choice->words = words;
        if (belongs_together(choice, words, &choice->asked))
                return callers_each(choice->result->state, choice->asked.object,
                        choice->asked.function, find_caller, choice);
        r = ask(choice, words, 0, &numbers);
        vector_for_each(value, &numbers.values) {
                if (r < 0)
                        return r;
                if (site_call(choice->result->state, choice->at, choice->site, value, &call))
                        r = find_call(choice, words, call);
        }
        return r;
}

int selectors_find(struct parameters *parameters, struct reach_result *result, struct origin at,
        const struct site *site)
{
        struct choice choice = {.parameters = parameters, .result = result, .at = at, .site = site};
        struct words words;

        for (unsigned i = 0; i < WORDS; i++) {
                words.at[i] = at;
                words.links[i] = UINT32_MAX;
                words.values[i] = i == 0 ? site->number : site->arguments[i - 1];
        }
        return find_words(&choice, &words);
}
