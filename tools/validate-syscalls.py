# SPDX-License-Identifier: BSD-3-Clause
"""Holds data/syscalls.csv against what this machine knows about system calls.

    validate-syscalls.py CSV COMPILER…

Two independent witnesses: the kernel's headers, read with the C compiler, and libseccomp. Both ways:
every call they know must stand in the table under the same number, and every number in the table must
be known to one of them, or be newer than they are. Prints every difference as `file:line: message`.

Exit status: 0 no difference, 1 differences.
"""

import ctypes
import re
import subprocess
import sys

from syscall_table import ABIS, NUMBER_MAX, TableError, read_table

# From here on Linux gives a call the same number everywhere.
COMMON_NUMBERS = range(424, 512)

# Calls that were put into gaps below numbers in use: too new for some headers, yet not the newest.
FILLED_GAPS = {("x86_64", "uretprobe"), ("x86_64", "uprobe"), ("riscv64", "riscv_hwprobe")}

X32_BIT = 0x40000000

# What an architecture's own header would define before it includes the generic one.
GENERIC_BASE = """
#define __ARCH_WANT_NEW_STAT
#define __ARCH_WANT_SET_GET_RLIMIT
#define __ARCH_WANT_SYS_CLONE3
#define __ARCH_WANT_MEMFD_SECRET
"""
HEADERS = {
    "x86_64": "#include <asm/unistd_64.h>\n",
    "aarch64": GENERIC_BASE + "#define __ARCH_WANT_RENAMEAT\n#include <asm-generic/unistd.h>\n",
    "riscv64": GENERIC_BASE + "#include <asm-generic/unistd.h>\n",
    "i386": "#include <asm/unistd_32.h>\n",
    "x32": f"#define __X32_SYSCALL_BIT {X32_BIT}\n#include <asm/unistd_x32.h>\n",
}

# AUDIT_ARCH_… of <linux/audit.h>, which libseccomp takes for its own; x32 is libseccomp's addition.
LIBSECCOMP_ARCHITECTURES = {
    "x86_64": 0xC000003E,
    "aarch64": 0xC00000B7,
    "riscv64": 0xC00000F3,
    "i386": 0x40000003,
    "x32": 0x4000003E,
}


def preprocess(compiler, text, *options):
    """The preprocessor's output, or None where a header is not there."""
    command = [*compiler, "-E", *options, "-x", "c", "-"]
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return result.stdout
    if "No such file" in result.stderr or "file not found" in result.stderr:
        return None
    sys.exit(f"{' '.join(command)}: {result.stderr}")


def from_headers(abi, compiler):
    """name → number, or None where this machine has no such header."""
    macros = preprocess(compiler, HEADERS[abi], "-dM")
    if macros is None:
        return None
    names = set(re.findall(r"^#define __NR_(\w+) ", macros, re.MULTILINE))
    names -= {"syscalls", "arch_specific_syscall"}
    # A macro's body may be another macro or a sum: the preprocessor expands it, and no more is left
    # than literals, parentheses and additions.
    rows = "".join(f"@ {name} @ __NR_{name}\n" for name in sorted(names))
    expanded = preprocess(compiler, HEADERS[abi] + rows, "-P")
    return {
        name: sum(int(term, 0) for term in re.findall(r"\w+", sum_)) & ~X32_BIT
        for name, sum_ in re.findall(r"^@ (\w+) @ ([\w+() ]+)$", expanded, re.MULTILINE)
    }


def load_libseccomp():
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_syscall_resolve_num_arch.argtypes = (ctypes.c_uint32, ctypes.c_int)
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_void_p
    library.seccomp_syscall_resolve_name_arch.argtypes = (ctypes.c_uint32, ctypes.c_char_p)
    library.seccomp_syscall_resolve_name_arch.restype = ctypes.c_int
    return library


def from_libseccomp(abi, table_names):
    """name → number, asked both by number and by the names of the table."""
    library = load_libseccomp()
    free = ctypes.CDLL(None).free
    free.argtypes = (ctypes.c_void_p,)
    architecture = LIBSECCOMP_ARCHITECTURES[abi]
    bit = X32_BIT if abi == "x32" else 0
    known = {}
    for number in range(NUMBER_MAX + 1):
        name = library.seccomp_syscall_resolve_num_arch(architecture, number | bit)
        if name:
            known[ctypes.string_at(name).decode()] = number
            free(name)
    for name in table_names:
        number = library.seccomp_syscall_resolve_name_arch(architecture, name.encode())
        # Negative: unknown, or a call of other architectures.
        if number >= 0:
            known[name] = number & ~bit
    return known


def compare(rows, abi, witness, known):
    """What `witness` knows and the table lacks or numbers otherwise, as (line, message)."""
    by_name = {row.name: row for row in rows}
    by_number = {row.numbers[abi]: row for row in rows if abi in row.numbers}
    for name, number in sorted(known.items()):
        row = by_name.get(name)
        if row is None or abi not in row.numbers:
            taken = by_number.get(number)
            line = row.line if row else taken.line if taken else 1
            yield line, f"{abi}: '{name}' is missing, number {number} says {witness}"
        elif row.numbers[abi] != number:
            ours = row.numbers[abi]
            yield row.line, f"{abi}: '{name}' has number {ours}, but {number} says {witness}"


def find_unknown(rows, abi, witnesses):
    """Numbers of the table that no witness knows although none of them is too old for it."""
    known = {name for names in witnesses.values() for name in names}
    numbers = {number for names in witnesses.values() for number in names.values()}
    newest = max(numbers.intersection(COMMON_NUMBERS), default=COMMON_NUMBERS.start)
    for row in rows:
        number = row.numbers.get(abi)
        if number is None or row.name in known or (abi, row.name) in FILLED_GAPS:
            continue
        if number <= newest or number not in COMMON_NUMBERS:
            yield row.line, f"{abi}: nobody knows a call '{row.name}' with number {number}"


def find_uncommon(rows):
    """Newer calls that do not have one number everywhere."""
    for row in rows:
        numbers = {number for number in row.numbers.values() if number in COMMON_NUMBERS}
        legacy = [number for number in row.numbers.values() if number < COMMON_NUMBERS.start]
        if len(numbers) > 1 or (numbers and legacy):
            yield row.line, f"'{row.name}' is numbered differently from ABI to ABI: {row.numbers}"


def validate(path, compiler):
    """Returns the differences, and says on stdout what was held against what."""
    rows = read_table(path)
    table_names = [row.name for row in rows]
    differences = list(find_uncommon(rows))
    for abi in ABIS:
        witnesses = {
            "the kernel's header": from_headers(abi, compiler),
            "libseccomp": from_libseccomp(abi, table_names),
        }
        counts = ", ".join(f"{name}: {len(w) if w else 'none'}" for name, w in witnesses.items())
        ours = sum(abi in row.numbers for row in rows)
        print(f"{abi}: {ours} calls in the table; {counts}")
        witnesses = {name: known for name, known in witnesses.items() if known}
        for name, known in witnesses.items():
            differences += compare(rows, abi, name, known)
        differences += find_unknown(rows, abi, witnesses)
    return differences


def main():
    path, *compiler = sys.argv[1:]
    try:
        differences = validate(path, compiler)
    except TableError as error:
        sys.exit(str(error))
    for line, message in sorted(differences):
        print(f"{path}:{line}: {message}")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
