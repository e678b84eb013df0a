"""Whether to export networks of the folds, or networks that are trained again on all rows.

    python benchmarks/fold_ensembles.py TABLES                      # a folder of NAME.csv.gz
    python benchmarks/fold_ensembles.py TABLES --space tabular --max-seconds 120

Each table (at most 2,500 rows) is searched once for each seed. What the search could export is
then scored on the test part, 20 % of the rows, relative to an ensemble of five networks on all
rows: error (at least 0.002) and cross-entropy (at least 0.005), as geometric means over tables and
seeds.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tuner.analysis import Member, Picks, pick_networks
from tuner.analysis.calibration import calibrate, scale_probabilities
from tuner.analysis.ensemble_selection import choose_members
from tuner.run.final_training import train_members
from tuner.run.opening import create_study
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination, make_settings
from tuner.run.run import Run
from tuner.run.searching import make_tuner
from tuner.run.setup import Setup
from tuner.scoring import accuracy, cross_entropy
from tuner.study import Study, TrialRecord
from tuner.training.fold_networks import FoldNetworks

TABLES = "kc1,credit-g,car,phoneme,mfeat-factors,anneal,kr-vs-kp,vehicle"
MOST_ROWS = 2_500
LEAST = {"error": 0.002, "loss": 0.005}
FIRST = "five networks on all rows"
_POOL = 20
_SMALLEST = 1e-7

Scores = Mapping[str, float]


@dataclass(slots=True)
class Searched:
    """A search of a table.

    Attributes:
        setup: Space, data and settings.
        study: The study.
        kept: The networks of its folds.
        seconds: How long the search took.
    """

    setup: Setup
    study: Study
    kept: FoldNetworks
    seconds: float


def search(path: Path, seed: int, given: argparse.Namespace, root: Path) -> Searched:
    """Search a table."""
    frame = pd.read_csv(path, low_memory=False)
    if len(frame) > given.rows:
        frame = frame.sample(given.rows, random_state=seed)
    target = frame.columns[-1]
    counts = frame[target].value_counts()
    file = root / f"{path.name.split('.')[0]}.csv"
    frame[frame[target].isin(counts[counts >= 10].index)].to_csv(file, index=False)
    limits = {"max_trials": given.trials, "max_seconds": given.max_seconds}
    settings = make_settings(given.space, {**limits, "seed": seed, "test_size": 0.2})
    setup = prepare(given.space, DataRequest(str(file), target=str(target)), settings)
    started = time.monotonic()
    tuner = make_tuner(setup)
    run = Run(setup, create_study(setup, Destination(root, "study")), (), started)
    with run.study.lock_search():
        run.study.begin(settings)
        tuner.run(
            setup.problem,
            run.study,
            started=started,
            export_seconds=run.estimates.after_search(settings.max_seconds or 0.0),
            fold_networks=run.fold_networks,
        )
    return Searched(setup, run.study, run.fold_networks, time.monotonic() - started)


def choose(study: Study, records: Sequence[TrialRecord], y: np.ndarray, most: int) -> list[Member]:
    """Choose an ensemble of folds from all rows, of so many choices at most."""
    losses = [study.arrays.read_probabilities(r.trial)[np.arange(len(y)), y] for r in records]
    (counts,) = choose_members(
        np.stack(losses).astype(float),
        np.ones((len(y), 1)),
        pool=np.ones((len(records), 1), bool),
        parameters=np.array([record.result.parameters for record in records]),
        most=most,
    ).T.tolist()
    folds = len(study.record.split.folds)
    chosen = [(r, n) for r, n in zip(records, counts, strict=True) if n]
    return [Member.from_record(record, n, folds) for record, n in chosen]


def list_candidates(
    searched: Searched, picks: Picks, records: Sequence[TrialRecord]
) -> dict[str, list[Member]]:
    """Return what the search could export, by name."""
    study, y = searched.study, searched.setup.truth.y
    folds = len(searched.setup.problem.folds)
    alone = list(picks.list_members("best"))
    five = [replace(member, folds=0) for member in picks.ensemble.members]
    return {
        FIRST: five,
        "the best network on all rows": alone,
        "five, or the best if not clearly worse": five if picks.ensemble.better else alone,
        "folds of the best trial": [replace(alone[0], folds=folds)],
        "folds, five choices": choose(study, records, y, 5),
        "folds, while they clearly gain": choose(study, records, y, 20),
        "ten choices on all rows": [
            replace(member, folds=0) for member in choose(study, records, y, 10)
        ],
        "five of the best trial on all rows": [Member.from_record(records[0], 5, 0)],
        "folds of the five best, alike": [Member.from_record(r, 1, folds) for r in records[:5]],
    }


def evaluate(searched: Searched) -> dict[str, Scores]:
    """Return the scores of what the search could export."""
    setup, study = searched.setup, searched.study
    by_trial = {record.trial: record for record in study.read_trials()}
    completed = [record for record in by_trial.values() if record.completed]
    records = sorted(completed, key=lambda record: record.result.score)[:_POOL]
    picks = pick_networks(study, setup.truth)
    rows, places = setup.split.test, study.record.split.find_places()
    raw = {name: values[rows] for name, values in setup.dataset.raw.items()}
    found: dict[str, Scores] = {}
    probabilities: dict[str, np.ndarray] = {}

    def add(name: str, members: Sequence[Member], answer: np.ndarray, seconds: float) -> None:
        probabilities[name] = answer
        parts = [study.arrays.read_probabilities(member.trial) for member in members]
        out_of_fold = np.average(parts, axis=0, weights=[m.networks for m in members])
        temperature = calibrate(out_of_fold, setup.truth, places, highest=1.0).temperature
        scaled = scale_probabilities(probabilities[name], temperature)
        found[name] = {
            "error": 1 - float(accuracy(scaled, setup.test_truth.y).mean()),
            "loss": float(cross_entropy(scaled, setup.test_truth.y).mean()),
            "seconds": seconds,
            "networks": sum(member.count for member in members),
        }

    @cache
    def predict(members: tuple[tuple[int, int, int], ...]) -> tuple[np.ndarray, float]:
        """Return probabilities, and the seconds that training and predicting took."""
        started = time.monotonic()
        chosen = [Member.from_record(by_trial[t], n, folds) for t, n, folds in members]
        trained = train_members(setup, by_trial, chosen, fold_networks=searched.kept)
        answer = trained.predict_proba(raw)
        return answer, time.monotonic() - started

    for name, members in list_candidates(searched, picks, records).items():
        key = tuple((m.trial, m.networks, m.folds) for m in members)
        add(name, members, *predict(key))
    halves = (FIRST, "folds, five choices")
    both = np.mean([probabilities[name] for name in halves], axis=0)
    seconds = sum(found[name]["seconds"] for name in halves)
    add("half five on all rows, half folds", picks.ensemble.members, both, seconds)
    return found


def report(results: Sequence[Mapping[str, Scores]]) -> list[str]:
    """Return a table of the candidates, relative to the first."""

    def compare(name: str, score: str) -> float:
        ratios = [
            max(each[name][score], LEAST[score]) / max(each[FIRST][score], LEAST[score])
            for each in results
        ]
        return float(np.exp(np.mean(np.log(ratios))))

    lines = ["| exported | error | cross-entropy | networks | seconds |", "|---|---|---|---|---|"]
    for name in results[0]:
        means = {key: np.mean([r[name][key] for r in results]) for key in ("networks", "seconds")}
        lines.append(
            f"| {name} | {compare(name, 'error'):.3f} | {compare(name, 'loss'):.3f} | "
            f"{means['networks']:.0f} | {means['seconds']:.1f} |"
        )
    return lines


def main() -> None:
    """Search the tables, and print a line for each candidate."""
    parser: Any = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tables", default=TABLES, help="comma-separated")
    parser.add_argument("--space", default="mlp")
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--max-seconds", type=float)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--rows", type=int, default=MOST_ROWS, help="most rows of a table")
    given = parser.parse_args()
    results: list[Mapping[str, Scores]] = []
    for table in given.tables.split(","):
        for seed in range(1, given.seeds + 1):
            with tempfile.TemporaryDirectory() as root:
                searched = search(given.folder / f"{table}.csv.gz", seed, given, Path(root))
                results.append(evaluate(searched))
            print(f"{table}, seed {seed}: {searched.seconds:.0f} s", flush=True)
            print("\n".join(report(results[-1:])), flush=True)
    print("\n".join(report(results)))


if __name__ == "__main__":
    main()
