#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Each call that a run shows, under strace, is in the set that loupe static tells: of the applications under apps/, of some three
# hundred programs that are asked for little (programs.txt), and of more that do real work (tasks.txt). Of the latter, these
# tests take each fourth, which is more than a hundred, to end in time; LOUPE_EACH_TASK=1 takes all.

load helpers

# sound N ARGUMENT…: at least so many were compared, and no call is missing.
sound() {
    "$SOURCE_ROOT/tests/static/soundness.py" "$LOUPE" --least "$@" >report || {
        grep -vE '^ok' report
        return 1
    }
}

@test "no call of an ordinary program is missing" {
    [[ -z ${SANITIZED:-} ]] || skip "sanitizers take their time: the applications have to do"
    sound 100 programs
}

@test "no call of a program at real work is missing" {
    [[ -z ${SANITIZED:-} ]] || skip "sanitizers take their time: the applications have to do"
    local every=4
    [[ -z ${LOUPE_EACH_TASK:-} ]] || every=1
    sound 60 --every "$every" programs "$SOURCE_ROOT/tests/static/tasks.txt"
}

@test "no call of the applications is missing" {
    sound 1 apps
    grep -q ' 0 not there$' report || skip "of the applications, $(tail -n 1 report): apps/setup installs and builds them"
}
