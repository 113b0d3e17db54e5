#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# What `loupe prove --os` foretells and sees of programs whose needs are known by construction, and of real ones.

# Names of calls are words: lists of them are split on purpose.
# shellcheck disable=SC2046,SC2086,SC2153

load helpers

teardown() {
    [[ -z ${loupe:-} ]] || kill -KILL "$loupe" 2>/dev/null || true
    cd / && rm -rf "$W" "$W.data"
}

# workload NAME WORD…: NAME/workload.yaml, which runs that command.
workload() {
    mkdir -p "$1"
    printf 'application: {name: %s}\ncommand: [%s]\n' "$1" "$(tr ' ' ',' <<<"${*:2}")" >"$1/workload.yaml"
}

# offers CALL…: the profile Paper has these, and what ends every program.
offers() {
    printf '%s\n' "$@" exit_group >Paper.syscalls
}

# states ROW…: the same of rows NAME,STATUS,ERRNO.
states() {
    printf '%s\n' name,status,errno "$@" exit_group,supported, >Paper.csv
}

# measured NAME [OPTION…]: the verdicts of NAME are in the database.
measured() {
    status 0 "$LOUPE" analyze -q -o "$1.analysis" --replicas 1 "${@:2}" "$1/workload.yaml"
}

# public NAME NUMBER…: the public database's results about NAME, which uses these calls, all of them either way.
public() {
    mkdir -p "public/$1/benchmark-$1/imported/data"
    printf '%s\n' "${@:2}" | awk '{ either[$1] = 1 }
        END { for (i = 0; i < 335; i++) print i "," (i in either ? "Y,N,N,Y" : "N,N,N,N") }' \
        >"public/$1/benchmark-$1/imported/data/dyn.csv"
    "$LOUPE" db import public >/dev/null
}

# prove STATUS ARGUMENT…: its JSON, of the right shape, in proof.json; its folder is out-folder.
prove() {
    rm -rf out-folder
    status "$1" "$LOUPE" prove -o out-folder --json proof.json "${@:2}"
    validate proof.json proof.schema.json
    cmp proof.json out-folder/proof.json
    # Whoever disagrees has a reason, and the counts are those of the rows.
    jq -e '(.agree + .disagree + .open == (.apps | length))
        and (.disagree == ([.apps[] | select(.disagreement)] | length))
        and all(.apps[]; (.seen == "untested") == (.bare == null))' proof.json >/dev/null
}

# proven EXPECTED FILTER: what jq's FILTER makes of the only application.
proven() {
    same "$1" "$(jq -c ".apps[0] | $2" proof.json)"
}

# fates FORETOLD SEEN
fates() {
    proven "[\"$1\",\"$2\"]" '[.foretold, .seen]'
}

# reason KIND EVIDENCE…
reason() {
    same "$1: $(printf '%s\n' "${@:2}" | LC_ALL=C sort | paste -sd' ')" \
        "$(jq -r '.apps[0].disagreement | "\(.kind): \(.evidence | sort | join(" "))"' proof.json)"
}

@test "what is there, and what can be left out, is no hindrance" {
    workload either "$P/either"
    measured either
    offers sched_yield
    prove 0 --os ./Paper.syscalls either
    fates works works
    proven '[true,3,3,[]]' '[.bare.works, .bare.passed, .bare.runs, .refused]'
    offers
    prove 0 --os ./Paper.syscalls either
    fates works works
    proven '[["sched_yield","ENOSYS",3]]' '[.refused[] | [.feature, .answer, .count]]'
    proven "\"$P/either\"" '.refused[0].object'
    says out '^either +works +works *$'
    says out '^1 as foretold, 0 otherwise$'
}

@test "what is required and missing is named" {
    workload required "$P/required"
    measured required
    offers
    prove 0 --os ./Paper.syscalls required
    fates fails fails
    proven '[["sysinfo"],null,[]]' '[.verdicts.missing, .helped, .culprits]'
    says out '^required +fails +fails +sysinfo$'
    # --explain looks for itself.
    prove 0 --os ./Paper.syscalls --explain required
    proven '[["sysinfo"],true]' '[[.culprits[].feature], .culprits_confirmed]'
    says out '^required +fails +fails +sysinfo; fails for want of sysinfo$'
}

@test "a fake helps where only that does" {
    workload fake-only "$P/fake-only"
    measured fake-only
    offers
    prove 0 --os ./Paper.syscalls fake-only
    fates 'works with help' 'works with help'
    proven '[["mlock"],false,true]' '[.verdicts.fake, .bare.works, .helped.works]'
    says out '^fake-only +works with help +works with help +fakes: mlock$'
    # And a stub, where the system fakes what works stubbed only.
    workload stub-only "$P/stub-only"
    measured stub-only
    states sysinfo,fake,
    prove 0 --os ./Paper.csv stub-only
    fates 'works with help' 'works with help'
    proven '[["sysinfo"],[]]' '[.verdicts.stub, .verdicts.fake]'
}

@test "a conflict that is known is foretold, and one that is not is found" {
    workload pair "$P/conflict-pair"
    measured pair --no-joint
    offers sched_yield
    prove 1 --os ./Paper.syscalls pair
    fates works fails
    reason 'joint conflict' sysinfo getcpu
    proven true .culprits_confirmed
    says out 'joint conflict about getcpu, sysinfo|joint conflict about sysinfo, getcpu'
    # The run is repeated by the command that is told.
    says out '^  loupe run --os ./Paper.syscalls pair/workload.yaml$'
    # From now on that is known; and so it is to a joint check.
    prove 0 --os ./Paper.syscalls pair
    fates fails fails
    proven '[["sysinfo","getcpu"]]' '.verdicts.conflicts | map(sort | reverse)'
    rm "$LOUPE_DB"
    rm -r pair.analysis
    measured pair
    prove 0 --os ./Paper.syscalls pair
    fates fails fails
    proven '[["sysinfo","getcpu"]]' '.verdicts.conflicts | map(sort | reverse)'
}

@test "a conflict of stubs does no harm where both are faked" {
    workload several "$P/conflict-several"
    measured several
    states sysinfo,fake, getcpu,fake, mlock,supported, getitimer,supported, times,supported,
    prove 1 --os ./Paper.csv several
    fates fails works
    reason 'conflict avoided' sysinfo getcpu
}

@test "a fallback that was never used before is refused" {
    workload detour "$P/detour"
    measured detour
    offers sysinfo
    prove 1 --os ./Paper.syscalls detour
    fates works fails
    reason 'fallback refused' getcpu times
}

@test "what is required is not asked for, as another call is missing too" {
    workload detour "$P/detour"
    measured detour
    offers times
    prove 1 --os ./Paper.syscalls detour
    fates fails works
    reason 'fallback taken' sysinfo
    proven '["getcpu"]' '[.refused[].feature]'
}

@test "another build: the verdicts were about an executable that is no more" {
    cp "$P/either" program
    workload built "$PWD/program"
    measured built
    cp "$P/required" program
    offers
    prove 1 --os ./Paper.syscalls built
    fates works fails
    reason 'another build' sysinfo
    proven '[true,false]' '[.verdicts.same_workload, .verdicts.same_build]'
    # The public database does not tell of which executable it speaks: getcpu either, sysinfo either.
    public required 99 309
    workload required "$P/required"
    prove 1 --os ./Paper.syscalls required
    fates works fails
    reason 'another build' sysinfo
}

@test "an executable that the workload brings along is the one that was measured" {
    mkdir brought
    cat >brought/workload.yaml <<EOF
application: {name: brought}
command: [/srv/brought/program]
files: [{path: /srv/brought/program, source: $P/conflict-pair, mode: "0755"}]
EOF
    measured brought --no-joint
    offers sched_yield
    prove 1 --os ./Paper.syscalls brought
    proven "[\"$(sha256sum "$P/conflict-pair" | cut -d' ' -f1)\",true]" '[.executable_digest, .verdicts.same_build]'
    reason 'joint conflict' sysinfo getcpu
}

@test "another workload: of that name there are no results" {
    workload detour "$P/detour"
    measured detour
    printf 'workload: {name: other, kind: suite}\n' >>detour/workload.yaml
    offers sysinfo
    prove 1 --os ./Paper.syscalls detour
    fates works fails
    reason 'another workload' getcpu times
}

@test "a verdict that does not hold any more is told" {
    printf 'application: {name: shell}\ncommand: [sh, -c, %s || true]\n' "$P/required" >shell.yaml
    "$LOUPE" analyze -q -o shell.analysis --replicas 1 --json analysis.json shell.yaml
    offers $(jq -r '.features[].name | select(. != "sysinfo")' analysis.json)
    prove 0 --os ./Paper.syscalls shell.yaml
    fates works works
    sed -i 's/ || true//' shell.yaml
    prove 1 --os ./Paper.syscalls shell.yaml
    fates works fails
    reason 'verdict wrong' sysinfo
    # And the other way round.
    rm "$LOUPE_DB"
    "$LOUPE" analyze -q -o strict.analysis --replicas 1 shell.yaml
    printf 'application: {name: shell}\ncommand: [sh, -c, %s || true]\n' "$P/required" >shell.yaml
    prove 1 --os ./Paper.syscalls shell.yaml
    fates fails works
    reason 'verdict wrong' sysinfo
}

@test "a stub fails with the errno that the profile states, which was not measured" {
    workload only "$P/enosys-only"
    measured only
    offers
    prove 0 --os ./Paper.syscalls only
    fates works works
    states getcpu,stub,EPERM
    prove 1 --os ./Paper.csv only
    fates works fails
    reason 'another errno' getcpu
    proven '["EPERM"]' '[.culprits[].answer]'
}

@test "part of a call: foretold where its values were measured, and told where not" {
    workload fcntl "$P/subfeature-fcntl"
    measured fcntl
    states read,supported, pipe2,supported, close,supported, fcntl,partial, fcntl:F_GETFL,supported, \
        fcntl:F_DUPFD_CLOEXEC,supported,
    prove 1 --os ./Paper.csv fcntl
    fates works fails
    jq -e '.apps[0].disagreement.kind == "not measured" and (.apps[0].disagreement.evidence | any(startswith("fcntl")))' \
        proof.json
    measured fcntl --features --output fcntl.features
    prove 0 --os ./Paper.csv fcntl
    fates fails fails
    proven '["fcntl:F_SETFL"]' .verdicts.missing
    states read,supported, pipe2,supported, close,supported, fcntl,partial, fcntl:F_GETFL,supported, \
        fcntl:F_DUPFD_CLOEXEC,supported, fcntl:F_SETFL,supported,
    prove 0 --os ./Paper.csv fcntl
    fates works works
    # What is there in part counts as missing, if so wished.
    prove 0 --os ./Paper.csv --partial-missing fcntl
    fates fails fails
    proven '["fcntl"]' .verdicts.missing
}

@test "files: absent where the profile names others" {
    workload status "$P/file-urandom"
    measured status --files
    required=$(jq -r '.features[] | select(.kind == "syscall") | .name' status.analysis/analysis.json)
    states $(printf '%s,supported, ' $required) file:/proc/meminfo,supported,
    prove 0 --os ./Paper.csv status
    fates fails fails
    proven '["file:/dev/urandom"]' .verdicts.missing
    states $(printf '%s,supported, ' $required) file:/dev/urandom,supported,
    prove 0 --os ./Paper.csv status
    fates works works
}

@test "chance: runs on the system disagree" {
    public coin 309
    workload coin "$P/coin"
    offers getrandom
    prove 1 --os ./Paper.syscalls --replicas 30 coin
    fates works unstable
    reason chance
}

@test "without results nothing is foretold, and all is run" {
    workload required "$P/required"
    workload either "$P/either"
    offers
    prove 0 --os ./Paper.syscalls .
    same '[["either","unknown","works"],["required","unknown","fails"]]' \
        "$(jq -c '[.apps[] | [.app, .foretold, .seen]]' proof.json)"
    same '[0,0,2]' "$(jq -c '[.agree, .disagree, .open]' proof.json)"
    says out '^required +unknown +fails +of these, some: sysinfo$'
    prove 0 --os ./Paper.syscalls --explain required
    says out '^required +unknown +fails +for want of sysinfo$'
    # Nor where there is no database, which --no-db does not make.
    rm "$LOUPE_DB"
    prove 0 --os ./Paper.syscalls --no-db either
    says err '^note: .*loupe.db'
    [[ ! -e $LOUPE_DB ]]
    # A system that offers nothing has not even an end for it.
    prove 0 --os none either
    fates unknown fails
    same '"none"' "$(jq .os proof.json)"
}

@test "what does not work unmodified is untested" {
    workload broken "$P/outcomes" exit 3
    workload absent "$W/nowhere"
    workload either "$P/either"
    offers sched_yield
    prove 1 --os ./Paper.syscalls .
    same '[["absent","untested"],["broken","untested"],["either","works"]]' \
        "$(jq -c '[.apps[] | [.app, .seen]]' proof.json)"
    says out '^absent .*nowhere'
    says out '^broken .*does not pass unmodified'
}

@test "folders, applications and workloads are chosen; two of one application are told apart" {
    workload either "$P/either"
    workload required "$P/required"
    mkdir suite
    printf 'application: {name: either}\nworkload: {name: long, kind: suite}\ncommand: [%s]\n' "$P/either" \
        >suite/workload.yaml
    offers
    prove 0 --os ./Paper.syscalls . ./either/workload.yaml
    same '["either/health","required/health","either/long"]' \
        "$(jq -c '[.apps[] | "\(.app)/\(.workload)"]' proof.json)"
    [[ -e out-folder/either/journal.jsonl && -e out-folder/either-long/journal.jsonl ]]
    says out '^either \(long\) +unknown +works'
    names() { jq -r '[.apps[] | "\(.app)/\(.workload)"] | join(" ")' proof.json; }
    prove 0 --os ./Paper.syscalls --apps either .
    same 'either/health either/long' "$(names)"
    prove 0 --os ./Paper.syscalls --apps suite,required .
    same 'required/health either/long' "$(names)"
    prove 0 --os ./Paper.syscalls --apps either --workload suite .
    same 'either/long' "$(names)"
    # A workload that is no good does not matter where others are chosen.
    mkdir bad
    echo 'command: 7' >bad/workload.yaml
    status 2 "$LOUPE" prove -o bad-folder --os ./Paper.syscalls .
    says err 'bad/workload.yaml:1: '
    [[ ! -e bad-folder ]]
    prove 0 --os ./Paper.syscalls --apps required .
    says err '^note: .*bad/workload.yaml:1: '
}

@test "CSV has a row for each" {
    workload required "$P/required"
    measured required
    offers
    status 0 "$LOUPE" prove --os ./Paper.syscalls --csv - required
    same 'os,application,workload,foretold,seen,passed,runs,disagreement,missing,stub,fake,evidence
Paper,required,health,fails,fails,0,3,,sysinfo,,,' "$(cat out)"
    # The folder has a name of its own, and so has the next one.
    [[ -e loupe-proof-Paper/proof.json ]]
    "$LOUPE" prove -q --os ./Paper.syscalls required >/dev/null
    [[ -e loupe-proof-Paper-2/proof.json ]]
}

# fails REGEX ARGUMENT…: exit status 2, one line on standard error, nothing begun.
fails() {
    status 2 "$LOUPE" prove "${@:2}"
    says err "$1"
    same 1 "$(wc -l <err)"
    [[ ! -s out ]]
    ! compgen -G 'loupe-proof-*'
}

@test "bad input: one line, and nothing is begun" {
    workload either "$P/either"
    offers
    fails 'which system' either
    fails 'what is to be tried' --os ./Paper.syscalls
    fails 'loupe run --os ./Paper.syscalls -- ls' --os ./Paper.syscalls -- ls
    fails 'no profile of an operating system is in it' --os Papper either
    "$LOUPE" os import Paper.syscalls >/dev/null
    fails "'Papper'.*'Paper'" --os Papper either
    fails 'nowhere.yaml' --os ./Paper.syscalls nowhere.yaml
    fails "'eiter'.*'either'" --os ./Paper.syscalls --apps eiter either
    fails "'suite'" --os ./Paper.syscalls --workload suite either
    fails '0' --os ./Paper.syscalls --replicas 0 either
    fails 'no --plan' --os ./Paper.syscalls --repairs 3 either
    fails 'nowhere/proof.json: No such' --os ./Paper.syscalls --json nowhere/proof.json either
    mkdir hollow
    fails 'hollow: there is no workload.yaml' --os ./Paper.syscalls hollow
    : >Empty.syscalls
    fails 'Empty.syscalls' --os ./Empty.syscalls either
    fails 'only one form' --os ./Paper.syscalls --json - --csv - either
    mkdir finished
    : >finished/journal.jsonl
    fails 'finished holds a proof.*--resume finished' --os ./Paper.syscalls -o finished either
    fails 'finished/journal.jsonl:1' --resume finished
    fails 'nowhere' --resume nowhere
    fails 'takes the workloads' --resume finished --replicas 2
    status 0 "$LOUPE" analyze -q -o analysis either/workload.yaml
    fails 'not that of a proof' --resume analysis
    # A proof is no analysis, either.
    status 0 "$LOUPE" prove -q --no-db --os ./Paper.syscalls -o proof either
    status 2 "$LOUPE" analyze --resume proof
    says err 'the journal is of a proof'
    status 2 "$LOUPE" check --against proof either/workload.yaml
    says err 'proof: what is in there is a proof'
    # What names no call is told, and no hindrance.
    printf 'sched_yeld\nexit_group\n' >Typo.syscalls
    prove 0 --os ./Typo.syscalls either
    says err 'note: Typo names what .* does not have as a system call: sched_yeld .*sched_yield'
}

# runs: how many stand in all journals.
runs() {
    cat out-folder/*/journal.jsonl 2>/dev/null | grep -c '"key"' || true
}

has_runs() {
    (($(runs) >= $1))
}

@test "what was interrupted is resumed, and no run is made twice" {
    cat >slow <<EOF
#!/bin/sh
sleep 0.1; exec "$P/either"
EOF
    chmod 755 slow
    workload first "$W/slow"
    workload second "$W/slow"
    printf '%s\n' $("$LOUPE" trace --json - -- ./slow 2>/dev/null | jq -r '.calls[].name') >Paper.syscalls
    env --default-signal=INT "$LOUPE" prove -q -o out-folder --jobs 1 --replicas 8 --os ./Paper.syscalls . >out 2>err &
    loupe=$!
    wait_until 60 has_runs 14
    kill -INT "$loupe"
    result=0
    wait "$loupe" || result=$?
    loupe=
    same 130 "$result"
    says err 'interrupted; continue with: loupe prove --resume out-folder$'
    [[ ! -e out-folder/proof.json ]]
    cat out-folder/*/journal.jsonl >before
    # From elsewhere, too.
    mkdir elsewhere
    (cd elsewhere && status 0 "$LOUPE" prove -q --resume ../out-folder)
    same '["works","works"]' "$(jq -c '[.apps[].seen]' out-folder/proof.json)"
    # 3 unmodified ones, since there is one job, and 8 on the system, of each.
    same 22 "$(runs)"
    same '' "$(grep -ho '"key":"[^"]*"' out-folder/first/journal.jsonl | sort | uniq -d)"
    # The lines of before are still there.
    grep '"key"' before | while read -r line; do
        grep -qFx -- "$line" out-folder/*/journal.jsonl
    done
    # A second time there is nothing left to do.
    before=$(runs)
    "$LOUPE" prove -q --resume out-folder >out
    same "$before" "$(runs)"
    # What has changed since cannot be continued.
    cp "$P/either" slow
    status 2 "$LOUPE" prove -q --resume out-folder
    says err 'slow has changed since'
}

@test "an ordinary user can do it, too" {
    workload required "$P/required"
    workload either "$P/either"
    offers
    for who in $(identities); do
        rm -rf out-folder
        as "$who" "$LOUPE" prove -q -o out-folder --json proof.json --os ./Paper.syscalls . >out
        same '["works","fails"]' "$(jq -c '[.apps[].seen]' proof.json)"
    done
}

@test "equivalents: clone3 serves clone, and waitid wait4" {
    workload chain "$P/chain" fork sysinfo
    measured chain
    offers sysinfo clone3 waitid
    prove 0 --os ./Paper.syscalls chain
    fates fails fails
    proven '["clone","wait4"]' .verdicts.missing
    prove 0 --os ./Paper.syscalls --equivalents chain
    fates works works
    same true "$(jq .equivalents proof.json)"
}

@test "real applications on Kerla and on gVisor: what is seen is what was foretold" {
    local shared=$SOURCE_ROOT/../shared/loupedb
    [[ -d $shared ]] || skip "needs the public database in ../shared"
    cp -r "$SOURCE_ROOT/apps" .
    for name in busybox redis hello-glibc hello-musl-static; do
        status 0 "$LOUPE" analyze -q --replicas 1 -o "$name.analysis" "apps/$name/workload.yaml"
    done
    prove 0 --os "$shared/Kerla.syscalls" --apps busybox,redis,hello-glibc,hello-musl-static apps
    same '[4,0,0]' "$(jq -c '[.agree, .disagree, .open]' proof.json)"
    jq -e '.apps[] | select(.app == "redis") | .seen == "fails" and (.verdicts.missing | index("epoll_ctl"))' proof.json
    prove 0 --os "$shared/Gvisor.syscalls" --apps busybox,redis,hello-glibc,hello-musl-static apps
    same '["works","works","works","works"]' "$(jq -c '[.apps[].seen]' proof.json)"
}
