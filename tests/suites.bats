#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# The test suites of real source packages, unmodified, through dh_auto_test (apps/*-suite). What make, the shells and perl do must not
# be in the result: held against an observation of all processes, so that calls which only they make are known to be there.

load helpers

setup() {
    require_root
    W=$(mktemp -d "$STAGE/test.XXXXXX")
    cd "$W"
}

setup_file() {
    stage
    cp -r "$SOURCE_ROOT/apps" "$STAGE"
}

teardown() {
    [[ -z ${W:-} ]] || rm -rf "$W"
}

# names FILE: of the calls in a result of trace.
names() {
    jq -r '.calls[].name' "$1" | LC_ALL=C sort
}

# trace FILE OPTION… WORKLOAD: passes, and its calls go to FILE.
trace() {
    "$LOUPE" trace --counts-only --json "$1" "${@:2}" >log 2>&1 || {
        echo "loupe trace ${*:2}: status $?"
        tail -n 30 log
        return 1
    }
}

# has FILE NAME…, lacks FILE NAME…
has() {
    for name in "${@:2}"; do
        names "$1" | grep -qx "$name" || {
            echo "no $name in $1:" $(names "$1")
            return 1
        }
    done
}

lacks() {
    for name in "${@:2}"; do
        ! names "$1" | grep -qx "$name" || {
            echo "$name in $1"
            return 1
        }
    done
}

@test "memcached's suite, a selection: the server's calls alone" {
    local perl_and_shells=(wait4 getppid execve getpgrp alarm)
    local server=(socket bind listen accept4 epoll_wait epoll_ctl sendmsg eventfd2)
    trace all.json --observer bpf --consider '*' "$STAGE/apps/memcached-suite/selection.yaml"
    has all.json "${perl_and_shells[@]}" "${server[@]}"
    trace bpf.json --observer bpf "$STAGE/apps/memcached-suite/selection.yaml"
    has bpf.json "${server[@]}"
    lacks bpf.json "${perl_and_shells[@]}"
}

@test "memcached's suite, a selection: observed by ptrace" {
    trace ptrace.json --observer ptrace "$STAGE/apps/memcached-suite/selection.yaml"
    has ptrace.json socket bind listen accept4 epoll_wait epoll_ctl sendmsg eventfd2
    lacks ptrace.json wait4 getppid execve getpgrp alarm
}

@test "lighttpd's suite: the server's calls alone" {
    local perl_and_shells=(vfork getppid clone3 alarm unlinkat umask)
    local server=(socket bind listen accept4 epoll_wait epoll_ctl writev shutdown)
    trace all.json --observer bpf --consider '*' "$STAGE/apps/lighttpd-suite/workload.yaml"
    has all.json "${perl_and_shells[@]}" "${server[@]}"
    for observer in bpf ptrace; do
        trace "$observer.json" --observer "$observer" "$STAGE/apps/lighttpd-suite/workload.yaml"
        has "$observer.json" "${server[@]}"
        lacks "$observer.json" "${perl_and_shells[@]}"
    done
}

# What is withheld is withheld from the server alone: the suite itself could not do without.
@test "lighttpd's suite, analysed" {
    analyze --replicas 1 --no-joint --only bind,rseq,vfork,umask "$STAGE/apps/lighttpd-suite/workload.yaml"
    verdicts 'bind required' 'rseq either'
    jq -e '.application.version != null' analysis.json >/dev/null
}
