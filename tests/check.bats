#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# The drift gate: the same program passes, and one that began to need something new does not. The programs are compiled
# here, as a pipeline would.

load helpers

setup_file() {
    stage
    mkdir "$STAGE/programs"
    cat >"$STAGE/programs/app.c" <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(void)
{
        struct sysinfo info = {0};
        struct utsname names = {{0}};
        struct flock lock = {.l_type = F_RDLCK};

        if ((NEEDS & 1) && (sysinfo(&info) < 0 || info.totalram == 0)) {
                puts("how much memory is there?");
                return 3;
        }
        if (NEEDS & 2)
                sched_yield();
        if ((NEEDS & 4) && fcntl(1, F_SETFD, FD_CLOEXEC) < 0)
                return 4;
        if ((NEEDS & 8) && fcntl(1, F_GETFD) != FD_CLOEXEC)
                return 5;
        if ((NEEDS & 128) && (fcntl(1, F_GETLK, &lock) < 0 || lock.l_type != F_UNLCK))
                return 8;
        if ((NEEDS & 16) && (!freopen("/proc/loadavg", "r", stdin) || getchar() == EOF))
                return 6;
        /* Asks, and gets along without. */
        if (NEEDS & 32)
                uname(&names);
        if ((NEEDS & 64) && (uname(&names) < 0 || !names.sysname[0]))
                return 7;
        return 0;
}
END
    local needs
    for needs in 0 1 2 4 12 16 32 64 140; do
        gcc -O1 -DNEEDS=$needs -o "$STAGE/programs/needs-$needs" "$STAGE/programs/app.c"
    done
}

# version N: the program under test is the one that needs these; its workload is in app.yaml.
version() {
    cp "$STAGE/programs/needs-$1" app
    cat >app.yaml <<END
application:
  name: app
workload:
  name: passes
command: [$W/app]
replicas: 2
END
}

# baseline N [OPTION…]: an analysis of that version, in the folder baseline.
baseline() {
    version "$1"
    analyze -o baseline "${@:2}" app.yaml
}

# check STATUS OPTION…: against the baseline. The JSON is in out, and of the right shape.
check() {
    status "$1" "$LOUPE" check --json - "${@:2}"
    if (($1 < 2)); then
        validate out check.schema.json
        same "$(($1 == 1))" "$(jq 'if .drift then 1 else 0 end' out)"
    fi
}

# items 'NAME CHANGE BEFORE NOW'…: these changed, and no others.
items() {
    same "$(printf '%s\n' "$@")" "$(jq -r '.items[] | "\(.name) \(.change) \(.before) \(.now)"' out)"
}

@test "the same program has not drifted, and takes fewer runs to check" {
    for who in $(identities); do
        rm -rf baseline kept
        version 0
        analyze_as "$who" -o baseline app.yaml
        status 0 as "$who" "$LOUPE" check --against baseline --json - app.yaml
        validate out check.schema.json
        jq -e '.drift == false and .items == [] and .not_tried > 0 and .workload.same
            and .before.sha256 == .now.sha256 and .before.used == .now.used' out
        # All but what was required, in one mode each and not in two.
        (($(jq .runs out) < $(jq .runs analysis.json)))
        status 0 as "$who" "$LOUPE" check --against baseline --fail-on new-used app.yaml
        says out '^No drift: nothing is newly used'
        # Nothing is left behind, but where it was asked for.
        same '' "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'loupe-check.*' 2>/dev/null)"
    done
}

@test "what is required and was not used fails the check, with its evidence" {
    baseline 0
    version 1
    check 1 --against baseline app.yaml
    items 'sysinfo new-required null required'
    jq -e '.items[0] | .fails and .stub.outcome == "exited 3" and .fake.outcome == "exited 3" and .stub.runs == 2
        and .output == "how much memory is there?" and .seen == 2 and .watched == 2
        and any(.objects[]; .path | test("libc"))' out
    jq -e '.before.sha256 != .now.sha256' out
    status 1 "$LOUPE" check --against baseline app.yaml
    says out '^Newly required \(1\)'
    says out 'sysinfo  unused -> required'
    says out 'stubbed: exited 3, 2 times of 2; faked: exited 3'
    says out 'it said: how much memory is there\?'
    says out 'asked for by: .*libc'
    says out '^Drift: 1 feature is newly required\.'
    reproduces 3
    check 1 --against baseline --fail-on new-used app.yaml
    items 'sysinfo new-used null untested'
}

@test "what can be left out fails only where new uses do" {
    baseline 0
    version 2
    check 0 --against baseline app.yaml
    items 'sched_yield new-used null avoidable'
    jq -e '.items[0] | (.fails | not) and .stub.works and .fake == null' out
    check 1 --against baseline --fail-on new-used app.yaml
    items 'sched_yield new-used null untested'
    # Two runs that are watched, and nothing withheld.
    jq -e '.runs == 2 and .items[0].fails and .items[0].stub == null' out
}

@test "what was used, and becomes required, fails the check" {
    baseline 32
    same either "$(verdict uname)"
    version 64
    check 1 --against baseline app.yaml
    items 'uname new-required either required'
    check 0 --against baseline --fail-on new-used app.yaml
    items
}

@test "what is not used any more is told and no failure" {
    baseline 1
    version 0
    check 0 --against baseline app.yaml
    items 'sysinfo gone required null'
    status 0 "$LOUPE" check --against baseline app.yaml
    says out '^No longer used \(1\)'
    says out 'sysinfo  required -> unused'
}

@test "sub-features and files are compared where the result knows them" {
    baseline 4 --features --files
    version 12
    check 1 --against baseline app.yaml
    # Faked it said nothing wrong; now it must be true.
    jq -e '.items[] | select(.name == "fcntl") | .fails and .before == "fake" and .now == "required"' out
    jq -e '.items[] | select(.name == "fcntl:F_GETFD") | .fails and .kind == "subfeature" and .before == null
        and .now == "required"' out
    version 16
    check 1 --against baseline app.yaml
    jq -e '.items[] | select(.name == "file:/proc/loadavg") | .kind == "file" and .change == "new-required"
        and .watched == 2' out
    check 1 --against baseline --only file:/proc/loadavg app.yaml
    items 'file:/proc/loadavg new-required null required'
    # Another value of a call that was required and is not tried again.
    rm -rf baseline
    baseline 12 --features
    version 140
    check 1 --against baseline app.yaml
    items 'fcntl:F_GETLK new-required null required'
    check 1 --against baseline --only fcntl app.yaml
    items 'fcntl:F_GETLK new-required null required'
    check 0 --against baseline --calls-only app.yaml
    items
    status 2 "$LOUPE" check --against baseline --calls-only --only fcntl:F_GETLK app.yaml
    says err '--calls-only excludes'
    # A result of calls alone has nothing to compare sub-features with.
    rm -rf baseline
    baseline 12
    version 140
    check 0 --against baseline app.yaml
    items
    status 2 "$LOUPE" check --against baseline --only fcntl:F_GETFD app.yaml
    says err 'did not look for it'
}

@test "a program that its workload brings along is checked, and its C library told" {
    cp -r "$SOURCE_ROOT/apps" apps
    make --silent -C apps hello-glibc/hello hello-musl/hello
    analyze -o baseline apps/hello-glibc/workload.yaml
    check 0 --against baseline apps/hello-glibc/workload.yaml
    items
    check 1 --against baseline apps/hello-musl/workload.yaml
    # Two builds of one program under one workload: this is what --force is not needed for.
    jq -e '.workload.same and (.before.libc | startswith("glibc")) and .now.libc == "musl"
        and .before.sha256 != .now.sha256' out
    jq -e '.items[] | select(.name == "writev") | .fails and any(.objects[]; .path | test("musl"))' out
    jq -e 'any(.items[]; .change == "gone")' out
    check 1 --against baseline --fail-on new-used apps/hello-musl/workload.yaml
    # And back: what musl never asked for, and glibc cannot do without.
    analyze -o musl apps/hello-musl/workload.yaml
    check 1 --against musl apps/hello-glibc/workload.yaml
    jq -e 'any(.items[]; .fails and .before == null and .now == "required")' out
}

@test "against an application in the database" {
    local before
    baseline 0
    version 1
    before=$(sha256sum <"$LOUPE_DB")
    check 1 --against app app.yaml
    items 'sysinfo new-required null required'
    says <(jq -r .before.source out) '^app in .*loupe.db, run [0-9a-f]{12}$'
    check 1 --against app/health app.yaml
    # Nothing of a check goes there.
    same "$before" "$(sha256sum <"$LOUPE_DB")"
    status 2 "$LOUPE" check --against app/suite app.yaml
    says err "no result of .loupe analyze. for 'app/suite'"
    status 2 "$LOUPE" check --against apq app.yaml
    says err "apq"
    # Of several the one that was measured under this workload, though it is not the last.
    analyze -- ./app --help
    check 1 --against app app.yaml
    jq -e '.workload.same' out
}

@test "another workload is refused, unless that is what is wanted" {
    baseline 0
    sed 's/replicas: 2/timeout: 7/' app.yaml >other.yaml
    check 2 --against baseline other.yaml
    says err 'another workload'
    says err '--force'
    check 0 --against baseline --force other.yaml
    says err '^note: .*another workload'
    jq -e '.workload.same == false' out
    check 2 --against app -- ./app
    says err 'another workload'
}

@test "a check that was kept is continued, and made into the next baseline" {
    baseline 0
    version 1
    check 1 --against baseline -o kept app.yaml
    same "$(cat out)" "$(cat kept/check.json)"
    validate kept/check.json check.schema.json
    status 2 "$LOUPE" check --against baseline -o kept app.yaml
    says err '--resume kept'
    # As if it had been cut short.
    sed -i '20,$d' kept/journal.jsonl
    check 1 --resume kept
    items 'sysinfo new-required null required'
    jq -e '.runs_reused == 18 and .runs > 18' out
    status 2 "$LOUPE" check --resume kept --against baseline
    says err '--resume takes'
    status 2 "$LOUPE" check --resume baseline
    says err 'holds no check'
    status 2 "$LOUPE" check --against kept app.yaml
    says err 'not finished'
    analyze --resume kept
    jq -e '.runs_reused > 18' analysis.json
    check 0 --against kept app.yaml
    items
}

# interrupt OPTION…: a check whose runs take 0.2 s each gets SIGINT once some of them have ended.
interrupt() {
    env --default-signal=INT TMPDIR="$W/tmp" "$LOUPE" check --against baseline --jobs 1 --verbose "$@" app.yaml >out 2>err &
    loupe=$!
    wait_until 30 grep -q 'stub ' err
    kill -INT "$loupe"
    local actual=0
    wait "$loupe" || actual=$?
    same 130 "$actual"
}

@test "an interrupted check leaves what was asked for, and nothing else" {
    version 0
    mkdir tmp
    printf '#!/bin/sh\n%s && sleep 0.2\n' "$STAGE/programs/needs-0" >app
    analyze -o baseline --only write,brk,close,mmap,execve app.yaml
    interrupt
    says err 'interrupted$'
    same '' "$(ls tmp)"
    interrupt -o kept
    says err 'continue with: loupe check --resume kept'
    check 0 --resume kept
    items
    jq -e '.runs_reused > 2' out
}

@test "the evidence as CSV" {
    baseline 1
    version 2
    status 0 "$LOUPE" check --against baseline --csv - app.yaml
    says out '^feature,change,fails,before,now,stub,fake,objects$'
    says out '^sched_yield,new-used,no,unused,avoidable,passed,,/.*libc.*$'
    says out '^sysinfo,gone,no,required,unused,,,$'
    status 2 "$LOUPE" check --against baseline --csv - --json - app.yaml
}

@test "settings are those of the result" {
    baseline 0 --stub-errno EPERM --fake zero --only sysinfo,write --replicas 1 --no-joint
    version 1
    check 1 --against baseline -o kept app.yaml
    items 'sysinfo new-required null required'
    jq -e '.items[0].command | test("sysinfo:EPERM|sysinfo=EPERM|EPERM")' out
    head -n 1 kept/journal.jsonl | jq -e '.replicas == 1 and .fake_zero and .stub_errno == 1 and (.only | sort) == ["sysinfo", "write"]
        and (.joint | not)'
    # What it did not look for is not new.
    version 2
    check 0 --against baseline app.yaml
    items
}

@test "what cannot be checked ends with 2 and one line" {
    baseline 0
    mkdir nothing
    local arguments
    while read -r arguments; do
        # shellcheck disable=SC2086
        check 2 $arguments
        same 1 "$(grep -c '^loupe check: ' err)"
        same '' "$(cat out)"
    done <<END
app.yaml
--against baseline
--against /nowhere app.yaml
--against ./nothing app.yaml
--against nothing app.yaml
--against nobody app.yaml
--against app.yaml app.yaml
--against baseline --fail-on everything app.yaml
--against baseline --only nonsense app.yaml
--against baseline nothing.yaml
--against baseline --force -o refused -- false
END
    # A workload that does not pass leaves nothing behind.
    [[ ! -e refused ]]
    says err 'does not pass unmodified'
}

@test "results that were tampered with are refused" {
    baseline 0
    local change
    while read -r change; do
        jq "$change" baseline/analysis.json >damaged.json
        check 2 --against damaged.json app.yaml
        says err 'damaged.json'
    done <<'END'
.schema = "loupe/analysis/9"
.tool.settings.fake = "sometimes"
.tool.settings.stub_errno = "ENOTHING"
.tool.settings.subfeatures = 3
.tool.settings = {}
.tool.settings.only = "read"
.tool.settings.only = ["nonsense"]
.replicas = 0
.replicas = 1000000
.features[0].verdict = "maybe"
.features[0].name = "nonsense"
.features += [.features[0]]
.environment.arch = "aarch64"
.workload.digest = "0"
END
    echo '{' >damaged.json
    check 2 --against damaged.json app.yaml
    says err 'damaged.json:[0-9]+: no JSON'
}
