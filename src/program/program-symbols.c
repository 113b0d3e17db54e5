/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What a name means, as in glibc's do_lookup_x() and check_match():
 *
 * - The first object of the scope that has a fitting definition decides; a weak one counts as much
 *   as any other.
 * - A reference with a version takes that version, or a definition without any, as all are in
 *   objects that have no versions.
 * - A reference without a version takes a definition without one, or the first version that its
 *   object ever had, even if hidden (so that old programs find what they were built with), or else
 *   the default version.
 *
 * musl's interpreter knows no versions: it takes what is not hidden.
 */

#include <errno.h>
#include <string.h>

#include "program/program-private.h"

/* What is looked for. */
struct reference {
        const char *name;
        const char *version; /* NULL: none */
        uint32_t hash;
        bool is_musl;
        size_t except; /* object that is passed over; SIZE_MAX: none */
};

void program_forget(struct program_link *link)
{
        free(link->answers);
        link->answers = NULL;
}

/* The length of a version's name without its number: GLIBC_ of GLIBC_2.2.5. */
static size_t family_length(const char *version)
{
        const char *end = strrchr(version, '_');

        return end ? (size_t)(end + 1 - version) : strlen(version);
}

/* True where no other version of the same family in the object is older. The summary does not tell
 * the order in which versions were given, but they were numbered in it. */
static bool is_first_version(const struct summary *summary, uint32_t version)
{
        const char *text = summary_text(summary, version);
        const struct summary_symbol *other;
        size_t length = family_length(text);
        const char *name;

        vector_for_each(other, &summary->exports) {
                name = summary_text(summary, other->version);
                if (other->version != version && strncmp(name, text, length) == 0 &&
                        family_length(name) == length && strverscmp(name, text) < 0)
                        return false;
        }
        return true;
}

static const struct summary_symbol *choose_unversioned(
        const struct summary *summary, const struct summary_symbol *symbols, size_t count)
{
        const struct summary_symbol *visible = NULL, *hidden = NULL;
        size_t i;

        for (i = 0; i < count; i++) {
                if (symbols[i].version == 0)
                        return &symbols[i];
                if (symbols[i].version_hidden)
                        hidden = !hidden || strverscmp(summary_text(summary, symbols[i].version),
                                                    summary_text(summary, hidden->version)) < 0
                                         ? &symbols[i]
                                         : hidden;
                else
                        visible = visible ? visible : &symbols[i];
        }
        if (hidden && is_first_version(summary, hidden->version))
                return hidden;
        return visible;
}

static const struct summary_symbol *choose_versioned(const struct summary *summary,
        const struct summary_symbol *symbols, size_t count, const char *version)
{
        const struct summary_symbol *base = NULL;
        size_t i;

        for (i = 0; i < count; i++) {
                if (symbols[i].version == 0 && !symbols[i].version_hidden)
                        base = &symbols[i];
                else if (symbols[i].version != 0 &&
                         strcmp(summary_text(summary, symbols[i].version), version) == 0)
                        return &symbols[i];
        }
        return base;
}

static const struct summary_symbol *choose_visible(
        const struct summary_symbol *symbols, size_t count)
{
        size_t i;

        for (i = 0; i < count; i++)
                if (!symbols[i].version_hidden)
                        return &symbols[i];
        return NULL;
}

/* The definition in one object that the reference takes, or NULL. */
static const struct summary_symbol *find_in(
        const struct program *program, size_t object, const struct reference *reference)
{
        const struct summary *summary = program->objects.items[object].summary;
        const struct symbol_table *table = program->index->links.items[object]->symbols;
        const struct summary_symbol *symbols;
        size_t count;

        if (!table || object == reference->except)
                return NULL;
        symbols = symbol_table_find(table, reference->name, reference->hash, &count);
        if (!symbols)
                return NULL;
        if (reference->is_musl)
                return choose_visible(symbols, count);
        return reference->version ? choose_versioned(summary, symbols, count, reference->version)
                                  : choose_unversioned(summary, symbols, count);
}

static bool find_among(const struct program *program, const size_t *objects, size_t count,
        const struct reference *reference, struct program_symbol *ret)
{
        const struct summary_symbol *symbol;
        size_t i;

        for (i = 0; i < count; i++) {
                symbol = find_in(program, objects[i], reference);
                if (symbol) {
                        *ret = (struct program_symbol){.object = objects[i], .symbol = symbol};
                        return true;
                }
        }
        return false;
}

/* Looks through all scopes of an object, in order. */
static bool find_for(const struct program *program, size_t object,
        const struct reference *reference, struct program_symbol *ret)
{
        const struct program_index *index = program->index;
        const struct program_link *link = index->links.items[object];
        const struct program_list *group;
        size_t i;

        if (program->objects.items[object].summary->symbolic &&
                find_among(program, &object, 1, reference, ret))
                return true;
        if (find_among(program, program->scope.items, program->scope.count, reference, ret))
                return true;
        for (i = 0; i < link->groups.count; i++) {
                group = &index->groups.items[link->groups.items[i]];
                if (find_among(program, group->objects.items, group->objects.count, reference, ret))
                        return true;
        }
        for (i = 0; i < program->objects.count; i++)
                if (!program->objects.items[i].global && find_among(program, &i, 1, reference, ret))
                        return true;
        return false;
}

/* A definition that is a copy of a library's data stands for the library's. */
static void follow_copy(
        const struct program *program, struct reference *reference, struct program_symbol *symbol)
{
        const struct summary *summary = program->objects.items[symbol->object].summary;
        const struct pointer *pointers;
        size_t count, i;

        if (symbol->symbol->kind == SYMBOL_FUNCTION || symbol->symbol->kind == SYMBOL_IFUNC)
                return;
        pointers = summary_pointers(
                summary, symbol->symbol->address, symbol->symbol->address + 1, &count);
        for (i = 0; i < count; i++)
                if (pointers[i].is_copy) {
                        reference->except = symbol->object;
                        find_for(program, symbol->object, reference, symbol);
                        return;
                }
}

/* True where an object behind the first `from` exports the name, in whatever version. */
static bool is_exported(
        const struct program *program, const struct reference *reference, size_t from)
{
        const struct program_index *index = program->index;
        size_t i, count;

        for (i = from; i < index->analysed; i++)
                if (symbol_table_find(index->links.items[i]->symbols, reference->name,
                            reference->hash, &count))
                        return true;
        return false;
}

/*
 * True for a name that none of the objects exports, as was found out before: hundreds of objects
 * import the same few names, such as __gmon_start__, which need no definition.
 */
static bool is_unexported(struct program *program, const struct reference *reference)
{
        struct program_index *index = program->index;
        int number = dictionary_find(&index->unexported, reference->name);
        size_t *searched;

        if (number < 0 || (size_t)number >= index->unexported_among.count)
                return false;
        searched = &index->unexported_among.items[number];
        if (is_exported(program, reference, *searched))
                return false;
        *searched = index->analysed;
        return true;
}

/* Remembers a name that was not found. Where memory runs out it is looked for again. */
static void note_unexported(struct program *program, const struct reference *reference)
{
        struct program_index *index = program->index;
        size_t *searched;
        int number;

        if (is_exported(program, reference, 0))
                return;
        number = dictionary_add(&index->unexported, reference->name, strlen(reference->name));
        if (number < 0 || (size_t)number != index->unexported_among.count)
                return;
        searched = vector_add(&index->unexported_among);
        if (searched)
                *searched = index->analysed;
}

/* Where answers for the imports of an object are kept; NULL when out of memory. */
static struct program_answer *answer_of(
        const struct program *program, size_t object, uint32_t import)
{
        struct program_link *link = program->index->links.items[object];
        size_t count = program->objects.items[object].summary->imports.count;

        if (!link->answers)
                link->answers = calloc(count, sizeof(*link->answers));
        return link->answers ? &link->answers[import] : NULL;
}

bool program_resolve(
        struct program *program, size_t object, uint32_t import, struct program_symbol *ret)
{
        const struct summary *summary = program->objects.items[object].summary;
        struct program_answer *answer;
        struct reference reference = {.except = SIZE_MAX, .is_musl = program->index->is_musl};
        const struct summary_symbol *symbol;
        struct program_symbol found = {};

        if (import >= summary->imports.count)
                return false;
        answer = answer_of(program, object, import);
        if (!answer || answer->state == ANSWER_NONE ||
                (answer->state == ANSWER_NOT && answer->object_count != program->objects.count)) {
                symbol = &summary->imports.items[import];
                reference.name = summary_text(summary, symbol->name);
                reference.version = symbol->version ? summary_text(summary, symbol->version) : NULL;
                reference.hash = symbol_hash(reference.name);
                if (is_unexported(program, &reference))
                        found.symbol = NULL;
                else if (find_for(program, object, &reference, &found))
                        follow_copy(program, &reference, &found);
                else
                        note_unexported(program, &reference);
                if (answer)
                        *answer = (struct program_answer){
                                .state = found.symbol ? ANSWER_FOUND : ANSWER_NOT,
                                .object_count = program->objects.count,
                                .symbol = found,
                        };
        } else {
                found = answer->symbol;
        }
        if (!found.symbol)
                return false;
        *ret = found;
        return true;
}

int program_find_all(const struct program *program, const char *name, struct program_symbols *ret)
{
        uint32_t hash = symbol_hash(name);
        const struct summary_symbol *symbols;
        struct program_symbol *added;
        size_t object, count, i;

        for (object = 0; object < program->objects.count; object++) {
                if (!program->index->links.items[object]->symbols)
                        continue;
                symbols = symbol_table_find(
                        program->index->links.items[object]->symbols, name, hash, &count);
                for (i = 0; symbols && i < count; i++) {
                        added = vector_add(&ret->items);
                        if (!added)
                                return -ENOMEM;
                        *added = (struct program_symbol){.object = object, .symbol = &symbols[i]};
                }
        }
        return 0;
}
