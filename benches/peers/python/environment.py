"""Where the other libraries and the program of the Rust ones are set up, and how a process is run there."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
TARGET = FOLDER / "target"
PYTHON = TARGET / "venv" / "bin" / "python"
PEERS = TARGET / "cargo" / "release" / "peers"


def build():
    """Builds the program that trains by the Rust libraries."""
    cargo = ["cargo", "build", "--release", "--locked", "--target-dir", TARGET / "cargo"]
    subprocess.run(cargo, cwd=FOLDER / "rust", check=True, stdout=sys.stderr)


def install(*names):
    """Installs Python libraries by their files of requirements."""
    if not PYTHON.exists() and names:
        subprocess.run([sys.executable, "-m", "venv", TARGET / "venv"], check=True, stdout=sys.stderr)
    for name in names:
        requirements, installed = FOLDER / "python" / name, TARGET / "venv" / name
        if not installed.exists() or installed.read_text() != requirements.read_text():
            pip = [PYTHON, "-m", "pip", "install", "--quiet", "-r", requirements]
            subprocess.run(pip, check=True, stdout=sys.stderr)
            installed.write_text(requirements.read_text())


def on_cores(threads):
    """One core: pinned to it, whatever threads a library may start. Two: not pinned, unless there are more."""
    if threads == 1:
        return ["taskset", "-c", "1"]
    return ["taskset", "-c", "0,1"] if os.cpu_count() > 2 else []


class Failure(Exception):
    """A contender that ended with an error; the message is the last line that it wrote about it."""


def run(command, timeout):
    """The objects that a contender prints, one a line."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise Failure(lines[-1] if lines else f"exit status {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


class OtherProcesses:
    """How many processors, on average, worked for others than the process that was started meanwhile: what disturbs it."""

    def __enter__(self):
        self.start = time.monotonic(), self.seconds()
        return self

    def __exit__(self, *_):
        elapsed = time.monotonic() - self.start[0]
        self.processors = max(0.0, (self.seconds() - self.start[1]) / elapsed)

    @staticmethod
    def seconds():
        """That all processors were busy, less those of our own children."""
        user, nice, system, _idle, _wait, *others = Path("/proc/stat").read_text().split()[1:9]
        busy = sum(map(int, (user, nice, system, *others))) / os.sysconf("SC_CLK_TCK")
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return busy - children.ru_utime - children.ru_stime


def commit():
    """The commit of densely that git reports."""
    git = ["git", "-C", FOLDER, "describe", "--always", "--dirty=, with changes that are not committed"]
    done = subprocess.run(git, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else "not in git"


def say(text):
    print(text, file=sys.stderr, flush=True)
