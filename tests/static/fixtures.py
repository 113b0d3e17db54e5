#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""
Holds what `loupe static` says of the programs in this folder against what they say of themselves.

  fixtures.py LOUPE FOLDER NAME...   FOLDER is where the build has put them

The head of each source has these lines:

  Calls: NAME...           the program's own code can make these calls, and no others
  Contains: NAME|NAME...   the set also has one of each, which a library makes for it
  Incomplete: number|load  the answer is incomplete, since the number of a call, or what is loaded, is unknown
  May: incomplete          the answer is exact, or says that it is incomplete: more than is asked for
  Headless: no             without section headers it is not known
  Run: no                  not every machine can run it

Where the program has a C library or is loaded by ld.so, the rule of "no others" holds for the probes: calls that neither of
these makes. Each variant that the build made is looked at as it is, without symbols, and without section headers. Those that
can run do so, and strace tells whether what they say of themselves is true at least of that run.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import observe

HERE = pathlib.Path(__file__).resolve().parent
PROBES = frozenset("""getcpu mlock munlock msync mincore kcmp sysfs ustat capget tee splice vmsplice inotify_init1 epoll_create1
    eventfd2 signalfd4 memfd_create userfaultfd""".split())
# Of what a program of its own entry point lists, this one is not in programs that have a C library do that.
OWN_ENTRY = "exit_group"


class Claim:
    """What a program says of itself."""

    def __init__(self, name):
        sources = [path for path in HERE.glob("*") if path.suffix in (".c", ".S", ".cc", ".rs", ".go")
                   and path.stem == {"rust": "program", "go": "program"}.get(name, name)
                   and (path.stem != "program" or path.suffix == {"rust": ".rs", "go": ".go"}[name])]
        (source,) = sources
        lines = re.findall(r"^(?: \*|//) (\w+): (.*)$", source.read_text(encoding="utf-8"), re.M)
        known = {key: value.split() for key, value in lines if key in ("Calls", "Contains", "Incomplete", "May", "Headless", "Run")}
        self.calls = frozenset(known["Calls"])
        self.contains = frozenset(known.get("Contains", ()))
        self.incomplete = known.get("Incomplete", [None])[0]
        self.may_be_incomplete = "May" in known
        self.headless = "Headless" not in known
        self.runs = "Run" not in known


def faults(claim, answer, path):
    """What is wrong with an answer, in words."""
    alone = len(answer.document["objects"]) == 1 and OWN_ENTRY in claim.calls
    found = answer.calls if alone else answer.calls & PROBES
    expected = claim.calls if alone else claim.calls & PROBES
    # Of a file without any symbols or unwind information nobody knows where functions and tables begin.
    bare = path.endswith(".headless") or (path.endswith(".stripped") and alone)
    own = os.path.basename(path)
    unknown = [f"does not know: {item['what']} in {item['function']} at {item['address']}"
               for key in ("unknown_sites", "unknown_loads") for item in answer.document[key] if item["object"] == own
           # The C library's own, where it is linked in.
           and ".linked" not in path]
    excused = not answer.complete and (claim.may_be_incomplete or bare)
    if expected - found and not excused:
        yield f"lacks {' '.join(sorted(expected - found))}"
    if found - expected and not bare:
        yield f"has {' '.join(sorted(found - expected))} beside"
    # Which of several calls a library makes depends on the library.
    yield from (f"lacks {names}" for names in claim.contains if not answer.calls.intersection(names.split("|"))
                and not excused)
    if claim.incomplete:
        places = answer.document["unknown_sites" if claim.incomplete == "number" else "unknown_loads"]
        if answer.complete or not places:
            yield f"does not say that it is incomplete ({claim.incomplete})"
    elif not excused:
        yield from unknown
        if alone and not answer.complete:
            yield "is incomplete"


def copies(path, folder):
    """The program as it is, and without what an analysis might lean on."""
    yield path
    stripped = os.path.join(folder, os.path.basename(path) + ".stripped")
    subprocess.run(["strip", "-o", stripped, path], check=True)
    yield stripped
    headless = os.path.join(folder, os.path.basename(path) + ".headless")
    subprocess.run([HERE / "without-sections.py", stripped, headless], check=True)
    yield headless


def sections(path):
    return subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout


def check(loupe, path, claim, scratch):
    good = True
    # Copies find their libraries where the original does.
    for library in pathlib.Path(path).parent.glob("libstatic-*.so"):
        if not os.path.exists(os.path.join(scratch, library.name)):
            shutil.copy(library, scratch)
    for copy in copies(path, scratch):
        if copy.endswith(".headless") and not claim.headless:
            continue
        try:
            problems = list(faults(claim, observe.static(loupe, copy), copy))
        except RuntimeError as error:
            problems = [str(error)]
        good = good and not problems
        print(f"{'FAIL' if problems else 'ok':<4} {os.path.basename(copy)} {'; '.join(problems)}".rstrip(), flush=True)
    # Nobody relocates a static-pie that has no C library.
    if claim.runs and not (path.endswith(".static-pie") and OWN_ENTRY in claim.calls):
        made, told = observe.observe([path]).calls, {name.rpartition(":")[2] for name in claim.calls}
        alone = OWN_ENTRY in claim.calls and ".interp" not in sections(path)
        if not made & told or (made if alone else made & PROBES) - told:
            print(f"FAIL {os.path.basename(path)}: strace saw {' '.join(sorted(made))}")
            good = False
    return good


def main():
    loupe, folder, names = os.path.realpath(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    good = True
    for name in names:
        claim = Claim(name)
        files = [str(path) for path in sorted(folder.glob(f"static-{name}*")) if path.is_file()
                 and path.name.split(".")[0] == f"static-{name}" and os.access(path, os.X_OK)]
        if not files:
            print(f"SKIP {name}: not built here")
        for path in files:
            with tempfile.TemporaryDirectory() as scratch:
                good = check(loupe, path, claim, scratch) and good
    return os.EX_OK if good else 1


if __name__ == "__main__":
    sys.exit(main())
