"""What all benchmarks share: the lab, measuring all sides in turn, and tables in Markdown.

$ROUNDS says how often each side is measured, 5 by default.
"""

import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / ".build/release/apus-bench"
ROUNDS = int(os.environ.get("ROUNDS", "5"))


class Cost(NamedTuple):
    """Of one run of a command with its children: seconds, seconds of CPU, and MB of its largest process."""

    wall: float
    cpu: float
    memory: float


class Scratch:
    """A folder that is removed when the benchmark ends."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="apus-bench-"))

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


class Lab:
    """The five nodes, booted."""

    nodes = ["10.42.0.73", "10.42.0.38", "10.42.0.152", "10.42.0.175", "10.42.0.135"]
    inventory = ROOT / "inventories/lab.ini"
    user = "ubuntu"

    def __init__(self):
        subprocess.run([ROOT / "lab/lab", "up"], check=True, stdout=sys.stderr)
        self.key = (ROOT / "lab/state/id_ed25519").resolve()
        self.known_hosts = (ROOT / "lab/state/known_hosts").resolve()

    def ssh(self, node, *options, known_hosts=None):
        options = ["-F", "none", "-o", "BatchMode=yes", "-i", self.key, *options]
        return ["ssh", *options, "-o", f"UserKnownHostsFile={known_hosts or self.known_hosts}", f"{self.user}@{node}"]

    def floor(self):
        """Bare `ssh NODE sudo true` on all nodes at once: what five logins cost at least."""
        return in_parallel([*self.ssh(node), "sudo", "true"] for node in self.nodes)

    def apus(self, playbook, inventory=None):
        return [BENCH, "run", playbook, "-i", inventory or self.inventory]


def run(command, environment=None):
    """Runs a command to its end; where it fails, so does the benchmark, with the command's last words."""
    with tempfile.TemporaryFile() as log:
        start = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **{key: str(value) for key, value in (environment or {}).items()}},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            log.seek(0)
            said = log.read().decode(errors="replace").splitlines()[-20:]
            sys.exit("\n".join([f"failed with {process.returncode}: {shlex.join(map(str, command))}", *said]))
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def in_parallel(commands):
    """One command that runs all of them at once, and fails where one does."""
    starts = "".join(f"{shlex.join(map(str, command))} & pids=\"$pids $!\"; " for command in commands)
    return ["sh", "-c", starts + "for pid in $pids; do wait $pid || exit; done"]


class Side(NamedTuple):
    """What is measured under one name: a command, and another that comes before each of its runs, unmeasured."""

    command: list
    environment: dict = {}
    before: list = []


def measure(sides, rounds=ROUNDS):
    """Runs each side once, which converges and shows that it works; then all in turn, `rounds` times.

    Returns by name the median of every cost.
    """
    costs = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, side in sides.items():
            if side.before:
                run(side.before)
            cost = run(side.command, side.environment)
            if number > 0:
                costs[name].append(cost)
    return {name: Cost(*map(statistics.median, zip(*seen))) for name, seen in costs.items()}


def table(head, rows):
    for row in [head, ["---"] * len(head), *rows]:
        print("| " + " | ".join(cell if isinstance(cell, str) else f"{cell:.2f}" for cell in row) + " |")
    print(flush=True)
