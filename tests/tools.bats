#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# The tools that the continuous integration trusts.

load helpers

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p src/base src/arch
    cat >ARCHITECTURE.md <<'EOF'
| folder | purpose |
| --- | --- |
| `src/base` | first |
| `src/arch` | second |
EOF
    echo '#include "base/error.h"' >src/arch/arch.c
    echo '#include <stdio.h>' >src/base/error.h
}

layers() {
    "$SOURCE_ROOT/tools/check-layers.py" .
}

@test "layers: what goes down is allowed" {
    layers
}

@test "layers: an include that goes up fails" {
    echo '#include "arch/arch.h"' >src/base/error.c
    run ! layers
    [[ $output == *'src/base/error.c:1: src/base may not use src/arch'* ]]
}

@test "layers: an include without its folder fails" {
    echo '#include "error.h"' >src/base/error.c
    run ! layers
    [[ $output == *'src/base/error.c:1: "error.h" does not start with a folder'* ]]
}

@test "layers: a folder that the table lacks fails" {
    mkdir src/new
    run ! layers
    [[ $output == *'the table of layers lacks src/new'* ]]
}

# log RESULT OUTPUT: a line as meson writes it.
log() {
    jq -nc --arg result "$1" --arg stdout "$2" '{name: "x", result: $result, stdout: $stdout}' >>log
}

count() {
    "$SOURCE_ROOT/tools/count-tests.py" log
}

@test "counting: TAP, cmocka and other programs" {
    log OK $'1..3\nok 1 a\nok 2 b # skip no need\nok 3 c'
    log FAIL $'1..2\nok 1 a\nnot ok 2 b'
    log OK $'[==========] 4 test(s) run.\n[  PASSED  ] 4 test(s).'
    log FAIL $'[  PASSED  ] 1 test(s).\n[  FAILED  ] 2 test(s), listed below:'
    log OK ''
    log SKIP ''
    [[ $(count) == '9 3' ]]
}

@test "counting: a program that dies counts as a failure" {
    log TIMEOUT $'1..3\nok 1 a'
    log ERROR $'[  PASSED  ] 1 test(s).'
    [[ $(count) == '2 2' ]]
}

@test "every make target that the documents name is there" {
    local targets
    targets=$(grep -ohE '(^|`)make [a-z-]+' "$SOURCE_ROOT/README.md" "$SOURCE_ROOT/HACKING.md" | cut -d' ' -f2 | sort -u)
    [[ $targets == *check* && $targets == *demo* ]]
    for target in $targets; do
        make -C "$SOURCE_ROOT" -n "$target" >/dev/null
    done
}
