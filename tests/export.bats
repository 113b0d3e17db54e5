#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# `loupe export`, and whether those that its files are for take them: crun, systemd-analyze, C compilers and a program
# behind the skeleton, and loupe's own readers of other systems' formats.

#
# shellcheck disable=SC2016 # what is in single quotes is expanded by others: jq, make, shells inside

load helpers

setup_file() {
    stage
    cp -r "$SOURCE_ROOT/apps/sqlite3" "$STAGE/sqlite3"
    chmod -R a+rX "$STAGE/sqlite3"
    cd "$STAGE" || return
    # All features of one program, with their values.
    LOUPE_DB=$STAGE/made.db "$LOUPE" analyze --replicas 1 --features -o "$STAGE/result" \
        --json "$STAGE/sqlite3.json" "$STAGE/sqlite3/workload.yaml" >"$STAGE/log" 2>&1
    # Another one, of which only calls are known.
    LOUPE_DB=$STAGE/made.db "$LOUPE" analyze --replicas 1 -o "$STAGE/result-sort" \
        --json "$STAGE/sort.json" -- /usr/bin/sort -n /etc/passwd >>"$STAGE/log" 2>&1
    LOUPE_DB=$STAGE/made.db "$LOUPE" static --json "$STAGE/static.json" /usr/bin/sort >>"$STAGE/log" 2>&1
    # What could be left out alone only: exit_group, and what the analysis found conflicts of, if any.
    "$LOUPE" export --csv - --from "$STAGE/sqlite3.json" 2>&1 >/dev/null | sed -n 's/^note: kept.*: //p' |
        sed 's/, /\n/g' >"$STAGE/kept"
    chmod 644 "$STAGE"/made.db* "$STAGE/kept"
}

setup() {
    W=$(mktemp -d "$STAGE/test.XXXXXX")
    chmod 777 "$W"
    cd "$W" || return
    cp "$STAGE/made.db" "$W.db"
    export LOUPE_DB=$W.db
}

# export_quietly ARGUMENT…
export_quietly() {
    "$LOUPE" export "$@" 2>log || {
        cat log
        return 1
    }
}

# names VERDICT… : the calls of sqlite3.json with one of these verdicts, sorted.
names() {
    local verdicts
    verdicts=$(printf '"%s",' "$@")
    jq -r "[.features[] | select(.kind == \"syscall\" and (.verdict | IN(${verdicts%,}))) | .name] | sort | .[]" \
        "$STAGE/sqlite3.json"
}

# in_crun PROFILE [NO_NEW_PRIVILEGES]: sqlite3's workload under crun with that profile passes, its test script included.
in_crun() {
    mkdir -p tmp
    rm -f tmp/*
    cp "$STAGE/sqlite3/inventory.sql" tmp/
    "$SOURCE_ROOT/tests/export/in-crun" "$1" "$W/tmp" "${2:-false}" \
        /usr/bin/sqlite3 -batch -bail /tmp/inventory.db '.read /tmp/inventory.sql' >output 2>errors || return
    unshare --mount bash -euc 'mount --bind "$1" /tmp; "$2/sqlite3/test.sh" "$3"' - "$W/tmp" "$STAGE" "$W/output"
}

@test "OCI: under crun the workload passes with what is used, and with what is required" {
    require_root
    # What it tries instead of what is stubbed no run has shown: as in the analysis, that is allowed.
    for options in '' '--allow required --others allow'; do
        # shellcheck disable=SC2086 # several words
        export_quietly --oci profile.json $options sqlite3
        for no_new_privileges in false true; do
            in_crun profile.json $no_new_privileges
        done
        # shellcheck disable=SC2086
        export_quietly --oci profile.json $options --no-new-privileges sqlite3
        in_crun profile.json true
    done
    jq -e '.defaultAction == "SCMP_ACT_ALLOW"' profile.json
    same "$(names stub either | grep -vxFf "$STAGE/kept")" \
        "$(jq -r '.syscalls[] | select(.action == "SCMP_ACT_ERRNO" and .errnoRet == 38).names[]' profile.json | sort)"
    # write and close, which crun needs itself, are not faked.
    jq -e '.syscalls[] | select(.action == "SCMP_ACT_ERRNO" and .errnoRet == 0).names | index("fdatasync") and
        (index("close") | not)' profile.json
}

@test "OCI: with the values of arguments the workload passes under crun" {
    require_root
    export_quietly --oci profile.json --features sqlite3
    jq -e '[.syscalls[] | select(.args)] | length > 5' profile.json
    in_crun profile.json
    # Where one value that it uses is not there it does not.
    jq '(.syscalls[] | select(.names == ["openat"]).args[] | select(.index == 2).value) |= 4294967295' profile.json >fewer.json
    run ! in_crun fewer.json
}

@test "OCI: with one required call removed the workload fails under crun" {
    require_root
    export_quietly --oci profile.json sqlite3
    in_crun profile.json
    for call in pread64 pwrite64 openat unlink; do
        [[ $(jq -r --arg call $call '.features[] | select(.name == $call).verdict' "$STAGE/sqlite3.json") == required ]]
        jq --arg call $call '.syscalls[].names -= [$call]' profile.json >without.json
        run ! in_crun without.json
    done
}

@test "OCI: a server under crun passes its workload, and fails without a call that it requires" {
    require_root
    cp -r "$SOURCE_ROOT/apps/redis" redis
    "$LOUPE" analyze --replicas 1 --json redis.json -o result redis/workload.yaml >log 2>&1
    export_quietly --oci profile.json --from redis.json
    mkdir -p tmp/redis
    # serve PROFILE: the test script of the workload, on a loopback of its own.
    serve() {
        unshare --net bash -euc '
            ip link set lo up
            "$1/tests/export/in-crun" "$2" "$3" false /usr/bin/redis-server --port 6390 --bind 127.0.0.1 \
                --save "" --dir /tmp/redis >server.log 2>&1 &
            for ((i = 0; i < 100; i++)); do
                kill -0 $! 2>/dev/null || exit 1
                ! exec 4<>/dev/tcp/127.0.0.1/6390 || break
                sleep 0.1
            done 2>/dev/null
            status=0
            timeout 20 redis/test.sh server.log || status=$?
            timeout 5 bash -c "printf \"SHUTDOWN NOSAVE\r\n\" >/dev/tcp/127.0.0.1/6390" 2>/dev/null || kill $!
            wait
            exit $status
        ' - "$SOURCE_ROOT" "$1" "$W/tmp"
    }
    serve profile.json
    for call in epoll_ctl bind; do
        [[ $(jq -r --arg call $call '.features[] | select(.name == $call).verdict' redis.json) == required ]]
        jq --arg call $call '.syscalls[].names -= [$call]' profile.json >without.json
        run ! serve without.json
    done
}

@test "OCI: the profile's form, and what is added is told" {
    export_quietly --oci profile.json sqlite3
    jq -e '.defaultAction == "SCMP_ACT_ERRNO" and .defaultErrnoRet == 38 and .architectures == ["SCMP_ARCH_X86_64"]' profile.json
    # All that is used; the launching execve and the vDSO's clock are no calls of the program's.
    comm -23 <(names required stub fake either) <(jq -r '.syscalls[].names[]' profile.json | sort) | grep . && return 1
    jq -e '[.syscalls[].names[]] | index("execve") and index("clock_gettime") and index("prctl")' profile.json
    says log 'allowed, as crun .*: execve.*prctl'
    says log 'allowed, as the kernel .*clock_gettime'
    "$LOUPE" export --no-new-privileges --oci - sqlite3 2>/dev/null >less.json
    jq -e '[.syscalls[].names[]] | index("execve") and (index("prctl") | not)' less.json
    # Where something is faked it is what works so.
    "$LOUPE" export --allow required --no-new-privileges --oci required.json --from "$STAGE/sqlite3.json" 2>log
    jq -r '.syscalls[] | select(.action == "SCMP_ACT_ERRNO" and .errnoRet == 0).names[]' required.json | sort >faked
    [[ -s faked ]]
    same '' "$(comm -23 faked <(names fake))"
}

@test "systemd takes the drop-in" {
    printf '[Service]\nExecStart=/bin/true\n' >some.service
    mkdir some.service.d
    export_quietly --systemd some.service.d/calls.conf --merge union sqlite3 sort
    systemd-analyze verify "$W/some.service" 2>err
    same '' "$(cat err)"
    # It read it: a wrong name is complained of.
    sed 's/=read /=raed /' some.service.d/calls.conf >some.service.d/other.conf
    systemd-analyze verify "$W/some.service" 2>err || true
    says err raed
    names required stub fake either | while read -r name; do
        grep -qw "$name" some.service.d/calls.conf
    done
    grep -qx 'SystemCallErrorNumber=ENOSYS' some.service.d/calls.conf
    # A list of what is refused, in which fakes of 0 have a word.
    rm some.service.d/other.conf
    export_quietly --systemd some.service.d/calls.conf --allow required --others allow sqlite3
    systemd-analyze verify "$W/some.service" 2>err
    same '' "$(cat err)"
    sed -n 's/^SystemCallFilter=~//p' some.service.d/calls.conf | tr ' ' '\n' | sort >refused
    same "$({ names stub either | grep -vxFf "$STAGE/kept"; names fake | grep -vxFf "$STAGE/kept" | sed 's/$/:0/'; } | sort)" \
        "$(cat refused)"
}

@test "systemd: names that libseccomp does not know stand apart, and are told" {
    printf '{"schema":"loupe/static/1","binary":"new","complete":true,"syscalls":[{"name":"read"},{"name":"file_setattr"}]}' >new.json
    "$LOUPE" export --systemd calls.conf --from new.json 2>log
    says log 'libseccomp .* does not know.*: file_setattr'
    grep -qx 'SystemCallFilter=file_setattr' calls.conf
}

@test "Kubernetes: a SeccompProfile with the fields of its definition" {
    export_quietly --kubernetes profile.yaml --features --name 'My App_1' sqlite3
    export_quietly --oci profile.json --features sqlite3
    "$PYTHON" - profile.yaml profile.json <<'END'
import json, sys, yaml
profile = yaml.safe_load(open(sys.argv[1]))
oci = json.load(open(sys.argv[2]))
assert profile["apiVersion"] == "security-profiles-operator.x-k8s.io/v1beta1", profile["apiVersion"]
assert profile["kind"] == "SeccompProfile"
assert profile["metadata"] == {"name": "my-app-1"}, profile["metadata"]
spec = profile["spec"]
assert set(spec) == {"defaultAction", "architectures", "syscalls"}
assert spec["defaultAction"] == "SCMP_ACT_ERRNO"
assert spec["architectures"] == ["SCMP_ARCH_X86_64"]
allowed, refused = [], []
for rule in spec["syscalls"]:
    assert set(rule) <= {"names", "action", "errnoRet", "args"}, rule
    assert rule["names"] and len(set(rule["names"])) == len(rule["names"])
    if rule["action"] == "SCMP_ACT_ALLOW":
        assert "errnoRet" not in rule
        allowed.append(rule)
    else:
        assert rule["action"] == "SCMP_ACT_ERRNO" and rule["errnoRet"] == 38
        refused += rule["names"]
    for arg in rule.get("args", []):
        assert set(arg) == {"index", "value", "valueTwo", "op"} and arg["op"] == "SCMP_CMP_MASKED_EQ"
        assert 0 <= arg["index"] <= 5
# The same as for OCI, and all else refused by name, as there is no default errno.
assert allowed == [rule for rule in oci["syscalls"]], (allowed, oci)
names = {name for rule in allowed for name in rule["names"]}
assert not names & set(refused) and len(refused) > 250 and "mount" in refused
END
    # Where all others pass, only what is stubbed is named.
    export_quietly --kubernetes profile.yaml --allow required --others allow --no-new-privileges sqlite3
    same "$(names stub either | grep -vxFf "$STAGE/kept")" "$("$PYTHON" -c '
import sys, yaml
spec = yaml.safe_load(open(sys.argv[1]))["spec"]
assert spec["defaultAction"] == "SCMP_ACT_ALLOW" and len(spec["syscalls"]) == 1
assert spec["syscalls"][0]["action"] == "SCMP_ACT_ERRNO" and spec["syscalls"][0]["errnoRet"] == 38
print(*sorted(spec["syscalls"][0]["names"]), sep="\n")' profile.yaml)"
}

@test "OSv: its build takes exactly the calls of the list" {
    # What scripts/gen-syscalls does with the list: every word is a name, by which lines of the sources stay. That file
    # alone: linux.cc has cases of its own.
    mkdir -p tree/syscalls
    cp "$SOURCE_ROOT/tests/profile/osv/source/syscalls/syscalls.cc.in" tree/syscalls/
    "$LOUPE" os import --format osv --name whole tree >/dev/null 2>&1
    export_quietly --osv list sqlite3
    grep -o '[a-zA-Z0-9_]\+' list | sort -u >words
    while IFS= read -r line; do
        if [[ $line =~ SYSCALL[0-6].*\(([a-zA-Z0-9_]+) ]]; then
            grep -qx "${BASH_REMATCH[1]}" words || continue
        fi
        printf '%s\n' "$line"
    done <tree/syscalls/syscalls.cc.in >filtered
    mv filtered tree/syscalls/syscalls.cc.in
    "$LOUPE" os import --format osv --name some tree >/dev/null 2>&1
    calls_of() {
        "$LOUPE" os show --json - "$1" | jq -r '.features[].name' | sort
    }
    # exit_group is kept, whatever its verdict; the others of the tree go.
    wanted=$({ names required fake; cat "$STAGE/kept"; } | sort -u)
    [[ -n $(calls_of some) && $(calls_of some) != "$(calls_of whole)" ]]
    same "$(comm -12 <(calls_of whole) <(echo "$wanted"))" "$(calls_of some)"
    grep -qx long_mmap list
}

@test "Asterinas: the rules are read back, as what was written" {
    export_quietly --asterinas calls.scml sqlite3
    "$LOUPE" os import --format asterinas --name written calls.scml
    same "$({ names required fake; cat "$STAGE/kept"; } | sort -u)" "$("$LOUPE" os show --json - written |
        jq -r '.features[] | select(.status == "supported").name' | sort)"
    # With values a rule restricts a call, and is read as such.
    export_quietly --asterinas values.scml --features sqlite3
    "$LOUPE" os import --format asterinas --name valued values.scml
    grep -qE '^openat\(fd0, path1, access = ([A-Z_]+ \| )*O_CREAT( \| [A-Z_]+)*, \.\.\);$' values.scml
    # Each rule is one of the language's grammar.
    run ! grep -vE '^//|^[a-z0-9_]+\((\.\.|([a-z0-9_]+( = [A-Z0-9_a-z]+( \| [A-Z0-9_a-z]+)*)?)(, [a-z0-9_]+( = [A-Za-z0-9_]+( \| [A-Za-z0-9_]+)*)?)*(, \.\.)?)?\);$' \
        calls.scml values.scml
}

@test "Unikraft: the options bring what the tree can bring, and no other call is missing silently" {
    mkdir -p tree/lib/{big,small,other,always}
    echo 'UK_PROVIDED_SYSCALLS-$(CONFIG_LIBBIG) += read-3 write-3 openat-4 pread64-4 pwrite64-4' >tree/lib/big/Makefile.uk
    echo 'UK_PROVIDED_SYSCALLS-$(CONFIG_LIBSMALL) += read-3 write-3' >tree/lib/small/Makefile.uk
    echo 'UK_PROVIDED_SYSCALLS-$(CONFIG_LIBOTHER) += mmap-6 mount-5' >tree/lib/other/Makefile.uk
    echo 'UK_PROVIDED_SYSCALLS-y += exit_group-1' >tree/lib/always/Makefile.uk
    export_quietly --unikraft fragment --libraries tree sqlite3
    same 'CONFIG_LIBSYSCALL_SHIM=y
CONFIG_LIBBIG=y
CONFIG_LIBOTHER=y' "$(grep -v '^#' fragment)"
    run ! grep -vE '^(CONFIG_[A-Z0-9_]+=y|# .*)$' fragment
    # What those options bring, read back, and what the comments name is all that was wanted.
    "$LOUPE" os import --format unikraft --name tree tree >/dev/null 2>&1
    same "$({ names required fake; cat "$STAGE/kept"; } | sort -u)" "$({
        "$LOUPE" os show --json - tree | jq -r '.features[] | select(.note != "CONFIG_LIBSMALL").name' |
            grep -vx mount
        sed -n 's/^# no library provides //p' fragment
    } | sort)"
    says log 'no library .* provides [0-9]+ of'
    # The profile in the database says as much.
    export_quietly --unikraft again --libraries tree sqlite3
    "$LOUPE" export --unikraft - --libraries ./nowhere sqlite3 2>err && return 1
    says err 'nowhere'
    echo read >plain.syscalls
    status 2 "$LOUPE" export --unikraft - --libraries ./plain.syscalls sqlite3
    says err 'does not say which library'
}

@test "C: the header compiles, and a program works behind its skeleton" {
    [[ $(uname -m) == x86_64 ]] || skip "the program under test has x86-64's registers"
    export_quietly --c-header calls.h sqlite3
    # The three tables are those of the analysis.
    for compiler in gcc clang; do
        printf '#define LOUPE_SHIM\n#include "calls.h"\n#include <stdio.h>\nint main(void) {\n' >tables.c
        for table in implement stub fake; do
            printf 'for (int i = 0; loupe_%s[i].name; i++) printf("%s %%s\\n", loupe_%s[i].name);\n' $table $table $table
        done >>tables.c
        echo 'return 0; }' >>tables.c
        $compiler -std=c11 -Wall -Wextra -Wpedantic -Werror -o tables tables.c
        ./tables | sort >listed
        same "$({
            names required | sed 's/^/implement /'
            names stub either | grep -vxFf "$STAGE/kept" | sed 's/^/stub /'
            names fake | grep -vxFf "$STAGE/kept" | sed 's/^/fake /'
            sed 's/^/implement /' "$STAGE/kept"
        } | sort)" "$(cat listed)"
        cp "$SOURCE_ROOT/tests/export/route.c" .
        $compiler -std=gnu17 -O1 -Wall -Wextra -Werror -fPIC -shared -o route.so route.c
        rm -f "$W"/inventory.db*
        sed "s,/tmp/inventory,$W/inventory,g" "$STAGE/sqlite3/inventory.sql" >inventory.sql
        ROUTE_COUNT=1 LD_PRELOAD=$W/route.so sqlite3 -batch -bail "$W/inventory.db" '.read inventory.sql' >output 2>err
        sed "s,/tmp/inventory,$W/inventory,g" "$STAGE/sqlite3/test.sh" >test.sh
        bash test.sh "$W/output"
        # Calls did go through it, and some were withheld.
        says err '^route: done [1-9][0-9]+, withheld [1-9]'
        # Without a call that is required it fails.
        sed '/^        case 17:$/,/break;/d' calls.h >fewer.h
        run ! grep -q 'case 17:' fewer.h
        sed 's/calls\.h/fewer.h/' route.c >fewer.c
        $compiler -std=gnu17 -O1 -fPIC -shared -DREFUSED=17 -o fewer.so fewer.c
        run ! env LD_PRELOAD="$W/fewer.so" sqlite3 -batch -bail "$W/inventory.db" 'SELECT count(*) FROM stock'
    done
    g++ -Wall -Wextra -Werror -fsyntax-only -x c++ - <<<'#define LOUPE_SHIM
#include "calls.h"'
}

@test "CSV: what to do about each feature; a system that does it is read back" {
    export_quietly --csv - sqlite3 >calls.csv
    same 'name,status,value,verdict,kind,number' "$(head -n 1 calls.csv)"
    grep -qx 'close,fake,0,fake,syscall,3' calls.csv
    grep -qx 'pread64,implemented,,required,syscall,17' calls.csv
    run ! grep -q subfeature calls.csv
    export_quietly --csv - --features sqlite3 >all.csv
    grep -q '^openat:O_CREAT,.*,subfeature,$' all.csv
    "$LOUPE" os import --format csv --name doing calls.csv
    # Who does just that has nothing more to do.
    "$LOUPE" plan --os doing --apps sqlite3 --json - 2>/dev/null | jq -e '[.steps[].implement[]?] == []'
}

@test "merging: what any of them uses, what each of them does" {
    calls() {
        sed 1d "$1" | cut -d, -f1 | sort
    }
    for app in sqlite3 sort; do
        export_quietly --csv $app.csv $app
    done
    export_quietly --csv union.csv sqlite3 sort
    same "$(sort -u <(calls sqlite3.csv) <(calls sort.csv))" "$(calls union.csv)"
    export_quietly --csv both.csv --merge intersection sqlite3 sort
    same "$(comm -12 <(calls sqlite3.csv) <(calls sort.csv))" "$(calls both.csv)"
    # A file counts as an application does.
    export_quietly --csv file.csv --from "$STAGE/sqlite3.json" --from "$STAGE/sort.json"
    same "$(cat union.csv)" "$(cat file.csv)"
    export_quietly --csv mixed.csv --from "$STAGE/sqlite3.json" sort
    same "$(sort union.csv)" "$(sort mixed.csv)"
}

@test "values restrict a call only where every program's are known" {
    export_quietly --no-new-privileges --oci one.json --features sqlite3
    jq -e '.syscalls | any(.names == ["mmap"] and .args)' one.json
    export_quietly --no-new-privileges --oci two.json --features sqlite3 sort
    jq -e '.syscalls | all(.names != ["mmap"])' two.json
    # fdatasync and ftruncate are sqlite3's alone, but have no values; fcntl is of both, ioctl not.
    jq -e '.syscalls | any(.names == ["ioctl"] and .args)' two.json
}

@test "static analysis: from the database and from a file" {
    export_quietly --csv file.csv --from "$STAGE/static.json"
    same "$(jq -r '.syscalls[].name' "$STAGE/static.json" | sort)" "$(sed 1d file.csv | cut -d, -f1 | sort)"
    sed 1d file.csv | grep -qv ',implemented,,untested,' && return 1
    export_quietly --csv database.csv --static sort
    same "$(cat file.csv)" "$(cat database.csv)"
    "$LOUPE" export --csv - --allow required --static sort 2>err >/dev/null
    says err 'counts as required'
    status 2 "$LOUPE" export --csv - --static sqlite3
    says err 'no static result'
    status 2 "$LOUPE" export --csv - --static -w suite sort
    says err 'workload'
}

@test "a result of some features only is told to be one" {
    analyze --only brk,openat -- /bin/true
    status 0 "$LOUPE" export --csv - --from analysis.json
    says err 'only some features .*: true$'
    status 0 "$LOUPE" export --csv - true sort
    says err 'only some features .*: true$'
    status 0 "$LOUPE" export --csv - sort
    run ! grep 'only some' err
}

@test "a result is named by its file or its folder" {
    export_quietly --csv file.csv --from "$STAGE/sort.json"
    export_quietly --csv folder.csv --from "$STAGE/result-sort"
    cmp file.csv folder.csv
}

@test "errors are one line that says what is wrong, and nothing is written" {
    status 2 "$LOUPE" export sqlite3
    says err 'which format'
    status 2 "$LOUPE" export --oci -
    says err 'of what'
    status 2 "$LOUPE" export --oci - sqlite
    says err "sqlite.*did you mean 'sqlite3'"
    status 2 "$LOUPE" export --oci - --csv - sqlite3
    says err 'only one form'
    status 2 "$LOUPE" export --oci - --others allow sqlite3
    says err 'goes with --allow required'
    status 2 "$LOUPE" export --unikraft - sqlite3
    says err 'needs --libraries'
    status 2 "$LOUPE" export --oci ./no/such/folder.json sqlite3
    says err 'no/such/folder'
    status 2 "$LOUPE" export --oci same --systemd same sqlite3
    says err 'same: only one form'
    status 2 "$LOUPE" export --oci - --from .
    says err 'no analysis is in there'
    status 2 "$LOUPE" export --oci - --from ./nothing.json
    says err 'nothing.json'
    echo '{"schema": "loupe/plan/1"}' >plan.json
    status 2 "$LOUPE" export --oci out.json --from plan.json
    says err 'plan.json: its schema should be loupe/analysis/1'
    printf '{\n"schema": }' >broken.json
    status 2 "$LOUPE" export --oci out.json --from broken.json
    says err 'broken.json:2'
    jq '.features[0].verdict = "maybe"' "$STAGE/sort.json" >wrong.json
    status 2 "$LOUPE" export --oci out.json --from wrong.json
    says err 'wrong.json: features\[0\].verdict'
    jq '.syscalls[1].name = "raed"' "$STAGE/static.json" >wrong.json
    status 2 "$LOUPE" export --oci out.json --from wrong.json
    says err "wrong.json: syscalls\[1\].name: .*read"
    status 2 "$LOUPE" export --oci out.json -w suite sqlite3
    [[ ! -e out.json ]]
    (($(wc -l <err) == 1))
}
