#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Sub-features: programs that need one value of an argument and not another. Each of tests/oracle/subfeature-*.c says in
# its head what is right.

load helpers

FCNTL=('fcntl required' 'pipe2 required' 'read required' 'close fake' 'madvise either' 'exit_group required'
    'fcntl:F_SETFL required' 'fcntl:F_GETFL required' 'fcntl:F_GETFD either' 'fcntl:F_SETFD either'
    'fcntl:F_DUPFD_CLOEXEC fake' 'fcntl:F_GETPIPE_SZ either' 'fcntl:0x42a either')

# quickly ARGUMENT…: analyze with sub-features, each policy once but for a failure.
quickly() {
    analyze --features --replicas 1 "$@"
}

@test "one command of fcntl is required, others are not" {
    analyze --features -- "$P/subfeature-fcntl"
    verdicts "${FCNTL[@]}" 'madvise:MADV_SEQUENTIAL untested'
    expect_outcome fcntl:F_SETFL stub 'exited 2'
    expect_outcome fcntl:F_SETFL fake 'exited 4'
    expect_outcome fcntl:F_DUPFD_CLOEXEC stub 'exited 6'
    same '["subfeature","fcntl","cmd","F_SETFL",1]' "$(jq -c '.features[] | select(.name == "fcntl:F_SETFL")
        | [.kind, .syscall, .selector, .value, .count]' analysis.json)"
    same '["subfeature","fcntl","cmd","0x42a",1]' "$(jq -c '.features[] | select(.name == "fcntl:0x42a")
        | [.kind, .syscall, .selector, .value, .count]' analysis.json)"
}

@test "what goes with its whole call is not tested, unless all are asked for" {
    quickly -- "$P/subfeature-fcntl"
    same '[null,null,"untested"]' "$(jq -c '.features[] | select(.name == "madvise:MADV_SEQUENTIAL")
        | [.stub, .fake, .verdict]' analysis.json)"
    analyze --features=all --replicas 1 -- "$P/subfeature-fcntl"
    verdicts "${FCNTL[@]}" 'madvise:MADV_SEQUENTIAL either'
}

@test "a fake of 0 is another matter" {
    quickly --fake zero --only fcntl:F_GETPIPE_SZ,fcntl:F_GETFD -- "$P/subfeature-fcntl"
    verdicts 'fcntl:F_GETPIPE_SZ stub' 'fcntl:F_GETFD either'
    expect_outcome fcntl:F_GETPIPE_SZ fake 'exited 9'
}

@test "without --features there are none, and the calls' verdicts are the same" {
    analyze --replicas 1 -- "$P/subfeature-fcntl"
    verdicts "${FCNTL[@]:0:6}"
}

@test "one ioctl is required among five" {
    for argument in '' another; do
        quickly -- "$P/subfeature-ioctl" $argument
        verdicts_in ioctl '*' 'FIONREAD required' 'FIONBIO either' 'FIOCLEX either' 'TCGETS either' '0xdeadbeef either'
        same required "$(verdict ioctl)"
        expect_outcome ioctl:FIONREAD stub 'exited 3'
        expect_outcome ioctl:FIONREAD fake 'exited 4'
    done
}

@test "one kind of mapping is required" {
    quickly --only mmap -- "$P/subfeature-mmap"
    verdicts 'mmap required' 'mmap:MAP_SHARED required' 'mmap:MAP_PRIVATE stub' 'mmap:MAP_NORESERVE stub' \
        'mmap:MAP_POPULATE either' 'mmap:MAP_LOCKED either' 'mmap:PROT_NONE either' 'mmap:flags:0x800000 either' \
        'mmap:MAP_ANONYMOUS required' 'mmap:PROT_READ required' 'mmap:PROT_WRITE required'
    expect_outcome mmap:MAP_SHARED stub 'exited 2'
    expect_outcome mmap:MAP_SHARED fake 'exited 3'
    expect_outcome mmap:MAP_NORESERVE fake 'exited 6'
}

@test "a socket option that must not be faked" {
    quickly --only setsockopt,getsockopt -- "$P/subfeature-socket"
    verdicts 'setsockopt required' 'getsockopt required' \
        'setsockopt:SO_RCVBUF stub' 'setsockopt:SO_REUSEADDR fake' 'setsockopt:SO_KEEPALIVE either' \
        'setsockopt:TCP_NODELAY either' 'setsockopt:SO_BROADCAST required' 'setsockopt:0x1234/0x56 either' \
        'getsockopt:SO_BROADCAST required' 'getsockopt:SO_RCVBUF stub' 'getsockopt:SO_TYPE stub' \
        'getsockopt:SO_ERROR either'
    expect_outcome setsockopt:SO_RCVBUF fake 'exited 2'
    expect_outcome setsockopt:SO_REUSEADDR stub 'exited 3'
    expect_outcome getsockopt:SO_TYPE fake 'exited 7'
}

@test "what stands behind a pointer: openat2" {
    quickly -- "$P/subfeature-openat2"
    same required "$(verdict openat2)"
    verdicts_in openat2 resolve 'RESOLVE_BENEATH required' 'RESOLVE_NO_MAGICLINKS required' 'RESOLVE_NO_SYMLINKS stub' 'RESOLVE_NO_XDEV either'
    expect_outcome openat2:RESOLVE_BENEATH stub 'exited 2'
    expect_outcome openat2:RESOLVE_BENEATH fake 'exited 2'
    expect_outcome openat2:RESOLVE_NO_SYMLINKS fake 'exited 4'
}

@test "what stands behind a pointer: clone3" {
    quickly --only clone3 -- "$P/subfeature-clone3"
    same required "$(verdict clone3)"
    verdicts_in clone3 flags 'CLONE_PARENT_SETTID required' 'CLONE_PIDFD stub' 'CLONE_CLEAR_SIGHAND either'
    expect_outcome clone3:CLONE_PARENT_SETTID stub 'exited 1'
    expect_outcome clone3:CLONE_PIDFD fake 'exited 5'
}

@test "of the 32-bit ABI" {
    [[ -x $P/subfeature-int80 ]] && "$P/subfeature-int80" || skip "there is none here"
    # The calls as a whole are avoidable in part, hence all.
    analyze --features=all --replicas 1 -- "$P/subfeature-int80"
    verdicts_in i386:fcntl64 '*' 'F_SETFL required' 'F_GETFD either'
    verdicts_in fcntl '*' 'F_SETFL either' 'F_GETFL required'
    verdicts_in i386:ioctl '*' 'FIONBIO fake'
    same 'fake' "$(verdict i386:ioctl:FIONBIO)"
    status 2 "$LOUPE" run --stub i386:fcntl64:F_SETFL -- "$P/subfeature-int80"
    status 3 "$LOUPE" run --fake i386:fcntl64:F_SETFL -- "$P/subfeature-int80"
    status 0 "$LOUPE" run --stub fcntl:F_SETFL,ioctl:FIONBIO -- "$P/subfeature-int80"
    status 4 "$LOUPE" run --stub i386:ioctl:FIONBIO=EPERM -- "$P/subfeature-int80"
}

# What is said to work together does, and what goes with a call is not named beside it.
@test "the joint set holds in a run of its own" {
    local program stub fake
    for program in fcntl ioctl mmap socket openat2 clone3; do
        analyze --features=all --replicas 1 -- "$P/subfeature-$program"
        [[ $(joint .tested) == true ]]
        stub=$(joint '.stub | join(",")' | tr -d '"')
        fake=$(joint '.fake | join(",")' | tr -d '"')
        status 0 "$LOUPE" run --stub "$stub" --fake "$fake" -- "$P/subfeature-$program"
        if [[ $program == fcntl ]]; then
            same '[true,true,false,true]' "$(joint '[.works, (.stub | contains(["fcntl:F_SETFD", "madvise"])),
                (.stub | contains(["madvise:MADV_SEQUENTIAL"])), (.fake | contains(["fcntl:F_DUPFD_CLOEXEC"]))]')"
        fi
    done
}

@test "run: --stub and --fake" {
    status 0 "$LOUPE" run --stub fcntl:F_GETFD,fcntl:F_SETFD,fcntl:F_GETPIPE_SZ -- "$P/subfeature-fcntl"
    status 2 "$LOUPE" run --stub fcntl:F_SETFL -- "$P/subfeature-fcntl"
    status 2 "$LOUPE" run --stub fcntl:F_SETFL=EPERM -- "$P/subfeature-fcntl"
    status 4 "$LOUPE" run --fake fcntl:F_SETFL -- "$P/subfeature-fcntl"
    status 3 "$LOUPE" run --stub fcntl:F_GETFL -- "$P/subfeature-fcntl"
    status 4 "$LOUPE" run --fake fcntl:F_GETFL -- "$P/subfeature-fcntl"
    # O_NONBLOCK, which it looks for.
    status 0 "$LOUPE" run --fake fcntl:F_GETFL=$((04000)) -- "$P/subfeature-fcntl"
    status 0 "$LOUPE" run --fake fcntl:F_DUPFD_CLOEXEC -- "$P/subfeature-fcntl"
    status 7 "$LOUPE" run --fake fcntl:F_DUPFD_CLOEXEC=0 -- "$P/subfeature-fcntl"
    status 2 "$LOUPE" run --fake openat2:RESOLVE_BENEATH -- "$P/subfeature-openat2"
    status 1 "$LOUPE" run --stub clone3:CLONE_PARENT_SETTID -- "$P/subfeature-clone3"
}

# The rule of the whole call decides where there is one.
@test "run: a call and its sub-features" {
    status 2 "$LOUPE" run --stub fcntl --fake fcntl:F_SETFL -- "$P/subfeature-fcntl"
    status 4 "$LOUPE" run --fake fcntl --stub fcntl:F_SETFL -- "$P/subfeature-fcntl"
}

# With a scope it is not the filter that looks at arguments.
@test "run: sub-features of some processes only" {
    local list
    considering() {
        status "$1" "$LOUPE" run --consider "$P/$2" "${@:3}" -- "$P/$2"
    }
    for list in fcntl:F_GETFD,fcntl:F_SETFD,fcntl:F_GETPIPE_SZ,fcntl:0x42b fcntl:F_GETLK; do
        considering 0 subfeature-fcntl --stub "$list"
        considering 2 subfeature-fcntl --stub "$list,fcntl:F_SETFL"
        status 0 "$LOUPE" run --consider "$P/none" --stub "$list,fcntl:F_SETFL" -- "$P/subfeature-fcntl"
    done
    considering 4 subfeature-fcntl --fake fcntl:F_SETFL
    considering 2 subfeature-fcntl --stub fcntl --fake fcntl:F_SETFL
    considering 4 subfeature-fcntl --fake fcntl --stub fcntl:F_SETFL
    considering 3 subfeature-ioctl --stub ioctl:FIONREAD
    considering 2 subfeature-mmap --stub mmap:MAP_SHARED
    considering 0 subfeature-mmap --stub mmap:MAP_POPULATE,mmap:flags:0x800000
    considering 2 subfeature-socket --fake setsockopt:SO_RCVBUF
    considering 0 subfeature-socket --stub setsockopt:SO_RCVBUF,setsockopt:0x1234/0x56
    considering 2 subfeature-openat2 --fake openat2:RESOLVE_BENEATH
}

@test "some processes only: the verdicts are the same" {
    for program in fcntl ioctl mmap socket openat2; do
        quickly -- "$P/subfeature-$program"
        jq -c '.features[] | [.name, .count, .verdict]' analysis.json >all
        quickly --consider "$P/subfeature-$program" -- "$P/subfeature-$program"
        same "$(cat all)" "$(jq -c '.features[] | [.name, .count, .verdict]' analysis.json)"
    done
}

@test "names may be written in other ways" {
    local name
    for name in fcntl:4 fcntl:0x4 fcntl:cmd:F_SETFL fcntl:cmd:4 x86_64:fcntl:F_SETFL syscall_72:F_SETFL; do
        [[ $(uname -m) == x86_64 || $name != *_* ]] || continue
        status 2 "$LOUPE" run --stub "$name" -- "$P/subfeature-fcntl"
    done
    status 3 "$LOUPE" run --stub ioctl:0x541b -- "$P/subfeature-ioctl"
    status 0 "$LOUPE" run --stub ioctl:0xdeadbeef,mmap:flags:0x800000 -- "$P/subfeature-ioctl"
    status 3 "$LOUPE" run --stub setsockopt:0x1/0x2 -- "$P/subfeature-socket"
}

@test "names that are none" {
    status 125 "$LOUPE" run --stub fcntl:F_SETLF -- true
    says err 'F_SETFL|F_SETLK'
    status 125 "$LOUPE" run --stub fcnt:F_SETFL -- true
    says err 'fcntl'
    status 125 "$LOUPE" run --fake fcntl:comand:F_SETFL -- true
    says err 'fcntl'
    status 125 "$LOUPE" run --fake getpid:F_SETFL -- true
    says err 'getpid'
    status 125 "$LOUPE" run --stub fcntl: -- true
    status 125 "$LOUPE" run --stub :F_SETFL -- true
    status 125 "$LOUPE" run --stub fcntl:0x -- true
    status 125 "$LOUPE" run --stub fcntl:0x123456789abcdef01 -- true
    status 125 "$LOUPE" run --stub setsockopt:0x1/ -- true
    status 2 "$LOUPE" analyze --only fcntl:F_SETLF -- true
    says err 'F_SETFL|F_SETLK'
    status 2 "$LOUPE" analyze --features=everything -- true
    says err 'all'
}

@test "--only tests these and no others" {
    analyze --replicas 1 --only fcntl:F_SETFL,fcntl:F_SETFD,madvise:MADV_SEQUENTIAL,ioctl:FIONREAD -- "$P/subfeature-fcntl"
    # Whether a call is avoidable is not known where it was not tested: so its sub-features are.
    verdicts 'fcntl:F_SETFL required' 'fcntl:F_SETFD either' 'madvise:MADV_SEQUENTIAL either'
}

@test "explain: says why, and prints a command that reproduces it" {
    analyze --features -o folder -- "$P/subfeature-fcntl"
    status 0 "$LOUPE" explain folder fcntl:F_SETFL
    says out 'exited 2'
    says out 'exited 4'
    status 0 "$LOUPE" explain folder fcntl:F_SETFL stub
    reproduces 2
    status 0 "$LOUPE" explain folder fcntl:F_SETFL fake
    reproduces 4
    status 0 "$LOUPE" explain folder fcntl:F_DUPFD_CLOEXEC fake
    says out passed
    reproduces 0
    status 0 "$LOUPE" explain folder fcntl:0x42a
    status 2 "$LOUPE" explain folder fcntl:F_GETLK
    status 2 "$LOUPE" explain folder madvise:MADV_SEQUENTIAL
    status 2 "$LOUPE" explain folder fcntl:F_SETLF
    says err 'F_SETFL|F_SETLK'
}

@test "an analysis that is resumed has the same result" {
    analyze --features --replicas 1 -o folder -- "$P/subfeature-fcntl"
    cp analysis.json first.json
    status 0 "$LOUPE" analyze --json again.json --resume folder
    same "$(jq .features first.json)" "$(jq .features again.json)"
}

@test "the table has them" {
    status 0 "$LOUPE" analyze -q --features --replicas 1 -- "$P/subfeature-fcntl"
    says out '^fcntl:F_SETFL +1 +required +exited 2 +exited 4$'
    says out '^fcntl:0x42a +1 +either +works +works$'
    says out 'madvise:MADV_SEQUENTIAL'
}

# trace PROGRAM OBSERVER…: the sub-features it used and how often, in the file out.
trace() {
    "$LOUPE" trace --features --observer "$2" --json trace.json -- "$P/$1" >/dev/null 2>err || {
        cat err
        return 1
    }
    validate trace.json trace.schema.json
    jq -r '.calls[] | select(.kind == "subfeature") | "\(.name) \(.count)"' trace.json >out
}

@test "both observers see the same" {
    for program in fcntl ioctl mmap socket openat2 clone3 int80; do
        [[ -x $P/subfeature-$program ]] || continue
        trace "subfeature-$program" ptrace
        cp out ptrace
        [[ -s ptrace ]]
        "$LOUPE" trace --features --observer bpf -- true >/dev/null 2>&1 || continue
        trace "subfeature-$program" bpf
        same "$(cat ptrace)" "$(cat out)"
    done
    trace subfeature-fcntl ptrace
    same 'fcntl:0x42a 1
fcntl:F_DUPFD_CLOEXEC 1
fcntl:F_GETFD 1
fcntl:F_GETFL 1
fcntl:F_GETPIPE_SZ 1
fcntl:F_SETFD 1
fcntl:F_SETFL 1
madvise:MADV_SEQUENTIAL 1' "$(LC_ALL=C sort out)"
}

@test "trace: the table has them, and its calls' counts add up" {
    status 0 "$LOUPE" trace --features -- "$P/subfeature-mmap"
    says out 'mmap:MAP_SHARED'
    says out 'mmap:flags:0x800000'
    trace subfeature-mmap auto
    grep -qx 'mmap:MAP_ANONYMOUS 5' out
    grep -qx 'mmap:MAP_PRIVATE 4' out
    grep -qx 'mmap:MAP_SHARED 1' out
    grep -qx 'mmap:PROT_NONE 1' out
}

@test "an ordinary user gets the same verdicts" {
    local program
    for program in fcntl mmap openat2 clone3; do
        quickly -- "$P/subfeature-$program"
        mv analysis.json expected.json
        for who in $(identities); do
            analyze_as "$who" --features --replicas 1 -- "$P/subfeature-$program"
            same "$(jq -c '.features[] | [.name, .count, .verdict, .stub.outcome, .fake.outcome]' expected.json)" \
                "$(jq -c '.features[] | [.name, .count, .verdict, .stub.outcome, .fake.outcome]' analysis.json)"
        done
    done
}

# N values of each of five calls: all are told, or it is an error that says so.
@test "thousands of values, which nobody has named" {
    local observer status
    for observer in ptrace bpf; do
        for n in 20 3000; do
            status=0
            "$LOUPE" trace --features --observer $observer --json trace.json -- "$P/many-values" $n >/dev/null 2>err ||
                status=$?
            if ((status != 0)); then
                cat err
                # Few are no reason, unless this observer is not permitted.
                ((n > 20)) || grep -qi bpf err
                grep -qiE 'bpf|too many|lost|sub-?features|values' err
                continue
            fi
            for call in ioctl fcntl prctl setsockopt madvise; do
                same "$call $n" "$call $(jq --arg call $call '[.calls[] | select(.kind == "subfeature" and .syscall == $call
                    and (.value | startswith("0x")) and .count == 1)] | length' trace.json)"
            done
        done
    done
}

@test "thousands of values in a policy" {
    local list status=0 n=5000
    list=$(for ((i = 0; i < n; i++)); do printf 'ioctl:0x%x,' $((0xabc00000 + i)); done)
    "$LOUPE" run --stub "$list" -- "$P/many-values" 5000 >out 2>err || status=$?
    cat err
    ((status == 0 || status == 125))
    ((status == 0)) || [[ -s err ]]
    # What there is room for is in force to the last.
    list=$(for ((i = 0; i < 300; i++)); do printf 'ioctl:0x%x,' $((0xabc00000 + i)); done)
    status 0 "$LOUPE" run --stub "$list" -- "$P/many-values" 1000
    status 3 "$LOUPE" run --stub "${list}ioctl:FIONREAD" -- "$P/subfeature-ioctl"
    status 3 "$LOUPE" run --stub "ioctl:FIONREAD,$list" -- "$P/subfeature-ioctl"
}

@test "analyze: hundreds of values" {
    quickly --jobs 2 -- "$P/many-values" 200
    same 200 "$(jq '[.features[] | select(.kind == "subfeature" and .syscall == "ioctl" and .verdict == "untested")] | length' \
        analysis.json)"
}
