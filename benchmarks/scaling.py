"""How a search grows with its workers: `throughput` on this machine, and the `driver` with many.

`throughput` searches a space with one worker and with two, twice in the order 1, 2, 2, 1, and says
how much faster two are.
`driver` runs the real loop, oracle, race, journal and, with `--mlflow`, the process that writes
MLflow, for workers that do not train: they answer with the recorded results of some trials, after
times that pass in the simulation only. What is measured is the time of a core that the searching
process takes; what Ray takes to bring the reports is not in it. `killed` kills a worker every some
seconds, and compares the study with that of one process.

    python benchmarks/scaling.py throughput --data letter.csv
    python benchmarks/scaling.py driver --workers 1000 --trials 2000 --oracle random grid
    python benchmarks/scaling.py killed --every 20
"""

import argparse
import heapq
import itertools
import os
import pickle
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from tuner.run.opening import create_study
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination
from tuner.run.setup import Setup, make_hypermodel
from tuner.study import EventKind, Listener, SearchSettings, Study, TrialRecord
from tuner.training import TRAINERS, Job, TrialResult
from tuner.training.remote import Engine
from tuner.training.remote.crew import Crew
from tuner.training.remote.messages import Context, LostWorker, Orders, Standing, WorkerReport

_RECORDED = 20  # trials whose results are given again and again
_SPREAD = 0.3  # standard deviation of the logarithm of a unit's seconds


def main() -> None:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["throughput", "driver", "killed"])
    parser.add_argument("--data", default="iris")
    parser.add_argument("--space", default="mlp")
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--workers", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--seconds", type=float, default=30.0, help="of a simulated unit")
    parser.add_argument("--oracle", nargs="+", default=["random"])
    parser.add_argument("--mlflow", action="store_true")
    parser.add_argument("--every", type=float, default=20.0, help="seconds between two kills")
    given = parser.parse_args()
    {"throughput": measure_throughput, "driver": measure_driver, "killed": kill_workers}[
        given.what
    ](given)


def make_setup(given: argparse.Namespace, trials: int, oracle: str = "") -> Setup:
    """Read the data, and choose the settings."""
    oracle = oracle or given.oracle[0]
    settings = SearchSettings(max_trials=trials, epochs=given.epochs, oracle=oracle)
    return prepare(given.space, DataRequest(given.data), settings)


def search(setup: Setup, root: Path, crew: Crew | None, *listeners: Listener) -> Study:
    """Search without what follows the trials; return the study."""
    from tuner.search import FoldTuner

    tuner = FoldTuner(make_hypermodel(setup), setup.settings, listeners=listeners)
    study = create_study(setup, Destination(root))
    tuner.run(setup.problem, study, crew=crew)
    return study


class Tenths(Listener):
    """Notes at each tenth of the trials how much memory the process holds, and how busy it was."""

    def __init__(self, crew: "SimulatedCrew", trials: int) -> None:
        self.count = 0
        self.megabytes: list[float] = []
        self.busy: list[float] = []  # percent
        self._crew, self._each = crew, max(trials // 10, 1)
        self._outside = self._now = 0.0

    def on_trial_end(self, record: TrialRecord) -> None:
        """Note it."""
        self.count += 1
        if self.count % self._each == 0:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            self.megabytes.append(pages * resource.getpagesize() / 2**20)
            outside, now = self._crew.outside, self._crew.now
            self.busy.append(100 * (outside - self._outside) / max(now - self._now, 1e-9))
            self._outside, self._now = outside, now
            print(
                f"{self.count} trials: {self.megabytes[-1]:.0f} MB, {self.busy[-1]:.1f} % busy, "
                f"{1000 * outside / self.count:.1f} ms each",
                file=sys.stderr,
                flush=True,
            )


class Cores(Listener):
    """Notes how many seconds of a core each worker took from its first trial on, and the end."""

    def __init__(self, crew: Any) -> None:
        self._processes = [facts.process for facts in crew.list_facts()]
        self._begin = self._read()
        self.seconds, self.ended = [0.0], 0.0

    def on_trial_end(self, record: TrialRecord) -> None:
        """Note it."""
        self.ended = time.perf_counter()
        self.seconds = [end - begin for end, begin in zip(self._read(), self._begin, strict=True)]

    def _read(self) -> list[float]:
        texts = [Path(f"/proc/{process}/stat").read_text() for process in self._processes]
        fields = [text.rpartition(")")[2].split() for text in texts]
        ticks = os.sysconf("SC_CLK_TCK")
        return [(int(field[11]) + int(field[12])) / ticks for field in fields]


def measure_throughput(given: argparse.Namespace) -> None:
    """Search with one worker and with two, once they are ready and all is imported here."""
    import tuner.search  # noqa: F401

    setup = make_setup(given, given.trials)
    print("| workers | s from the study's creation to the last trial's end | s of a core |")
    print("|---|---|---|")
    took, cores = dict.fromkeys((1, 2), 0.0), dict.fromkeys((1, 2), 0.0)
    for workers in (1, 2, 2, 1):
        crew = Engine("ray", "local", workers).start("lanes")
        assert crew is not None
        while len(crew.list_idle()) < workers:
            crew.wait(lambda worker: Orders())
        counted, driver = Cores(crew), time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            search(setup, Path(folder), crew, counted)
        seconds = counted.ended - started  # the end of the workers, which follows, is not in it
        took[workers] += seconds
        cores[workers] += max(counted.seconds)
        each = ", ".join(f"{own:.1f}" for own in counted.seconds)
        print(
            f"| {workers} | {seconds:.1f} | {each}, and {time.process_time() - driver:.1f} here |"
        )
    print(f"\ntwo workers are {took[1] / took[2]:.2f} times as fast as one; by the busier worker's")
    print(f"seconds of a core {cores[1] / cores[2]:.2f}, if each has a core to itself")


def kill_workers(given: argparse.Namespace) -> None:
    """Kill a worker at times, and compare the trials with those of this process."""
    setup = make_setup(given, given.trials)
    crew: Any = Engine("ray", "local", 2).start("lanes")
    over, killed = threading.Event(), []

    def kill() -> None:
        while not over.wait(given.every):
            for facts in crew.list_facts()[:1]:
                killed.append(facts.process)
                os.kill(facts.process, signal.SIGKILL)

    with tempfile.TemporaryDirectory() as folder:
        threading.Thread(target=kill, daemon=True).start()
        there = read_trials(search(setup, Path(folder, "there"), crew))
        over.set()
        here = read_trials(search(setup, Path(folder, "here"), None))
    numbers = [trial["result"]["trial"] for trial in there]
    expected = {trial["result"]["trial"]: trial for trial in here}
    same = 0
    for number, trial in zip(numbers, there, strict=True):  # trials may be lost, or there twice
        same += trial == expected.get(number)
        if trial != expected.get(number):
            print(f"{trial} in place of {expected.get(number)}")
    print(
        f"{len(killed)} workers killed; trials {len(set(numbers))} of {given.trials}, twice ",
        end="",
    )
    print(f"{len(numbers) - len(set(numbers))}, the same as without Ray {same}")


def read_trials(study: Study) -> list[dict[str, Any]]:
    """Return what must be the same in both studies: the trials by number, with the checksums of
    their arrays, without their seconds.
    """
    events = [{**event, "time": 0} for event in study.journal.read(EventKind.TRIAL)]
    for event in events:
        event["result"] = {**event["result"], "seconds": 0.0}
    return sorted(events, key=lambda event: event["result"]["trial"])


class SimulatedCrew(Crew):
    """Workers that answer with recorded results; their time passes from report to report.

    Args:
        count: How many workers.
        recorded: Results to give, with their values at a rung.
        rungs: The rungs of the race.
        seconds: How long a unit trains on average.
    """

    def __init__(
        self,
        count: int,
        recorded: Sequence[tuple[TrialResult, np.ndarray]],
        rungs: Sequence[int],
        seconds: float,
    ) -> None:
        self.now = 0.0
        self.outside = 0.0  # seconds of a core that the search took outside of the crew
        self.reports = 0
        self.trained = 0.0  # seconds that all workers trained
        self._recorded, self._rungs, self._seconds = recorded, rungs, seconds
        self._idle: list[Hashable] = list(range(count))
        self._count = count
        self._heap: list[tuple[float, int, Hashable, WorkerReport]] = []
        self._order = itertools.count()
        self._rng = np.random.default_rng(0)
        self._left = time.process_time()

    @property
    def size(self) -> int:
        """How many workers there are."""
        return self._count

    @property
    def starting(self) -> int:
        """All are ready."""
        return 0

    def use(self, context: Context) -> None:
        """Need nothing."""

    def list_idle(self) -> list[Hashable]:
        """Return the workers without a unit."""
        return list(self._idle)

    def name(self, worker: Hashable) -> str:
        """Return how people know a worker."""
        return f"worker {worker}"

    def begin(self, worker: Hashable, jobs: Sequence[Job]) -> None:
        """Schedule the reports of a unit."""
        self._idle.remove(worker)
        seconds = self._seconds * float(np.exp(_SPREAD * self._rng.normal()))
        self.trained += seconds
        given = [(job, *self._recorded[job.trial % len(self._recorded)]) for job in jobs]
        epochs = max(len(result.curves["loss"][0]) for _, result, _ in given)
        for rung in [rung for rung in self._rungs if rung < epochs]:
            standings = [
                Standing(job.trial, scores[:rung], values, replace(result, trial=job.trial), True)
                for job, result, values in given
                if rung < len(scores := list(np.mean(result.curves["val_loss"], axis=0)))
            ]
            report = WorkerReport(standings, epochs={job.trial: rung for job in jobs})
            self._schedule(seconds * rung / epochs, worker, report)
        results = [replace(result, trial=job.trial, processor="?") for job, result, _ in given]
        self._schedule(seconds, worker, WorkerReport(results=results, over=True))

    def _schedule(self, seconds: float, worker: Hashable, report: WorkerReport) -> None:
        heapq.heappush(self._heap, (self.now + seconds, next(self._order), worker, report))

    def wait(
        self, give_orders: Callable[[Hashable], Orders]
    ) -> list[tuple[Hashable, WorkerReport | LostWorker]]:
        """Let time pass until the next report."""
        outside = time.process_time() - self._left
        self.outside += outside
        self.now += outside  # in which workers go on, or wait for this process
        at, _, worker, report = heapq.heappop(self._heap)
        self.now = max(self.now, at)
        if report.over:  # what may stay arrives as objects of its own
            report = pickle.loads(pickle.dumps(report))
        self.reports += 1
        if report.over:
            self._idle.append(worker)
        self._left = time.process_time()
        give_orders(worker)
        return [(worker, report)]

    def fetch(self, kept: Any) -> Any:
        """Return the result, which is here."""
        return kept

    def stop_training(self) -> None:
        """Stop nothing."""

    def close(self) -> None:
        """Let nobody go."""


def record_results(given: argparse.Namespace) -> list[tuple[TrialResult, np.ndarray]]:
    """Train some trials of the space in this process."""
    from tuner.search import FoldTuner

    setup = make_setup(given, _RECORDED)
    settings = replace(setup.settings, max_trials=_RECORDED, oracle="random", racing=False)
    with tempfile.TemporaryDirectory() as folder:
        tuner = FoldTuner(make_hypermodel(setup), settings, directory=folder)
        results: list[TrialResult] = []
        train = TRAINERS["lanes"]().train
        jobs = [job for _ in range(_RECORDED) if (job := tuner._search_oracle.ask())]
        results += train(jobs, tuner.hypermodel, problem=setup.problem, plan=settings.plan)
    row_values = settings.plan.objective.row_values
    return [
        (result, setup.truth.score_clusters(row_values, result.probabilities).astype(np.float32))
        for result in results
        if result.status == "completed" and result.probabilities is not None
    ]


def measure_driver(given: argparse.Namespace) -> None:
    """Search with simulated workers, and print how busy the searching process is."""
    from tuner.tracking import MlflowMirror, choose_tracking_uri
    from tuner.training.race_rule import choose_rungs

    # in another process: what training leaves would hide how this one's memory grows
    with ProcessPoolExecutor(1, get_context("spawn")) as recording:
        recorded = recording.submit(record_results, given).result()
    head = ["workers", "oracle", "trials", "simulated s", "trials/s", "reports/s", "ms a trial"]
    head += ["busy, %", "in the busiest tenth", "workers busy, %", "MB after each tenth"]
    print("|", " | ".join(head), "|\n|" + "---|" * len(head))
    for oracle, workers in itertools.product(given.oracle, given.workers):
        setup = make_setup(given, given.trials, oracle)
        crew = SimulatedCrew(workers, recorded, choose_rungs(given.epochs), given.seconds)
        tenths = Tenths(crew, given.trials)
        with tempfile.TemporaryDirectory() as folder:
            listeners: list[Listener] = [tenths]
            if given.mlflow:
                listeners.append(
                    MlflowMirror(choose_tracking_uri(None, Path(folder)), Path(folder))
                )
            search(setup, Path(folder), crew, *listeners)
            for listener in listeners:
                listener.on_study_end("interrupted", {})
        count = tenths.count
        cells = [workers, oracle, count, f"{crew.now:.0f}", f"{count / crew.now:.2f}"]
        cells += [f"{crew.reports / crew.now:.1f}", f"{1000 * crew.outside / count:.1f}"]
        cells += [f"{100 * crew.outside / crew.now:.1f}", f"{max(tenths.busy):.1f}"]
        cells += [f"{100 * crew.trained / (workers * crew.now):.0f}"]
        cells += [", ".join(f"{megabytes:.0f}" for megabytes in tenths.megabytes)]
        print("|", " | ".join(map(str, cells)), "|", flush=True)


if __name__ == "__main__":
    main()
