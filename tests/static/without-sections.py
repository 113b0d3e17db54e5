#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""Copies an ELF file without its section headers, as sstrip does: without-sections.py FILE COPY."""

import os
import shutil
import struct
import sys

E_SHOFF, E_SHNUM = 0x28, 0x3c  # of Elf64_Ehdr; e_shstrndx follows e_shnum


def main():
    source, copy = sys.argv[1:]
    with open(source, "rb") as file:
        data = bytearray(file.read())
    offset = struct.unpack_from("<Q", data, E_SHOFF)[0]
    del data[offset:]
    struct.pack_into("<Q", data, E_SHOFF, 0)
    struct.pack_into("<HH", data, E_SHNUM, 0, 0)
    with open(copy, "wb") as file:
        file.write(data)
    shutil.copymode(source, copy)
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
