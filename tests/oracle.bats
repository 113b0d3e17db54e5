#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Programs whose right verdict is known by construction: each of tests/oracle/*.c says in its head why.

load helpers

@test "required" {
    analyze -- "$P/required"
    verdicts 'exit_group required' 'sysinfo required'
    expect_outcome sysinfo stub 'exited 1'
    expect_outcome sysinfo fake 'exited 2'
}

@test "works stubbed only" {
    analyze -- "$P/stub-only"
    verdicts 'exit_group required' 'sysinfo stub'
    expect_outcome sysinfo stub passed
    expect_outcome sysinfo fake 'exited 1'
}

@test "works faked only" {
    analyze -- "$P/fake-only"
    verdicts 'exit_group required' 'mlock fake'
    expect_outcome mlock stub 'exited 1'
    expect_outcome mlock fake passed
}

@test "works either way" {
    analyze -- "$P/either"
    verdicts 'exit_group required' 'sched_yield either'
}

@test "unused" {
    analyze -- "$P/unused"
    verdicts 'exit_group required'
    analyze -- "$P/unused" argument
    verdicts 'exit_group required' 'personality fake'
}

@test "falls back on ENOSYS but not on EPERM" {
    analyze -- "$P/enosys-only"
    verdicts 'exit_group required' 'getcpu stub'
    expect_outcome getcpu fake 'exited 2'
    analyze --stub-errno EPERM -- "$P/enosys-only"
    verdicts 'exit_group required' 'getcpu required'
    expect_outcome getcpu stub 'exited 1'
}

@test "hangs when faked" {
    analyze -- "$P/hang-faked"
    verdicts 'exit_group required' 'read required' 'timerfd_create either' 'timerfd_settime stub'
    expect_outcome timerfd_settime fake hung
    expect_outcome read stub 'exited 1'
    expect_outcome read fake 'exited 1'
}

@test "crashes when stubbed" {
    analyze -- "$P/crash-stubbed"
    verdicts 'exit_group required' 'mlock fake' 'mprotect required'
    [[ $(outcome mlock stub) =~ ^crashed\ SIG(ILL|TRAP)$ ]]
    expect_outcome mprotect stub 'crashed SIGSEGV'
    expect_outcome mprotect fake 'crashed SIGSEGV'
}

@test "fakes report the value that success has" {
    analyze -- "$P/fake-values"
    verdicts 'close fake' 'dup3 fake' 'eventfd2 fake' 'exit_group required' 'write fake' 'writev fake'
    [[ $(joint .works) == true ]]
    analyze --fake zero -- "$P/fake-values"
    verdicts 'close fake' 'dup3 required' 'eventfd2 required' 'exit_group required' 'write required' \
        'writev required'
}

@test "everything avoidable works together" {
    analyze -- "$P/hang-faked"
    same '{"works":true,"stub":["timerfd_create","timerfd_settime"],"fake":[],"conflicts":[]}' "$(joint 'del(.tested)')"
    analyze -- "$P/fake-only"
    same '{"works":true,"stub":[],"fake":["mlock"],"conflicts":[]}' "$(joint 'del(.tested)')"
}

@test "two calls that conflict" {
    analyze -- "$P/conflict-pair"
    verdicts 'exit_group required' 'getcpu stub' 'sched_yield either' 'sysinfo stub'
    same '[["getcpu","sysinfo"]]' "$(joint '.conflicts | map(sort)')"
    # One of them, and what does not conflict, are proven to work together.
    same '[false,2,true]' "$(joint '[.works, (.stub + .fake | length), (.stub + .fake | contains(["sched_yield"]))]')"
}

@test "three calls that conflict" {
    analyze -- "$P/conflict-triple"
    verdicts 'exit_group required' 'getcpu either' 'mlock either' 'sched_yield either' 'sysinfo either'
    same '[["getcpu","mlock","sysinfo"]]' "$(joint '.conflicts | map(sort)')"
    # Faking one of them resolves the conflict.
    same '[false,3,1]' "$(joint '[.works, (.stub | length), (.fake | length)]')"
}

@test "several conflicts" {
    analyze -- "$P/conflict-several"
    same '[["getcpu","sysinfo"],["getitimer","mlock","times"]]' "$(joint '.conflicts | map(sort) | sort')"
    same '[false,4,2]' "$(joint '[.works, (.stub | length), (.fake | length)]')"
}

@test "a stub and a fake that conflict" {
    analyze -- "$P/conflict-mixed"
    verdicts 'exit_group required' 'sched_getattr required' 'setpriority fake' 'sysinfo stub'
    same '[["setpriority","sysinfo"]]' "$(joint '.conflicts | map(sort)')"
    same '[false,1]' "$(joint '[.works, (.stub + .fake | length)]')"
}

# What the joint result says works together does, in one run with all of it.
@test "the joint set holds in a run of its own" {
    for program in conflict-pair conflict-triple conflict-several conflict-mixed; do
        analyze -- "$P/$program"
        "$LOUPE" run --stub "$(joint '.stub | join(",")' | tr -d '"')" \
            --fake "$(joint '.fake | join(",")' | tr -d '"')" -- "$P/$program"
    done
}

@test "without the joint check nothing is said about it" {
    analyze --no-joint -- "$P/conflict-pair"
    verdicts 'exit_group required' 'getcpu stub' 'sched_yield either' 'sysinfo stub'
    same '[]' "$(joint '.conflicts')"
}

@test "--only tests these calls and no others" {
    analyze --only mlock --only sysinfo,getcpu -- "$P/conflict-several"
    verdicts 'getcpu either' 'mlock either' 'sysinfo either'
}

@test "in a thread" {
    analyze --only "$PROBES" -- "$P/thread"
    probe_verdicts
}

@test "in a grandchild, behind fork, vfork and execve" {
    analyze --only "$PROBES" -- "$P/process"
    probe_verdicts
}

@test "in a daemon" {
    for who in $(identities); do
        analyze_as "$who" --only "$PROBES" --ready tcp:7311 -t "$P/ask" -- "$P/daemon" 7311
        probe_verdicts
        expect_outcome sysinfo stub 'test failed (exit 1)'
        expect_outcome sysinfo fake 'test failed (exit 2)'
    done
}

@test "analyses of the same server at the same time do not meet" {
    local -a pids=()
    for number in 1 2 3; do
        mkdir "$number"
        (
            cd "$number"
            analyze --replicas 1 --only "$PROBES" --ready tcp:7311 -t "$P/ask" -- "$P/daemon" 7311
            probe_verdicts
        ) &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
}

@test "in a setuid program" {
    require_root
    install -m 4755 "$P/setuid" setuid
    analyze --only "$PROBES" --user nobody -- ./setuid
    probe_verdicts
}

@test "through the 32-bit ABI" {
    [[ -x $P/int80 ]] || skip "this processor has none"
    "$P/int80" || skip "this kernel has none"
    analyze -- "$P/int80"
    verdicts 'exit_group required' 'i386:alarm fake' 'i386:getpriority required' 'i386:sched_yield either' \
        'i386:setpriority required' 'sched_yield fake'
    same '[27,96,97,158,24,231]' "$(jq -c '.features | sort_by(.name | contains(":") | not)
        | map(.number) | (.[:4] | sort) + (.[4:] | sort)' analysis.json)"
}

@test "through the x32 ABI" {
    [[ -x $P/x32 ]] || skip "this processor has none"
    analyze -- "$P/x32"
    verdicts 'exit_group required' 'sched_yield fake' 'x32:sched_yield either'
}

@test "a flaky program is refused, with figures" {
    local status=0
    "$LOUPE" analyze --json - -- "$P/flaky" >analysis.json 2>analysis.log || status=$?
    cat analysis.log
    ((status == 1))
    [[ ! -s analysis.json ]]
    grep -qE 'flaky: [0-9]+ of [0-9]+ ' analysis.log
}

@test "the ways in which a server fails" {
    analyze --only mlock,getcpu,sched_yield,times,getpriority,getitimer,umask --timeout 10 \
        --ready tcp:7311 -t "$P/ask" -- "$P/outcomes" 7311
    verdicts 'getcpu fake' 'getitimer fake' 'getpriority fake' 'mlock fake' 'sched_yield fake' 'times fake' \
        'umask either'
    expect_outcome mlock stub 'not ready'
    expect_outcome getcpu stub 'exited 7'
    expect_outcome sched_yield stub 'crashed SIGTERM'
    expect_outcome times stub 'asked again'
    expect_outcome getpriority stub 'test failed (exit 9)'
    expect_outcome getitimer stub hung
}

@test "an ordinary user gets the same verdicts" {
    local program
    for program in required stub-only fake-only either enosys-only crash-stubbed fake-values conflict-pair int80; do
        [[ -x $P/$program ]] || continue
        analyze --replicas 1 -- "$P/$program"
        mv analysis.json expected.json
        for who in $(identities); do
            analyze_as "$who" --replicas 1 -- "$P/$program"
            same "$(jq '.features | map({name, count, verdict, stub: .stub.outcome, fake: .fake.outcome})' expected.json)" \
                "$(jq '.features | map({name, count, verdict, stub: .stub.outcome, fake: .fake.outcome})' analysis.json)"
        done
    done
    for program in thread process; do
        for who in $(identities); do
            analyze_as "$who" --replicas 1 --only "$PROBES" -- "$P/$program"
            probe_verdicts
        done
    done
}

@test "both observers see the same calls" {
    "$LOUPE" trace --observer bpf -- "$P/either" >/dev/null 2>&1 || skip "BPF is not permitted here"
    for program in required hang-faked fake-values conflict-several unused thread process int80 x32; do
        [[ -x $P/$program ]] || continue
        for observer in bpf ptrace; do
            "$LOUPE" trace --observer "$observer" --json - -- "$P/$program" >$observer.json
        done
        # How often threads have to wait for each other is left to chance.
        same "$(jq -c '.calls[] | select(.name != "futex") | [.name, .count]' bpf.json)" \
            "$(jq -c '.calls[] | select(.name != "futex") | [.name, .count]' ptrace.json)"
    done
}
