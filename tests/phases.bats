#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# `loupe trace --phases`: what runs before main() apart from what runs once it has begun. The calls of
# tests/phases/phases.c are known, and when it makes them; it says so in its head.

load helpers

setup_file() {
    stage
    find "$TEST_PROGRAMS/phases" "$TEST_PROGRAMS/static" -maxdepth 1 -type f -perm -u+x \
        \( -name 'phases*' -o -name 'static-rust' -o -name 'static-go' \) -exec install -m 755 -t "$P" {} +
}

# trace OPTION… -- COMMAND…: as $WHO, or self: the result in trace.json. The command ends with $EXIT, or 0.
trace() {
    status "${EXIT:-0}" as "${WHO:-self}" "$LOUPE" trace --phases --json trace.json "$@"
    validate trace.json trace.schema.json
    jq -e 'all(.calls[]; .phases.before + .phases.after + .phases.unknown == .count)' trace.json >/dev/null
}

# phases CALL…: "CALL BEFORE AFTER UNKNOWN" of each.
phases() {
    local name
    for name; do
        jq -r --arg name "$name" '[.calls[] | select(.name == $name)] | if length == 0 then "\($name) 0 0 0"
            else .[] | "\(.name) \(.phases.before) \(.phases.after) \(.phases.unknown)" end' trace.json
    done
}

# known 'CALL BEFORE AFTER UNKNOWN'…: these are so.
known() {
    same "$(printf '%s\n' "$@")" "$(phases "${@%% *}")"
}

# plain_run TIMES: those of so many executions without arguments.
plain_run() {
    known "getppid $1 0 0" "getsid 0 $((2 * $1)) 0" "getpgid 0 $((3 * $1)) 0"
}

# programs FILTER: of those that were executed.
programs() {
    jq -c "[.programs[] | $1]" trace.json
}

no_unknown() {
    jq -e 'all(.calls[]; .phases.unknown == 0)' trace.json >/dev/null
}

# variants: all ways that the program was linked in.
variants() {
    (cd "$P" && ls phases phases.*)
}

# kinds: one of each kind that starts in its own way.
kinds() {
    variants | grep -xE 'phases(\.static-pie|\.static-stripped|\.musl|\.musl-static)?'
}

@test "constructors before, main() and exit handlers after, however it is linked" {
    (($(variants | wc -l) >= 6))
    for WHO in $(identities); do
        for variant in $(variants); do
            echo "as $WHO: $variant"
            trace -- "$P/$variant"
            plain_run 1
            no_unknown
            same "[\"$P/$variant\"]" "$(programs 'select(.problem == null) | .path')"
            # The start of the C library, and its end.
            [[ $(phases arch_prctl) == "arch_prctl "[1-9]" 0 0" ]]
            [[ $(phases exit_group) == "exit_group 0 1 0" ]]
        done
    done
}

@test "where main() is: what the symbols say" {
    for variant in $(variants); do
        [[ $variant != *stripped ]] || continue
        trace -- "$P/$variant"
        same "0x$(nm "$P/$variant" | sed -n 's/^0*\([0-9a-f]*\) T main$/\1/p')" "$(jq -r '.programs[0].main' trace.json)"
    done
}

@test "processes and threads" {
    for WHO in $(identities); do
        for variant in $(kinds); do
            echo "as $WHO: $variant"
            trace -- "$P/$variant" fork
            plain_run 1
            known 'sched_get_priority_min 0 6 0'
            trace -- "$P/$variant" thread
            plain_run 1
            known 'sched_get_priority_min 0 6 0'
            no_unknown
        done
    done
}

@test "processes and threads that are there before main()" {
    for WHO in $(identities); do
        for variant in $(kinds); do
            echo "as $WHO: $variant"
            # Both come to a main() of their own.
            PHASES=fork trace -- "$P/$variant"
            known 'getppid 1 0 0' 'getsid 0 4 0' 'getpgid 0 6 0' 'sched_get_priority_max 1 0 0'
            PHASES=vfork trace -- "$P/$variant"
            plain_run 1
            known 'sched_get_priority_max 1 0 0'
            # A thread is where its process is.
            PHASES=thread trace -- "$P/$variant"
            plain_run 1
            known 'getcpu 4 5 0'
            # One that never comes to main().
            PHASES=exit trace -- "$P/$variant"
            known 'getppid 1 0 0' 'getsid 0 0 0' 'getpgid 0 0 0' 'exit_group 1 0 0'
        done
    done
}

@test "each program that is executed begins before its own main()" {
    for WHO in $(identities); do
        for variant in $(kinds); do
            echo "as $WHO: $variant"
            trace -- "$P/$variant" spawn
            plain_run 2
            known 'execve 0 1 0'
            # A child that shares the memory of its maker, and fails once.
            trace -- "$P/$variant" vfork
            plain_run 2
            known 'sched_get_priority_min 0 6 0' 'execve 0 2 0'
            PHASES=exec trace -- "$P/$variant"
            known 'getppid 2 0 0' 'getsid 0 2 0' 'getpgid 0 3 0' 'execve 1 0 0'
            # One process, two programs; what was to come at exit does not.
            trace -- "$P/$variant" exec "$P/phases.static"
            known 'getppid 2 0 0' 'getsid 0 4 0' 'getpgid 0 3 0' 'execve 0 1 0'
            no_unknown
        done
    done
}

@test "the program does not notice" {
    for WHO in $(identities); do
        for variant in $(kinds); do
            echo "as $WHO: $variant"
            trace -- "$P/$variant" trap
            plain_run 1
            trace -- "$P/$variant" again
            known 'getppid 1 0 0' 'getsid 0 4 0' 'getpgid 0 3 0'
            trace -- "$P/$variant" block-trap
            known 'getppid 2 0 0' 'getsid 0 4 0' 'getpgid 0 3 0'
        done
    done
}

@test "a program that its loader is told to run" {
    for WHO in $(identities); do
        for variant in phases phases.fixed phases.stripped phases.musl; do
            [[ -e $P/$variant ]] || continue
            loader=$(readelf -lW "$P/$variant" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
            echo "as $WHO: $loader $variant"
            trace -- "$loader" "$P/$variant" fork
            plain_run 1
            known 'sched_get_priority_min 0 6 0'
            no_unknown
            same "[\"$P/$variant\"]" "$(programs .path)"
        done
        # Nothing was loaded: all of it came before.
        EXIT=127 trace -- "$(readelf -lW "$P/phases" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')" /nowhere/at/all
        [[ $(phases exit_group) == "exit_group 1 0 0" || $(phases exit) == "exit 1 0 0" ]]
        same '[]' "$(programs .)"
    done
}

@test "of a script, the interpreter's main() counts" {
    printf '#!/bin/sh\n"$0".program\n' >script
    cp "$P/phases" script.program
    chmod 755 script script.program
    for WHO in $(identities); do
        trace -- "$W/script"
        known 'getsid 0 2 0' 'getpgid 0 3 0' # dash makes a getppid of its own
        no_unknown
        same "[\"$(readlink -f /bin/sh)\",\"$W/script.program\"]" "$(programs .path)"
    done
}

@test "only the processes that are considered" {
    for WHO in $(identities); do
        trace --consider "$P/phases.static" -- "$P/phases" exec "$P/phases.static" fork
        plain_run 1
        known 'sched_get_priority_min 0 6 0'
        no_unknown
        same "[\"$P/phases.static\"]" "$(programs .path)"
    done
}

@test "programs whose main() is not to be found are named, and their calls are unknown" {
    [[ -e $P/phases-bare ]] || skip "for another processor"
    for WHO in $(identities); do
        trace -- "$P/phases-bare"
        known 'getppid 0 0 2' 'exit_group 0 0 1'
        same "[\"$P/phases-bare\"]" "$(programs 'select(.main == null) | .path')"
        # Beside one that has one.
        trace -- "$P/phases" exec "$P/phases-bare"
        known 'getppid 1 0 2' 'getsid 0 2 0' 'exit_group 0 0 1' 'execve 0 1 0'
        status 0 as "$WHO" "$LOUPE" trace --phases -- "$P/phases" exec "$P/phases-bare"
        says out '^before +after +unknown +call'
        says out "^main\(\) not found in $P/phases-bare, whose calls count as unknown: its entry point"
        says out '^Unknown: 2 different calls, 3 in all\.$'
    done
}

@test "programs of other languages" {
    for name in static-rust static-go; do
        [[ -e $P/$name ]] || continue
        trace -- "$P/$name"
        if [[ $name == static-rust ]]; then
            no_unknown
            jq -e 'any(.calls[]; .phases.before > 0) and any(.calls[]; .phases.after > 0)' trace.json >/dev/null
        else
            jq -e 'all(.calls[]; .phases.before == 0 and .phases.after == 0)' trace.json >/dev/null
            [[ $(programs .problem) == *"Go program"* ]]
        fi
    done
    # Another word size.
    printf 'void _start(void){__asm__("mov $1,%%eax; int $0x80");}' >small.c
    gcc -m32 -nostdlib -static -o small small.c 2>/dev/null || skip "no compiler for another word size; the rest was tested"
    "$LOUPE" trace --phases --json trace.json -- "$W/small" >out 2>err || true
    jq -e 'all(.calls[]; .phases.unknown == .count)' trace.json >/dev/null
    [[ $(programs .problem) == *i386* ]]
}

@test "the table: two columns, and a line for each phase" {
    status 0 "$LOUPE" trace --phases -- "$P/phases"
    says out '^before  after  call '
    says out '^ +1 +- +getppid '
    says out '^ +- +2 +getsid '
    says out '^Before main\(\): [0-9]+ different calls?, [0-9]+ in all\.$'
    says out '^After main\(\) has begun: [0-9]+ different calls?, [0-9]+ in all\.$'
    run ! grep -q 'unknown\|Unknown\|not found' out
    # Sub-features, too; and neither is there unless it is asked for.
    trace --features -- "$P/phases"
    jq -e 'any(.calls[]; .name == "arch_prctl:ARCH_SET_FS" and .phases == {before: 1, after: 0, unknown: 0})' trace.json >/dev/null
    status 0 "$LOUPE" trace --json trace.json -- "$P/phases"
    validate trace.json trace.schema.json
    jq -e '(has("programs") | not) and all(.calls[]; has("phases") | not)' trace.json >/dev/null
}

@test "what does not go together is refused" {
    status 125 "$LOUPE" trace --phases --observer bpf -- true
    says err '^loupe trace: --phases does not go with --observer bpf'
    status 125 "$LOUPE" trace --phases --files -- true
    says err '^loupe trace: --phases does not go with --files'
    [[ ! -s out ]]
}
