#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""
Is each call that a run shows in the static set?

  soundness.py LOUPE [OPTION...] programs [LIST]   ordinary programs (programs.txt, or another list as tasks.txt)
  soundness.py LOUPE [OPTION...] apps [NAME...]    the applications of apps/

With --every N each Nth of them; --jobs N at a time.

A line for each: "ok" or "MISS", the program, how many calls the runs made, how many are in the static set, how many modules had
to be named (--with), whether the answer says that it is complete; and the calls that are missing. The status is 0 where there is
no miss, and at least N programs were compared.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import yaml

import observe

LIST = pathlib.Path(__file__).resolve().with_name("programs.txt")
WIDTH = 40  # of a name in a line
TASKS = pathlib.Path(__file__).resolve().with_name("tasks")

# A line of a list: what runs before, what the command reads, its words, what runs beside it, and which calls are known not to be
# found.
Entry = collections.namedtuple("Entry", "before text words beside lost")


def prepare(folder):
    """What the programs of the list find where they start."""
    folder = pathlib.Path(folder)
    (folder / "a.txt").write_text("hello world\n  and\tmore\nlast line\n", encoding="ascii")
    (folder / "b.txt").write_text("hello\nother line\n", encoding="ascii")
    (folder / "data.csv").write_text("a,b\n1,2\n", encoding="ascii")
    (folder / "hello.c").write_text("int main(void) { return 0; }\n", encoding="ascii")
    (folder / "tree" / "empty").mkdir(parents=True)
    (folder / "tree" / "file").write_text("contents\n", encoding="ascii")
    subprocess.run(["tar", "cf", "archive.tar", "tree"], cwd=folder, check=True)


def prepare_tasks(folder):
    """What is there besides for those that do real work."""
    shutil.copytree(TASKS, folder, dirs_exist_ok=True)
    with open(pathlib.Path(folder, "long.txt"), "w", encoding="ascii") as file:
        for number in range(100000):
            file.write(f"word {number * 7919 % 100000} of many\n")


def read_list(path):
    """Its entries."""
    for line in path.read_text(encoding="utf-8").splitlines():
        words = shlex.split(line, comments=True)
        before = text = beside = ""
        if len(words) > 1 and words[1] == ";":
            before, words = words[0], words[2:]
        if len(words) > 1 and words[1] == "|":
            text, words = words[0].encode("latin-1").decode("unicode_escape"), words[2:]
        lost = set()
        if len(words) > 2 and words[-2] == "?":
            lost, words = {words[-1]}, words[:-2]
        if len(words) > 2 and words[-2] == "&":
            beside, words = words[-1], words[:-2]
        if words:
            yield Entry(before, text, words, beside, lost)


def compare(name, loupe, program, observation, more_calls=frozenset(), lost=frozenset(), note=""):
    """The line about one program, and whether it is sound: nothing is missing but what is known to be, and said."""
    answer, modules = observe.static_with(loupe, program, observation)
    calls = observation.calls | more_calls
    missing = sorted(calls - answer.calls)
    if lost and set(missing) == lost and answer.document["unknown_sites"]:
        missing, note = [], f"{note}(at an unknown site: {' '.join(missing)}) "
    line = (f"{'MISS' if missing else 'ok':<4} {name:<{WIDTH}} {len(calls):>3} of {len(answer.calls):>3}"
            f"  with {len(modules):>2}  {'complete' if answer.complete else 'incomplete'} {note}{' '.join(missing)}")
    return line.rstrip(), not missing


def program_path(name):
    """The executable of that name; None where there is none, or none that is an ELF file."""
    path = shutil.which(name, path=observe.environment(None)["PATH"])
    return os.path.realpath(path) if path and observe.is_elf(path) else None


def check_program(loupe, entry, tasks):
    """The line about one entry; None where the program is not there."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        if tasks:
            prepare_tasks(folder)
            observation, path = observe.observe_task(entry, folder)
        else:
            path = program_path(entry.words[0])
            observation = path and observe.observe(entry.words, entry.text, folder)
        name = " ".join(entry.words)[:WIDTH]
        if path is None:
            return None
        if observation is None or not observation.calls:
            return f"LATE {name}: it did not end", False
        note = f"(status {observation.status}) " if observation.status else ""
        return compare(name, loupe, path, observation, lost=entry.lost, note=note)


def program_of(name):
    """The executable of an application in apps/."""
    file = observe.ROOT / "apps" / name / "workload.yaml"
    workload = yaml.safe_load(file.read_text(encoding="utf-8"))
    for entry in workload.get("files", []):
        if entry["path"] == workload["command"][0]:
            return str(file.parent / entry["source"])
    return os.path.realpath(workload["command"][0])


def check_application(loupe, name):
    """The line about one application; None where its program is not built, or not installed."""
    if not os.path.exists(program_of(name)):
        return None
    observation = observe.observe_workload(loupe, name)
    own = observe.trace_workload(loupe, name)
    # Both see the same calls, but for those that a run makes and another does not.
    note = f"(loupe's own trace: {len(own - observation.calls)} more, {len(observation.calls - own)} fewer) "
    return compare(name, loupe, program_of(name), observation, own, note=note)


def applications():
    return sorted(path.parent.name for path in (observe.ROOT / "apps").glob("*/workload.yaml")
                  if not path.parent.name.endswith("-suite"))


def work(function, tasks, jobs):
    """The results of the tasks, in order, as they come; a task that fails is no success."""
    def guarded(task):
        try:
            return function(*task)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            return f"FAIL {task[0] if isinstance(task[0], str) else ' '.join(task[0].words)}: {error}", False

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(guarded, tasks)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("loupe")
    parser.add_argument("what", choices=("programs", "apps"))
    parser.add_argument("names", nargs="*")
    parser.add_argument("--least", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_intermixed_args()
    loupe = os.path.realpath(arguments.loupe)
    if arguments.what == "programs":
        entries = list(read_list(pathlib.Path(*arguments.names) if arguments.names else LIST))
        tasks = bool(arguments.names) and pathlib.Path(arguments.names[0]).name != LIST.name
        results = work(lambda entry: check_program(loupe, entry, tasks),
                       [(entry,) for entry in entries[::arguments.every]], arguments.jobs)
    else:
        # One at a time: they use the same ports, though in networks of their own, and their time is limited.
        results = work(lambda name: check_application(loupe, name),
                       [(name,) for name in arguments.names or applications()], 1)
    compared = failed = absent = 0
    for result in results:
        if result is None:
            absent += 1
            continue
        print(result[0], flush=True)
        compared += 1
        failed += not result[1]
    print(f"{compared} compared, {failed} failed, {absent} not there")
    if compared < arguments.least:
        print(f"at least {arguments.least} should have been compared")
    return os.EX_OK if failed == 0 and compared >= arguments.least else 1


if __name__ == "__main__":
    sys.exit(main())
