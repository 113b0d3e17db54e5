/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The head of any file: no crash; what is accepted as a script has a path without blanks, and a
 * program that env(1) would look for is one word of the argument.
 */

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "fuzz/fuzz.h"
#include "policy/interpreter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        size_t head = size < INTERPRETER_LINE_MAX ? size : INTERPRETER_LINE_MAX;
        /* Of that size, so that a read past its end is seen. */
        CLEANUP_FREE char *copy = malloc(head + 1);
        char program[INTERPRETER_LINE_MAX];
        struct interpreter interpreter;

        if (!copy)
                return 0;
        copy = realloc(memcpy(copy, data, head), head ? head : 1);
        if (!interpreter_parse(copy, head, &interpreter))
                return 0;
        if (interpreter.path[0] == '\0' || strpbrk(interpreter.path, " \t\n"))
                abort();
        if (interpreter_of_env(interpreter.argument, program) &&
                (!strstr(interpreter.argument, program) || strpbrk(program, " \t=")))
                abort();
        return 0;
}
