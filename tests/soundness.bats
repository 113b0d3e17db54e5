#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Each call that a run shows, under strace, is in the set that loupe static tells: of the applications under apps/, and of a
# hundred ordinary programs.

load helpers

# sound N WHAT: at least so many were compared, and no call is missing.
sound() {
    "$SOURCE_ROOT/tests/static/soundness.py" "$LOUPE" --least "$1" "$2" >report || {
        grep -vE '^ok' report
        return 1
    }
}

@test "no call of an ordinary program is missing" {
    [[ -z ${SANITIZED:-} ]] || skip "sanitizers take their time: the applications have to do"
    sound 100 programs
}

@test "no call of the applications is missing" {
    sound 15 apps
}
