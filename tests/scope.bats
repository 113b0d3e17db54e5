#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Which processes count: tests/oracle/chain.c makes calls in processes and programs that its arguments name, and only
# those of the programs under --consider may show in the result, or be withheld.

load helpers

setup_file() {
    stage
    mkdir "$STAGE/t"
    cp "$P/chain" "$STAGE/considered"
    cp "$P/chain" "$STAGE/other"
    printf '#!/bin/sh\numask 077\n' >"$STAGE/t/foo.t"
    printf '#!/usr/bin/env sh\numask 077\n' >"$STAGE/t/env.t"
    printf '#!/bin/sh\ncd /\n' >"$STAGE/t/bar.t"
    chmod 755 "$STAGE/t" "$STAGE"/t/*.t "$STAGE/considered" "$STAGE/other"
    export A=$STAGE/considered B=$STAGE/other
}

# each_observer COMMAND…: as every user, with every observer that the user may have: $WHO and $OBSERVER.
each_observer() {
    for WHO in $(identities); do
        for OBSERVER in bpf ptrace; do
            if [[ $OBSERVER == bpf ]] && { [[ $WHO == ordinary ]] || ((EUID != 0)); }; then
                continue
            fi
            "$@" || {
                echo "as $WHO, with $OBSERVER"
                return 1
            }
        done
    done
}

# trace OPTION… -- COMMAND…: the calls and their number, "NAME COUNT", in trace. The command ends with $EXIT, or 0.
trace() {
    local status=0
    as "$WHO" "$LOUPE" trace --observer "$OBSERVER" --json trace.json "$@" >output 2>errors || status=$?
    if ((status != ${EXIT:-0})); then
        echo "loupe trace $*: status $status"
        cat errors
        return 1
    fi
    validate trace.json trace.schema.json
    jq -r '.calls[] | "\(.name) \(.count)"' trace.json | LC_ALL=C sort >trace
}

# calls 'NAME COUNT'…: these were seen, and no others.
calls() {
    same "$(printf '%s\n' "$@" | LC_ALL=C sort)" "$(cat trace)"
}

# count NAME: how often it was seen.
count() {
    sed -n "s/^$1 //p" trace
}

exec_chains() {
    trace --consider "$A" -- "$B" sysinfo exec "$A" getcpu exec "$B" sched_yield &&
        calls 'getcpu 1' 'execve 1' &&
        trace --consider "$A" -- "$A" getcpu exec "$B" sysinfo exec "$A" getcpu &&
        calls 'getcpu 2' 'execve 1' 'exit_group 1' &&
        trace --consider "$A" -- "$A" getcpu exec "$A" getcpu exec "$B" sysinfo &&
        calls 'getcpu 2' 'execve 2'
}

@test "each exec is judged anew" {
    each_observer exec_chains
}

# fexecve(3): by a descriptor, without a path.
executed_by_descriptor() {
    local execute="import os, sys; os.execve(os.open(sys.argv[1], os.O_RDONLY), sys.argv[1:], os.environ)"
    trace --consider "$A" -- "$PYTHON" -c "$execute" "$A" getcpu exec "$B" sysinfo &&
        calls 'getcpu 1' 'execve 1' &&
        trace --consider "$PYTHON" -- "$PYTHON" -c "$execute" "$A" getcpu &&
        same '' "$(count getcpu)" && same 1 "$(count execveat)"
}

@test "a program that is executed by its descriptor" {
    PYTHON=$(readlink -f "$PYTHON")
    each_observer executed_by_descriptor
}

forks() {
    trace --consider "$A" -- "$A" fork getcpu fork getcpu &&
        calls 'clone 2' 'wait4 2' 'getcpu 2' 'exit_group 3' &&
        trace --consider "$A" -- "$A" fork exec "$B" sysinfo fork sysinfo &&
        calls 'clone 1' 'wait4 1' 'execve 1' 'exit_group 1' &&
        trace --consider "$A" -- "$B" fork exec "$A" fork getcpu &&
        calls 'clone 1' 'wait4 1' 'getcpu 1' 'exit_group 2'
}

@test "what is forked is as its parent" {
    each_observer forks
}

mixed_tree() {
    trace --consider "$A" -- sh -c "
        $A getcpu & $B sysinfo & $A fork getcpu & $B fork exec $A getcpu & (ulimit -n; exec $A sched_yield) & wait" &&
        calls 'getcpu 3' 'sched_yield 1' 'clone 1' 'wait4 1' 'exit_group 5'
}

@test "considered and unconsidered processes side by side" {
    each_observer mixed_tree
}

failed_exec() {
    EXIT=22 trace --consider "$A" -- "$A" getcpu exec "$STAGE/none" &&
        calls 'getcpu 1' 'execve 1' 'exit_group 1' &&
        EXIT=22 trace --consider "$A" -- "$B" sysinfo exec "$W/text" &&
        calls '' &&
        trace --consider "$W/text" -- sh -c "'$W/text' 2>/dev/null; exec $B getcpu" &&
        calls '' &&
        EXIT=22 trace --consider "$B" -- "$B" sysinfo exec "$W/text" &&
        calls 'sysinfo 1' 'execve 1' 'exit_group 1'
}

@test "an exec that fails changes nothing" {
    echo text >"$W/text"
    chmod 755 "$W/text"
    each_observer failed_exec
}

# The shell makes several calls of one umask.
scripts() {
    local umask
    trace -- "$STAGE/t/foo.t" && umask=$(count umask) && ((umask > 0)) || return 1
    trace -C "$STAGE" --consider t/foo.t -- sh -c '
        t/foo.t; sh t/foo.t; sh -e t/foo.t; exec 3<t/foo.t; t/bar.t; sh t/bar.t t/foo.t; cat t/foo.t' &&
        same $((3 * umask)) "$(count umask)" && same '' "$(count chdir)" && same '' "$(count copy_file_range)" &&
        same 3 "$(count exit_group)" && same '' "$(count wait4)"
}

@test "a script is its interpreter running it" {
    each_observer scripts
}

env_scripts() {
    local umask
    trace -- "$STAGE/t/foo.t" && umask=$(count umask) && ((umask > 0)) || return 1
    trace -C "$STAGE" --consider "t/env.t" -- sh -c 't/env.t; t/foo.t; exec sh t/env.t' &&
        same $((2 * umask)) "$(count umask)" && same 2 "$(count exit_group)"
}

@test "the interpreter may be found by env" {
    each_observer env_scripts
}

globs() {
    trace --consider "$STAGE/cons*" -- "$B" sysinfo exec "$A" getcpu && calls 'getcpu 1' 'exit_group 1' &&
        trace --consider considered -- "$B" sysinfo exec "$A" getcpu && calls 'getcpu 1' 'exit_group 1' &&
        trace --consider "$STAGE/*/foo.t" --consider other -- "$A" fork exec "$B" sysinfo &&
        calls 'sysinfo 1' 'exit_group 1' &&
        trace -C "$STAGE" --consider './con*' -- "$B" sysinfo exec "$A" getcpu && calls 'getcpu 1' 'exit_group 1'
}

@test "globs, names and several patterns" {
    each_observer globs
}

# withheld STATUS OPTION… -- COMMAND…: how a run ends in which something is withheld from $A.
withheld() {
    local ended=0
    as "$WHO" "$LOUPE" run --consider "$A" "${@:2}" >output 2>&1 || ended=$?
    same "${*:2}: $1" "${*:2}: $ended" || {
        cat output
        return 1
    }
}

@test "only considered processes do without what is withheld" {
    local -a policies=('--stub sysinfo,clone' '--fake wait4 --stub sysinfo' '--stub sysinfo=EPERM')
    for WHO in $(identities); do
        for policy in "${policies[@]}"; do
            # shellcheck disable=SC2086 # words
            withheld 0 $policy -- "$B" sysinfo fork sysinfo exec "$A" getcpu
            withheld 11 $policy -- "$B" sysinfo fork sysinfo exec "$A" sysinfo
            withheld 0 $policy -- "$A" getcpu exec "$B" sysinfo
            withheld 11 $policy -- "$B" exec "$A" exec "$B" sysinfo exec "$A" sysinfo
        done
        # What a considered process forks does without, too, until it executes something else.
        withheld 11 --stub sysinfo -- "$A" fork sysinfo
        withheld 0 --stub sysinfo -- "$A" fork exec "$B" sysinfo
        withheld 22 --stub execve -- "$B" exec "$A" exec "$B" sysinfo
        withheld 0 --stub execve -- "$B" exec "$B" exec "$A" getcpu
    done
}

@test "a profile holds for considered processes" {
    printf '%s\n' getcpu exit_group >only
    for WHO in $(identities); do
        withheld 0 --only-allow "$W/only" -- "$B" sysinfo fork exec "$A" getcpu
        withheld 13 --only-allow "$W/only" -- "$B" sysinfo fork exec "$A" sched_yield
        withheld 20 --only-allow "$W/only" -- "$A" getcpu fork
    done
}

analysis() {
    analyze_as "$WHO" --observer "$OBSERVER" --replicas 1 -o "result-$WHO-$OBSERVER" --consider "$A" -- \
        "$B" sysinfo fork sysinfo exec "$A" getcpu sched_yield || return 1
    verdicts 'getcpu fake' 'sched_yield fake' 'exit_group required' &&
        same '{"works":true,"stub":[],"fake":["getcpu","sched_yield"]}' "$(joint '{works, stub, fake: (.fake | sort)}')"
}

@test "an analysis is about considered processes" {
    each_observer analysis
}

@test "a workload file names what is considered" {
    printf '%s\n' 'application: {name: chain}' "command: ['$B', sysinfo, fork, exec, '$A', getcpu]" \
        "consider: ['$A']" 'replicas: 1' >workload.yaml
    analyze -o first workload.yaml
    verdicts 'getcpu fake' 'exit_group required'
    # Options win, and are remembered.
    analyze -o second --consider "$B" workload.yaml
    verdicts 'sysinfo fake' 'clone required' 'wait4 required' 'execve required' 'exit_group required'
    "$LOUPE" explain second execve | grep -F -- "--consider $B"
}

nothing_matches() {
    run as "$WHO" "$LOUPE" analyze --observer "$OBSERVER" -o none --consider "$STAGE/none" --consider nothing -- \
        "$B" sysinfo exec "$A" getcpu
    ((status == 1)) || return 1
    [[ $output == *"no process executed any of $STAGE/none, nothing: nothing to analyse; executed were $B, $A"* ]] || {
        echo "$output"
        return 1
    }
    [[ ! -e none ]]
}

@test "nothing considered is nothing to analyse" {
    each_observer nothing_matches
}

@test "trace and run say that nothing was considered" {
    run "$LOUPE" trace --consider "$STAGE/none" -- "$B" sysinfo
    ((status == 0))
    [[ $output == *"loupe: no process executed any of $STAGE/none; executed were $B"* ]]
    run "$LOUPE" run --stub sysinfo --consider "$STAGE/none" -- "$B" sysinfo
    ((status == 0))
    [[ $output == *"loupe: no process executed any of $STAGE/none; executed were $B"* ]]
    run "$LOUPE" run --stub getcpu --consider "$B" -- "$B" sysinfo
    [[ -z $output ]]
}
