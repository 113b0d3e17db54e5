/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "binary/gather.h"

/* ---- Names ---- */

static int gather_identity(struct gather *gather)
{
        const struct object *object = gather->object;
        struct summary *summary = gather->summary;

        summary->abi = object->abi;
        summary->kind = object->kind;
        summary->entry = object->entry;
        summary->no_default_libraries = object->no_default_libraries;
        summary->bind_now = object->bind_now;
        summary->symbolic = object->symbolic;
        summary->is_go = gather->is_go;
        summary->is_bare =
                gather->is_fixed && gather->functions.are_guessed && !object->has_sections;
        summary->needed = strings_copy(object->needed);
        if (!summary->needed || string_copy(object->path, &summary->path) < 0 ||
                string_copy(object->identity, &summary->identity) < 0 ||
                string_copy(object->interpreter, &summary->interpreter) < 0 ||
                string_copy(object->soname, &summary->soname) < 0 ||
                string_copy(object->rpath, &summary->rpath) < 0 ||
                string_copy(object->runpath, &summary->runpath) < 0)
                return -ENOMEM;
        return 0;
}

static struct summary_symbol summary_symbol(struct gather *gather, const struct symbol *symbol)
{
        return (struct summary_symbol){
                .name = gather_text(gather, symbol->name),
                .version = gather_text(gather, symbol->version),
                .kind = (uint8_t)symbol->kind,
                .weak = symbol->weak,
                .version_hidden = symbol->version_hidden,
        };
}

static int gather_exports(struct gather *gather)
{
        const struct symbol *symbol;

        vector_for_each(symbol, &gather->object->dynamic_symbols) {
                struct summary_symbol *export;

                if (!symbol->defined || !symbol->exported)
                        continue;
                export = vector_add(&gather->summary->exports);
                if (!export)
                        return -ENOMEM;
                *export = summary_symbol(gather, symbol);
                export->address = symbol->address;
                export->size = symbol->size;
        }
        return 0;
}

/* The number of the import that a dynamic symbol is, which is added where it is new. */
static uint32_t import_of(struct gather *gather, size_t symbol)
{
        struct summary_symbol *import;

        if (gather->imports[symbol] != UINT32_MAX)
                return gather->imports[symbol];
        import = vector_add(&gather->summary->imports);
        if (!import) {
                gather->failed = true;
                return 0;
        }
        *import = summary_symbol(gather, &gather->object->dynamic_symbols.items[symbol]);
        gather->imports[symbol] = (uint32_t)gather->summary->imports.count - 1;
        return gather->imports[symbol];
}

static void gather_imports(struct gather *gather)
{
        const struct object *object = gather->object;

        for (size_t i = 1; i < object->dynamic_symbols.count; i++)
                if (!object->dynamic_symbols.items[i].defined &&
                        *object->dynamic_symbols.items[i].name)
                        import_of(gather, i);
}

/* ---- Pointers ---- */

static bool add_pointer(struct gather *gather, const struct pointer *pointer)
{
        struct pointer *added = vector_add(&gather->summary->pointers);

        if (!added)
                return false;
        *added = *pointer;
        return true;
}

/* True where the loader may find another definition than the object's own. */
static bool is_import(const struct gather *gather, const struct symbol *symbol)
{
        return !symbol->defined || (symbol->exported && !gather->object->symbolic);
}

static bool add_symbol_pointer(struct gather *gather, const struct relocation *relocation)
{
        const struct object *object = gather->object;
        const struct symbol *symbol;
        struct pointer pointer = {.address = relocation->address};

        if (relocation->symbol >= object->dynamic_symbols.count || relocation->symbol == 0)
                return true;
        symbol = &object->dynamic_symbols.items[relocation->symbol];
        if (relocation->kind == RELOCATION_COPY || is_import(gather, symbol)) {
                pointer.is_import = true;
                pointer.is_copy = relocation->kind == RELOCATION_COPY;
                pointer.target = import_of(gather, relocation->symbol);
                pointer.addend = relocation->addend;
        } else {
                pointer.is_ifunc = symbol->kind == SYMBOL_IFUNC;
                pointer.target = symbol->address + (uint64_t)relocation->addend;
        }
        if (pointer.is_copy) {
                struct extent *copy = vector_add(&gather->copies);

                if (!copy)
                        return false;
                *copy = (struct extent){relocation->address, symbol->size ? symbol->size : 8};
        }
        return add_pointer(gather, &pointer);
}

static int gather_relocations(struct gather *gather)
{
        const struct relocation *relocation;

        vector_for_each(relocation, &gather->object->relocations) {
                bool added = true;

                switch (relocation->kind) {
                case RELOCATION_RELATIVE:
                case RELOCATION_IFUNC:
                        added = add_pointer(
                                gather, &(struct pointer){
                                                .address = relocation->address,
                                                .is_ifunc = relocation->kind == RELOCATION_IFUNC,
                                                .target = (uint64_t)relocation->addend,
                                        });
                        break;
                case RELOCATION_SYMBOL:
                case RELOCATION_COPY:
                        added = add_symbol_pointer(gather, relocation);
                        break;
                case RELOCATION_OTHER:
                        break;
                }
                if (!added)
                        return -ENOMEM;
        }
        return 0;
}

/*
 * Words of an object at a fixed address need no relocation to be pointers. In packed structures
 * they may be anywhere; those in the midst of code are aligned.
 */
static int gather_words(struct gather *gather, const struct segment *segment)
{
        const struct segment *first = gather->object->segments.items;
        uint64_t low = first->address, step = segment->executable ? 8 : 1;
        uint64_t from = step == 8 ? (8 - segment->address % 8) % 8 : 0;

        for (uint64_t at = from; at + 8 <= segment->file_size; at += step) {
                uint64_t word, address = segment->address + at;
                size_t relocations;

                memcpy(&word, segment->bytes + at, sizeof(word));
                if (word <= low || !object_segment(gather->object, word))
                        continue;
                object_relocations(gather->object, address, address + 8, &relocations);
                if (relocations > 0 || (segment->executable && functions_at(&gather->functions,
                                                                       address) != SIZE_MAX))
                        continue;
                if (!add_pointer(gather, &(struct pointer){.address = address, .target = word}))
                        return -ENOMEM;
        }
        return 0;
}

/* Where Go's offsets of code begin (runtime.text): its table of functions tells since Go 1.18. */
static bool find_go_text(const struct gather *gather, uint64_t *ret)
{
        const struct object *object = gather->object;
        uint64_t magic, address = object->go_table_address + 24;
        const struct relocation *relocation;
        size_t count;

        if (object->go_table_size < 32 ||
                !object_number(object, object->go_table_address, 4, &magic) ||
                (magic != 0xfffffff0 && magic != 0xfffffff1))
                return false;
        relocation = object_relocations(object, address, address + 1, &count);
        if (count > 0 && relocation->kind == RELOCATION_RELATIVE) {
                *ret = (uint64_t)relocation->addend;
                return true;
        }
        return object_number(object, address, 8, ret);
}

/* Go's descriptions of types tell methods by offsets of 4 bytes, for interfaces that are converted
 * to at run time. */
static int gather_go_words(struct gather *gather, const struct segment *segment, uint64_t text)
{
        uint64_t from = (4 - segment->address % 4) % 4;

        for (uint64_t at = from; at + 4 <= segment->file_size; at += 4) {
                uint64_t target, address = segment->address + at;
                size_t function;
                uint32_t word;

                memcpy(&word, segment->bytes + at, sizeof(word));
                target = text + word;
                if (word == 0 ||
                        address - gather->object->go_table_address < gather->object->go_table_size)
                        continue;
                function = functions_at(&gather->functions, target);
                if (function == SIZE_MAX ||
                        gather->functions.items.items[function].address != target)
                        continue;
                if (!add_pointer(gather, &(struct pointer){.address = address, .target = target}))
                        return -ENOMEM;
        }
        return 0;
}

static int gather_go(struct gather *gather)
{
        const struct segment *segment;
        uint64_t text;
        int r;

        if (!gather->is_go || !find_go_text(gather, &text))
                return 0;
        vector_for_each(segment, &gather->object->segments) {
                r = segment->executable || segment->writable
                            ? 0
                            : gather_go_words(gather, segment, text);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void mark_thread_local(struct gather *gather)
{
        const struct object *object = gather->object;
        struct pointer *pointer;

        vector_for_each(pointer, &gather->summary->pointers)
                pointer->is_thread_local =
                        pointer->address - object->thread_local_address < object->thread_local_size;
}

static int gather_pointers(struct gather *gather)
{
        const struct segment *segment;
        int r;

        r = gather_relocations(gather);
        if (r == 0)
                r = gather_go(gather);
        if (r < 0 || !gather->is_fixed)
                return r;
        vector_for_each(segment, &gather->object->segments) {
                r = gather_words(gather, segment);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- Memory ---- */

static int gather_segments(struct gather *gather)
{
        const struct segment *segment;

        vector_for_each(segment, &gather->object->segments) {
                struct extent *extent = vector_add(&gather->summary->segments);

                if (!extent)
                        return -ENOMEM;
                *extent = (struct extent){segment->address, segment->size};
        }
        return 0;
}

static bool add_data(struct gather *gather, const struct symbol *symbol)
{
        struct extent *extent;

        if (!symbol->defined || (symbol->kind != SYMBOL_DATA && symbol->kind != SYMBOL_OTHER) ||
                !gather_is_data(gather, symbol->address))
                return true;
        if (symbol->kind == SYMBOL_DATA && symbol->size > 0) {
                extent = vector_add(&gather->summary->data);
                if (extent)
                        *extent = (struct extent){symbol->address, symbol->size};
                return extent;
        }
        return gather_cut(gather, symbol->address);
}

/*
 * Each word of the global offset table is a piece by itself: data before it ends there, and what
 * __tls_get_addr(3) is handed, a pair of words about thread-local variables, ends where functions
 * follow.
 */
static bool cut_slot(struct gather *gather, const struct relocation *relocation)
{
        if (relocation->kind != RELOCATION_OTHER && !relocation->is_slot)
                return true;
        return gather_cut(gather, relocation->address) &&
               gather_cut(gather, relocation->address + sizeof(uint64_t));
}

static int gather_data(struct gather *gather)
{
        const struct relocation *relocation;
        const struct symbol *symbol;

        vector_for_each(relocation, &gather->object->relocations)
                if (!cut_slot(gather, relocation))
                        return -ENOMEM;

        vector_for_each(symbol, &gather->object->symbols)
                if (!add_data(gather, symbol))
                        return -ENOMEM;
        vector_for_each(symbol, &gather->object->dynamic_symbols)
                if (!add_data(gather, symbol))
                        return -ENOMEM;
        return 0;
}

bool gather_is_data(const struct gather *gather, uint64_t address)
{
        return object_segment(gather->object, address) &&
               (!object_is_code(gather->object, address) ||
                       functions_at(&gather->functions, address) == SIZE_MAX);
}

bool gather_is_copy(const struct gather *gather, uint64_t address)
{
        const struct extent *copy;

        vector_for_each(copy, &gather->copies)
                if (address >= copy->address && address - copy->address < copy->size)
                        return true;
        return false;
}

bool gather_has_pointers(const struct gather *gather, uint64_t from, uint64_t to)
{
        const struct pointer *pointers = gather->summary->pointers.items;
        size_t count = gather->summary->pointers.count;

        /* Constants mostly lie before them all. */
        if (count == 0 || (to <= pointers[0].address && gather->copies.count == 0))
                return false;
        summary_pointers(gather->summary, from > 7 ? from - 7 : 0, to, &count);
        return count > 0 || (gather->copies.count > 0 && gather_is_copy(gather, from));
}

const struct pointer *gather_pointer(const struct gather *gather, uint64_t address)
{
        size_t count;
        const struct pointer *pointer = summary_pointers(
                gather->summary, address, address < UINT64_MAX ? address + 1 : address, &count);

        return count > 0 ? pointer : NULL;
}

/* ---- Functions ---- */

/* The better of two names of a function: as short and plain as can be. */
static const char *better_name(const char *a, const char *b)
{
        size_t a_length, b_length;

        if (!a || !b)
                return a ? a : b;
        if ((*a == '_') != (*b == '_'))
                return *a == '_' ? b : a;
        a_length = strlen(a);
        b_length = strlen(b);
        if (a_length != b_length)
                return a_length < b_length ? a : b;
        return strcmp(a, b) <= 0 ? a : b;
}

static void name_functions(const struct functions *functions, const char **names,
        const struct symbol *symbols, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                size_t function;

                if (!symbols[i].defined || !*symbols[i].name ||
                        symbols[i].kind == SYMBOL_THREAD_LOCAL)
                        continue;
                function = functions_at(functions, symbols[i].address);
                if (function != SIZE_MAX &&
                        functions->items.items[function].address == symbols[i].address)
                        names[function] = better_name(names[function], symbols[i].name);
        }
}

static int gather_functions(struct gather *gather)
{
        const struct object *object = gather->object;
        const struct functions *functions = &gather->functions;
        CLEANUP_FREE const char **names = calloc(functions->items.count + 1, sizeof(*names));

        if (!names)
                return -ENOMEM;
        name_functions(
                functions, names, object->dynamic_symbols.items, object->dynamic_symbols.count);
        name_functions(functions, names, object->symbols.items, object->symbols.count);
        for (size_t i = 0; i < functions->items.count; i++) {
                struct summary_function *function = vector_add(&gather->summary->functions);
                uint64_t size = functions->items.items[i].size;

                if (!function)
                        return -ENOMEM;
                function->address = functions->items.items[i].address;
                function->size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
                function->name = gather_text(gather, names[i]);
        }
        return 0;
}

static bool add_called(struct gather *gather, uint64_t address, uint32_t *ret)
{
        size_t function = functions_at(&gather->functions, address);

        if (function == SIZE_MAX)
                return false;
        if (gather->functions.items.items[function].address != address)
                gather_middle(gather, (uint32_t)function, address);
        *ret = (uint32_t)function;
        return true;
}

static int gather_called(struct gather *gather)
{
        const uint64_t *address;
        uint32_t function, *added;

        vector_for_each(address, &gather->object->constructors)
                if (add_called(gather, *address, &function)) {
                        added = vector_add(&gather->summary->constructors);
                        if (!added)
                                return -ENOMEM;
                        *added = function;
                }
        vector_for_each(address, &gather->object->destructors)
                if (add_called(gather, *address, &function)) {
                        added = vector_add(&gather->summary->destructors);
                        if (!added)
                                return -ENOMEM;
                        *added = function;
                }
        if (gather->object->entry)
                add_called(gather, gather->object->entry, &function);
        return 0;
}

int gather_object(struct gather *gather)
{
        int (*const steps[])(struct gather *) = {gather_identity, gather_exports, gather_functions,
                gather_segments, gather_data, gather_called};
        const struct symbol *symbol;
        uint32_t function;
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
                r = steps[i](gather);
                if (r < 0)
                        return r;
        }
        gather_imports(gather);
        r = gather_pointers(gather);
        if (r < 0)
                return r;
        mark_thread_local(gather);
        vector_for_each(symbol, &gather->object->dynamic_symbols)
                if (symbol->defined && symbol->exported)
                        add_called(gather, symbol->address, &function);
        r = summary_order(gather->summary);
        return gather->failed ? -ENOMEM : r;
}

/* ---- Stubs of the program linkage table ---- */

static uint32_t find_stub(struct gather *gather, uint32_t function)
{
        const struct function *found = &gather->functions.items.items[function];
        uint64_t address = found->address, end = found->address + found->size;

        for (int i = 0; i < 3 && address < end; i++) {
                const struct operand *operand;
                const struct pointer *pointer;
                struct instruction instruction;
                const uint8_t *bytes;
                size_t size = object_bytes(gather->object, address, &bytes);
                unsigned length = size ? gather->machine->decode(gather->decoder, bytes, size,
                                                 address, &instruction)
                                       : 0;

                if (length == 0)
                        break;
                address += length;
                if (instruction.operation == OPERATION_NOTHING)
                        continue;
                operand = &instruction.sources[0];
                if (instruction.operation != OPERATION_JUMP || operand->kind != OPERAND_MEMORY ||
                        !operand->in_image || operand->base != REGISTER_NONE ||
                        operand->index != REGISTER_NONE)
                        break;
                pointer = gather_pointer(gather, (uint64_t)operand->number);
                if (pointer && pointer->is_import && !pointer->is_copy && pointer->addend == 0)
                        return (uint32_t)pointer->target;
                break;
        }
        return UINT32_MAX;
}

uint32_t gather_stub(struct gather *gather, uint32_t function)
{
        if (gather->stubs[function] == 0)
                gather->stubs[function] = find_stub(gather, function) + 2;
        return gather->stubs[function] == 1 ? UINT32_MAX : gather->stubs[function] - 2;
}

size_t gather_function_at(struct gather *gather, uint64_t address)
{
        struct found_function *found = &gather->found[(address ^ address >> 10) % FOUND_FUNCTIONS];

        if (found->address != address || address == 0)
                *found =
                        (struct found_function){address, functions_at(&gather->functions, address)};
        return found->function;
}

static bool is_twice(const char *name)
{
        static const char *const names[] = {
                "setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp", "vfork", "__vfork", "getcontext"};

        if (!strchr("_svg", *name))
                return false;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                if (string_equal(name, names[i]))
                        return true;
        return false;
}

bool gather_import_returns_twice(const struct gather *gather, uint32_t import)
{
        return is_twice(summary_text(gather->summary, gather->summary->imports.items[import].name));
}

bool gather_returns_twice(struct gather *gather, uint32_t function)
{
        const struct summary *summary = gather->summary;
        uint32_t import = gather_stub(gather, function);

        return import != UINT32_MAX
                       ? gather_import_returns_twice(gather, import)
                       : is_twice(summary_text(summary, summary->functions.items[function].name));
}
