# SPDX-License-Identifier: BSD-3-Clause
"""What the measurements share: loupe's results, the prototype's figures, and repeats in turns."""

import csv
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOUPE = os.path.abspath(os.environ.get("LOUPE", ROOT / "build" / "loupe"))


def workload(folder):
    return str(ROOT / "apps" / folder / "workload.yaml")


def prototype(name):
    """The rows of one of the prototype's tables, each as a dictionary."""
    with open(ROOT / "bench" / name, encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def execute(*command, **options):
    """Runs a command that must succeed, and returns what it printed on standard output and error."""
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False, **options)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout}")
    return result.stdout


def seconds(*command, **options):
    begin = time.monotonic()
    execute(*command, **options)
    return time.monotonic() - begin


def processor_seconds(*command, **options):
    """The time that passes, and of it that of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    elapsed = seconds(*command, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def analyse(folder, *options):
    """One analysis: its JSON document, or None (and a word on it) where it was not carried through."""
    with tempfile.TemporaryDirectory() as journal:
        result = subprocess.run([LOUPE, "analyze", "-q", "--no-db", "-o", journal, "--json", "-", "--replicas", "1",
                                 *options, workload(folder)],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(f"{folder}: not analysed, exit status {result.returncode}\n{result.stderr}", flush=True)
        return None
    return json.loads(result.stdout)


def in_turns(rounds, summary, **variants):
    """
    Measures several variants of the same thing, one after the other in each round, so that a change of the
    machine's mood meets all of them. Returns `summary` (median, min, max) of each variant's values.
    """
    values = {name: [] for name in variants}
    for _ in range(rounds):
        for name, measure in variants.items():
            values[name].append(measure())
    return {name: summary(measured) for name, measured in values.items()}
