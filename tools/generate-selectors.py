# SPDX-License-Identifier: BSD-3-Clause
"""Turns data/features/*.yaml into the C tables behind src/feature/selector.h.

    generate-selectors.py family CSV OUTPUT YAML     the selectors of one file's calls
    generate-selectors.py index CSV OUTPUT YAML…     the way from a call to its selectors

A file for each family, for not all headers of the kernel can be included together. The generated C
asserts what only a compiler knows: that the headers have each name, that it fits its mask, that no two
have the same value. #line makes the compiler's messages point at the YAML file.

A fault in a file ends the program with `file:line: message` and status 1; then no output is written.
"""

import sys

from feature_tables import MACHINES, divided_abis, read_families, read_family
from syscall_table import ABIS, SUCCESS_KINDS, generate, parse_success, read_table

HEAD = "/* Generated from data/features/ by tools/generate-selectors.py: change those. */\n"
KINDS = {"enumeration": "SELECTOR_ENUMERATION", "flags": "SELECTOR_FLAGS"}
SOURCES = {"argument": "SELECTOR_ARGUMENT", "pair": "SELECTOR_PAIR", "pointer": "SELECTOR_POINTER"}


def guarded(machine, text):
    if machine is None:
        return text
    return f"#ifdef {MACHINES[machine]}\n{text}#endif\n"


def at_line(family, line, text):
    return f'#line {line} "{family.path}"\n{text}'


def c_number(value):
    """What stands for the value in C: its name, or its number where headers are too old."""
    return value.name if value.number is None else f"{value.number:#x}"


def c_word(family, list_name, value):
    """The value as the selector's word has it; headers write some as negative numbers."""
    if value.level is not None:
        return f"SELECTOR_WORD_PAIR({value.level}, {c_number(value)})"
    size, shift = family.list_words[list_name]
    word = f"SELECTOR_WORD_{8 * size}({c_number(value)})"
    return f"SELECTOR_WORD_{8 * size}({word} << {shift})" if shift else word


def c_success(value, arguments):
    if value.success is None:
        return ""
    success = parse_success(value.success, arguments)
    return f", true, {{{SUCCESS_KINDS[success.kind]}, {success.value}}}"


def c_values(family, name, arguments):
    rows = "".join(
        guarded(
            value.machine,
            at_line(
                family,
                value.line,
                f'        {{"{value.name}", {c_word(family, name, value)}'
                f"{c_success(value, arguments)}}},\n",
            ),
        )
        for value in family.lists[name]
    )
    return f"static const struct selector_value values_{name}[] = {{\n{rows}}};\n"


def c_value_checks(family, name):
    """Explicit numbers against the headers that have them, aliases, and the range of a word."""
    checks = ""
    size, _ = family.list_words[name]
    for value in family.lists[name]:
        lines = ""
        if value.number is not None:
            text = f'_Static_assert({value.name} == {value.number:#x}, "the header differs");\n'
            lines += f"#ifdef {value.name}\n{at_line(family, value.line, text)}#endif\n"
        elif size == 4 or value.level is not None:
            text = f'_Static_assert(SELECTOR_FITS_32({value.name}), "more than 32 bits");\n'
            lines += at_line(family, value.line, text)
        if value.alias:
            text = f'_Static_assert((long long){value.name} == {value.alias}, "no alias");\n'
            lines += at_line(family, value.line, text)
        checks += guarded(value.machine, lines)
    return checks + c_duplicate_check(family, name)


def c_duplicate_check(family, name):
    """A switch, in which the compiler refuses the same value twice."""
    cases = "".join(
        guarded(
            value.machine,
            at_line(family, value.line, f"        case {c_word(family, name, value)}: break;\n"),
        )
        for value in family.lists[name]
        if not value.alias
    )
    return (
        "__attribute__((unused))\n"
        f"static void no_duplicates_{name}(uint64_t word)\n"
        f"{{\n        switch (word) {{\n{cases}        default: break;\n        }}\n}}\n"
    )


def c_selector_checks(family, selector):
    if selector.source == "pair":
        return ""
    checks = ""
    for value in family.lists[selector.list_name]:
        word = c_word(family, selector.list_name, value)
        text = f'_Static_assert(!({word} & ~{selector.mask:#x}ull), "outside of the mask");\n'
        if selector.kind == "flags":
            text += at_line(
                family, value.line, f'_Static_assert(!({word} & ({word} - 1)), "more than one bit");\n'
            )
        checks += guarded(value.machine, at_line(family, value.line, text))
    return checks


def c_place(selector):
    """Offset and size of the structure's member."""
    if selector.source != "pointer":
        return ""
    structure, member = selector.member.split(".")
    return (
        f"                .offset = offsetof(struct {structure}, {member}),\n"
        f"                .size = {selector.size},\n"
    )


def c_member_checks(family, selectors):
    checks = ""
    for line, member, size in sorted({(s.line, s.member, s.size) for s in selectors if s.member}):
        structure, name = member.split(".")
        text = f"_Static_assert(sizeof(((struct {structure} *)0)->{name}) == {size}, "
        checks += at_line(family, line, text + '"another size");\n')
    return checks


def c_selector(selector):
    values = f"values_{selector.list_name}"
    return (
        "        {\n"
        f'                .name = "{selector.name}",\n'
        f"                .kind = {KINDS[selector.kind]},\n"
        f"                .source = {SOURCES[selector.source]},\n"
        f"                .argument = {selector.argument},\n"
        f"{c_place(selector)}"
        f"                .mask = {selector.mask:#x}ull,\n"
        f"                .values = {values},\n"
        f"                .value_count = SELECTOR_COUNT({values}),\n"
        "        },\n"
    )


def list_name(call, abis):
    """The C name of the selectors that a call has in these ABIs."""
    return f"{call}_on_{abis[0]}"


def c_call(call, selectors):
    text = ""
    for row, abis in divided_abis(selectors).items():
        name = list_name(call, abis)
        text += (
            f"static const struct selector selectors_{name}[] = {{\n"
            + "".join(map(c_selector, row))
            + "};\n"
            + f"const struct selector_list selector_list_{name} = "
            + f"{{selectors_{name}, SELECTOR_COUNT(selectors_{name})}};\n"
        )
    return text


def c_family(family, calls):
    includes = "".join(
        guarded(include.machine, at_line(family, include.line, f"#include <{include.header}>\n"))
        for include in family.includes
    )
    parts = [HEAD, includes, '#include "feature/selector-table.h"\n']
    written = set()
    checked = set()
    for selector in family.selectors:
        name = selector.list_name
        if name not in written:
            arguments = calls[selector.call].arguments
            parts.append(c_value_checks(family, name))
            parts.append(c_values(family, name, arguments))
            written.add(name)
        check = (name, selector.mask, selector.kind)
        if check not in checked:
            parts.append(c_selector_checks(family, selector))
            checked.add(check)
    parts.append(c_member_checks(family, family.selectors))
    parts += [c_call(call, selectors) for call, selectors in family.by_call().items()]
    return "\n".join(parts)


def c_index(families, rows):
    names = {}  # (ABI, call) → name of the list
    for family in families:
        for call, selectors in family.by_call().items():
            for abis in divided_abis(selectors).values():
                names |= {(abi, call): list_name(call, abis) for abi in abis}
    declarations = "".join(
        f"extern const struct selector_list selector_list_{name};\n"
        for name in sorted(set(names.values()))
    )
    columns = ""
    for abi in ABIS:
        entries = "".join(
            f"                [{index}] = &selector_list_{names[abi, row.name]},\n"
            for index, row in enumerate(rows)
            if (abi, row.name) in names
        )
        table = f"(const struct selector_list *const[{len(rows)}])"
        columns += f"        [ABI_{abi.upper()}] = {table}{{\n{entries}        }},\n"
    return (
        f'{HEAD}#include "feature/selector-table.h"\n\n{declarations}\n'
        f"const struct selector_list *const *const selector_index[ABI_COUNT] = {{\n{columns}}};\n"
    )


def main():
    mode, csv_path, output_path, *paths = sys.argv[1:]

    def make_text():
        rows = read_table(csv_path)
        calls = {row.name: row for row in rows}
        if mode == "family":
            return c_family(read_family(paths[0], calls), calls)
        return c_index(read_families(paths, calls), rows)

    generate(output_path, make_text)


if __name__ == "__main__":
    main()
