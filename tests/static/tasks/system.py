# SPDX-License-Identifier: BSD-3-Clause
"""Files, processes, memory, signals: what the modules of Python's library hand on to the kernel: system.py"""

import ctypes
import fcntl
import grp
import mmap
import multiprocessing
import os
import pathlib
import pty
import pwd
import random
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
from multiprocessing import shared_memory


def with_files():
    folder = pathlib.Path(tempfile.mkdtemp(dir="."))
    file = folder / "file"
    file.write_text("contents", encoding="ascii")
    os.link(file, folder / "hard")
    os.symlink("file", folder / "soft")
    os.chmod(file, 0o600)
    os.truncate(file, 3)
    os.utime(file, (1, 2))
    os.mkfifo(folder / "fifo")
    with open(file, "r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        fcntl.lockf(stream, fcntl.LOCK_UN)
        os.posix_fallocate(stream.fileno(), 0, 4096)
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
        os.pwrite(stream.fileno(), b"x", 1)
        os.preadv(stream.fileno(), [bytearray(2)], 0)
        os.fdatasync(stream.fileno())
        with mmap.mmap(stream.fileno(), 4096) as memory:
            memory.madvise(mmap.MADV_SEQUENTIAL)
            memory[0] = 1
            memory.flush()
            memory.resize(8192)
    try:
        os.setxattr(file, "user.a", b"b")
        os.listxattr(file)
        os.getxattr(file, "user.a")
        os.removexattr(file, "user.a")
    except OSError:
        pass
    with open(file, "rb") as source, open(folder / "copy", "wb") as target:
        os.copy_file_range(source.fileno(), target.fileno(), 2)
    shutil.copytree(folder, "copied", symlinks=True, ignore=shutil.ignore_patterns("fifo"))
    os.rename("copied", "renamed")
    shutil.rmtree("renamed")
    list(os.walk(folder))
    os.statvfs(".")
    os.sync()
    os.chown(file, os.getuid(), os.getgid())


def with_processes():
    child = os.fork()
    if child == 0:
        os._exit(3)
    os.wait4(child, 0)
    subprocess.run(["sh", "-c", "exit 2"], check=False)
    os.posix_spawn("/bin/true", ["true"], {})
    os.wait()
    child, terminal = pty.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    os.close(terminal)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(abs, [-1, -2]) == [1, 2]
    os.sched_setaffinity(0, os.sched_getaffinity(0))
    os.sched_yield()
    os.nice(1)
    os.getpriority(os.PRIO_PROCESS, 0)
    os.getgroups(), os.getsid(0), os.getpgid(0), os.getresuid(), os.getppid()
    descriptor = os.pidfd_open(os.getpid())
    signal.pidfd_send_signal(descriptor, 0)
    os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))
    resource.getrusage(resource.RUSAGE_SELF)
    resource.prlimit(0, resource.RLIMIT_CORE)


def with_memory():
    block = shared_memory.SharedMemory(create=True, size=4096)
    block.buf[0] = 1
    block.close()
    block.unlink()
    os.close(os.memfd_create("memory"))
    os.close(os.eventfd(0))
    reading, writing = os.pipe()
    with open("a.txt", "rb") as file:
        os.splice(file.fileno(), writing, 3)
    os.read(reading, 3)
    random.seed()
    os.getrandom(8)
    ctypes.CDLL(None).malloc_trim(0)


def with_signals():
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGALRM})
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.sigwait({signal.SIGALRM})
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.sigpending()
    signal.sigtimedwait({signal.SIGUSR1}, 1)
    signal.siginterrupt(signal.SIGUSR1, True)
    time.sleep(0.01)
    time.clock_getres(time.CLOCK_MONOTONIC)
    poll = select.poll()
    reading, writing = os.pipe2(os.O_NONBLOCK)
    poll.register(writing, select.POLLOUT)
    poll.poll(1)
    with select.epoll() as queue:
        queue.register(reading, select.EPOLLIN)
        queue.poll(0.01)
    one, other = pty.openpty()
    termios.tcsetattr(one, termios.TCSANOW, termios.tcgetattr(one))
    os.ttyname(other)


with_files()
with_processes()
with_memory()
with_signals()
pwd.getpwall()
grp.getgrgid(0)
os.uname()
sys.exit(0)
