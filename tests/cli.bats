#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# The command line: exit statuses, what goes where, the forms of results.

load helpers

ESCAPE=$'\e'

# on_terminal COMMAND…: with a terminal for its output, which is printed.
on_terminal() {
    TERM=xterm script -qefc "$(printf '%q ' "$@")" /dev/null </dev/null
}

@test "help and version" {
    for verb in analyze trace run explain; do
        status 0 "$LOUPE" --help
        says out "^ +$verb "
        status 0 "$LOUPE" "$verb" --help
        [[ ! -s err ]]
        says out "loupe $verb"
        cp out help
        status 0 "$LOUPE" help "$verb"
        cmp help out
    done
    status 0 "$LOUPE" --version
    says out '^loupe [0-9]+\.[0-9]+'
}

@test "wrong usage" {
    status 2 "$LOUPE"
    [[ ! -s out ]]
    status 2 "$LOUPE" analise
    says err "did you mean 'analyze'"
    [[ ! -s out ]]
    status 2 "$LOUPE" analyze
    status 2 "$LOUPE" analyze --replica 3 -- /bin/true
    says err 'did you mean --replicas'
    status 2 "$LOUPE" analyze --replicas none -- /bin/true
    status 2 "$LOUPE" analyze --stub-errno EWHAT -- /bin/true
    status 2 "$LOUPE" analyze --only reed -- /bin/true
    says err "read"
    status 2 "$LOUPE" analyze --only '' -- /bin/true
    says err 'no feature is named'
    status 2 "$LOUPE" analyze --observer ebpf -- /bin/true
    status 2 "$LOUPE" analyze nowhere.yaml
    says err 'nowhere\.yaml'
    status 2 "$LOUPE" analyze -t nowhere -- /bin/true
    status 2 "$LOUPE" analyze -- /nowhere/program
    says err '/nowhere/program'
    status 2 "$LOUPE" explain
}

@test "a workload file that is wrong is an error with file and line" {
    local good='application: {name: wrong}\ncommand: [/bin/true]\n'
    printf "$good"'colour: red\n' >wrong.yaml
    status 2 "$LOUPE" analyze wrong.yaml
    says err 'wrong\.yaml:3: .*colour'
    printf "$good"'replicas: many\n' >wrong.yaml
    status 2 "$LOUPE" analyze wrong.yaml
    says err 'wrong\.yaml:3: '
    printf "$good"'test: missing.sh\n' >wrong.yaml
    status 2 "$LOUPE" analyze wrong.yaml
    says err 'wrong\.yaml:3: .*missing\.sh'
}

@test "run: the program's status is loupe's" {
    status 0 "$LOUPE" run -- true
    status 1 "$LOUPE" run -- false
    status 77 "$LOUPE" run -- sh -c 'exit 77'
    status 143 "$LOUPE" run -- sh -c 'kill -TERM $$'
}

@test "run: its own failures" {
    status 125 "$LOUPE" run
    status 125 "$LOUPE" run --no-such-option -- true
    status 125 "$LOUPE" run --stub reed -- true
    says err "read"
    status 125 "$LOUPE" run --stub read=EWHAT -- true
    status 125 "$LOUPE" run --only-allow nowhere -- true
    echo 'not a program' >text
    chmod 644 text
    status 126 "$LOUPE" run -- ./text
    says err 'text'
    status 127 "$LOUPE" run -- ./nowhere
    says err 'nowhere'
    status 127 "$LOUPE" run -- loupe-no-such-program
}

@test "run: standard input, output and error are the program's" {
    printf 'in\n' | "$LOUPE" run -- sh -c 'cat; echo error >&2' >out 2>err
    same in "$(cat out)"
    same error "$(cat err)"
}

@test "run: --stub" {
    status 0 "$LOUPE" run --stub getcpu -- "$P/enosys-only"
    status 1 "$LOUPE" run --stub getcpu=EPERM -- "$P/enosys-only"
    status 1 "$LOUPE" run --stub getcpu=1 -- "$P/enosys-only"
    status 0 "$LOUPE" run --stub getcpu,getitimer,mlock -- "$P/conflict-several"
    status 1 "$LOUPE" run --stub getcpu,sysinfo -- "$P/conflict-several"
    status 1 "$LOUPE" run --stub getcpu --stub sysinfo -- "$P/conflict-several"
}

@test "run: --fake" {
    status 0 "$LOUPE" run --fake mlock -- "$P/fake-only"
    status 1 "$LOUPE" run --fake mlock=1 -- "$P/fake-only"
    status 2 "$LOUPE" run --fake sysinfo -- "$P/required"
    status 0 "$LOUPE" run --fake write,writev,dup3,eventfd2 -- "$P/fake-values"
    [[ ! -s out ]]
    status 1 "$LOUPE" run --fake write=3 -- "$P/fake-values"
    status 0 "$LOUPE" run --fake write=10 -- "$P/fake-values"
}

@test "run: --stub and --fake of other ABIs" {
    [[ -x $P/int80 ]] && "$P/int80" || skip "there are none here"
    status 0 "$LOUPE" run --stub setpriority,getpriority,alarm -- "$P/int80"
    status 1 "$LOUPE" run --stub i386:getpriority -- "$P/int80"
    status 2 "$LOUPE" run --stub i386:alarm -- "$P/int80"
    status 0 "$LOUPE" run --fake i386:alarm -- "$P/int80"
}

@test "run: --only-allow" {
    printf '# a small kernel\nexit_group\nmlock\n' >profile
    status 0 "$LOUPE" run --only-allow profile -- "$P/fake-only"
    status 1 "$LOUPE" run --only-allow profile -- "$P/required"
    printf 'exit_group\nno_such_call\n' >profile
    status 125 "$LOUPE" run --only-allow profile -- "$P/fake-only"
    says err 'profile:2'
}

@test "run: with a test script" {
    printf '#!/bin/sh\ngrep -q "some text" "$1"\n' >script
    chmod 755 script
    status 0 "$LOUPE" run -t script -- "$P/fake-values"
    status 1 "$LOUPE" run -t script --fake write,writev -- "$P/fake-values"
}

# observe OBSERVER COMMAND…: traces into the file out.
observe() {
    "$LOUPE" trace --observer "$1" --json - -- "${@:2}" >out 2>err || {
        cat err
        return 1
    }
}

@test "trace: the calls of a program whose calls are known" {
    for observer in auto bpf ptrace; do
        observe $observer "$P/conflict-several" || { [[ $observer == bpf ]]; continue; }
        validate out trace.schema.json
        same 'exit_group 1
getcpu 1
getitimer 1
mlock 1
sched_yield 1
sysinfo 1
times 1' "$(jq -r '.calls[] | "\(.name) \(.count)"' out | LC_ALL=C sort)"
    done
    # The last one, ptrace, also tells who made the call.
    same "[\"$P/conflict-several\"]" "$(jq -c '[.calls[].objects[].path] | unique' out)"
}

@test "trace: errors, and who called" {
    for observer in auto bpf ptrace; do
        observe $observer sh -c 'cat /nowhere 2>/dev/null; true' || { [[ $observer == bpf ]]; continue; }
        jq -e 'any(.calls[]; .name == "openat" and any(.errors[]; .errno == "ENOENT"))' out >/dev/null
        [[ $observer == bpf ]] || jq -e 'any(.calls[].objects[]; .path | test("/libc\\.so"))' out >/dev/null
    done
}

@test "trace: the program's status is loupe's, and the table goes to standard output" {
    status 3 "$LOUPE" trace -- sh -c 'exit 3'
    status 0 "$LOUPE" trace -- "$P/fake-only"
    says out 'mlock'
    says out 'exit_group'
    status 127 "$LOUPE" trace -- ./nowhere
}

@test "analyze: the result goes to standard output, progress to standard error" {
    status 0 "$LOUPE" analyze -- "$P/conflict-pair"
    for name in sysinfo getcpu sched_yield exit_group; do
        says out "$name"
    done
    says out required
    says out either
    [[ -s err ]]
    [[ $(cat out err) != *$ESCAPE* ]]
    status 0 "$LOUPE" analyze -q -- "$P/conflict-pair"
    [[ ! -s err ]]
    status 0 "$LOUPE" analyze -v -- "$P/conflict-pair"
    says err 'stub sysinfo|sysinfo.*stub'
}

@test "analyze: several forms of the result at once" {
    status 0 "$LOUPE" analyze --json a.json --csv a.csv -o folder -- "$P/either"
    says out sched_yield
    validate a.json analysis.schema.json
    same "$(jq .features a.json)" "$(jq .features folder/analysis.json)"
    validate folder/analysis.json analysis.schema.json
    says a.csv '^24,Y,N,N,Y$'
}

@test "analyze: a workload that does not pass unmodified is refused, with its output" {
    status 1 "$LOUPE" analyze --json result.json -- sh -c 'echo no luck today; exit 4'
    says err 'exited 4'
    says err 'no luck today'
    [[ ! -s out && ! -s result.json ]]
    printf '#!/bin/sh\necho the script says no\nexit 9\n' >script
    chmod 755 script
    status 1 "$LOUPE" analyze -t script -- true
    says err 'test failed \(exit 9\)'
    says err 'the script says no'
}

@test "analyze: another exit status can be the right one" {
    status 0 "$LOUPE" analyze --only getppid --exit 4 -- sh -c 'exit 4'
}

@test "analyze: --csv has every number once" {
    [[ $(uname -m) == x86_64 ]] || skip "the numbers are those of x86-64"
    status 0 "$LOUPE" analyze --csv - -- "$P/conflict-mixed"
    says out '^#'
    same '' "$(tail -n +2 out | grep -vE '^[0-9]+(,[YN]){4}$')"
    same "$(seq 0 $(($(wc -l <out) - 2)))" "$(tail -n +2 out | cut -d, -f1)"
    # No newer call of this kernel's table is missing.
    (($(wc -l <out) > 462))
    # sysinfo works stubbed only, setpriority faked only; exit_group and sched_getattr are required.
    same $'99,Y,N,Y,N\n141,Y,Y,N,N\n231,Y,N,N,N\n315,Y,N,N,N' "$(grep Y out)"
    status 0 "$LOUPE" analyze --csv - -- "$P/either"
    same $'24,Y,N,N,Y\n231,Y,N,N,N' "$(grep Y out)"
}

@test "analyze: --json says where it comes from" {
    analyze --replicas 2 --jobs 1 -- "$P/either"
    jq -e --arg program "$P/either" --arg digest "$(sha256sum <"$P/either" | cut -d' ' -f1)" '
        .schema == "loupe/analysis/1" and .application.name == "either"
        and .application.executable == $program and .application.sha256 == $digest
        and (.workload | del(.digest, .conditions)) == {name: "health", kind: "health"}
        and (.workload | all(.digest, .conditions; test("^[0-9a-f]{64}$")))
        and .replicas == 2 and .jobs == 1 and .baseline.runs > 0 and .baseline.median_s > 0
        and .runs >= .baseline.runs + 6 and .wall_s > 0
        and .environment.kernel != "" and .environment.cpus >= 1
        and (.features[] | select(.name == "sched_yield")
            | .number == 24 and .count == 1 and .stub.passed == 2 and .stub.runs == 2)
    ' analysis.json
}

# stored: the results in the database, as APPLICATION RUN.
stored() {
    "$LOUPE" db export --json - | jq -r '.results[] | .application + " " + .run'
}

@test "analyze: the result goes into the database, the same measurement once" {
    local who
    for who in $(identities); do
        analyze_as "$who" -o "once-$who" -- "$P/either"
        grep -q "^Stored in $W.data/" analysis.log
        analyze_as "$who" -o "twice-$who" -- "$P/either"
        grep -q "^The same result of the same measurement is there already" analysis.log
        as "$who" "$LOUPE" show either --json - >shown.json
        same '["exit_group"]["sched_yield"]' \
            "$(jq -c '.applications.either.health | .required, .either' shown.json | tr -d '\n')"
    done
    # Another workload, and other options, are other measurements.
    analyze -o third --fake zero -- "$P/either"
    analyze -o fourth -- "$P/either" argument
    same 3 "$(stored | sort -u | wc -l)"
    "$LOUPE" db verify
}

@test "analyze: --db and --no-db" {
    analyze --no-db -- "$P/either"
    [[ ! -e $LOUPE_DB ]]
    analyze --db "$W/other.db" -- "$P/either"
    [[ ! -e $LOUPE_DB && -e $W/other.db ]]
    LOUPE_DB=$W/other.db
    same 1 "$(stored | wc -l)"
}

@test "analyze: a database that cannot be written is told of before the first run" {
    echo 'no database' >"$W/text.db"
    status 2 "$LOUPE" analyze --db "$W/text.db" -o result -- "$P/either"
    says err 'text\.db.*no database|not a database'
    says err '--no-db'
    [[ ! -e result ]]
    same 'no database' "$(cat "$W/text.db")"
}

@test "analyze: a result from before can be imported" {
    analyze --no-db -o out -- "$P/either"
    "$LOUPE" db import out
    same 1 "$(stored | wc -l)"
    # With all its runs, as if it had been stored at once.
    analyze --resume out
    grep -q 'is there already' analysis.log
}

@test "analyze: --count-launch" {
    analyze --count-launch -- "$P/either"
    verdicts 'execve required' 'exit_group required' 'sched_yield either'
}

@test "analyze: --observer ptrace finds the same" {
    analyze --observer ptrace -- "$P/conflict-pair"
    verdicts 'exit_group required' 'getcpu stub' 'sched_yield either' 'sysinfo stub'
    same '"ptrace"' "$(jq .environment.observer analysis.json)"
}

@test "analyze: what fails before the first run is not in the way of the next attempt" {
    local who
    who=$(identities | tail -n 1)
    as "$who" "$LOUPE" trace --observer bpf -- "$P/either" >/dev/null 2>&1 && skip "BPF is permitted to everybody here"
    ! as "$who" "$LOUPE" analyze -q --observer bpf -o out -- "$P/either" 2>message || return 1
    grep -q BPF message
    [[ ! -e result ]]
}

@test "explain: says why, and prints a command that reproduces it" {
    printf '#!/bin/sh\ntest $(wc -c <"$1") -eq 20\n' >script
    chmod 755 script
    analyze -o folder -t script -- "$P/fake-values"
    status 0 "$LOUPE" explain folder write
    says out 'exited 1'
    says out 'test failed \(exit 1\)'
    for mode in stub fake; do
        status 0 "$LOUPE" explain folder write $mode
        reproduces
    done
    status 0 "$LOUPE" explain folder eventfd2 stub
    says out 'exited 4'
    reproduces 4
    status 0 "$LOUPE" explain folder eventfd2 fake
    says out passed
    reproduces 0
    status 2 "$LOUPE" explain folder getpid
    status 2 "$LOUPE" explain folder reed
    status 2 "$LOUPE" explain nowhere write
}

@test "explain: of a workload file" {
    cat >workload.yaml <<EOF
application: {name: mixed}
command: [$P/conflict-mixed]
EOF
    analyze -o folder workload.yaml
    status 0 "$LOUPE" explain folder setpriority stub
    says out 'exited 1'
    reproduces 1
    status 0 "$LOUPE" explain folder sysinfo fake
    says out 'exited 2'
    reproduces 2
}

@test "explain: a crash" {
    analyze -o folder -- "$P/crash-stubbed"
    status 0 "$LOUPE" explain folder mprotect stub
    says out 'SIGSEGV'
    reproduces 139
}

@test "colours only on a terminal, and not with NO_COLOR" {
    on_terminal "$LOUPE" analyze -q -- "$P/either" >out
    [[ $(cat out) == *"$ESCAPE["*m* ]]
    NO_COLOR=1 on_terminal "$LOUPE" analyze -q -- "$P/either" >out
    says out sched_yield
    [[ $(cat out) != *"$ESCAPE["*m* ]]
}

@test "a result that cannot be written is an error" {
    status 2 "$LOUPE" analyze --json /nowhere/result.json -- "$P/either"
    says err '/nowhere/result.json'
    local actual=0
    "$LOUPE" analyze -q --json - -- "$P/either" >/dev/full 2>err || actual=$?
    ((actual == 2))
}

@test "the limits are those asked for" {
    status 0 "$LOUPE" run -t /bin/true --disk 8M -- "$P/disk-filler" 200 /var/tmp
    status 99 "$LOUPE" run -t /bin/true --disk 80M -- "$P/disk-filler" 20 /var/tmp
    status 0 "$LOUPE" run -t /bin/true --processes 20 -- "$P/fork-bomb" 40
    status 99 "$LOUPE" run -t /bin/true --processes 200 -- "$P/fork-bomb" 40
    status 0 "$LOUPE" run -t /bin/true --memory 64M --disk 1M -- "$P/memory-hog" 200
    status 99 "$LOUPE" run -t /bin/true --memory 256M --disk 1M -- "$P/memory-hog" 20
}

# completed WORD…: what bash offers for the last of the words behind `loupe`.
completed() {
    bash -c 'source <("$LOUPE" completion bash)
        COMP_WORDS=(loupe "$@") COMP_CWORD=$#
        _loupe
        echo "${COMPREPLY[*]}"' bash "$@"
}

@test "bash completes commands of two words, also behind help" {
    same 'diff db' "$(completed d)"
    same 'init import' "$(completed db i)"
    same '--db' "$(completed db import --d)"
    same 'diff db' "$(completed help d)"
    same 'histogram heatmap' "$(completed help plot h)"
    same 'greedy optimal published' "$(completed plan --strategy '')"
}

@test "a full standard output is told once" {
    export LOUPE_DB=$W/full.db
    "$LOUPE" db init >/dev/null
    printf 'read\nwrite\n' >full.syscalls
    for words in 'db list' 'os show ./full.syscalls' 'db export --json -' 'help db'; do
        # shellcheck disable=SC2086
        if "$LOUPE" $words >/dev/full 2>err; then
            return 1
        fi
        same 1 "$(wc -l <err)"
        grep -q ': standard output: No space left on device$' err
    done
}
