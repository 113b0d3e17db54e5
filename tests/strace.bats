#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# strace --inject as an independent judge: it withholds a call in another way (by ptrace, outside of any sandbox),
# and must come to loupe's verdict on every call of a program, stubbed and faked.

load helpers

# judge INJECTION PROGRAM…: "true" where the program works with it. Nothing here takes a second.
judge() {
    if timeout -s KILL 5 strace -f -qq -o /dev/null -e "inject=$1" -- "${@:2}" >/dev/null 2>&1; then
        echo true
    else
        echo false
    fi
}

# agree OPTION… -- PROGRAM…: strace agrees on each of the features that loupe tested.
agree() {
    local -a program
    local name
    analyze --fake zero --no-joint --replicas 1 "$@"
    while [[ $1 != -- ]]; do shift; done
    program=("${@:2}")
    [[ $(judge getcwd:error=ENOSYS "${program[@]}") == true ]]
    for name in $(jq -r '.features[].name' analysis.json); do
        same "$name stub:$(judge "$name:error=ENOSYS" "${program[@]}") fake:$(judge "$name:retval=0" "${program[@]}")" \
            "$(jq -r --arg name "$name" '.features[] | select(.name == $name)
                | "\(.name) stub:\(.stub.works) fake:\(.fake.works)"' analysis.json)"
    done
}

@test "strace agrees: required" {
    agree -- "$P/required"
}

@test "strace agrees: works stubbed only" {
    agree -- "$P/stub-only"
}

@test "strace agrees: works faked only" {
    agree -- "$P/fake-only"
}

@test "strace agrees: works either way" {
    agree -- "$P/either"
}

@test "strace agrees: falls back on ENOSYS" {
    agree -- "$P/enosys-only"
}

@test "strace agrees: hangs when faked" {
    agree -- "$P/hang-faked"
}

@test "strace agrees: crashes when stubbed" {
    agree -- "$P/crash-stubbed"
}

@test "strace agrees: fakes of 0" {
    agree -- "$P/fake-values"
}

@test "strace agrees: conflicts" {
    agree -- "$P/conflict-several"
    agree -- "$P/conflict-mixed"
}

@test "strace agrees: in a thread and in a grandchild" {
    agree --only "$PROBES" -- "$P/thread"
    agree --only "$PROBES" -- "$P/process"
}

@test "strace agrees: a program of the system, with its C library" {
    agree -- /bin/true
}

@test "strace agrees: what conflicts, and what works together" {
    analyze -- "$P/conflict-several"
    local conflict stub
    while read -r conflict; do
        [[ $(judge "$conflict:error=ENOSYS" "$P/conflict-several") == false ]]
    done < <(joint '.conflicts[] | join(",")' | tr -d '"')
    stub=$(joint '.stub | join(",")' | tr -d '"')
    [[ $(judge "$stub:error=ENOSYS" "$P/conflict-several") == true ]]
}
