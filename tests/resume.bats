#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# An analysis that is cut short leaves nothing behind, and --resume continues it without repeating a run.

load helpers

teardown() {
    [[ -z ${loupe:-} ]] || kill -KILL "$loupe" 2>/dev/null || true
    cd / && rm -rf "$W" "$W.data"
}

# Slow enough to be interrupted: every run takes 0.2 s.
write_workload() {
    cat >slow <<EOF
#!/bin/sh
$P/conflict-several && sleep 0.2
EOF
    chmod 755 slow
    ONLY=mlock,getitimer,times,sysinfo,getcpu
}

journal_runs() {
    [[ -e out/journal.jsonl ]] && tail -n +2 out/journal.jsonl | wc -l
}

has_runs() {
    (($(journal_runs || echo 0) >= $1))
}

survivors() {
    grep -lzsx "LOUPE_TEST_MARK=$W" /proc/[0-9]*/environ || true
}

cgroups() {
    find /sys/fs/cgroup -type d -name "loupe-$loupe*" 2>/dev/null || true
}

gone() {
    [[ -z $(survivors) && -z $(cgroups) ]]
}

# start WHO: begins the analysis in the background and waits for it to be well under way. Ctrl-C is not
# ignored by it, as it would be by a shell's background process.
start() {
    prefix "$1"
    "${PREFIX[@]}" env --default-signal=INT LOUPE_TEST_MARK="$W" "$LOUPE" analyze -o out --replicas 2 --jobs 2 \
        --only "$ONLY" -- ./slow >output 2>&1 &
    loupe=$!
    wait_until 30 has_runs 6
}

# resumed WHO: continues to the end; what stood in the journal before stands there still, and no run is there twice.
resumed() {
    local before=$W/before.jsonl complete
    cp out/journal.jsonl "$before"
    # The last line may have been cut off as it was written.
    complete=$(wc -l <"$before")
    analyze_as "$1" --resume out
    verdicts 'getcpu either' 'getitimer either' 'mlock either' 'sysinfo either' 'times either'
    same '[["getcpu","sysinfo"],["getitimer","mlock","times"]]' "$(joint '.conflicts | map(sort) | sort')"
    same "$(head -n "$complete" "$before")" "$(head -n "$complete" out/journal.jsonl)"
    same "$(jq .runs analysis.json)" "$(journal_runs)"
    (($(journal_runs) > complete - 1))
    same '' "$(tail -n +2 out/journal.jsonl | jq -r .key | sort | uniq -d)"
}

@test "kill -9 leaves nothing behind, and the analysis can be resumed" {
    for who in $(identities); do
        write_workload
        start "$who"
        kill -KILL "$loupe"
        wait "$loupe" || true
        wait_until 5 gone || {
            echo "left behind: $(survivors) $(cgroups)"
            return 1
        }
        resumed "$who"
        rm -rf out
    done
}

@test "Ctrl-C ends with 130, leaves nothing behind, and the analysis can be resumed" {
    for who in $(identities); do
        local status=0
        write_workload
        start "$who"
        kill -INT "$loupe"
        wait "$loupe" || status=$?
        cat output
        ((status == 130))
        wait_until 5 gone
        grep -q -- '--resume' output
        resumed "$who"
        rm -rf out
    done
}

@test "an analysis that is done is resumed without a run" {
    analyze -o out -- "$P/conflict-pair"
    local runs
    runs=$(journal_runs)
    jq 'del(.wall_s, .runs_reused)' analysis.json >expected.json
    analyze --resume out
    same "$runs" "$(journal_runs)"
    same "$(cat expected.json)" "$(jq 'del(.wall_s, .runs_reused)' analysis.json)"
}

@test "a journal that was cut off in the middle of a line is read" {
    analyze -o out -- "$P/conflict-pair"
    local runs
    runs=$(journal_runs)
    truncate -s -20 out/journal.jsonl
    rm -f out/analysis.json
    analyze --resume out
    verdicts 'exit_group required' 'getcpu stub' 'sched_yield either' 'sysinfo stub'
    same "$runs" "$(jq .runs analysis.json)"
}

# All that was asked for is in the journal: a half of an analysis that is resumed comes out as the whole one.
@test "settings are those of the beginning" {
    local settings lines
    for settings in '--files' '--features=all --files' '--fake zero' '--stub-errno EPERM' '--count-launch' '--no-joint' \
        "--consider $P/none --consider $P/file-names"; do
        rm -rf whole half
        # shellcheck disable=SC2086 # words
        analyze $settings --replicas 2 -o whole -- "$P/file-names"
        lines=$(wc -l <whole/journal.jsonl)
        mkdir half
        head -n $((lines / 2)) whole/journal.jsonl >half/journal.jsonl
        mv analysis.json expected.json
        analyze --resume half
        # It went on, and with the same policies.
        same "$((lines / 2 - 1))" "$(jq .runs_reused analysis.json)"
        same "$(jq -r .key whole/journal.jsonl | sort)" "$(jq -r .key half/journal.jsonl | sort)"
        same "$(jq '[.features, .joint, .tool, .runs]' expected.json)" "$(jq '[.features, .joint, .tool, .runs]' analysis.json)"
    done
}

@test "numbers that no option could have set are refused in a journal's header" {
    analyze -o out -- "$P/conflict-pair"
    cp out/journal.jsonl whole.jsonl
    local damage
    for damage in .replicas=0 .replicas=101 .jobs=-1 .impact=-1 .impact=4 .stub_errno=0 .stub_errno=99999; do
        { head -n 1 whole.jsonl | jq -c "$damage"; tail -n +2 whole.jsonl; } >out/journal.jsonl
        run "$LOUPE" analyze --resume out
        echo "$damage: $output"
        ((status == 2))
        [[ $output == *"the journal's header is not whole"* ]]
    done
}

@test "what has changed meanwhile cannot be resumed" {
    printf '#!/bin/sh\nexit 0\n' >script
    chmod 755 script
    analyze -o out -t script -- "$P/conflict-pair"
    printf '#!/bin/sh\n:\n' >script
    run -2 "$LOUPE" analyze --resume out
    # As a package that was upgraded in between.
    cp "$P/conflict-pair" program
    analyze -o other -- ./program
    printf '\n' >>program
    run -2 --separate-stderr "$LOUPE" analyze --resume other
    [[ $stderr == *'/program has changed since this analysis began'* ]]
}

@test "a journal from before sub-features, files and impact is resumed" {
    analyze -o out -- "$P/conflict-pair"
    {
        head -n 1 out/journal.jsonl | jq -c 'del(.executable, .subfeatures, .files, .impact)'
        tail -n +2 out/journal.jsonl | jq -c 'del(.usage, .score)'
    } >old.jsonl
    mv old.jsonl out/journal.jsonl
    local runs
    runs=$(journal_runs)
    analyze --resume out
    verdicts 'exit_group required' 'getcpu stub' 'sched_yield either' 'sysinfo stub'
    same "$runs" "$(jq .runs_reused analysis.json)"
}

@test "what was never begun cannot be resumed" {
    run -2 "$LOUPE" analyze --resume nowhere
    mkdir empty
    run -2 "$LOUPE" analyze --resume empty
}

@test "a full disk is said and loses nothing" {
    ((EUID == 0)) || skip "mounting takes root"
    mkdir small
    # In a mount namespace of its own: nothing stays mounted, whatever happens.
    unshare -m bash -euc '
        mount -t tmpfs -o size=8k loupe small
        status=0
        "$LOUPE" analyze -q --replicas 1 -o small/out -- "$P/conflict-pair" 2>message || status=$?
        ((status == 2))
        mount -o remount,size=16m small
        "$LOUPE" analyze -q --resume small/out --json - >analysis.json
    '
    grep -q '^loupe analyze: small/out/journal.jsonl: No space left on device$' message
    verdicts 'exit_group required' 'getcpu stub' 'sched_yield either' 'sysinfo stub'
    (($(jq .runs_reused analysis.json) > 0))
}

@test "settings do not go with --resume" {
    analyze -o out -- "$P/conflict-pair"
    run -2 "$LOUPE" analyze --resume out --replicas 2
    [[ $output == *"takes the workload and all settings from its folder"* ]]
    run -2 "$LOUPE" analyze --resume out -- "$P/conflict-pair"
    [[ $output == *"takes the workload and all settings from its folder"* ]]
}
