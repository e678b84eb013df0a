"""What racing saves, and what it costs: each search in full, and raced again from its curves.

A race decides by the trials' losses by row at its rungs and by nothing else. So a search that
trained every trial to its end says what the same search would have done in a race; that a raced
search does so is shown by `tests/search/test_race_driver.py`.

    python benchmarks/racing.py --folder TABLES
"""

import argparse
import json
import multiprocessing
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tuner.training.race import Race
from tuner.training.race_rule import choose_rungs

TABLES = "vehicle,kc1,credit-g,anneal,car,mfeat-factors,kr-vs-kp,phoneme"


@dataclass(frozen=True)
class Outcome:
    """What became of one search.

    Attributes:
        table: Its data.
        seed: Its seed.
        saved: Share of the lane-epochs of the full search that the race did without.
        pruned: Share of the trials that it ended.
        dropped: Whether the winner of the full search is among them.
        lost: By how much the score of the race's winner is worse, in standard errors of the full
            search's winner.
    """

    table: str
    seed: int
    saved: float
    pruned: float
    dropped: bool
    lost: float


def main() -> None:
    """Record what is not recorded yet, race it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="holds NAME.csv.gz")
    parser.add_argument("--tables", default=TABLES, help="names, comma-separated")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--space", default="mlp")
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument(
        "--records",
        type=Path,
        default=Path(tempfile.gettempdir()) / "racing",
        help="where full searches are kept; one that is there is not run again",
    )
    given = parser.parse_args()
    given.records.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for seed in range(given.seeds):
        for table in given.tables.split(","):
            path = given.records / f"{table}-{seed}.npz"
            if not path.exists():
                work = (
                    str(given.folder / f"{table}.csv.gz"),
                    given.space,
                    given.trials,
                    seed,
                    path,
                )
                process = multiprocessing.get_context("spawn").Process(target=record, args=work)
                process.start()
                process.join()
            outcomes.append(raced(table, seed, path, given.trials))
    print("\n".join(report(outcomes)))


def record(source: str, space: str, trials: int, seed: int, path: Path) -> None:
    """Search in full, and keep each trial's losses by row after every epoch."""
    from tuner.run.opening import create_study
    from tuner.run.preparing import prepare
    from tuner.run.request import DataRequest, Destination
    from tuner.run.setup import make_hypermodel
    from tuner.search import KFoldTuner
    from tuner.study import SearchSettings
    from tuner.training.progress import TrialProgress

    kept: dict[str, list[np.ndarray]] = {}
    add_epoch = TrialProgress.add_epoch

    def keep(self: TrialProgress, *arguments: Any) -> bool:
        going_on = add_epoch(self, *arguments)
        row_values = self.plan.objective.row_values
        values = self.problem.truth.score_clusters(row_values, self._best_probabilities)
        kept.setdefault(f"{self.trial}", []).append(values.astype(np.float32))
        return going_on

    TrialProgress.add_epoch = keep
    settings = SearchSettings(max_trials=trials, seed=seed, oracle="random", racing=False)
    prepared = prepare(space, DataRequest(source), settings)
    with tempfile.TemporaryDirectory() as root:
        tuner = KFoldTuner(make_hypermodel(prepared), settings, directory=root)
        tuner.run(prepared.problem, create_study(prepared, Destination(Path(root))))
    results = {str(each.trial): each.result.to_dict() for each in tuner.records}
    arrays = {name: np.stack(values) for name, values in kept.items()}
    np.savez(path, **arrays, results=np.array(json.dumps(results)))


def raced(table: str, seed: int, path: Path, trials: int) -> Outcome:
    """Race the trials of a recorded search, one after another in the order of their numbers."""
    from tuner.scoring import OBJECTIVES
    from tuner.study import SearchSettings
    from tuner.training import TrialResult

    with np.load(path) as arrays:
        losses = {int(name): arrays[name] for name in arrays if name != "results"}
        records = json.loads(str(arrays["results"]))
    whole = {int(n): TrialResult.from_dict(each) for n, each in records.items() if int(n) < trials}
    race = Race(choose_rungs(SearchSettings().epochs), OBJECTIVES["cross_entropy"])
    ended, trained = {}, 0
    for trial in sorted(whole):
        epochs = losses.get(trial, np.empty((0, 0)))  # one that diverged at once has none
        for epoch, values in enumerate(epochs, start=1):
            trained += 1
            if epoch in race.rungs:
                race.reach(trial, epoch, values, partial(TrialResult, trial, "pruned"))
            if race.is_beaten(trial):
                break
        ended |= {result.trial: result for result, _ in race.settle(whole[trial])}
    winner = min(_completed(whole), key=lambda result: result.score)
    pick = min(_completed(ended), key=lambda result: result.score)
    return Outcome(
        table,
        seed,
        saved=1 - trained / sum(len(losses.get(trial, ())) for trial in whole),
        pruned=sum(result.status == "pruned" for result in ended.values()) / len(ended),
        dropped=ended[winner.trial].status == "pruned",
        lost=(pick.score - winner.score) / winner.standard_error,
    )


def _completed(results: dict[int, Any]) -> list[Any]:
    return [result for result in results.values() if result.status == "completed"]


def report(outcomes: list[Outcome]) -> Iterator[str]:
    """Yield the lines of a Markdown table, and of what it comes to."""
    yield "| table | lane-epochs saved | trials pruned | winner dropped | score lost, SE |"
    yield "|---|---|---|---|---|"
    for table in dict.fromkeys(outcome.table for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.table == table]
        yield (
            f"| {table} | {np.mean([o.saved for o in own]):.0%} "
            f"| {np.mean([o.pruned for o in own]):.0%} "
            f"| {sum(o.dropped for o in own)} of {len(own)} "
            f"| {', '.join(f'{o.lost:.2f}' for o in own)} |"
        )
    yield ""
    close = sum(outcome.lost <= 1 for outcome in outcomes)
    dropped = sum(outcome.dropped for outcome in outcomes)
    yield (
        f"{len(outcomes)} searches: {np.mean([o.saved for o in outcomes]):.0%} of the lane-epochs "
        f"saved; the full search's winner dropped in {dropped}; the pick within one standard error "
        f"of it in {close} ({close / len(outcomes):.0%})"
    )


if __name__ == "__main__":
    main()
