#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# The real applications under apps/ are analysed to the end. What calls they need is theirs to change; what is held
# against the results is what no version of them can do without, and what the workload does by itself.

load helpers

setup_file() {
    stage
    cp -r "$SOURCE_ROOT/apps" "$STAGE"
}

# app NAME REQUIRED…: these are among the required calls.
app() {
    local required
    UNSTABLE=yes analyze --features --files --replicas 1 "$STAGE/apps/$1/workload.yaml"
    required=$(jq -r '.features[] | select(.verdict == "required") | .name' analysis.json)
    for name in "${@:2}"; do
        grep -qx "$name" <<<"$required" || {
            echo "$1 does not require $name:" $required
            return 1
        }
    done
    jq -e '.application.version != null' analysis.json >/dev/null
    # Only what goes with its whole call is left untested.
    jq -e '([.features[] | select(.kind == "syscall" and (.verdict | IN("stub", "fake", "either"))) | .name]) as $avoidable
        | all(.features[] | select(.verdict == "untested"); .syscall | IN($avoidable[]))' analysis.json >/dev/null
}

@test "redis" {
    app redis socket bind listen read write epoll_ctl socket:SOCK_STREAM fcntl:F_SETFL epoll_ctl:EPOLL_CTL_ADD
}

@test "nginx" {
    app nginx socket bind listen socket:SOCK_STREAM epoll_ctl:EPOLL_CTL_ADD
}

@test "memcached" {
    app memcached socket bind listen read sendmsg socket:SOCK_STREAM epoll_ctl:EPOLL_CTL_ADD
}

@test "lighttpd" {
    app lighttpd socket bind listen socket:SOCK_STREAM fcntl:F_SETFL
}

@test "haproxy" {
    app haproxy socket bind socket:SOCK_STREAM fcntl:F_SETFL
}

@test "sqlite3" {
    app sqlite3 write openat openat:O_CREAT
}

@test "webfs" {
    app webfs socket bind listen socket:SOCK_STREAM
}

@test "weborf" {
    app weborf socket bind listen socket:SOCK_STREAM
}

@test "iperf3" {
    app iperf3 socket bind listen socket:SOCK_STREAM file:/dev/urandom
}

@test "busybox httpd" {
    app busybox socket bind listen socket:SOCK_STREAM
}

@test "python3" {
    app python3 read mmap openat
}

@test "hello world, with glibc" {
    app hello-glibc write mmap openat
}

@test "hello world, with glibc, static" {
    app hello-glibc-static write
}

@test "hello world, with musl" {
    app hello-musl
}

@test "hello world, with musl, static" {
    app hello-musl-static
}

# README and doc/PHASES.md show what the C libraries do before main() and after: the same as these runs.
@test "the libc study" {
    LOUPE=$LOUPE "$SOURCE_ROOT/bench/libc-study" >study
    (($(grep -c '^|' study) > 20))
    sed -n '/^## Before main/,/^## /p' "$SOURCE_ROOT/README.md" >shown
    sed -n '/^## What C libraries call/,$p' "$SOURCE_ROOT/doc/PHASES.md" >>shown
    while IFS= read -r line; do
        grep -qxF -- "$line" shown || {
            echo "README.md and doc/PHASES.md lack: $line"
            return 1
        }
    done <study
    # No more rows than these.
    same "$(grep -cE '^\| (hello-[a-z-]*|`[a-z0-9_]*`) \| [^|]* \| [^|]* \| [^|]*( \| [^|]*)? \|$' study)" \
        "$(grep -cE '^\| (hello-|`)' shown)"
}
