#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Pseudo-files: programs that need one under /proc, /sys or /dev, or cope without. Each of tests/oracle/file-*.c says in
# its head what is right.

load helpers

# quickly ARGUMENT…: analyze with files, each policy once but for a failure.
quickly() {
    analyze --files --replicas 1 "$@"
}

# files 'PATH VERDICT DENIED'…: these are the files of analysis.json and no others; DENIED is `works` or how it ended.
files() {
    same "$(printf '%s\n' "$@" | LC_ALL=C sort)" \
        "$(jq -r '.features[] | select(.kind == "file")
            | "\(.path) \(.verdict) \(if .deny.works then "works" else .deny.outcome end)"' analysis.json | LC_ALL=C sort)"
}

@test "a file that is required" {
    analyze --files -- "$P/file-urandom"
    verdicts 'exit_group required' 'openat required' 'read required' 'close either' 'file:/dev/urandom required'
    files '/dev/urandom required exited 1'
    expect_outcome file:/dev/urandom stub 'exited 1'
    expect_outcome file:/dev/urandom fake 'exited 2'
    same '["file","file:/dev/urandom","/dev/urandom",1]' "$(jq -c '.features[] | select(.kind == "file")
        | [.kind, .name, .path, .count]' analysis.json)"
}

@test "without --files there are none" {
    analyze --replicas 1 -- "$P/file-urandom"
    verdicts 'exit_group required' 'openat required' 'read required' 'close either'
}

@test "a file that may be absent, or empty" {
    quickly -- "$P/file-status"
    files '/proc/self/status either works'
    quickly -- "$P/file-status" careful
    files '/proc/self/status stub exited 1'
    expect_outcome file:/proc/self/status fake 'exited 2'
}

@test "a device that is mapped" {
    quickly -- "$P/file-zero"
    files '/dev/zero required exited 1'
    expect_outcome file:/dev/zero stub 'exited 1'
    [[ $(outcome file:/dev/zero fake) =~ ^(exited 2|crashed SIGBUS)$ ]]
    quickly -- "$P/file-zero" careful
    files '/dev/zero either works'
}

@test "a file that is written" {
    quickly -- "$P/file-oom"
    files '/proc/self/oom_score_adj either works'
    quickly -- "$P/file-oom" checked
    files '/proc/self/oom_score_adj fake exited 1'
    quickly -- "$P/file-oom" checked twice
    files '/proc/self/oom_score_adj required exited 1' '/proc/self/oom_score required exited 3'
    expect_outcome file:/proc/self/oom_score_adj fake 'exited 2'
}

@test "files named in roundabout ways" {
    quickly -- "$P/file-relative"
    files '/proc required exited 1' '/proc/self required exited 4' '/proc/self/stat required exited 2' \
        '/proc/self/statm required exited 5' '/proc/self/mountinfo required exited 6' '/proc/version required exited 7' \
        '/proc/uptime required exited 8' '/proc/self/task/*/stat required exited 9'
    same 2 "$(jq '.features[] | select(.path == "/proc/self/stat").count' analysis.json)"
    # What symlink(2) writes into a link is text, and names nothing yet.
    same 1 "$(jq '.features[] | select(.path == "/proc/self/mountinfo").count' analysis.json)"
    expect_outcome file:/proc/self/mountinfo stub 'exited 6'
    expect_outcome file:/proc fake 'exited 2'
}

@test "files that are not opened" {
    quickly -- "$P/file-names"
    files '/proc/self/exe required exited 1' '/proc/cpuinfo fake exited 2' '/dev/null required exited 3' \
        '/proc/uptime either works' '/sys/kernel either works' '/proc/nowhere stub works'
    expect_outcome file:/dev/null fake 'exited 4'
    expect_outcome file:/proc/nowhere fake 'exited 6'
}

@test "a file that is executed" {
    quickly -- "$P/file-exec"
    files '/proc/self/exe required exited 1'
    expect_outcome file:/proc/self/exe fake 'exited 1'
}

@test "through the system's own links" {
    [[ $(readlink -f /etc/mtab) == /proc/*/mounts ]] || skip "/etc/mtab is none here"
    status 0 "$LOUPE" run -- cat /etc/mtab
    status 1 "$LOUPE" run --stub file:/proc/self/mounts -- cat /etc/mtab
    says err 'No such file'
    status 0 "$LOUPE" run --fake file:/proc/self/mounts -- cat /etc/mtab
    [[ ! -s out ]]
    quickly --only file:/proc/self/mounts -- grep -q . /etc/mtab
    verdicts 'file:/proc/self/mounts required'
}

@test "together with sub-features" {
    analyze --files --features --replicas 1 -- "$P/file-urandom"
    files '/dev/urandom required exited 1'
    same required "$(verdict openat)"
    [[ $(joint .tested) == true ]]
}

# A link names what it says as well as what that leads to.
@test "every link on the way is a name of the file" {
    cat >links <<'END'
#!/bin/sh
ln -s /proc/mounts first && ln -s first second && cat second
END
    chmod 755 links
    status 0 "$LOUPE" run -- ./links
    [[ -s out ]]
    for name in mounts self/mounts; do
        status 1 "$LOUPE" run --stub "file:/proc/$name" -- ./links
        says err 'No such file'
        status 0 "$LOUPE" run --fake "file:/proc/$name" -- ./links
        [[ ! -s out ]]
    done
    status 0 "$LOUPE" run --stub file:/proc/self -- ./links
    [[ -s out ]]
    status 0 "$LOUPE" trace --files --json trace.json -- ./links
    same '["/proc/mounts","/proc/self/mounts"]' \
        "$(jq -c '[.calls[] | select(.kind == "file" and (.path | endswith("mounts"))).path] | sort' trace.json)"
}

@test "what files cost to leave out is measured as well" {
    analyze --files --features --impact --repeats 5 --replicas 1 -- "$P/file-names"
    jq -e '[.impact.features[] | select(.kind == "file").name] | sort == ["file:/proc/cpuinfo", "file:/proc/nowhere",
        "file:/proc/uptime", "file:/sys/kernel"]' analysis.json
}

@test "the joint set holds in a run of its own" {
    local stub fake
    for arguments in file-status file-names 'file-zero careful' 'file-oom checked'; do
        # shellcheck disable=SC2086
        quickly -- "$P"/$arguments
        stub=$(joint '.stub | join(",")' | tr -d '"')
        fake=$(joint '.fake | join(",")' | tr -d '"')
        # shellcheck disable=SC2086
        status 0 "$LOUPE" run --stub "$stub" --fake "$fake" -- "$P"/$arguments
    done
}

@test "run: --stub and --fake" {
    status 1 "$LOUPE" run --stub file:/dev/urandom -- "$P/file-urandom"
    status 2 "$LOUPE" run --fake file:/dev/urandom -- "$P/file-urandom"
    status 0 "$LOUPE" run --stub file:/dev/zero --fake file:/dev/random -- "$P/file-urandom"
    status 0 "$LOUPE" run --stub file:/proc/self/status -- "$P/file-status" careful
    status 1 "$LOUPE" run --stub file:/proc/self/status=ENOSYS -- "$P/file-status" careful
    status 1 "$LOUPE" run --stub file:/proc/self/status=EACCES -- "$P/file-status" careful
    status 2 "$LOUPE" run --fake file:/proc/self/status -- "$P/file-status" careful
}

# An empty file is there, can be looked at, read, and written.
@test "run: what a faked file is like" {
    status 0 "$LOUPE" run --fake file:/proc/meminfo,file:/proc/nowhere,file:/proc/sys/vm/swappiness -- sh -ec '
        test -f /proc/meminfo && test -r /proc/meminfo && test ! -s /proc/meminfo
        test "$(wc -c </proc/meminfo)" -eq 0
        test -e /proc/nowhere && test -z "$(cat /proc/nowhere)"
        echo 10 >/proc/sys/vm/swappiness
        ! test -e /proc/elsewhere
        grep -q . /proc/cpuinfo
    '
    status 0 "$LOUPE" run --stub file:/proc/meminfo -- sh -c '! test -e /proc/meminfo && ! cat /proc/meminfo 2>/dev/null'
}

@test "a call's own rule comes first" {
    # openat as a whole is stubbed: ENOSYS, whatever is said about the file.
    status 1 "$LOUPE" run --stub openat,file:/proc/self/status -- "$P/file-status" careful
}

@test "names may be written in other ways" {
    for name in file:/proc/17/status file:/proc//self/./status file:/proc/self/status/ file:/proc/self/../self/status \
        file:/proc/thread-self/status; do
        status 2 "$LOUPE" run --fake "$name" -- "$P/file-status" careful
    done
}

@test "names that are none" {
    status 125 "$LOUPE" run --stub file:/etc/passwd -- true
    says err '/etc/passwd'
    status 125 "$LOUPE" run --stub file:proc/self/status -- true
    status 125 "$LOUPE" run --stub file: -- true
    status 125 "$LOUPE" run --stub file:/process -- true
    status 125 "$LOUPE" run --stub fil:/proc/stat -- true
    status 125 "$LOUPE" run --fake file:/proc/stat=3 -- true
    status 2 "$LOUPE" analyze --only file:/etc/passwd -- true
    says err '/etc/passwd'
    status 2 "$LOUPE" analyze --files=all -- true
}

@test "--only tests these and no others" {
    analyze --replicas 1 --only file:/proc/uptime,file:/proc/cpuinfo,file:/proc/meminfo -- "$P/file-names"
    verdicts 'file:/proc/cpuinfo fake' 'file:/proc/uptime either'
}

@test "denied with the errno of what is absent, no run is made twice" {
    analyze --stub-errno ENOENT --only file:/proc/self/status -o out -- "$P/file-status" careful
    same "$(jq -c '.features[0].stub' analysis.json)" "$(jq -c '.features[0].deny' analysis.json)"
    same '' "$(tail -n +2 out/journal.jsonl | jq -r .key | sort | uniq -d)"
}

@test "explain: says why, and prints a command that reproduces it" {
    analyze --files -o folder -- "$P/file-status" careful
    status 0 "$LOUPE" explain folder file:/proc/self/status
    says out 'exited 1'
    says out 'exited 2'
    status 0 "$LOUPE" explain folder file:/proc/self/status deny
    reproduces 1
    status 0 "$LOUPE" explain folder file:/proc/self/status fake
    reproduces 2
    status 0 "$LOUPE" explain folder file:/proc/1234/status stub
    says out passed
    reproduces 0
    status 2 "$LOUPE" explain folder file:/proc/uptime
    status 2 "$LOUPE" explain folder file:/etc/passwd
}

@test "explain: names that mean something to a shell" {
    local path='/dev/disk/by-label/a\x20b'
    analyze --only 'file:/dev/disk/by-label/a\134x20b' --replicas 1 -o folder -- sh -c '! [ -e '"'$path'"' ]'
    status 0 "$LOUPE" explain folder 'file:/dev/disk/by-label/a\134x20b' fake
    says out 'exited 1'
    reproduces 1
}

@test "the table has them" {
    status 0 "$LOUPE" analyze -q --files --replicas 1 -- "$P/file-names"
    says out '^/proc/cpuinfo +1 +fake +exited 2 +works +exited 2'
    says out '^/proc/uptime +1 +either +works +works +works'
}

@test "trace: the files that were named" {
    "$LOUPE" trace --files --json trace.json -- "$P/file-names" >/dev/null 2>err || {
        cat err
        grep -qi bpf err && ((EUID != 0)) && skip "BPF is not permitted here"
        return 1
    }
    validate trace.json trace.schema.json
    same '/dev/null 1
/proc/cpuinfo 1
/proc/nowhere 1
/proc/self/exe 1
/proc/uptime 1
/sys/kernel 1' "$(jq -r '.calls[] | select(.kind == "file") | "\(.path) \(.count)"' trace.json | LC_ALL=C sort)"
    # The calls are counted all the same.
    same 'faccessat 2
newfstatat 3
readlinkat 1' "$(jq -r '.calls[] | select(.name | test("^(faccessat|newfstatat|readlinkat)$")) | "\(.name) \(.count)"' \
        trace.json | LC_ALL=C sort)"
    status 0 "$LOUPE" trace --files -- "$P/file-names"
    says out '/proc/self/exe'
}

# ways ANSWER: every way to the file led to that, but for one that not everybody may go.
ways() {
    sed -i -e '/^chroot: EPERM$/d' -e '/^int80: ENOSYS$/d' out
    (($(wc -l <out) >= 20))
    same '' "$(grep -vE ": $1\$" out)"
}

@test "no way leads around" {
    for who in $(identities); do
        status 0 as "$who" "$LOUPE" run -- "$P/file-ways"
        ways content
        status 0 as "$who" "$LOUPE" run --stub file:/proc/version -- "$P/file-ways"
        ways ENOENT
        status 0 as "$who" "$LOUPE" run --stub file:/proc/version=ENOSYS -- "$P/file-ways"
        sed -i -e '/^int80: ENOSYS$/d' out
        ways ENOSYS
        status 0 as "$who" "$LOUPE" run --fake file:/proc/version -- "$P/file-ways"
        ways empty
    done
}

@test "each way is the same file" {
    analyze --replicas 1 --only file:/proc/version -- "$P/file-ways"
    local count
    count=$(jq '.features[0].count' analysis.json)
    echo "$count times"
    ((count >= $("$P/file-ways" | grep -c content)))
}

# What a path names when it is read decides, whatever others do to theirs meanwhile.
@test "threads that change paths while others open them" {
    status 0 "$LOUPE" run -- "$P/file-race"
    same $'steady: 1500 1500 1500\nchanging: 1500 1500 1500' "$(cat out)"
    status 0 "$LOUPE" run --stub file:/proc/version,file:/proc/self/stat,file:/proc/self/statm -- "$P/file-race"
    same $'steady: 0 0 1500\nchanging: 0 0 1500' "$(cat out)"
    status 0 "$LOUPE" run --fake file:/proc/version,file:/proc/self/stat,file:/proc/self/statm -- "$P/file-race"
    same $'steady: 1500 0 1500\nchanging: 1500 0 1500' "$(cat out)"
    # Where only one of the two is withheld it is left to chance which was named; not so for the other.
    status 0 "$LOUPE" run --stub file:/proc/version,file:/proc/self/stat -- "$P/file-race"
    says out '^steady: 0 0 1500$'
}

@test "strange paths get the answers that the kernel gives" {
    for who in $(identities); do
        status 0 as "$who" "$LOUPE" run -- "$P/strange-paths"
        status 0 as "$who" "$LOUPE" run --stub file:/proc/version --fake file:/proc/meminfo -- "$P/strange-paths"
    done
    analyze --replicas 1 --files --only file:/proc/cpuinfo,file:/proc/version -- "$P/strange-paths"
    verdicts 'file:/proc/cpuinfo required'
}

# All are told, or it is an error that says so.
@test "thousands of paths" {
    local status
    for n in 50 20000; do
        status=0
        "$LOUPE" analyze --files --replicas 1 --only getppid -- "$P/many-paths" $n >out 2>err || status=$?
        ((status == 0 || n > 50))
        "$LOUPE" trace --files --json trace.json -- "$P/many-paths" $n >/dev/null 2>err || {
            cat err
            ((n > 50 || EUID != 0))
            grep -qiE 'bpf|too many|lost|files' err
            continue
        }
        same $n "$(jq '[.calls[] | select(.kind == "file" and (.path | startswith("/proc/loupe-nowhere/")))] | length' \
            trace.json)"
    done
}

@test "an ordinary user gets the same verdicts" {
    for arguments in file-urandom file-status file-zero 'file-oom checked twice' file-relative file-names file-exec; do
        # shellcheck disable=SC2086
        quickly -- "$P"/$arguments
        mv analysis.json expected.json
        for who in $(identities); do
            # shellcheck disable=SC2086
            analyze_as "$who" --files --replicas 1 -- "$P"/$arguments
            same "$(jq -c '.features[] | [.name, .count, .verdict, .deny.works]' expected.json)" \
                "$(jq -c '.features[] | [.name, .count, .verdict, .deny.works]' analysis.json)"
        done
    done
}
