/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/parameters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program/escapes.h"

/* Addresses below are never mapped: what reads through them gets nothing. */
#define NULL_PAGE 4096

enum question_kind {
        QUESTION_ENTRY,        /* what `place` holds when `function` is entered */
        QUESTION_FIELD,        /* what is `offset` behind where that points */
        QUESTION_GLOBAL,       /* the word at `address` */
        QUESTION_GLOBAL_FIELD, /* what is `offset` behind where that points */
};

struct question {
        uint8_t kind;
        uint8_t place;
        uint32_t object;
        uint32_t function; /* 0 for globals */
        int64_t offset;
        uint64_t address; /* 0 for parameters */
};

struct question_value {
        struct parameter_value value; /* its link is not set */
        struct origin from;           /* the call that hands it over */
};

/* Another question, to which the answer is one to this. */
struct question_edge {
        uint32_t node;
        struct origin from;
};

struct question_node {
        struct question question;
        VECTOR(struct question_value) values;
        VECTOR(struct question_edge) edges;
        VECTOR(struct origin) unknown;
        bool built;
        uint32_t search; /* the last that came by */
};

/* A node that was come to, by which edge. */
struct search_item {
        uint32_t node;
        uint32_t link; /* the calls from there on */
        struct origin from;
};

struct parameters {
        struct reach_state *state;
        VECTOR(struct question_node) nodes;
        uint32_t *slots; /* by hash: node + 1, or 0 */
        size_t slot_count;
        uint32_t searches;
        VECTOR(struct search_item) frontier;
        struct escapes *escapes;
};

void parameter_answer_clear(struct parameter_answer *answer)
{
        vector_clear(&answer->values);
        vector_clear(&answer->unknown);
}

struct parameters *parameters_new(struct reach_state *state)
{
        CLEANUP_PARAMETERS struct parameters *parameters = calloc(1, sizeof(*parameters));

        if (!parameters)
                return NULL;
        parameters->state = state;
        parameters->escapes = escapes_new(state);
        /* Node 0 is for the value that is asked for, and in no slot. */
        if (!parameters->escapes || !vector_add(&parameters->nodes))
                return NULL;
        parameters->nodes.items[0].built = true;
        return steal_pointer(parameters);
}

struct parameters *parameters_free(struct parameters *parameters)
{
        struct question_node *node;

        if (!parameters)
                return NULL;
        vector_for_each(node, &parameters->nodes) {
                vector_clear(&node->values);
                vector_clear(&node->edges);
                vector_clear(&node->unknown);
        }
        vector_clear(&parameters->nodes);
        vector_clear(&parameters->frontier);
        free(parameters->slots);
        escapes_free(parameters->escapes);
        free(parameters);
        return NULL;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        return hash ^ hash >> 29;
}

static size_t question_hash(const struct question *question)
{
        uint64_t hash = mix(0, (uint64_t)question->kind << 8 | question->place);

        hash = mix(hash, (uint64_t)question->object << 32 | question->function);
        hash = mix(hash, question->offset);
        return mix(hash, question->address);
}

static bool question_equal(const struct question *a, const struct question *b)
{
        return a->kind == b->kind && a->place == b->place && a->object == b->object &&
               a->function == b->function && a->offset == b->offset && a->address == b->address;
}

/* The slot of a question, which is empty where it was not asked yet. */
static uint32_t *find_slot(struct parameters *parameters, const struct question *question)
{
        size_t slot = question_hash(question) & (parameters->slot_count - 1);

        while (parameters->slots[slot] != 0) {
                const struct question_node *node =
                        &parameters->nodes.items[parameters->slots[slot] - 1];

                if (question_equal(&node->question, question))
                        break;
                slot = (slot + 1) & (parameters->slot_count - 1);
        }
        return &parameters->slots[slot];
}

static int make_slots(struct parameters *parameters)
{
        size_t count = parameters->slot_count > 0 ? parameters->slot_count * 2 : 256;
        uint32_t *slots = calloc(count, sizeof(*slots));

        if (!slots)
                return -ENOMEM;
        free(parameters->slots);
        parameters->slots = slots;
        parameters->slot_count = count;
        for (size_t i = 1; i < parameters->nodes.count; i++)
                *find_slot(parameters, &parameters->nodes.items[i].question) = i + 1;
        return 0;
}

/* The number of the question's node, which is made where it is new; or -ENOMEM. */
static int64_t question_node(struct parameters *parameters, struct question question)
{
        struct question_node *node;
        uint32_t *slot;
        int r;

        if (parameters->nodes.count * 2 >= parameters->slot_count) {
                r = make_slots(parameters);
                if (r < 0)
                        return r;
        }
        slot = find_slot(parameters, &question);
        if (*slot != 0)
                return *slot - 1;
        node = vector_add(&parameters->nodes);
        if (!node)
                return -ENOMEM;
        node->question = question;
        *slot = parameters->nodes.count;
        return parameters->nodes.count - 1;
}

static int add_unknown(struct question_node *node, struct origin from)
{
        struct origin *unknown = vector_add(&node->unknown);

        if (!unknown)
                return -ENOMEM;
        *unknown = from;
        return 0;
}

static int add_value(struct question_node *node, struct origin from, bool is_string, int64_t number)
{
        struct question_value *value = vector_add(&node->values);

        if (!value)
                return -ENOMEM;
        *value = (struct question_value){
                .value = {is_string, from.object, number, UINT32_MAX},
                .from = from,
        };
        return 0;
}

static int add_list(struct question_node *node, struct origin from, const struct summary *summary,
        const struct value *value)
{
        int r = 0;

        for (uint32_t i = 0; i < value->count && r == 0; i++)
                r = add_value(node, from, value->kind == VALUE_STRINGS,
                        summary->numbers.items[value->first + i]);
        return r;
}

/* `number` is the node to add to, and not a pointer to it: nodes move when one is made. */
static int add_edge(
        struct parameters *parameters, size_t number, struct origin from, struct question question)
{
        int64_t other = question_node(parameters, question);
        struct question_edge *edge;

        if (other < 0)
                return other;
        edge = vector_add(&parameters->nodes.items[number].edges);
        if (!edge)
                return -ENOMEM;
        *edge = (struct question_edge){other, from};
        return 0;
}

/* The value of summary.values `value`, as function `from.function` sees it, is an answer. */
static int answer_value(
        struct parameters *parameters, size_t number, struct origin from, uint32_t value_number)
{
        const struct summary *summary = state_summary(parameters->state, from.object);
        const struct value *value = &summary->values.items[value_number];
        struct question question = {.object = from.object};

        switch ((enum value_kind)value->kind) {
        case VALUE_NUMBERS:
        case VALUE_STRINGS:
                return add_list(&parameters->nodes.items[number], from, summary, value);
        case VALUE_ENTRY:
        case VALUE_FIELD:
                question.kind = value->kind == VALUE_ENTRY ? QUESTION_ENTRY : QUESTION_FIELD;
                question.place = value->place;
                question.function = from.function;
                question.offset = value->kind == VALUE_FIELD ? value->offset : 0;
                return add_edge(parameters, number, from, question);
        case VALUE_GLOBAL:
        case VALUE_GLOBAL_FIELD:
                question.kind =
                        value->kind == VALUE_GLOBAL ? QUESTION_GLOBAL : QUESTION_GLOBAL_FIELD;
                question.address = value->offset;
                question.offset = value->kind == VALUE_GLOBAL_FIELD ? value->second : 0;
                return add_edge(parameters, number, from, question);
        case VALUE_UNKNOWN:
        case VALUE_FRAME:
        case VALUE_FUNCTION:
                break;
        }
        return add_unknown(&parameters->nodes.items[number], from);
}

/* What stands `offset` bytes behind a pointer into a frame is an answer. */
static int answer_frame(struct question_node *node, struct origin from,
        const struct summary *summary, const struct value *frame, int64_t offset)
{
        for (uint32_t i = 0; i < frame->count; i++) {
                const int64_t *pair = &summary->numbers.items[frame->first + 2 * i];

                if (pair[0] == offset)
                        return add_value(node, from, false, pair[1]);
        }
        return add_unknown(node, from);
}

static bool is_null(const struct summary *summary, const struct value *value)
{
        for (uint32_t i = 0; i < value->count; i++) {
                if ((uint64_t)summary->numbers.items[value->first + i] >= NULL_PAGE)
                        return false;
        }
        return true;
}

/* What is `offset` bytes behind where the value points is an answer. */
static int answer_field(struct parameters *parameters, size_t number, struct origin from,
        uint32_t value_number, int64_t offset)
{
        const struct summary *summary = state_summary(parameters->state, from.object);
        const struct value *value = &summary->values.items[value_number];
        struct question question = {.object = from.object, .offset = offset};

        switch ((enum value_kind)value->kind) {
        case VALUE_FRAME:
                return answer_frame(&parameters->nodes.items[number], from, summary, value, offset);
        case VALUE_NUMBERS:
                if (is_null(summary, value))
                        return 0;
                break;
        case VALUE_ENTRY:
                question.kind = QUESTION_FIELD;
                question.place = value->place;
                question.function = from.function;
                return add_edge(parameters, number, from, question);
        case VALUE_GLOBAL:
                question.kind = QUESTION_GLOBAL_FIELD;
                question.address = value->offset;
                return add_edge(parameters, number, from, question);
        default:
                break;
        }
        return add_unknown(&parameters->nodes.items[number], from);
}

struct build {
        struct parameters *parameters;
        size_t number;
};

/*
 * Where a function is handed over together with pointers into the frame of who does it (to
 * something that calls it back with its context), those are what it may get.
 */
static int answer_context(
        struct build *build, struct origin from, const struct fact *fact, int64_t offset)
{
        const struct summary *summary = state_summary(build->parameters->state, from.object);
        bool found = false;
        int r = 0;

        for (uint32_t i = 0; i < fact->argument_count && r == 0; i++) {
                uint32_t value = summary->arguments.items[fact->arguments + i].value;

                if (summary->values.items[value].kind != VALUE_FRAME)
                        continue;
                found = true;
                r = answer_field(build->parameters, build->number, from, value, offset);
        }
        if (r == 0 && !found)
                r = add_unknown(&build->parameters->nodes.items[build->number], from);
        return r;
}

static int build_edge(void *context, struct origin from, const struct fact *fact)
{
        struct build *build = context;
        const struct question question = build->parameters->nodes.items[build->number].question;
        const struct summary *summary = state_summary(build->parameters->state, from.object);
        bool taken = fact->kind == FACT_TAKE || fact->kind == FACT_TAKE_IMPORT;
        uint32_t value = fact_argument(summary, fact, question.place);

        if (taken && question.kind == QUESTION_FIELD)
                return answer_context(build, from, fact, question.offset);
        if (taken)
                return add_unknown(&build->parameters->nodes.items[build->number], from);
        if (question.kind == QUESTION_ENTRY)
                return answer_value(build->parameters, build->number, from, value);
        return answer_field(build->parameters, build->number, from, value, question.offset);
}

static int build_parameter(struct parameters *parameters, size_t number)
{
        const struct question question = parameters->nodes.items[number].question;
        const struct reach_node *node =
                state_node(parameters->state, question.object, question.function);
        struct build build = {parameters, number};
        int r;

        if (node->taken_unseen) {
                r = add_unknown(&parameters->nodes.items[number],
                        (struct origin){question.object, question.function, 0});
                if (r < 0)
                        return r;
        }
        return callers_each(
                parameters->state, question.object, question.function, build_edge, &build);
}

/* The stores of reachable functions, each of them a whole one to that very word. */
static int build_stores(struct parameters *parameters, size_t number, bool *ret_certain)
{
        const struct question question = parameters->nodes.items[number].question;
        struct reach_state *state = parameters->state;
        const struct summary *summary = state_summary(state, question.object);
        const struct call_index *calls = callers_index(state, question.object);
        uint64_t below = question.address < 7 ? question.address : 7;
        const struct call_edge *edges;
        size_t count;
        int r = 0;

        if (!calls)
                return -ENOMEM;
        edges = call_index_stores(
                calls, question.address - below, question.address + sizeof(uint64_t), &count);
        for (size_t i = 0; i < count && r == 0; i++) {
                const struct fact *fact = &summary->facts.items[edges[i].fact];
                struct origin from = {question.object, edges[i].function, fact->address};

                if (!state_node(state, from.object, from.function)->reached)
                        continue;
                if ((uint64_t)fact->offset != question.address)
                        *ret_certain = false;
                else if (question.kind == QUESTION_GLOBAL)
                        r = answer_value(parameters, number, from, fact->target);
                else
                        r = answer_field(parameters, number, from, fact->target, question.offset);
        }
        return r;
}

static int build_global(struct parameters *parameters, size_t number)
{
        const struct question question = parameters->nodes.items[number].question;
        const struct summary *summary = state_summary(parameters->state, question.object);
        bool certain = true;
        size_t pointers;
        int escaped, r;

        escaped = question.kind == QUESTION_GLOBAL_FIELD
                          ? escapes_covers_word(
                                    parameters->escapes, question.object, question.address)
                          : escapes_covers(parameters->escapes, question.object, question.address);
        if (escaped < 0)
                return escaped;
        r = build_stores(parameters, number, &certain);
        if (r < 0)
                return r;
        summary_pointers(summary, question.address, question.address + sizeof(uint64_t), &pointers);
        /* What is there at first is not in the summary, but that it is no pointer is. */
        if (escaped || !certain || pointers > 0 || question.kind == QUESTION_GLOBAL)
                r = add_unknown(&parameters->nodes.items[number],
                        (struct origin){question.object, NO_FUNCTION, 0});
        return r;
}

static int build(struct parameters *parameters, size_t number)
{
        struct question_node *node = &parameters->nodes.items[number];

        if (node->built)
                return 0;
        node->built = true;
        if (node->question.kind == QUESTION_ENTRY || node->question.kind == QUESTION_FIELD)
                return build_parameter(parameters, number);
        return build_global(parameters, number);
}

static bool is_global(const struct question_node *node)
{
        return node->question.kind == QUESTION_GLOBAL ||
               node->question.kind == QUESTION_GLOBAL_FIELD;
}

/* What leads from a place that gives a value to a node (a call; or a store, which leads nowhere)
 * on to the place that was asked for. */
static int64_t link_to(
        const struct parameters *parameters, const struct search_item *item, struct origin from)
{
        const struct question_node *node = &parameters->nodes.items[item->node];

        if (item->node == 0 || is_global(node))
                return item->link;
        return reach_add_link(parameters->state, from, item->link);
}

static int push(struct parameters *parameters, uint32_t number, int64_t link, struct origin from)
{
        struct search_item *item;

        if (link < 0)
                return link;
        if (parameters->nodes.items[number].search == parameters->searches)
                return 0;
        item = vector_add(&parameters->frontier);
        if (!item)
                return -ENOMEM;
        parameters->nodes.items[number].search = parameters->searches;
        *item = (struct search_item){number, link, from};
        return 0;
}

/* Adds what a node has of its own to the answer. */
static int collect(const struct parameters *parameters, const struct search_item *item,
        struct parameter_answer *ret)
{
        const struct question_node *node = &parameters->nodes.items[item->node];
        const struct question_value *found;
        const struct origin *lost;

        vector_for_each(found, &node->values) {
                int64_t link = link_to(parameters, item, found->from);
                struct parameter_value *value = vector_add(&ret->values);

                if (link < 0 || !value)
                        return -ENOMEM;
                *value = found->value;
                value->link = link;
        }
        vector_for_each(lost, &node->unknown) {
                struct origin *unknown = vector_add(&ret->unknown);

                if (!unknown)
                        return -ENOMEM;
                *unknown = lost->function == NO_FUNCTION ? item->from : *lost;
        }
        return 0;
}

static int expand(struct parameters *parameters, const struct search_item *item)
{
        int r = build(parameters, item->node);

        for (size_t i = 0; r == 0 && i < parameters->nodes.items[item->node].edges.count; i++) {
                const struct question_edge edge =
                        parameters->nodes.items[item->node].edges.items[i];

                if (parameters->nodes.items[edge.node].search != parameters->searches)
                        r = push(parameters, edge.node, link_to(parameters, item, edge.from),
                                edge.from);
        }
        return r;
}

int parameters_ask(struct parameters *parameters, struct origin at, uint32_t value, uint32_t link,
        struct parameter_answer *ret)
{
        struct question_node *start = &parameters->nodes.items[0];
        int r;

        start->values.count = start->edges.count = start->unknown.count = 0;
        parameters->searches++;
        parameters->frontier.count = 0;
        r = answer_value(parameters, 0, at, value);
        if (r == 0)
                r = push(parameters, 0, link, at);
        for (size_t i = 0; r == 0 && i < parameters->frontier.count; i++) {
                const struct search_item item = parameters->frontier.items[i];

                r = expand(parameters, &item);
                if (r == 0)
                        r = collect(parameters, &item, ret);
        }
        return r;
}
