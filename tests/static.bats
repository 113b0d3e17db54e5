#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# loupe static on programs whose possible calls are known by construction (tests/static), its options, and what it refuses.

load helpers

setup_file() {
    stage
    export S=$TEST_PROGRAMS/static
}

# fixtures NAME…: what is said of these programs, in all their variants, is what they say of themselves.
fixtures() {
    "$SOURCE_ROOT/tests/static/fixtures.py" "$LOUPE" "$S" "$@" >report || {
        grep -v '^ok' report
        return 1
    }
    grep -q '^ok' report || skip "$(cat report)"
}

# ask OPTION… FILE: the answer, of the right shape, in static.json.
ask() {
    status 0 "$LOUPE" static --json static.json "$@"
    validate static.json static.schema.json
}

# calls: those in static.json, a line each; of the programs that have more in them the probes alone.
calls() {
    jq -r '.syscalls[].name' static.json | LC_ALL=C sort
}

# has NAME… and lacks NAME…
has() {
    local name
    for name in "$@"; do
        calls | grep -qx "$name" || {
            echo "$name is not in:" $(calls)
            return 1
        }
    done
}

lacks() {
    local name
    for name in "$@"; do
        ! calls | grep -x "$name"
    done
}

@test "numbers that stand at the call, are calculated, selected, or looked up" {
    fixtures constant computed selected number-table folded-numbers
}

@test "numbers that wait in registers and in the frame" {
    fixtures spill
}

@test "numbers that are handed over: wrappers, variable arguments, contexts" {
    fixtures wrapper wrapper-choice varargs callback global-context
}

@test "the C library's syscall()" {
    fixtures syscall3
    # Nobody lets its address go, though it may be the last in the table for code, before the data.
    ask --no-modules "$S/static-syscall3"
    jq -e '.unknown_sites | map(select(.function == "syscall")) == []' static.json
}

@test "a number that nobody can tell" {
    fixtures unknown-number
}

@test "unreachable code does not count" {
    fixtures unreachable
}

@test "functions in tables, and virtual ones" {
    fixtures function-table shared-table folded-base folded-away folded-aligned places vtable
}

@test "jumps through tables, calls in the last place" {
    fixtures jump-table computed-goto tail-call
}

@test "a table of jumps that is too long to be followed may lead anywhere in its function" {
    fixtures long-table
    ask --no-db "$S/static-long-table.pie"
    has getcpu mlock
}

@test "addresses of functions that are copied, exchanged, handed over, kept by threads" {
    fixtures copied thread-local
}

@test "assembly without any information" {
    fixtures assembly
}

@test "the entries for 32-bit programs" {
    fixtures int80 sysenter
}

@test "handlers, threads, constructors, functions for exit" {
    fixtures handler signals threads ceilings startup constructors
}

@test "catch blocks" {
    fixtures exception
}

@test "functions that are chosen at the start" {
    fixtures ifunc
}

@test "interposed and versioned symbols" {
    fixtures interposed versions-new versions-old
}

@test "dlopen and dlsym" {
    fixtures dlopen-constant dlopen-chosen dlopen-unknown
}

@test "Rust" {
    fixtures rust
}

@test "Go" {
    fixtures go
}

@test "--with: an object that the program opens by a name that it does not tell" {
    ask "$S/static-dlopen-unknown"
    lacks mlock munlock
    jq -e '.complete | not' static.json
    ask --with "$S/libstatic-plugin.so" "$S/static-dlopen-unknown"
    has mlock
    jq -e '.objects | map(select(.reason == "with")) | length == 1' static.json
    status 2 "$LOUPE" static --with /nonexistent/lib.so "$S/static-dlopen-unknown"
    says err nonexistent
}

@test "--preload: its functions take the place of others" {
    ask "$S/static-interposed"
    lacks munlock
    ask --preload "$S/libstatic-plugin.so" "$S/static-versions-new"
    has mlock munlock
    jq -e '.objects | map(select(.reason == "preload")) | length == 1' static.json
}

@test "--library-path: where objects are looked for" {
    mkdir other
    cp "$S/static-versions-new" other
    status 0 "$LOUPE" static --json static.json other/static-versions-new
    cp "$S/static-dlopen-constant" other
    ask other/static-dlopen-constant
    lacks mlock
    ask --library-path "$S" other/static-dlopen-constant
    has mlock
}

@test "--root: a program of another system" {
    mkdir -p root/usr/lib root/lib64 root/opt
    cp "$S/static-dlopen-constant" root/opt/program
    status 0 "$LOUPE" static --json static.json --root "$PWD/root" /opt/program
    jq -e '.missing | map(.name) | index("libc.so.6")' static.json
    jq -e '.complete | not' static.json
    cp -L /lib64/ld-linux-x86-64.so.2 root/lib64
    cp -L "$(ldd /bin/true | sed -n 's/.*=> \(.*libc.so.6\) .*/\1/p')" root/usr/lib/libc.so.6
    cp "$S/libstatic-plugin.so" root/usr/lib
    ask --root "$PWD/root" /opt/program
    has getcpu mlock
    jq -e '.missing == []' static.json
}

@test "--post-init: what is done before main() is left out" {
    ask "$S/static-startup"
    has getcpu mlock munlock msync
    ask --post-init "$S/static-startup"
    lacks getcpu
    has mlock munlock msync
    jq -e .post_init static.json
    ask --post-init "$S/static-startup.linked"
    has mlock munlock msync
}

@test "--why: a way from the entry point to the call" {
    status 0 "$LOUPE" static --why munlock "$S/static-wrapper"
    says out '_start'
    says out 'oracle'
    says out 'three'
    says out 'two'
    says out 'one'
    status 0 "$LOUPE" static --why mlock "$S/static-dlopen-constant"
    says out 'libstatic-plugin.so'
    # Each step of a witness is where its function is, by an independent reader of the symbols.
    ask "$S/static-wrapper"
    jq -r '.syscalls[] | select(.name == "munlock").via[] | "\(.function) \(.address)"' static.json >steps
    while read -r function address; do
        # Of what has a size: assembly has none.
        read -r from size _ < <(nm -S "$S/static-wrapper" | grep -E "^\w+ \w+ \w ${function%%+*}$") || continue
        ((0x$from <= address && address < 0x$from + 0x$size)) || {
            echo "$function does not hold $address"
            return 1
        }
    done <steps
    (($(wc -l <steps) >= 4))
    status 0 "$LOUPE" static --why kexec_load "$S/static-wrapper"
    says out 'kexec_load'
    status 2 "$LOUPE" static --why no_such_call "$S/static-wrapper"
    says err 'no_such_call'
}

@test "--features: selectors at the call, and pseudo-files" {
    ask --features /usr/bin/nproc
    jq -e '.features | map(select(.kind == "file").name) | index("file:/sys/devices/system/cpu/online")' static.json
    ask --features "$S/static-signals"
    jq -e '.features | map(.name) | index("rt_sigaction:SIGUSR1") and index("rt_sigaction:SIGUSR2")' static.json
}

@test "text, CSV and JSON tell the same" {
    ask "$S/static-syscall3"
    status 0 "$LOUPE" static --csv calls.csv "$S/static-syscall3"
    same "$(jq -r '.syscalls[] | select(.abi == null).number' static.json | sort -n)" \
        "$(sed -n 's/^\([0-9]*\),Y.*/\1/p' calls.csv | sort -n)"
    status 0 "$LOUPE" static "$S/static-syscall3"
    says out "could make $(jq '.syscalls | length' static.json) system calls"
}

@test "what is no program is refused, with the reason" {
    echo hello >text
    : >empty
    head -c 100 "$S/static-constant" >cut
    cp "$S/static-constant" other
    printf '\xb7\x00' | dd of=other bs=1 seek=18 conv=notrunc status=none # aarch64
    cp "$S/static-constant" narrow
    printf '\x01' | dd of=narrow bs=1 seek=4 conv=notrunc status=none # 32 bits
    cp "$S/static-constant" relocatable
    printf '\x01' | dd of=relocatable bs=1 seek=16 conv=notrunc status=none
    local file
    for file in text empty cut other narrow relocatable /etc /nonexistent; do
        status 1 "$LOUPE" static "$file" || status 2 "$LOUPE" static "$file"
        says err "$file"
        same 1 "$(wc -l <err)"
    done
    status 1 "$LOUPE" static text
    says err 'ELF'
    status 1 "$LOUPE" static other
    says err 'aarch64|AArch64'
    status 2 "$LOUPE" static
}

@test "several at once, and whole folders" {
    mkdir programs
    cp "$S/static-constant" "$S/static-wrapper" "$S/static-startup" programs
    ln -s static-constant programs/again
    echo hello >programs/text
    head -c 200 "$S/static-constant" >programs/cut
    status 0 "$LOUPE" static --all --json many.json programs
    validate many.json static.schema.json
    jq -e '(.results | length) == 3 and (.refused | length) == 1 and .skipped == 1 and .repeated == 1
        and .figures.programs == 3' many.json
    jq -e '.results | map(select(.binary | endswith("static-constant")).syscalls | map(.name) | sort)
        == [["exit_group", "getcpu", "mlock"]]' many.json
    status 0 "$LOUPE" static --json two.json "$S/static-constant" "$S/static-wrapper"
    jq -e '.results | length == 2' two.json
}

@test "the database remembers objects: the same answer, and nothing to be analysed" {
    status 0 "$LOUPE" static --json first.json /usr/bin/env /usr/bin/id
    says err ' objects? analysed .* 0 known'
    status 0 "$LOUPE" static --json second.json /usr/bin/env /usr/bin/id
    says err '0 objects analysed .* [1-9][0-9]* known'
    same "$(jq 'del(.results[].seconds)' first.json)" "$(jq 'del(.results[].seconds)' second.json)"
    status 0 "$LOUPE" static --no-cache --json third.json /usr/bin/env /usr/bin/id
    says err ' objects? analysed .* 0 known'
    same "$(jq 'del(.results[].seconds)' first.json)" "$(jq 'del(.results[].seconds)' third.json)"
    # A file that changes is another object, though it has the same name.
    cp "$S/static-constant" program
    ask program
    has mlock
    cp "$S/static-unreachable" program
    ask program
    lacks mlock
}

@test "many jobs find what one finds" {
    status 0 "$LOUPE" static --no-db --jobs 1 --json one.json "$S"/static-*.pie /usr/bin/env /usr/bin/id
    status 0 "$LOUPE" static --no-db --jobs 8 --json many.json "$S"/static-*.pie /usr/bin/env /usr/bin/id
    same "$(jq 'del(.results[].seconds)' one.json)" "$(jq 'del(.results[].seconds)' many.json)"
}

@test "damaged files end in a result or a refusal" {
    "$SOURCE_ROOT/tests/static/damage.py" "$LOUPE" --changes 300 "$S/static-computed" "$S/static-vtable.pie" \
        "$S/libstatic-versions.so" >report || {
        cat report
        return 1
    }
}

@test "every tenth ELF file of this machine's programs and libraries ends in a result or a refusal" {
    local -a options=(--every 10 --seconds 120)
    [[ -z ${SANITIZED:-} ]] || options=(--every 100 --seconds 300 --memory 0)
    "$SOURCE_ROOT/tests/static/sweep.py" "$LOUPE" "${options[@]}" /usr/bin /usr/sbin /usr/lib/x86_64-linux-gnu >report || {
        cat report
        return 1
    }
}
