#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""
metrics-of-loupedb.py LOUPE FOLDER: what `loupe metrics` says of a database that FOLDER, a checkout of loupedb, was
imported to is what counting anew from the files gives: for each of the profiles there completeness by both
definitions and what is missing, the order of importance, and the curve. Ends with 0, or tells what differs.
"""

import csv
import json
import pathlib
import subprocess
import sys

LOUPE, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])


def datasets():
    """The last by name of each application and kind: {call: (faked only, stubbed only, either)}, of what is used."""
    chosen = {}
    for path in sorted(FOLDER.glob("*/*/*/data/dyn.csv")):
        application, workload = path.parts[-5], path.parts[-4]
        found = {}
        with open(path, encoding="utf-8") as file:
            for row in csv.reader(line for line in file if not line.startswith("#")):
                if row and row[1] == "Y":
                    fake, stub, either = (mark == "Y" for mark in row[2:5])
                    found[int(row[0])] = (fake and not either, stub and not either, either)
        chosen[application, workload.startswith("benchmark-")] = found
    return list(chosen.values())


def needed(found, definition):
    if definition == "required":
        return {call for call, marks in found.items() if not any(marks)}
    return {call for call, (_, stub, either) in found.items() if not (stub or either)}


def supported(all_found, definition, implemented):
    return sum(needed(found, definition) <= implemented for found in all_found)


def metrics(*options):
    return json.loads(subprocess.run([LOUPE, "metrics", "--json", "-", "--top", "all", *options], check=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


def same(what, expected, actual):
    if expected != actual:
        sys.exit(f"{what}: {actual} instead of {expected}")


def check_importance(all_found, result):
    definition = result["definition"]
    need = [needed(found, definition) for found in all_found]
    used = set().union(*all_found)
    order = sorted(used, key=lambda call: (-sum(call in calls for calls in need),
                                           -sum(call in found for found in all_found), call))
    same("order of importance", order, [feature["number"] for feature in result["features"]])
    same("points of the curve", len(order) + 1, len(result["curve"]))
    for point in result["curve"]:
        implemented = set(order[:point["calls"]])
        for by in ("required", "not-stubbed"):
            same(f"{by} with {point['calls']} calls", supported(all_found, by, implemented),
                 point["completeness"][by]["supported"])


def check_profile(all_found, path):
    result = metrics("--os", str(path))
    numbers = {feature["name"]: feature["number"] for feature in result["features"]}
    implemented = {numbers[name] for name in path.read_text(encoding="utf-8").split() if name in numbers}
    for by in ("required", "not-stubbed"):
        same(f"{path.name}, {by}", supported(all_found, by, implemented),
             result["os"]["completeness"][by]["supported"])
    same(f"{path.name}, missing", set(numbers.values()) - implemented,
         {feature["number"] for feature in result["os"]["missing"]})
    for feature in result["os"]["missing"]:
        marks = [found[feature["number"]] for found in all_found if feature["number"] in found]
        same(f"{path.name}, {feature['name']}",
             [len(marks), sum(not any(mark) for mark in marks), sum(mark[0] or mark[2] for mark in marks),
              sum(mark[1] or mark[2] for mark in marks)],
             [feature["used"]] + [len(feature[places]) for places in
                                  ("required_in", "fake_works_in", "stub_works_in")])


def main():
    all_found = datasets()
    for definition in ("required", "not-stubbed"):
        result = metrics("--definition", definition)
        same("datasets", len(all_found), result["datasets"])
        check_importance(all_found, result)
    profiles = sorted(FOLDER.glob("*.syscalls"))
    for path in profiles:
        check_profile(all_found, path)
    print(f"{len(all_found)} results, {len(profiles)} profiles")


if __name__ == "__main__":
    main()
