#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Programs that do the worst they can (tests/misbehaviour/*.c): their verdicts come out right, and afterwards the host
# is as it was. Each is analysed as this user, and as an ordinary one where this is root.

load helpers

# The folders of the host that a program might write to.
FOLDERS=(/ /bin /boot /dev /dev/shm /etc /home /lib /mnt /opt /proc /root /run /srv /sys /tmp /usr /usr/bin /var
    /var/lib /var/log /var/tmp)

# survivors: processes whose environment has this test's mark, the test's own apart. A zombie has none.
survivors() {
    grep -lzsx "LOUPE_TEST_MARK=$W" /proc/[0-9]*/environ || true
}

# host: what a run must not change, but for what changes by itself.
host() {
    cat /proc/self/mountinfo
    hostname
    cat /proc/sys/kernel/core_pattern
    ls -A "$W" | grep -v '^out-'
    for folder in "${FOLDERS[@]}" "$W"; do
        [[ ! -e $folder/loupe-test-mark && ! -e $folder/loupe-test-filler ]] || echo "changed: $folder"
    done
    # What listens at ports that only these tests use (7311 to 7319, in hexadecimal).
    grep -hE '^ *[0-9]+: [0-9A-F]+:1C(8F|9[0-7]) [0-9A-F:]+ 0A' /proc/net/tcp /proc/net/tcp6 || true
}

# cgroups PID: the control groups made by the loupe of that number.
cgroups() {
    find /sys/fs/cgroup -type d -name "loupe-$1*" 2>/dev/null || true
}

# unharmed WHO OPTION… -- PROGRAM…: the analysis finds the probes' verdicts and leaves nothing behind.
unharmed() {
    local before pid status=0
    before=$(host)
    prefix "$1"
    "${PREFIX[@]}" env LOUPE_TEST_MARK="$W" "$LOUPE" analyze --json - -o "out-$1" --replicas 1 --only "$PROBES" "${@:2}" \
        >"$BATS_TEST_TMPDIR/analysis.json" 2>"$BATS_TEST_TMPDIR/analysis.log" &
    pid=$!
    wait "$pid" || status=$?
    if ((status != 0)); then
        echo "as $1: status $status"
        tail -n 30 "$BATS_TEST_TMPDIR/analysis.log"
        return 1
    fi
    # The janitor may take a moment.
    wait_until 5 gone "$pid" || {
        echo "left behind: $(survivors) $(cgroups "$pid")"
        return 1
    }
    same "$before" "$(host)"
    (
        cd "$BATS_TEST_TMPDIR"
        consistent analysis.json
        probe_verdicts
    )
}

gone() {
    [[ -z $(survivors) && -z $(cgroups "$1") ]]
}

everyone() {
    local who
    for who in $(identities); do
        unharmed "$who" "$@"
    done
}

@test "a few processes too many" {
    everyone --processes 20 -- "$P/fork-bomb" 50
}

@test "a fork bomb" {
    everyone --processes 100 -- "$P/fork-bomb" 3000
}

@test "a memory hog" {
    everyone --memory 64M --disk 1M -- "$P/memory-hog" 512
}

@test "a disk filler" {
    everyone --disk 16M -- "$P/disk-filler" 256 "$W" /var/tmp /tmp /dev/shm /run /etc
}

@test "SIGKILL to every process it can see" {
    everyone -- "$P/kill-all" "$(stat -Lc %i /proc/self/ns/pid)"
}

@test "writes all over the file system" {
    touch precious
    chmod 666 precious
    everyone -- "$P/write-everywhere" "$W" "${FOLDERS[@]}"
    [[ -e precious ]]
}

@test "a daemon that ignores signals" {
    everyone -- "$P/stubborn-daemon" 7312
}

@test "output without end" {
    everyone --disk 32M --ready tcp:7311 -t "$P/ask" -- "$P/chatterbox" 7311
}

@test "a test script that never ends" {
    cat >script <<'EOF'
#!/bin/bash
# Ends only if all is well; leaves a process of its own behind either way.
sleep 1000 &
disown
exec 3<>/dev/tcp/127.0.0.1/7311 || exit 1
read -r answer <&3
[[ $answer == 0 ]] || sleep 1000
EOF
    chmod 755 script
    everyone --timeout 10 --ready tcp:7311 -t "$W/script" -- "$P/daemon" 7311
    cd "$BATS_TEST_TMPDIR"
    expect_outcome mlock stub hung
}

@test "a test script that never ends even with the program unmodified" {
    printf '#!/bin/sh\nsleep 1000\n' >script
    chmod 755 script
    for who in $(identities); do
        local status=0
        as "$who" env LOUPE_TEST_MARK="$W" timeout 60 "$LOUPE" analyze --timeout 0.5 -t "$W/script" -- /bin/true \
            >output 2>&1 || status=$?
        cat output
        ((status == 1))
        grep -q hung output
        [[ -z $(survivors) ]]
    done
}

# find_leader PID: sets `leader` to the first process of the sandbox that loupe PID has started, once it leads.
find_leader() {
    local child
    for child in $(cat "/proc/$1/task/$1/children"); do
        if grep -qsE $'^NSpid:\t[0-9]+\t1$' "/proc/$child/status" && [[ $(cat "/proc/$child/task/$child/children") ]]; then
            leader=$child
            return 0
        fi
    done
    return 1
}

# What leads a run cannot be reached by the program; here the test plays what holds it up.
@test "a run that does not keep its own time limit is ended" {
    local leader pid result=0
    "$LOUPE" run --timeout 1 -- sleep 100 2>message &
    pid=$!
    wait_until 5 find_leader "$pid"
    kill -STOP "$leader"
    wait "$pid" || result=$?
    cat message
    ((result == 124))
    grep hung message
    [[ ! -e /proc/$leader ]]
}
