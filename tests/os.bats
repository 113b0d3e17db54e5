#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# Profiles of operating systems: imported, listed, shown.

load helpers

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    export LOUPE_DB=$PWD/loupe.db
    F=$SOURCE_ROOT/tests/profile
    printf '# of nobody\nread\nwrite\nread\nfutimensat\n' >Tiny.syscalls
}

# What the source of a fixture is.
source_of() {
    compgen -G "$F/$1/source*"
}

@test "a list is imported, listed and shown" {
    run --separate-stderr "$LOUPE" os import Tiny.syscalls
    ((status == 0))
    [[ $output == 'Tiny: 2 supported (read as list)' ]]
    [[ $stderr == *'note: Tiny names what x86_64 does not have as a system call: futimensat (Tiny.syscalls:5: futimesat?)'* ]]
    [[ $stderr == *'note: Tiny.syscalls names calls again that it has named before, 1 in all: what promises the most counts'* ]]
    (($(wc -l <<<"$stderr") == 2))
    "$LOUPE" os list >listed
    [[ $(sed -n 2p listed) =~ ^Tiny\ +2\ +0\ +0\ +0\ +0\ +list\ +Tiny.syscalls$ ]]
    (($(wc -l <listed) == 2))
    run --separate-stderr "$LOUPE" os show tiny --names
    ((status == 0))
    [[ $output == $'read\nwrite' && -z $stderr ]]
    [[ $("$LOUPE" os show Tiny --numbers) == $'0\n1' ]]
    "$LOUPE" os show Tiny >shown
    grep -Eq '^write +supported +Tiny.syscalls:3$' shown
    grep -Fxq 'Tiny (list): of the system calls of x86_64 2 supported, 0 partial, 0 fake, 0 stub, 0 missing; the others are not named' shown
    grep -Fxq '1 names are no system calls' shown
}

@test "what calls fail with is kept, told, and read back" {
    printf '%s\n' name,status,errno read,supported, mount,stub,EPERM brk,missing,EINVAL >Paper.csv
    "$LOUPE" os import Paper.csv >/dev/null
    "$LOUPE" os show Paper --json shown.json
    [[ $(jq -r '.features[] | "\(.name) \(.errno)"' shown.json | sort | paste -sd,) == \
        'brk EINVAL,mount EPERM,read null' ]]
    "$LOUPE" os show Paper --csv Again.csv
    "$LOUPE" os import Again.csv >/dev/null
    [[ $("$LOUPE" os show Again --json - | jq -c '[.features[] | {name, status, errno}]') == \
        "$(jq -c '[.features[] | {name, status, errno}]' shown.json)" ]]
}

@test "a profile of the same name is replaced" {
    "$LOUPE" os import --name Mine Tiny.syscalls
    echo open >Other.syscalls
    "$LOUPE" os import -n Mine Other.syscalls
    [[ $("$LOUPE" os show Mine --names) == open ]]
    (($("$LOUPE" os list | wc -l) == 2))
}

@test "every format is recognised, stored and shown as JSON" {
    local format folder help
    help=$("$LOUPE" os import --help | tr -s ' \n' ' ')
    for folder in "$F"/*/; do
        format=$(basename "$folder")
        [[ $help == *", $format"[,\ ]* ]]
        run --separate-stderr "$LOUPE" os import --name "$format" "$(source_of "$format")"
        ((status == 0))
        [[ $output == *"(read as $format)" ]]
        "$LOUPE" os import --format "$format" --name again "$(source_of "$format")" 2>/dev/null
        "$LOUPE" os show "$format" --json - >profile.json
        validate profile.json profile.schema.json
        # What the database gives back is what was read.
        jq -r '.features[] | [.name, .status, "\(.file):\(.line)", .note // empty] | join(" ")' profile.json >got
        jq -r '.unknown[] | "unknown \(.name) \(.file):\(.line)"' profile.json >>got
        diff got "$F/$format/expected"
        diff <("$LOUPE" os show again --csv -) <("$LOUPE" os show "$format" --csv -)
    done
    (($("$LOUPE" os list | wc -l) == 13))
}

@test "the table that show writes is read again" {
    "$LOUPE" os import "$F/asterinas/source" --name A 2>/dev/null
    "$LOUPE" os show A --csv table.csv
    "$LOUPE" os import table.csv --name B
    diff <("$LOUPE" os show A --csv -) <("$LOUPE" os show B --csv -)
    "$LOUPE" os show A --names --output Names.syscalls
    [[ $("$LOUPE" os import Names.syscalls) == "Names: 13 supported (read as list)" ]]
}

@test "statuses choose what is shown" {
    local show=("$LOUPE" os show "$F/kerla/source")
    [[ $("${show[@]}" --status stub,missing --names) == $'ptrace\nfutex' ]]
    [[ $("${show[@]}" -s Fake --numbers) == $'92\n95\n102\n107' ]]
    "${show[@]}" --status partial --json - >profile.json
    validate profile.json profile.schema.json
    jq -e '[.features[].name] == ["ioctl"] and .calls.fake == 4 and .features[0].number == 16
        and .features[0].line == 16 and .name == "source" and .format == "kerla"' profile.json
    run ! "${show[@]}" --status some
    [[ $output == *"'some' is no status: there are supported, partial, fake, stub and missing"* ]]
    run ! "${show[@]}" --names --numbers
    [[ $output == *'--names and --numbers exclude each other'* ]]
}

@test "a path needs no database, and no name hides it" {
    rm -f "$LOUPE_DB"
    [[ $("$LOUPE" os show ./Tiny.syscalls --names 2>/dev/null) == $'read\nwrite' ]]
    [[ $("$LOUPE" os show Tiny.syscalls --names 2>/dev/null) == $'read\nwrite' ]]
    [[ ! -e $LOUPE_DB ]]
    echo open >Mine
    "$LOUPE" os import Tiny.syscalls --name Mine 2>/dev/null
    [[ $("$LOUPE" os show Mine --names) == $'read\nwrite' ]]
    [[ $("$LOUPE" os show ./Mine --names) == open ]]
    [[ $("$LOUPE" os show Tiny.syscalls --names 2>/dev/null) == $'read\nwrite' ]]
}

@test "what cannot be read is refused, with file and line, and nothing is stored" {
    printf 'read\nwrite open\n' >Bad.syscalls
    run -2 "$LOUPE" os import Bad.syscalls
    [[ $output == 'loupe os import: Bad.syscalls:2: more than one word'* ]]
    printf 'name,status\nread,perhaps\n' >bad.csv
    run -2 "$LOUPE" os import bad.csv
    [[ $output == *"bad.csv:2: 'perhaps' is no status"* ]]
    mkdir empty
    run -2 "$LOUPE" os import empty
    [[ $output == *'empty: not recognised as the source of any system'* ]]
    run -2 "$LOUPE" os import --format gvisor empty
    [[ $output == *'empty has none of the files: pkg/sentry/syscalls/linux/linux64.go'* ]]
    run -2 "$LOUPE" os import --format grammine empty
    [[ $output == *"there is no format 'grammine': did you mean 'gramine'?"* ]]
    run -2 "$LOUPE" os import
    [[ $output == *'wanted is the path of one file or source tree'* ]]
    [[ ! -e $LOUPE_DB ]]
    "$LOUPE" os import Tiny.syscalls 2>/dev/null
    run -2 "$LOUPE" os show Tinny
    [[ $output == *"did you mean 'Tiny'?"* ]]
}

@test "the public database's lists all load" {
    local public=$SOURCE_ROOT/../shared/loupedb list
    [[ -d $public ]] || skip "needs ../shared/loupedb"
    for list in "$public"/*.syscalls; do
        "$LOUPE" os import "$list" >>told 2>>notes
    done
    diff told - <<'END'
Browsix: 26 supported (read as list)
Freebsd: 266 supported (read as list)
Fuchsia: 152 supported (read as list)
Graphene: 161 supported (read as list)
Gvisor: 258 supported (read as list)
Hermitux: 92 supported (read as list)
Kerla: 58 supported (read as list)
LinuxNoLibc: 43 supported (read as list)
Osv: 139 supported (read as list)
Unikraft: 163 supported (read as list)
Zephyr: 55 supported (read as list)
END
    # FreeBSD's names 29 calls twice, gVisor's misspells one; nothing else is odd.
    (($(wc -l <notes) == 2))
    grep -q 'Freebsd.syscalls names calls again that it has named before, 29 in all' notes
    grep -q 'Gvisor names what x86_64 does not have as a system call: futimensat (Gvisor.syscalls:57: futimesat?)' notes
    (($("$LOUPE" os list | wc -l) == 12))
    for list in "$public"/*.syscalls; do
        # All names, in the order of their numbers.
        diff <(grep . "$list" | grep -vx futimensat | sort -u) <("$LOUPE" os show "$(basename "$list" .syscalls)" --names | sort)
    done
}
