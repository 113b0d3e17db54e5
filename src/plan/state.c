/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/state.h"

#include <errno.h>
#include <string.h>

bool verdict_needs_implementing(enum verdict verdict)
{
        return verdict == VERDICT_REQUIRED || verdict == VERDICT_UNTESTED;
}

bool treatment_meets(enum treatment treatment, enum verdict verdict)
{
        switch (treatment) {
        case TREATMENT_IMPLEMENT:
                return true;
        case TREATMENT_STUB:
                return verdict == VERDICT_STUB || verdict == VERDICT_EITHER;
        case TREATMENT_FAKE:
                return verdict == VERDICT_FAKE || verdict == VERDICT_EITHER;
        case TREATMENT_NONE:
                break;
        }
        return false;
}

int plan_compare_features(const struct catalogue *catalogue, uint32_t a, uint32_t b)
{
        if (catalogue_is_call(a) && catalogue_is_call(b))
                return (a > b) - (a < b);
        return catalogue_compare(catalogue, a, b);
}

/* Must be implemented for that application, by its verdict and by what is promised to others. */
static bool is_due(const struct plan_state *state, uint32_t feature, enum verdict verdict)
{
        if (state->treatments[feature] == TREATMENT_IMPLEMENT)
                return false;
        return verdict_needs_implementing(verdict) ||
               (verdict == VERDICT_STUB && state->fake_promised[feature] > 0) ||
               (verdict == VERDICT_FAKE && state->stub_promised[feature] > 0);
}

/* There is room for all applications from the start. */
static void touch(struct plan_state *state, uint32_t application)
{
        if (state->is_touched[application] || state->promised[application])
                return;
        state->is_touched[application] = true;
        state->touched.items[state->touched.count++] = application;
}

void state_forget_touched(struct plan_state *state)
{
        uint32_t *application;

        vector_for_each(application, &state->touched)
                state->is_touched[*application] = false;
        state->touched.count = 0;
}

static int allocate(struct plan_state *state)
{
        size_t features = state->problem->limit + 1;
        size_t applications = state->problem->application_count + 1;

        state->treatments = calloc(features, sizeof(*state->treatments));
        state->stub_promised = calloc(features, sizeof(*state->stub_promised));
        state->fake_promised = calloc(features, sizeof(*state->fake_promised));
        state->promised = calloc(applications, sizeof(*state->promised));
        state->faults = calloc(applications, sizeof(*state->faults));
        state->due = calloc(applications, sizeof(*state->due));
        state->wanted = calloc(features, sizeof(*state->wanted));
        state->help = calloc(applications, sizeof(*state->help));
        state->needed = calloc(features, sizeof(*state->needed));
        state->is_touched = calloc(applications, sizeof(*state->is_touched));
        state->touched.items = calloc(applications, sizeof(*state->touched.items));
        state->touched.capacity = applications;
        state->met =
                calloc(state->users.conflict_starts[applications - 1] + 1, sizeof(*state->met));
        state->ways_out = calloc(
                state->users.conflict_starts[applications - 1] + 1, sizeof(*state->ways_out));
        return state->treatments && state->stub_promised && state->fake_promised &&
                               state->promised && state->faults && state->due &&
                               state->is_touched && state->touched.items && state->met &&
                               state->needed && state->wanted && state->help && state->ways_out
                       ? 0
                       : -ENOMEM;
}

/* What somebody requires, and what one needs stubbed and another faked. */
static void find_needed(struct plan_state *state)
{
        const struct use *use;
        bool seen[VERDICT_COUNT];

        for (unsigned feature = 0; feature < state->problem->limit; feature++) {
                memset(seen, false, sizeof(seen));
                users_for_each(use, &state->users, feature)
                {
                        seen[use->verdict] = true;
                        if (verdict_needs_implementing(use->verdict))
                                state->wanted[feature] +=
                                        state->problem->applications[use->application].weight;
                }
                state->needed[feature] = seen[VERDICT_REQUIRED] || seen[VERDICT_UNTESTED] ||
                                         (seen[VERDICT_STUB] && seen[VERDICT_FAKE]);
        }
}

/* A set without members is no conflict: nothing could be done about it. */
static bool conflict_is_met(const struct plan_state *state, const struct feature_numbers *conflict)
{
        for (size_t m = 0; m < conflict->numbers.count; m++)
                if (state->treatments[conflict->numbers.items[m]] == TREATMENT_IMPLEMENT)
                        return true;
        return conflict->numbers.count == 0;
}

/* True where implementing `a` is the better way out of a conflict: see state_serve(). */
static bool is_better(const struct plan_state *state, uint32_t a, uint32_t b)
{
        const uint64_t *costs = state->problem->costs;
        const size_t *starts = state->users.membership_starts;
        size_t conflicts_of_a = starts[a + 1] - starts[a];
        size_t conflicts_of_b = starts[b + 1] - starts[b];

        if (state->needed[a] != state->needed[b])
                return state->needed[a];
        if (costs[a] != costs[b])
                return costs[a] < costs[b];
        if (conflicts_of_a != conflicts_of_b)
                return conflicts_of_a > conflicts_of_b;
        return plan_compare_features(state->problem->catalogue, a, b) < 0;
}

/* 0 where there is no member, and nothing to be met. */
static uint32_t find_way_out(const struct plan_state *state, const struct feature_numbers *conflict)
{
        const uint32_t *number, *best = NULL;

        vector_for_each(number, &conflict->numbers)
                if (!best || is_better(state, *number, *best))
                        best = number;
        return best ? *best : 0;
}

static void count_faults(struct plan_state *state, uint32_t place)
{
        const struct plan_application *application = &state->problem->applications[place];
        const struct finding *finding;
        size_t conflict;

        vector_for_each(finding, &application->findings.items) {
                if (!treatment_meets(state->treatments[finding->feature], finding->verdict))
                        state->faults[place]++;
                if (is_due(state, finding->feature, finding->verdict)) {
                        state->due[place] += state->problem->costs[finding->feature];
                        state->help[place] += state->wanted[finding->feature];
                }
        }
        for (size_t c = 0; c < application->conflict_count; c++) {
                conflict = state->users.conflict_starts[place] + c;
                state->ways_out[conflict] = find_way_out(state, &application->conflicts[c]);
                state->met[conflict] = conflict_is_met(state, &application->conflicts[c]);
                if (!state->met[conflict])
                        state->faults[place]++;
        }
}

int state_init(const struct plan_problem *problem, struct plan_state *ret)
{
        CLEANUP_STATE struct plan_state state = {.problem = problem};
        int r;

        r = users_init(problem, &state.users);
        if (r == 0)
                r = allocate(&state);
        if (r < 0)
                return r;
        memcpy(state.treatments, problem->initial, problem->limit * sizeof(*state.treatments));
        find_needed(&state);
        for (uint32_t i = 0; i < problem->application_count; i++) {
                count_faults(&state, i);
                touch(&state, i);
        }
        *ret = state;
        state = (struct plan_state){};
        return 0;
}

void state_clear(struct plan_state *state)
{
        users_clear(&state->users);
        free(state->treatments);
        free(state->stub_promised);
        free(state->fake_promised);
        free(state->promised);
        free(state->faults);
        free(state->due);
        free(state->met);
        free(state->ways_out);
        free(state->wanted);
        free(state->help);
        free(state->needed);
        free(state->is_touched);
        vector_clear(&state->touched);
        *state = (struct plan_state){};
}

/* A member is implemented: its conflicts are none any more; but see state_serve(). */
static void meet_conflicts(struct plan_state *state, uint32_t feature)
{
        const struct membership *membership;

        users_for_each_membership(membership, &state->users, feature)
        {
                touch(state, membership->application);
                if (state->met[membership->conflict] ||
                        (!state->needed[feature] &&
                                state->ways_out[membership->conflict] != feature))
                        continue;
                state->met[membership->conflict] = true;
                state->faults[membership->application]--;
        }
}

/* What a new treatment changes for an application, by its verdict. */
struct change {
        int faults;
        bool is_met; /* what was due is so no more */
};

static void find_changes(const struct plan_state *state, uint32_t feature, enum treatment treatment,
        struct change changes[VERDICT_COUNT])
{
        enum treatment before = state->treatments[feature];

        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++) {
                changes[verdict].faults =
                        treatment_meets(before, verdict) - treatment_meets(treatment, verdict);
                changes[verdict].is_met =
                        treatment == TREATMENT_IMPLEMENT && is_due(state, feature, verdict);
        }
}

/* Treats the feature so from here on. */
static void treat(struct plan_state *state, uint32_t feature, enum treatment treatment)
{
        struct change changes[VERDICT_COUNT];
        const struct change *change;
        const struct use *use;

        if (state->treatments[feature] == treatment)
                return;
        find_changes(state, feature, treatment, changes);
        users_for_each(use, &state->users, feature)
        {
                change = &changes[use->verdict];
                if (change->faults == 0 && !change->is_met)
                        continue;
                state->faults[use->application] += change->faults;
                if (change->is_met) {
                        state->due[use->application] -= state->problem->costs[feature];
                        state->help[use->application] -= state->wanted[feature];
                }
                touch(state, use->application);
        }
        state->treatments[feature] = treatment;
        if (treatment == TREATMENT_IMPLEMENT)
                meet_conflicts(state, feature);
}

/* The first promise binds: from here on, the others need the feature implemented. */
static void promise_finding(struct plan_state *state, const struct finding *finding)
{
        enum verdict other = finding->verdict == VERDICT_STUB ? VERDICT_FAKE : VERDICT_STUB;
        uint32_t *promised = finding->verdict == VERDICT_STUB
                                     ? &state->stub_promised[finding->feature]
                                     : &state->fake_promised[finding->feature];
        const struct use *use;

        if (finding->verdict != VERDICT_STUB && finding->verdict != VERDICT_FAKE)
                return;
        if ((*promised)++ > 0 || state->treatments[finding->feature] == TREATMENT_IMPLEMENT)
                return;
        users_for_each(use, &state->users, finding->feature) if (use->verdict == other)
        {
                state->due[use->application] += state->problem->costs[finding->feature];
                state->help[use->application] += state->wanted[finding->feature];
                touch(state, use->application);
        }
}

static void promise(struct plan_state *state, uint32_t application)
{
        const struct finding *finding;

        state->promised[application] = true;
        vector_for_each(finding, &state->problem->applications[application].findings.items)
                promise_finding(state, finding);
}

#define note(list, value)                                           \
        ({                                                          \
                __typeof__((list)->items) item_ = vector_add(list); \
                if (item_)                                          \
                        *item_ = (value);                           \
                item_ ? 0 : -ENOMEM;                                \
        })

static int implement_due(struct plan_state *state, const struct plan_application *application,
        struct plan_step *step)
{
        const struct finding *finding;
        int r = 0;

        vector_for_each(finding, &application->findings.items) {
                if (r < 0 || !is_due(state, finding->feature, finding->verdict))
                        continue;
                r = note(&step->implement, finding->feature);
                if (r == 0)
                        treat(state, finding->feature, TREATMENT_IMPLEMENT);
        }
        return r;
}

static int implement_conflicts(struct plan_state *state, uint32_t place, struct plan_step *step)
{
        const struct plan_application *application = &state->problem->applications[place];
        uint32_t feature;
        int r = 0;

        for (size_t c = 0; r == 0 && c < application->conflict_count; c++) {
                if (state->met[state->users.conflict_starts[place] + c])
                        continue;
                feature = state->ways_out[state->users.conflict_starts[place] + c];
                r = note(&step->implement, feature);
                if (r == 0)
                        treat(state, feature, TREATMENT_IMPLEMENT);
        }
        return r;
}

/* What is left is avoidable, and nobody who is promised minds. */
static int avoid_rest(struct plan_state *state, const struct plan_application *application,
        const enum treatment *wishes, struct plan_step *step)
{
        const struct finding *finding;
        bool fake;
        int r = 0;

        vector_for_each(finding, &application->findings.items) {
                if (r < 0 || treatment_meets(state->treatments[finding->feature], finding->verdict))
                        continue;
                fake = finding->verdict == VERDICT_FAKE ||
                       (finding->verdict == VERDICT_EITHER && wishes &&
                               wishes[finding->feature] == TREATMENT_FAKE);
                r = fake ? note(&step->fake, finding->feature)
                         : note(&step->stub, finding->feature);
                if (r == 0)
                        treat(state, finding->feature, fake ? TREATMENT_FAKE : TREATMENT_STUB);
        }
        return r;
}

static int compare_numbers(const void *a, const void *b)
{
        uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        return (x > y) - (x < y);
}

int state_serve(struct plan_state *state, uint32_t application, const enum treatment *wishes,
        struct plan_step *step)
{
        const struct plan_application *served = &state->problem->applications[application];
        int r;

        r = implement_due(state, served, step);
        if (r == 0)
                r = implement_conflicts(state, application, step);
        if (r == 0)
                r = avoid_rest(state, served, wishes, step);
        if (r == 0)
                r = note(&step->applications, application);
        if (r < 0)
                return r;
        promise(state, application);
        return 0;
}

int state_join(struct plan_state *state, struct plan_step *joined)
{
        uint32_t application;
        int r = 0;

        /* A promise touches further ones, behind those that were there; none of them works newly by
         * it. */
        for (size_t i = 0; r == 0 && i < state->touched.count; i++) {
                application = state->touched.items[i];
                if (state->promised[application] || state->faults[application] > 0)
                        continue;
                r = note(&joined->applications, application);
                promise(state, application);
        }
        if (r == 0 && joined->applications.count > 0)
                qsort(joined->applications.items, joined->applications.count,
                        sizeof(*joined->applications.items), compare_numbers);
        return r;
}

/* True where what is due for the application meets the conflict, or another one before it does. */
static bool will_be_met(const struct plan_state *state, uint32_t place, size_t conflict)
{
        const struct plan_application *application = &state->problem->applications[place];
        const uint32_t *ways_out = state->ways_out + state->users.conflict_starts[place];
        const struct finding *finding;
        const uint32_t *number;

        for (size_t c = 0; c < conflict; c++)
                if (ways_out[c] == ways_out[conflict] &&
                        !state->met[ways_out + c - state->ways_out])
                        return true;
        vector_for_each(number, &application->conflicts[conflict].numbers) {
                finding = findings_find(&application->findings, *number);
                if (finding && is_due(state, *number, finding->verdict) &&
                        (state->needed[*number] || ways_out[conflict] == *number))
                        return true;
        }
        return false;
}

uint64_t state_conflict_cost(const struct plan_state *state, uint32_t application)
{
        size_t first = state->users.conflict_starts[application];
        size_t count = state->users.conflict_starts[application + 1] - first;
        uint64_t cost = 0;

        for (size_t c = 0; c < count; c++)
                if (!state->met[first + c] && !will_be_met(state, application, c))
                        cost += state->problem->costs[state->ways_out[first + c]];
        return cost;
}
