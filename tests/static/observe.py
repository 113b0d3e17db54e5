# SPDX-License-Identifier: BSD-3-Clause
"""
What programs do when they run, as strace sees it, and what `loupe static` says that they could do.

strace is the judge here, not `loupe trace`: the two see in different ways, and a fault that loupe's own
parts shared would not show.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
TASK = pathlib.Path(__file__).resolve().with_name("task.py")
WORKLOAD = pathlib.Path(__file__).resolve().with_name("workload.py")

# What a process executes after execve(2) is another program, and none of this one's calls: strace lets go of it.
STRACE = ("strace", "-f", "-y", "-qq", "-b", "execve", "-e", "signal=none")

LINE = re.compile(r"^\d+ +(?:<\.\.\. )?([a-z_][a-z0-9_]*)(?:\(| resumed)")
# The kernel makes this one by itself, when a process that was stopped in the middle of a call goes on.
OF_THE_KERNEL = {"restart_syscall"}
CODE = re.compile(r"^\d+ +mmap\([^,]*, [^,]*, [A-Z_|]*PROT_EXEC[^<]*<([^>]+)>")


class Observation:
    """What one run did: its calls by name, and the files that it mapped as code, by their real paths."""

    def __init__(self, log):
        self.calls, self.modules = set(), set()
        self.status = 0
        launched = False
        for line in log.splitlines():
            found = LINE.match(line)
            if not found:
                continue
            if found[1] == "execve" and not launched:
                launched = True
                continue
            if found[1] not in OF_THE_KERNEL:
                self.calls.add(found[1])
            code = CODE.match(line)
            if code:
                self.modules.add(os.path.realpath(code[1]))


def observe(command, text="", directory=None, timeout=60):
    """One run of a program, with that text as its input; None where it did not end by itself."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as log:
        try:
            subprocess.run([*STRACE, "-o", log.name, *command], input=text, text=True, errors="replace",
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=directory, timeout=timeout,
                           env=environment(directory), check=False)
        except subprocess.TimeoutExpired:
            return None
        return Observation(log.read())


def observe_task(entry, directory, timeout=120):
    """
    One run of an entry of tasks.txt, and the executable that it is about (None: not installed); no observation where it did
    not end by itself.
    """
    # What is in that folder is only there when the run has been.
    here = entry.words[0].startswith("./")
    path = None if here else shutil.which(entry.words[0], path=environment(None)["PATH"])
    if not here and (path is None or not is_elf(path)):
        return None, None
    with tempfile.TemporaryDirectory() as scratch:
        text, log = pathlib.Path(scratch, "input"), pathlib.Path(scratch, "log")
        text.write_text(entry.text, encoding="utf-8", errors="replace")
        task = {"before": entry.before, "input": str(text), "words": entry.words, "beside": entry.beside}
        apart = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
        if os.geteuid() != 0:
            apart.append("--map-root-user")
        try:
            result = subprocess.run([*apart, "/usr/bin/python3", "-B", TASK, json.dumps(task), log, *STRACE],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                    cwd=directory, timeout=timeout, env=environment(directory),
                                    start_new_session=True, check=False)
        except subprocess.TimeoutExpired:
            return None, path
        if not log.exists():
            raise RuntimeError(f"{' '.join(entry.words)}: strace did not start: {result.stderr[-1000:]}")
        if here:
            path = os.path.join(directory, entry.words[0])
            if not os.path.exists(path):  # the compiler for it is not installed
                return None, None
        observation = Observation(log.read_text(encoding="utf-8", errors="replace"))
        observation.status = result.returncode
        return observation, os.path.realpath(path)


def environment(home):
    """The same for everybody who runs this."""
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
            "TZ": "Europe/Berlin", "TERM": "dumb", "HOME": home or "/nonexistent"}


def observe_workload(loupe, folder):
    """
    The workload of an application in apps/: strace within one of loupe's sandboxes, where /tmp is another one, but for the
    folder that it starts in.
    """
    result = subprocess.run([loupe, "run", "--timeout", "120", "--", "/usr/bin/python3", "-B", WORKLOAD,
                             ROOT / "apps" / folder / "workload.yaml", *STRACE],
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", cwd=ROOT,
                            check=False)
    if result.returncode != 0:
        raise RuntimeError(f"{folder}: the workload ended with {result.returncode}: {result.stderr[-2000:]}")
    return Observation(result.stdout)


def trace_workload(loupe, folder):
    """The same by loupe's own observer: names of calls, those of the processes that execute the program."""
    file = ROOT / "apps" / folder / "workload.yaml"
    program = yaml.safe_load(file.read_text(encoding="utf-8"))["command"][0]
    with tempfile.TemporaryDirectory() as scratch:
        document = pathlib.Path(scratch, "trace.json")
        result = subprocess.run([loupe, "trace", "--json", document, "--consider", program, file],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
        if result.returncode != 0:
            raise RuntimeError(f"{folder}: loupe trace ended with {result.returncode}: {result.stderr[-2000:]}")
        return {call["name"] for call in json.loads(document.read_text(encoding="utf-8"))["calls"]} - OF_THE_KERNEL


class Answer:
    """What `loupe static` says of a program."""

    def __init__(self, document):
        self.document = document
        self.calls = {call["name"] for call in document["syscalls"]}
        self.objects = {os.path.realpath(item["path"]) for item in document["objects"]}
        self.complete = document["complete"]


def static(loupe, program, modules=(), options=()):
    """Asks it; `modules` are objects that the program opens at run time."""
    given = [word for module in sorted(modules) for word in ("--with", module)]
    result = subprocess.run([loupe, "static", "--json", "-", *options, *given, program],
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"loupe static {program}: status {result.returncode}: {result.stderr.strip()}")
    return Answer(json.loads(result.stdout))


def static_with(loupe, program, observation, options=()):
    """
    Asks, and asks again with the modules that the run opened and that the first answer does not have. Returns the
    answer and these modules.
    """
    answer = static(loupe, program, options=options)
    more = observation.modules - answer.objects - {os.path.realpath(program)}
    if more:
        answer = static(loupe, program, more, options)
    return answer, more


def is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def warn(*words):
    print(*words, file=sys.stderr, flush=True)
