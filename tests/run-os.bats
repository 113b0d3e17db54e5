#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# loupe run --os: a program on a system that exists only on paper, and what it asks for in vain there.

load helpers

setup() {
    W=$(mktemp -d "$STAGE/test.XXXXXX")
    chmod 777 "$W"
    cd "$W" || exit
    export LOUPE_DB=$W/loupe.db
    # What asks needs to start children and to end.
    printf '%s\n' exit_group clone wait4 ppoll >Small.syscalls
    [[ $(uname -m) == x86_64 ]] || skip "asks is for x86-64"
}

teardown() {
    cd / && rm -rf "$W"
}

# on STATUS PROFILE COMMAND…: it ends like this on that system. What was said is in err, the list in refusals.json.
on() {
    local status=0
    "$LOUPE" run --os "./$2.syscalls" -- "${@:3}" >out 2>err || status=$?
    if ((status != $1)); then
        echo "status $status"
        cat out err
        return 1
    fi
    "$LOUPE" run --os "./$2.syscalls" --json refusals.json -- "${@:3}" >/dev/null 2>&1 || true
    validate refusals.json refusals.schema.json
}

# refused 'NAME COUNT ANSWER OBJECT'…: this was asked for in vain, in this order.
refused() {
    same "$(printf '%s\n' "$@")" "$(jq -r '.refusals[] |
        "\(.name) \(.count) \(.errno // "faked \(.returned)") \(.object | split("/") | last)"' refusals.json)"
}

# suspected 'NAME'…: in this order.
suspected() {
    same "$(printf '%s\n' "$@")" "$(jq -r '.suspects[].name' refusals.json)"
}

@test "a program that copes, and one that does not" {
    on 0 Small "$P/asks" umask chdir umask getcpu
    refused 'umask 2 ENOSYS asks' 'chdir 1 ENOSYS asks' 'getcpu 1 ENOSYS asks'
    jq -e '.works and .os == "Small" and .program == "asks" and .outcome == "passed" and .lost == 0
        and .suspects == [] and all(.refusals[]; .coped and .first_s <= .last_s)' refusals.json
    [[ ! -s out ]]
    grep -Eq '^ +2  umask +ENOSYS +asks +yes$' err
    [[ $(tail -n 1 err) == 'asks: works on Small, and coped with all of this.' ]]

    on 3 Small "$P/asks" umask 'chdir!' getcpu
    refused 'umask 1 ENOSYS asks' 'chdir 1 ENOSYS asks'
    suspected chdir
    jq -e '(.works | not) and .outcome == "exited 3" and all(.refusals[]; .coped == null)
        and .suspects[0].by_ended and .suspects[0].before_end_s < 5
        and (.total_s - .refusals[1].last_s - .suspects[0].before_end_s | fabs) < 0.001' refusals.json
    grep -Eq '^ +1  umask +ENOSYS +asks +not known +[0-9.]+ m?s$' err
    grep -Eq '^ +1  chdir +ENOSYS +asks +suspect +[0-9.]+ m?s$' err
    [[ $(tail -n 1 err) =~ ^'asks: exited 3, '[0-9.]+' '(ms|s)' after chdir failed with ENOSYS (asks).'$ ]]
}

@test "what was asked for once is told of who asked, what was asked for often of who asked first" {
    on 3 Small "$P/asks" chdir 'chdir!'
    [[ $(tail -n 1 err) =~ ' after chdir failed with ENOSYS (first asked by asks).'$ ]]
}

@test "a program that asks for nothing in vain" {
    on 0 Small "$P/asks"
    [[ $(<err) == 'asks: works on Small, and asked for nothing in vain.' ]]
    refused ''
    on 139 Small "$P/asks" crash
    [[ $(tail -n 1 err) == 'asks: crashed SIGSEGV; it had asked for nothing in vain.' ]]
    suspected ''
}

@test "a crash is told with what was refused last" {
    on 139 Small "$P/asks" umask getcpu crash
    suspected getcpu
    jq -e '.outcome == "crashed SIGSEGV"' refusals.json
    [[ $(tail -n 1 err) =~ ^'asks: crashed SIGSEGV, '[0-9.]+' '(ms|s)' after getcpu failed with ENOSYS (asks).'$ ]]
}

@test "a message about the failure is not why it failed" {
    on 3 Small "$P/asks" umask 'chdir' 'write!'
    suspected write chdir
    jq -e '[.suspects[].parting] == [true, false] and all(.suspects[]; .by_ended)' refusals.json
    [[ $(tail -n 1 err) == *' after write failed with ENOSYS (asks), which it may have called because it failed; '*' after chdir failed with ENOSYS (asks).' ]]
}

@test "of several processes the one that ended is told from the others" {
    # The parent ends as its child does.
    on 3 Small "$P/asks" umask fork 'chdir!'
    suspected umask chdir
    jq -e '[.suspects[].by_ended] == [true, false]' refusals.json
    [[ $(tail -n 1 err) == *' after umask failed with ENOSYS (asks); and, in another process, '*' after chdir failed with ENOSYS (asks).' ]]
    # A child that was refused nothing after its parent's last.
    on 139 Small "$P/asks" umask fork crash
    suspected umask
    # The one that ends was refused nothing: it is not said to have been.
    on 3 Small "$P/asks" fork 'chdir!'
    suspected chdir
    jq -e '[.suspects[].by_ended] == [false]' refusals.json
}

@test "a program that hangs" {
    local status=0
    "$LOUPE" run --timeout 0.5 --os ./Small.syscalls --json refusals.json -- "$P/asks" umask wait >out 2>err || status=$?
    ((status == 124))
    validate refusals.json refusals.schema.json
    suspected umask
    jq -e '.outcome == "hung" and .suspects[0].before_end_s > 0.2 and (.suspects[0].by_ended | not)' refusals.json
}

@test "who asks: the C library, and the program's own text" {
    # All that it needs to run so far.
    "$LOUPE" trace --json trace.json -- "$P/asks-libc" >/dev/null
    jq -r '.calls[].name | select(IN("umask", "chdir", "sysinfo") | not)' trace.json >Most.syscalls
    echo write >>Most.syscalls
    on 4 Most "$P/asks-libc"
    # perror(3) duplicates the descriptor that it writes to.
    refused 'umask 1 ENOSYS libc.so.6' 'chdir 1 ENOSYS asks-libc' 'sysinfo 1 ENOSYS libc.so.6' 'dup 1 ENOSYS libc.so.6'
    suspected dup sysinfo
    jq -e '.refusals[0].object | startswith("/")' refusals.json
    grep -Fxq 'sysinfo: Function not implemented' err
    [[ $(tail -n 1 err) == 'asks-libc: exited 4, '*' after sysinfo failed with ENOSYS (libc.so.6).' ]]
}

@test "options that name a call win over the profile" {
    "$LOUPE" run --os ./Small.syscalls --fake mlock,getcpu --stub chdir=EPERM --json refusals.json -- "$P/asks" \
        'mlock!' chdir 'getcpu!' sysinfo
    refused 'mlock 1 faked 0 asks' 'chdir 1 EPERM asks' 'getcpu 1 faked 0 asks' 'sysinfo 1 ENOSYS asks'
    status=0
    "$LOUPE" run --os ./Small.syscalls --stub clone=EAGAIN -o list -- "$P/asks" fork 2>err || status=$?
    grep -Eq '^ +1  clone +EAGAIN' list
}

@test "values of arguments, where the profile has them" {
    cat >Values.csv <<'END'
name,support
exit_group,supported
fcntl,partial
fcntl:F_SETFL,missing
fcntl:F_GETFL,supported
END
    "$LOUPE" run --os ./Values.csv --json refusals.json -- "$P/asks" 'getfl!' setfl setfl <Values.csv
    validate refusals.json refusals.schema.json
    refused 'fcntl:F_SETFL 2 ENOSYS asks'
    # Only what is listed is there.
    sed -i '/F_SETFL/d' Values.csv
    "$LOUPE" run --os ./Values.csv --json refusals.json -- "$P/asks" 'getfl!' setfl <Values.csv
    refused 'fcntl:F_SETFL 1 ENOSYS asks'
}

@test "files" {
    "$LOUPE" run --stub file:/proc/self/status=EACCES --json refusals.json -- "$P/asks" status chdir
    validate refusals.json refusals.schema.json
    refused 'file:/proc/self/status 1 EACCES asks'
    jq -e '.os == null and .refusals[0].coped' refusals.json
}

@test "equivalents: openat stands for open's calls, and the other way round nothing is promised" {
    printf 'exit_group\nopenat\n' >Openat.syscalls
    "$LOUPE" run --os ./Openat.syscalls --json refusals.json -- "$P/asks" status
    refused ''
    printf 'exit_group\nopen\n' >Open.syscalls
    status=0
    "$LOUPE" run --os ./Open.syscalls --json refusals.json -- "$P/asks" 'status!' || status=$?
    ((status == 3))
    refused 'openat 1 ENOSYS asks'
    # chdir and fchdir are no equivalents: nothing changes.
    status=0
    "$LOUPE" run --os ./Open.syscalls --equivalents --json refusals.json -- "$P/asks" 'chdir!' || status=$?
    ((status == 3))
}

@test "a workload whose script decides" {
    cat >good <<'END'
#!/bin/sh
exit 0
END
    sed s/0/5/ good >bad
    chmod 755 good bad
    "$LOUPE" run --os ./Small.syscalls --json refusals.json -t good -- "$P/asks" umask 2>err
    jq -e '.works and .refusals[0].coped' refusals.json
    status=0
    "$LOUPE" run --os ./Small.syscalls --json refusals.json -t bad -- "$P/asks" umask 2>err || status=$?
    ((status == 5))
    jq -e '.outcome == "test failed (exit 5)" and .suspects[0].name == "umask"' refusals.json
}

@test "only the processes that count" {
    "$LOUPE" run --os ./Small.syscalls --consider "$P/asks" --json refusals.json -- \
        sh -c "cd / && umask 0 && '$P/asks' getcpu"
    refused 'getcpu 1 ENOSYS asks'
}

@test "as root and as an ordinary user" {
    local who
    for who in $(identities); do
        as "$who" "$LOUPE" run --os ./Small.syscalls -o "$W/list.$who" -- "$P/asks" umask chdir
        [[ $(tail -n 1 "list.$who") == 'asks: works on Small, and coped with all of this.' ]]
        grep -Eq '^ +1  chdir +ENOSYS +asks +yes$' "list.$who"
    done
}

@test "more different calls than there is room for" {
    on 0 Small "$P/asks" numbers
    jq -e '(.refusals | length) == 4096 and .lost == 10000 - 4096
        and .refusals[0].name == "syscall_5000" and all(.refusals[]; .count == 1)' refusals.json
    grep -Fxq 'And 5904 times for others, for which there was no room.' err
    on 139 Small "$P/asks" numbers crash
    suspected ''
    [[ $(tail -n 1 err) == 'asks: crashed SIGSEGV; what it was refused last is not known.' ]]
}

@test "many calls, and many processes" {
    on 0 Small "$P/asks" loop
    refused 'getppid 20000 ENOSYS asks'
    on 0 Small "$P/asks" forks
    # 1 + 3 + 9 + 27 + 81 processes.
    refused 'umask 121 ENOSYS asks'
}

@test "where the list goes" {
    "$LOUPE" run --os ./Small.syscalls -o - -- "$P/asks" umask >out 2>err
    [[ ! -s err ]]
    grep -Eq '^ +1  umask' out
    "$LOUPE" run --os ./Small.syscalls --json - -- "$P/asks" umask >out 2>err
    [[ ! -s err ]]
    validate out refusals.schema.json
    # Without a system nothing is said unless it is asked for.
    "$LOUPE" run --stub umask -- "$P/asks" umask >out 2>err
    [[ ! -s err && ! -s out ]]
    "$LOUPE" run --stub umask -o list -- "$P/asks" umask
    [[ $(tail -n 1 list) == 'asks: works, and coped with all of this.' ]]
    ! "$LOUPE" run --os ./Small.syscalls -o "$W/no/such/list" -- "$P/asks" umask 2>err
    grep -Fq 'no/such/list' err
}

@test "profiles: from the database, and bad ones" {
    "$LOUPE" os import Small.syscalls
    "$LOUPE" run --os small -o list -- "$P/asks" umask
    [[ $(tail -n 1 list) == 'asks: works on Small, and coped with all of this.' ]]
    run --separate-stderr -125 "$LOUPE" run --os smal -- "$P/asks"
    [[ $stderr == *"no profile 'smal'"* ]]
    run --separate-stderr -125 "$LOUPE" run --os ./nowhere.syscalls -- "$P/asks"
    [[ $stderr == 'loupe run: --os: ./nowhere.syscalls: No such file or directory' ]]
    : >Empty.syscalls
    run --separate-stderr -125 "$LOUPE" run --os ./Empty.syscalls -- "$P/asks"
    [[ $stderr == 'loupe run: --os: ./Empty.syscalls: not one system call is named in it'* ]]
    printf 'exit_group\nwirte\n\nno_such_call\n' >Wrong.syscalls
    "$LOUPE" run --os ./Wrong.syscalls -- "$P/asks" umask 2>err
    [[ $(head -n 1 err) == 'note: Wrong names what x86_64 does not have as a system call: wirte (Wrong.syscalls:2: write?), no_such_call (Wrong.syscalls:4)' ]]
    printf 'name,support\nexit_group,perhaps\n' >Wrong.csv
    run --separate-stderr -125 "$LOUPE" run --os ./Wrong.csv -- "$P/asks"
    [[ $stderr == *'Wrong.csv:2: '* ]]
    run --separate-stderr -125 "$LOUPE" run --equivalents -- "$P/asks"
    [[ $stderr == 'loupe run: --equivalents is about a profile, and there is no --os' ]]
    run --separate-stderr -125 "$LOUPE" run --os ./Small.syscalls -o - --json - -- "$P/asks"
    [[ $stderr == 'loupe run: only one form of the result can be written to standard output' ]]
    run --separate-stderr -125 "$LOUPE" run --os ./Small.syscalls --json no/such/folder -- "$P/asks"
    [[ $stderr == 'loupe run: no/such/folder: No such file or directory' ]]
    run --separate-stderr -125 "$LOUPE" run --os small --only-allow Small.syscalls -- "$P/asks"
    [[ $stderr == 'loupe run: --os does not go with --only-allow' ]]
}

@test "a system that offers nothing, without a database" {
    run --separate-stderr "$LOUPE" run --os none --json refusals.json -- true
    ((status > 128))
    jq -e '.os == "none" and .refusals[0].name == "brk"' refusals.json
    validate refusals.json refusals.schema.json
}

@test "a name of a program does not write on the terminal" {
    cp "$P/asks" $'a\e[31m\nb'
    "$LOUPE" run --os ./Small.syscalls -o table -- $'./a\e[31m\nb' umask
    grep -F 'a?[31m?b: works on Small' table
}

@test "the public profiles" {
    local public=$SOURCE_ROOT/../shared/loupedb profile
    [[ -d $public ]] || skip "no copy of the public database beside the sources"
    for profile in "$public"/*.syscalls; do
        "$LOUPE" run --os "$profile" --json refusals.json -- true >/dev/null 2>&1 || true
        validate refusals.json refusals.schema.json
        jq -e '.works == (.outcome == "passed") and (.works or (.suspects | length) > 0)' refusals.json
    done
    # Kerla's ld.so finds no library: openat and newfstatat are not there.
    run ! "$LOUPE" run --os "$public/Kerla.syscalls" --json refusals.json -- true
    jq -e '[.refusals[].name] | index("openat") and index("newfstatat")' refusals.json
    # All that gVisor has is enough for it.
    "$LOUPE" run --os "$public/Gvisor.syscalls" -- true
}
