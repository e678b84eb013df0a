"""Shows where each second of a search goes, from the first: stage by stage, process by process.

    python benchmarks/command.py                          # digits, the default command
    python benchmarks/command.py --rows 30000 --repeats 3
    python benchmarks/command.py --data FILE --space mlp -- --max-trials 20 --epochs 10

It runs `tuner search` in a new folder, reads from the study's journal when each stage was done, and
from /proc (Linux only) how much CPU time each process had taken by then. So nothing slows the
command. What follows `--` goes to `tuner search`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

PAUSE = 0.05  # seconds between two looks at the processes
TICKS = os.sysconf("SC_CLK_TCK")
SEARCH = "search"
PROCESSES = {  # a process is named by a word of its command line
    "tuner.run.companion": "baselines",
    "tuner.serving.fresh_process": "check",
    "tuner.tracking.mlflow_process": "MLflow",
}
STAGES = {  # by what the journal has when a stage is done
    "begun": "imports and data",
    "trial": "trials",
    "answered": "picks and answer",
    "tested": "final training",
    "writing the model": "writing the model",
    "prediction times": "prediction times",
    "exporting": "rest of the check",
    "baselines": "rest of the baselines",
    "report": "report",
}


@dataclass(slots=True)
class Process:
    """A process of the command, with those that it started itself, unless they have a name.

    Attributes:
        begin: When it was seen first, in seconds of the clock.
        end: When it was seen last.
        looks: Seconds of the clock, and CPU seconds until then.
    """

    begin: float
    end: float
    looks: list[tuple[float, float]] = field(default_factory=list)

    def cpu_until(self, moment: float) -> float:
        """Return the CPU seconds that it had taken at a moment, between two looks in proportion."""
        times, seconds = zip((self.begin, 0.0), *self.looks, strict=True)
        return float(np.interp(moment, times, seconds))


@dataclass(frozen=True, slots=True)
class Course:
    """The course of one command.

    Attributes:
        begin: When it began, in seconds of the clock.
        end: When it ended.
        events: The journal's events.
        processes: Its processes by name.
    """

    begin: float
    end: float
    events: Sequence[Mapping[str, Any]]
    processes: Mapping[str, Process]

    @property
    def stages(self) -> list[tuple[str, float, float]]:
        """Each stage with its begin and end, in seconds of the clock."""
        ends = {}
        for event in self.events:
            name = event["stage"] if event["event"] == "stage" else event["event"]
            if name in STAGES:
                ends[STAGES[name]] = event["time"] / 1000
        stages, begin = [], self.begin
        for name, end in sorted(ends.items(), key=lambda stage: stage[1]):
            stages.append((name, begin, end))
            begin = end
        return [*stages, ("end", begin, self.end)]


def main() -> None:
    """Run the command, and print where its time went."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--space", default="mlp_depth")
    parser.add_argument("--data", default="digits")
    parser.add_argument("--rows", type=int, help="of a made table, in place of --data")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("options", nargs="*", help="of tuner search, after --")
    arguments = parser.parse_args()
    for _ in range(arguments.repeats):
        with tempfile.TemporaryDirectory() as temporary:
            folder, data = Path(temporary), arguments.data
            if arguments.rows:
                data = str(make_table(folder / "made.csv", arguments.rows))
            course = run(folder, ["--space", arguments.space, "--data", data, *arguments.options])
        print_course(course)


def make_table(path: Path, rows: int) -> Path:
    """Write a table of 20 numbers and three classes."""
    rng = np.random.default_rng(0)
    classes = rng.integers(3, size=rows)
    x = rng.normal(size=(rows, 20)) + 0.5 * np.eye(3, 20)[classes]
    names = ",".join([f"x{number}" for number in range(20)] + ["kind"])
    np.savetxt(path, np.c_[x, classes], fmt="%.4f", delimiter=",", header=names, comments="")
    return path


def run(folder: Path, options: Sequence[str]) -> Course:
    """Run a search, and follow its processes.

    Args:
        folder: The folder to run it in.
        options: Of `tuner search`.

    Raises:
        RuntimeError: It failed.
    """
    command = [sys.executable, "-m", "tuner", "search", *options, "--study", "timed"]
    begin, processes = time.time(), dict[str, Process]()
    with (folder / "log").open("w+") as log:
        running = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        while running.poll() is None:
            look(running.pid, processes)
            time.sleep(PAUSE)
        end = time.time()
        log.seek(0)
        if running.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {running.returncode}: {log.read()}")
    journal = folder / "mlruns" / "studies" / "timed" / "journal.jsonl"
    events = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    return Course(begin, end, events, processes)


def look(root: int, processes: dict[str, Process]) -> None:
    """Look at a process and all that come from it, and note their CPU seconds.

    Args:
        root: The number of the search's process. Processes that it starts have higher ones.
        processes: Is brought up to date.
    """
    names, seconds = {root: SEARCH}, dict[str, float]()
    now = time.time()
    for number in sorted(int(path) for path in os.listdir("/proc") if path.isdigit()):
        if number < root:
            continue
        try:
            stat = Path(f"/proc/{number}/stat").read_text()
            words = Path(f"/proc/{number}/cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        fields = stat[stat.rindex(")") + 2 :].split()
        if fields[0] == "Z":  # it has ended, and has no command line any more
            continue
        if number != root:
            parent = names.get(int(fields[1]))
            if parent is None:
                continue
            own = (name for word, name in PROCESSES.items() if word in words)
            names[number] = next(own, parent)
        name = names[number]
        # its own time, and that of the processes that it started and that have ended
        spent = sum(int(ticks) for ticks in fields[11 : 13 if name == SEARCH else 15])
        seconds[name] = seconds.get(name, 0.0) + spent / TICKS
    for name, spent in seconds.items():
        process = processes.setdefault(name, Process(now - PAUSE, now))
        process.end = now
        earlier = process.looks[-1][1] if process.looks else 0.0
        process.looks.append((now, max(spent, earlier)))


def print_course(course: Course) -> None:
    """Print a row for each stage, and one for each process; times in seconds from the begin."""
    begin, names = course.begin, list(course.processes)
    print(f"\n| stage | begin | end | CPU of {' | of '.join(names)} |")
    print("|---|---|---|" + "---|" * len(names))
    for stage, first, last in course.stages:
        spent = [p.cpu_until(last) - p.cpu_until(first) for p in course.processes.values()]
        cells = " | ".join(f"{seconds:.1f}" for seconds in spent)
        print(f"| {stage} | {first - begin:.1f} | {last - begin:.1f} | {cells} |")
    lives = [f"{p.begin - begin:.1f} to {p.end - begin:.1f}" for p in course.processes.values()]
    print(f"| each process runs from | 0 | {course.end - begin:.1f} | {' | '.join(lives)} |")
    totals = [process.looks[-1][1] for process in course.processes.values()]
    cells = " | ".join(f"{seconds:.1f}" for seconds in totals)
    print(f"| all | 0 | {course.end - begin:.1f} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
