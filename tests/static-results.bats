#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Where results of loupe static go: files, the database, and what loupe show makes of them there. What the results say is in
# static.bats.

load helpers

@test "text, a table of several, and the figures at the end" {
    status 0 "$LOUPE" static --no-db /bin/true
    says out '^/bin/true could make [0-9]+ system calls and no others:$'
    says out '^[0-9]+ objects? with [0-9]+ functions, [0-9]+ of them reachable; '
    same '' "$(cat err)"
    status 0 "$LOUPE" static --no-db --objects true
    says out '/true could make [0-9]+ system calls'
    says out '^/.*/libc\.so\.6 +needed by true '
    status 0 "$LOUPE" static --no-db /bin/true /bin/false
    says out '^binary +kind +calls +objects +complete +seconds$'
    says out '^/bin/false +pie +[0-9]+ '
    says out '^2 programs, [0-2] of them complete; calls of a program: [0-9.]+ on average, median [0-9.]+, from [0-9]+ to [0-9]+\.$'
    says err '^2 files in [0-9.]+ s; [0-9]+ objects analysed .*; peak memory [0-9.]+ MiB$'
    status 0 "$LOUPE" static --no-db -q /bin/true /bin/false
    same '' "$(cat err)"
}

# listed FILE: the calls in the text.
listed() {
    sed -n '3,/^$/p' "$1"
}

@test "numbers in place of names" {
    status 0 "$LOUPE" static --no-db --json true.json -o names /bin/true
    status 0 "$LOUPE" static --no-db --numbers -o numbers /bin/true
    same "$(jq -r '.syscalls[] | if .abi then .name else .number end' true.json | sort)" \
        "$(listed numbers | tr -s ' ' '\n' | tr -d '*' | grep . | sort)"
    same "$(jq -r '.syscalls[].name' true.json | sort)" \
        "$(listed names | tr -s ' ' '\n' | tr -d '*' | grep . | sort)"
}

@test "the result is the application's of the same executable, and show sets it beside what was used" {
    "$LOUPE" analyze -q --replicas 1 -o analysis -- "$P/either" >/dev/null 2>log
    status 0 "$LOUPE" static "$P/either"
    says err '^Stored in '
    status 0 "$LOUPE" static "$P/either"
    says err '^The same result is there already: '
    status 0 "$LOUPE" static --json static.json --no-db "$P/either"
    "$LOUPE" show either --json show.json -o show.txt
    validate show.json usage.schema.json
    # Each that was used is named: the analysis of the program is an upper bound.
    jq -e '.static.either.health.missed == []' show.json
    same "$(jq -c '[.syscalls[].name] | sort' static.json)" "$(jq -c '.static.either.health.found | sort' show.json)"
    jq -e '.static.either.health as $s | $s.found - $s.unshown - .merged.required - .merged.stub - .merged.fake
        - .merged.either - (.merged.untested // []) == []' show.json
    says show.txt "^Static analysis names $(jq '.syscalls | length' static.json) calls: "
}

@test "an alarm where a run made a call that static analysis does not name" {
    "$LOUPE" analyze -q --replicas 1 -o analysis -- "$P/either" >/dev/null 2>log
    status 0 "$LOUPE" static --app either "$P/fake-only"
    "$LOUPE" show either >show.txt
    says show.txt '^Used, and MISSED by static analysis \([0-9]+\)$'
    says show.txt '^ .*sched_yield'
    says show.txt 'It misses [0-9]+ calls? that (is|are) used'
}

@test "workload files: their executable, for their application" {
    cat >workload.yaml <<END
application: {name: greeter}
workload: {name: polite, kind: suite}
command: [$P/either]
END
    status 0 "$LOUPE" static --json - workload.yaml
    jq -e --arg binary "$P/either" '.application == "greeter" and .workload == "polite" and .binary == $binary' out
    "$LOUPE" db list --json list.json
    jq -e '.. | objects | select(.application? == "greeter" and .workload? == "polite" and .kind? == "suite")' list.json
    status 0 "$LOUPE" static --app other --workload quick --json - "$P/either"
    jq -e '.application == "other" and .workload == "quick"' out
    "$LOUPE" db list --json list.json
    jq -e '.. | objects | select(.application? == "other" and .workload? == "quick")' list.json
    status 2 "$LOUPE" static --app other workload.yaml /bin/true
    says err '^loupe static: --app goes with one BINARY only$'
}

@test "--db and --no-db" {
    status 0 "$LOUPE" static --db other.db /bin/true
    says err '^Stored in other\.db$'
    [[ -e other.db && ! -e $LOUPE_DB ]]
    status 0 "$LOUPE" static --no-db /bin/true
    same '' "$(cat err)"
    [[ ! -e $LOUPE_DB ]]
    # A set of calls that is not that of the whole program is no result of the program.
    status 0 "$LOUPE" static --db post.db --post-init /bin/true
    same '' "$(cat err)"
    same 0 "$("$LOUPE" db list --db post.db --json - | jq '[.. | objects | select(.application? == "true")] | length')"
}

@test "a database that cannot be written is told of before the work" {
    echo text >text.db
    status 2 "$LOUPE" static --db text.db --json result.json /bin/true
    says err '^loupe static: the result could not be stored \(--no-db does without\): .*text\.db'
    same 1 "$(wc -l <err)"
    [[ ! -s out && ! -e result.json ]]
    status 0 "$LOUPE" static --db text.db --no-db /bin/true
}

@test "programs that only static analysis knows are not missed among the results" {
    "$LOUPE" analyze -q --replicas 1 -o analysis -- "$P/either" >/dev/null 2>log
    status 0 "$LOUPE" static -q /bin/true /bin/false /usr/bin/env
    "$LOUPE" show all --json show.json 2>log
    same '' "$(cat log)"
    jq -e '.without_data == [] and (.applications | keys) == ["either"]' show.json
}

@test "show of programs that only static analysis knows" {
    status 0 "$LOUPE" static -q --json true.json /bin/true
    status 0 "$LOUPE" show true
    says out "^Named by static analysis \\($(jq '.syscalls | length' true.json)\\)\$"
    says out '^No run of it is known: `loupe analyze`'
    same '' "$(cat err)"
    status 0 "$LOUPE" show --json show.json true
    validate show.json usage.schema.json
    same "$(jq -c '[.syscalls[] | select(.abi == null).name] | sort' true.json)" \
        "$(jq -c '.static.true.none.found | sort' show.json)"
    status 0 "$LOUPE" static -q /bin/false
    status 0 "$LOUPE" show
    says out '^application +static +complete +measured +executable$'
    says out '^false +[0-9]+ +(yes|no) .*/false$'
    # What runs are told apart by, says nothing about it.
    status 2 "$LOUPE" show -w suite true
    says err 'there is no result'
}

@test "results are stored while others are still looked for" {
    mkdir programs
    local i
    # Other contents each, as files are told apart by them: what stands behind the end of an ELF file means nothing.
    for ((i = 100; i < 230; i++)); do
        cp /bin/true "programs/$i"
        echo "$i" >>"programs/$i"
    done
    # It ends in the middle, as soon as nobody reads any more.
    status 0 "$LOUPE" static --no-db --json one.json programs/100
    "$LOUPE" static -q --all --json - programs | head -c $(($(jq -c . one.json | wc -c) * 100)) >part.json || true
    "$LOUPE" db list >list
    local count
    count=$(grep -c ' binary ' list)
    # By number, or by time where the machine is slow.
    ((count > 0 && count < 130))
}

@test "static_binary.csv, as loupedb has it" {
    mkdir -p tree/true/benchmark-none/run/data
    "$LOUPE" analyze -q --no-db --replicas 1 --no-joint --only brk -o analysis \
        --csv tree/true/benchmark-none/run/data/dyn.csv -- /bin/true 2>log
    status 0 "$LOUPE" static --no-db --csv tree/true/benchmark-none/run/data/static_binary.csv --json true.json /bin/true
    "$LOUPE" db import tree >/dev/null
    "$LOUPE" db export --json db.json
    same "$(jq -c '[.syscalls[] | select(.abi == null).name] | sort' true.json)" \
        "$(jq -c '[.. | objects | select(.method? == "binary").features | .[]] | sort' db.json)"
}

@test "names in files do nothing to the terminal" {
    "$PYTHON" - <<'END'
data = open("/bin/true", "rb").read()
assert b"libc.so.6\0" in data
open("na\x1b[31mme", "wb").write(data.replace(b"libc.so.6\0", b"\x1b[31mX\nYZ\0"))
open("no\x1b[31mELF", "wb").write(b"text")
END
    local options
    for options in '' '--why write' --objects; do
        # shellcheck disable=SC2086
        status 0 "$LOUPE" static --no-db -q $options ./na*me
        says out 'na\?\[31mme'
        ! grep -q $'\033' out
    done
    says out '^    \?\[31mX\?YZ \(needed by '
    status 1 "$LOUPE" static --no-db -q ./na*me ./no*ELF
    ! grep -q $'\033' out err
}

@test "objects of the command line that are no objects" {
    echo text >text
    for option in --with --preload; do
        status 2 "$LOUPE" static --no-db "$option" ./text /bin/true
        says err '^loupe static: .*\./text: not there, or no object of this machine$'
        status 2 "$LOUPE" static --no-db "$option" no-such-object.so /bin/true
        says err 'no-such-object\.so: not found where the loader looks; a path has a slash in it$'
    done
    status 2 "$LOUPE" static --no-db --root text /bin/true
    says err '^loupe static: text: Not a directory$'
}

@test "what makes no sense is refused" {
    status 2 "$LOUPE" static --no-db no-such-program
    says err '^loupe static: no-such-program: there is no such file here, nor a program of that name in PATH$'
    status 2 "$LOUPE" static --no-db --all /bin/true ./no-such-folder
    says err 'no-such-folder: No such file or directory$'
    [[ ! -s out ]]
    status 2 "$LOUPE" static
    says err 'no file to look at'
    status 2 "$LOUPE" static -- true
    says err 'no program to start'
    status 2 "$LOUPE" static --csv - /bin/true /bin/false
    says err '^loupe static: --csv goes with one BINARY only$'
    status 2 "$LOUPE" static --json - --csv - /bin/true
    says err 'only one form'
    status 2 "$LOUPE" static --names --numbers /bin/true
    says err 'exclude each other'
    status 2 "$LOUPE" static --why , /bin/true
    says err '^loupe static: --why: no feature is named$'
    status 2 "$LOUPE" static --why sokcet /bin/true
    says err "did you mean 'socket'"
    status 2 "$LOUPE" static --root /nonexistent /bin/true
    says err '/nonexistent'
    status 2 "$LOUPE" static --jobs 0 /bin/true
    echo 'command: [true]' >bad.yaml
    status 2 "$LOUPE" static bad.yaml
    says err 'bad\.yaml:1: '
}

@test "results that cannot be written are errors" {
    local form
    for form in --json --csv -o; do
        status 2 "$LOUPE" static --no-db "$form" /dev/full /bin/true
        says err '/dev/full: No space left on device'
    done
    status 2 "$LOUPE" static --no-db --json /dev/full /bin/true /bin/false
    says err '/dev/full: No space left on device'
    # Much of it: told when it happens, not when all is done.
    mkdir programs
    cp /bin/true /bin/false /bin/ls /bin/id programs
    status 2 "$LOUPE" static --json /dev/full --all programs
    says err '/dev/full: No space left on device'
}
