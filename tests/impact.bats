#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-3-Clause
#
# What leaving out a call costs, where that is known by construction (tests/oracle/impact-*.c), and what a passing
# run gives away although it passes. IMPACT_ROUNDS=20 says how often each verdict has to come out right; all 20 take
# two minutes, so that fewer are made by default.

load helpers

ROUNDS=${IMPACT_ROUNDS:-5}

# measure PROGRAM CALL: flagged metrics of CALL left out, one a line.
measure() {
    rm -rf loupe-*
    analyze --impact --no-joint --replicas 1 --only "$2" -- "$P/$1"
    jq -r '.impact.features[].metrics | to_entries[] | select(.value.flagged) | .key' analysis.json
}

# always_flags PROGRAM CALL METRIC: in every round METRIC is flagged, and grows.
always_flags() {
    for ((round = 1; round <= ROUNDS; round++)); do
        flagged=$(measure "$1" "$2")
        if ! grep -qx "$3" <<<"$flagged" ||
            ! jq -e --arg metric "$3" '.impact.features[0].metrics[$metric] |
                .relative > 0.5 and .relative_interval[0] > 0 and .p <= .p_corrected and .p_corrected < 0.05
                and .dominance == 1' analysis.json; then
            echo "round $round: flagged is '$flagged'"
            jq -c '.impact.features[0]' analysis.json
            return 1
        fi
    done
}

@test "memory: an allocator that falls back from brk to mmap" {
    always_flags impact-memory brk memory_bytes
}

@test "files: a program that never closes" {
    always_flags impact-files close files
}

@test "time: a program that polls instead of waiting" {
    always_flags impact-wait ppoll wall_s
}

@test "nothing: a call without any effect" {
    for ((round = 1; round <= ROUNDS; round++)); do
        flagged=$(measure impact-none sysinfo)
        same '' "$flagged"
        # What is measured is there all the same.
        jq -e '.impact.features[0].metrics | (.file_bytes.baseline > 120000000) and (.files.baseline >= 4)
            and (.memory_bytes.baseline > 4000000) and (.context_switches.baseline >= 30)
            and (.cpu_s.baseline > 0.001)' analysis.json
    done
}

# write_benchmark ANSWER: a workload whose application prints that, which the test script passes on.
write_benchmark() {
    printf '%s\n' "$1" >answer
    cat >benchmark <<'END'
#!/bin/sh
[ "$2" = benchmark ] || exit 1
echo "to the log" >&2
cat "$1"
END
    chmod 755 benchmark
    cat >workload.yaml <<'END'
application: {name: cat}
workload: {kind: benchmark}
command: [/bin/cat, answer]
test: benchmark
END
}

@test "the test script's number" {
    write_benchmark 41.5
    analyze --impact --repeats 6 --only fadvise64 workload.yaml
    jq -e '.impact.repeats == 6 and .impact.features[0].metrics.score.baseline == 41.5' analysis.json
    "$LOUPE" run workload.yaml >run.log 2>&1
}

# Its number is 1 where the application has none of the script's processors, 2 where both have one, and so on.
@test "the application has processors of its own" {
    write_benchmark none
    cat >benchmark <<'END'
#!/usr/bin/python3
import os, sys
line = next(line for line in open(sys.argv[1]) if line.startswith("Cpus_allowed:"))
application = int(line.split()[1].replace(",", ""), 16)
print(1 + sum(application >> processor & 1 for processor in os.sched_getaffinity(0)))
END
    sed -i 's/answer/\/proc\/self\/status/' workload.yaml
    analyze --impact --repeats 5 --only fadvise64 workload.yaml
    if (($(nproc) > 1)); then
        jq -e '.impact.pinned and .impact.features[0].metrics.score.baseline == 1' analysis.json
    else
        jq -e '(.impact.pinned | not) and .impact.features[0].metrics.score.baseline == 2' analysis.json
    fi
}

# What the test script and all it starts take is not the application's: not while it runs, not when it is left behind.
@test "the test script's own use does not count" {
    cat >benchmark <<'END'
#!/bin/bash
hungry='import os, sys
data = bytearray(200 << 20)
files = [os.open("/dev/null", os.O_WRONLY) for _ in range(300)]
for file in files: os.write(file, data)
sum(range(3000000))
if sys.argv[1] == "stay":
    open("/tmp/full", "w").close()
    __import__("time").sleep(60)'
/usr/bin/python3 -c "$hungry" go
/usr/bin/python3 -c "$hungry" stay &
until [ -e /tmp/full ]; do sleep 0.01; done
echo 5
END
    chmod 755 benchmark
    for who in $(identities); do
        rm -rf loupe-*
        analyze_as "$who" --impact --repeats 5 --no-joint --replicas 1 --only setsid --ready tcp:7312 \
            -t ./benchmark -- "$P/daemon" 7312
        jq -e '.impact.repeats == 5' analysis.json
        jq -e -s '[.[] | select(.key // "" | startswith("impact")) | .usage]
            | length > 0 and all(.[]; .memory > 0 and .memory < 20000000 and .files > 0 and .files < 50
            and .cpu_s < 0.2 and .file_bytes < 1000000)' loupe-*/journal.jsonl
    done
}

@test "an answer to benchmark that is not one number is a failure" {
    for answer in 'fast' '1 2' '"GET","5"'; do
        write_benchmark "$answer"
        run -1 "$LOUPE" analyze -o refused workload.yaml
        [[ $output == *'does not pass unmodified: no number'* ]]
        # What it said instead is shown, and what it said to the log.
        [[ $output == *"$answer"* && $output == *'to the log'* ]]
    done
    # Nor is it lost where the script says no.
    write_benchmark 5
    echo 'exit 3' >>benchmark
    run -1 "$LOUPE" analyze -o refused workload.yaml
    [[ $output == *'test failed (exit 3)'* && $output == *'of the test script:'*'5'* && $output == *'to the log'* ]]
}

@test "as an ordinary user, everything is measured too" {
    for who in $(identities); do
        rm -rf loupe-*
        analyze_as "$who" --impact --repeats 5 --only sysinfo -- "$P/impact-none"
        jq -e '.impact.features[0].metrics | (.file_bytes.baseline > 120000000) and (.files.baseline >= 4)
            and (.memory_bytes.baseline > 4000000) and (.context_switches.baseline >= 30)
            and (.cpu_s.baseline > 0.001)' analysis.json
    done
}

@test "too few repeats for so many tests are told" {
    analyze --impact --repeats 5 --only sched_yield,sysinfo,mlock,getcpu -- "$P/process"
    jq -e '.impact | .repeats_needed > .repeats and ([.features[].metrics[].flagged] | any | not)' analysis.json
    run -0 "$LOUPE" analyze -q --impact --repeats 5 --only sched_yield,sysinfo,mlock,getcpu -- "$P/process"
    [[ $output == *'Too few runs for anything to be told: with so many tests it takes --repeats '* ]]
}

@test "an interrupted measurement goes on where it was" {
    analyze -o whole --impact --repeats 6 --no-joint --only sysinfo -- "$P/impact-none"
    mkdir part
    # The journal as it was in the middle of the measurement, with a record cut short.
    lines=$(wc -l <whole/journal.jsonl)
    head -n $((lines - 6)) whole/journal.jsonl >part/journal.jsonl
    printf '{"key":"impact' >>part/journal.jsonl
    "$LOUPE" analyze --resume part --json part.json -q >/dev/null
    validate part.json analysis.schema.json
    same "$(jq -c '[.runs, .impact.repeats, .impact.tests]' analysis.json)" \
        "$(jq -c '[.runs, .impact.repeats, .impact.tests]' part.json)"
    same "$((lines - 7))" "$(jq .runs_reused part.json)"
}

@test "--repeats without --impact is refused" {
    run -2 "$LOUPE" analyze --repeats 7 -- /bin/true
    [[ $output == *'--repeats goes with --impact'* ]]
    run -2 "$LOUPE" analyze --impact --repeats 4 -- /bin/true
}

@test "lines that the unmodified program never prints are warned of" {
    analyze -o kept --only sysinfo,getcpu -- "$P/silent"
    verdicts 'getcpu either' 'sysinfo either'
    same '["prints what no unmodified run printed: no figures: error 38"]' \
        "$(jq -c '.features[] | select(.name == "sysinfo") | .stub.warnings' analysis.json)"
    # Faked, it writes ten times as much, to a file.
    jq -e '.features[] | select(.name == "sysinfo") | .fake.warnings[0] |
        test("bytes read and written; unmodified")' analysis.json
    same '[null,null]' "$(jq -c '.features[] | select(.name == "getcpu") | [.stub.warnings, .fake.warnings]' analysis.json)"
    run -0 "$LOUPE" explain kept sysinfo stub
    [[ $output == *'prints what no unmodified run printed: no figures: error 38'* ]]
    run -0 "$LOUPE" explain kept getcpu
    [[ $output != *'no unmodified run'* ]]
    run -0 "$LOUPE" analyze -q --only sysinfo -- "$P/silent"
    [[ $output == *'works, but'*'sysinfo stubbed: prints what no unmodified run printed: no figures: error 38'* ]]
}
