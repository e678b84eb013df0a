"""What racing saves, and what it costs: each search in full, and raced again from its curves.

A race decides by the trials' losses by row at its rungs and by nothing else. So a search that
trained every trial to its end says what the same search would have come to in a race; that a raced
search does so is shown by `tests/search/test_race_driver.py`. The epochs that it saves are another
matter: they are counted as if one trial trained after another, which is the most that can be saved.
In a search trials train side by side, and a beaten one trains on until all earlier ones have
reached the rung that says so. `--raced` searches again with a race, and counts what was trained.

    python benchmarks/racing.py --folder TABLES --trials 16,60
    python benchmarks/racing.py --folder TABLES --trials 16,60 --raced

The oracle draws at random, so that a search of 16 trials is the beginning of one of 60. Late
starters are in the made problems (`made_problems`): on spirals a network rests on a plateau for
long, and then learns at once.
"""

import argparse
import json
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from made_problems import PROBLEMS

from tuner.training.race import Race

if TYPE_CHECKING:
    from tuner.study import Study

TABLES = "vehicle,kc1,credit-g,anneal,car,mfeat-factors,kr-vs-kp,phoneme"
MADE = "spirals,checkerboard,rings,parity"


@dataclass(frozen=True)
class Outcome:
    """What became of one search.

    Attributes:
        data: The name of its table or made problem.
        seed: Its seed.
        trials: Number of its trials.
        saved: Share of the lane-epochs of the full search that the race does without, if one trial
            trains after another.
        really_saved: The same of a search with a race; NaN if there was none.
        pruned: Share of the trials that it ended.
        dropped: Whether the winner of the full search is among them.
        lost: By how much the score of the race's winner is worse, in standard errors of the full
            search's winner.
    """

    data: str
    seed: int
    trials: int
    saved: float
    really_saved: float
    pruned: float
    dropped: bool
    lost: float


def main() -> None:
    """Record what is not recorded yet, race it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="holds NAME.csv.gz")
    parser.add_argument("--tables", default=TABLES, help="names, comma-separated")
    parser.add_argument("--problems", default=MADE, help="made problems, comma-separated")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--space", default="mlp")
    parser.add_argument("--trials", default="16,60", help="numbers of trials, comma-separated")
    parser.add_argument("--raced", action="store_true", help="search with a race, too")
    parser.add_argument(
        "--records",
        type=Path,
        default=Path(tempfile.gettempdir()) / "racing",
        help="where full searches are kept; one that is there is not run again",
    )
    given = parser.parse_args()
    given.records.mkdir(parents=True, exist_ok=True)
    counts = sorted(int(count) for count in given.trials.split(","))
    problems = [name for name in given.problems.split(",") if name]
    outcomes = []
    for seed in range(given.first, given.first + given.seeds):
        for data in [*given.tables.split(","), *problems]:
            path = given.records / f"{data}-{seed}.npz"
            if not path.exists():
                in_child(record, source_of(data, seed, given), given.space, counts[-1], seed, path)
            for count in counts:
                raced = path.with_name(f"{path.stem}-raced-{count}.json")
                if given.raced and not raced.exists():
                    in_child(race, source_of(data, seed, given), given.space, count, seed, raced)
                outcomes.append(race_again(data, seed, path, count))
    print("\n".join(report(outcomes)))


def source_of(data: str, seed: int, given: argparse.Namespace) -> str:
    """Return the path of a table, which is made where it is a made problem's."""
    if data not in given.problems.split(","):
        return str(given.folder / f"{data}.csv.gz")
    table = given.records / f"{data}-{seed}.csv"
    PROBLEMS[data].make_table(seed).to_csv(table, index=False)
    return str(table)


def in_child(work: Callable[..., None], *arguments: Any) -> None:
    """Search in a process of its own."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()


def race(source: str, space: str, trials: int, seed: int, path: Path) -> None:
    """Search with a race, and keep how many epochs all trials trained, discarded ones included."""
    from tuner.training.progress import TrialProgress

    epochs: dict[int, int] = {}
    add_epoch = TrialProgress.add_epoch

    def count(self: TrialProgress, *arguments: Any) -> bool:
        epochs[self.trial] = epochs.get(self.trial, 0) + 1
        return add_epoch(self, *arguments)

    TrialProgress.add_epoch = count
    with tempfile.TemporaryDirectory() as root:
        search(source, space, trials, seed, Path(root), racing=True)
    path.write_text(json.dumps(sum(epochs.values())))


def search(source: str, space: str, trials: int, seed: int, root: Path, *, racing: bool) -> "Study":
    """Search at random; return the study."""
    from tuner.run.opening import create_study
    from tuner.run.preparing import prepare
    from tuner.run.request import DataRequest, Destination
    from tuner.run.setup import make_hypermodel
    from tuner.search import FoldTuner
    from tuner.study import SearchSettings

    settings = SearchSettings(max_trials=trials, seed=seed, oracle="random", racing=racing)
    prepared = prepare(space, DataRequest(source), settings)
    tuner = FoldTuner(make_hypermodel(prepared), settings, directory=root)
    study = create_study(prepared, Destination(root))
    tuner.run(prepared.problem, study)
    return study


def record(source: str, space: str, trials: int, seed: int, path: Path) -> None:
    """Search in full, and keep each trial's losses by row at its best epoch, after every epoch."""
    from tuner.training.progress import TrialProgress

    kept: dict[str, list[np.ndarray]] = {}
    scores: dict[int, list[float]] = {}
    add_epoch = TrialProgress.add_epoch

    def keep(self: TrialProgress, *arguments: Any) -> bool:
        going_on = add_epoch(self, *arguments)
        row_values = self.plan.objective.row_values
        values = self.problem.truth.score_clusters(row_values, self._best_probabilities)
        kept.setdefault(f"{self.trial}", []).append(values.astype(np.float32))
        scores[self.trial] = list(self._scores)
        return going_on

    TrialProgress.add_epoch = keep
    with tempfile.TemporaryDirectory() as root:
        study = search(source, space, trials, seed, Path(root), racing=False)
        results = {str(each.trial): each.result.to_dict() for each in study.read_trials()}
    arrays = {name: np.stack(values) for name, values in kept.items()}
    texts = {"results": json.dumps(results), "scores": json.dumps(scores)}
    np.savez(path, **arrays, **{name: np.array(text) for name, text in texts.items()})


def race_again(data: str, seed: int, path: Path, trials: int) -> Outcome:
    """Race the first trials of a recorded search, in the order of their numbers."""
    from tuner.scoring import OBJECTIVES
    from tuner.study import SearchSettings
    from tuner.training import TrialResult

    with np.load(path) as arrays:
        scores = {int(n): each for n, each in json.loads(str(arrays["scores"])).items()}
        records = json.loads(str(arrays["results"]))
        losses = {int(n): arrays[n] for n in arrays if n.isdigit() and int(n) < trials}
    whole = {int(n): TrialResult.from_dict(each) for n, each in records.items() if int(n) < trials}
    race = Race(SearchSettings().epochs, OBJECTIVES["cross_entropy"])
    ended, trained = {}, 0
    for trial in sorted(whole):
        epochs = losses.get(trial, ())  # one that diverged at once has none
        for epoch, values in enumerate(epochs, start=1):
            trained += 1
            if epoch in race.rungs and epoch < len(epochs):
                pruned = partial(TrialResult, trial, "pruned")
                race.reach(trial, scores[trial][:epoch], values, pruned)
            if race.is_beaten(trial):
                break
        ended |= {result.trial: result for result, _ in race.settle(whole[trial])}
    winner = min(_completed(whole), key=lambda result: result.score)
    pick = min(_completed(ended), key=lambda result: result.score)
    whole_epochs = sum(len(epochs) for epochs in losses.values())
    raced = path.with_name(f"{path.stem}-raced-{trials}.json")
    really_trained = json.loads(raced.read_text()) if raced.exists() else np.nan
    return Outcome(
        data,
        seed,
        trials,
        saved=1 - trained / whole_epochs,
        really_saved=1 - really_trained / whole_epochs,
        pruned=sum(result.status == "pruned" for result in ended.values()) / len(ended),
        dropped=ended[winner.trial].status == "pruned",
        lost=(pick.score - winner.score) / winner.standard_error,
    )


def _completed(results: dict[int, Any]) -> list[Any]:
    return [result for result in results.values() if result.status == "completed"]


def report(outcomes: list[Outcome]) -> Iterator[str]:
    """Yield the lines of a Markdown table, and of what it comes to."""
    head = ["data", "trials", "lane-epochs saved at most", "by a search", "trials pruned"]
    yield f"| {' | '.join([*head, 'winner dropped', 'score lost, SE'])} |"
    yield "|---|---|---|---|---|---|---|"
    for data, trials in dict.fromkeys((outcome.data, outcome.trials) for outcome in outcomes):
        own = [each for each in outcomes if (each.data, each.trials) == (data, trials)]
        yield (
            f"| {data} | {trials} | {np.mean([o.saved for o in own]):.0%} "
            f"| {np.mean([o.really_saved for o in own]):.0%} "
            f"| {np.mean([o.pruned for o in own]):.0%} "
            f"| {sum(o.dropped for o in own)} of {len(own)} "
            f"| {', '.join(f'{o.lost:.2f}' for o in own)} |"
        )
    yield ""
    for name, own in (
        ("tables", [each for each in outcomes if each.data not in PROBLEMS]),
        ("made problems", [each for each in outcomes if each.data in PROBLEMS]),
    ):
        if own:
            yield (
                f"{name}: {len(own)} searches, {np.mean([o.saved for o in own]):.0%} of the "
                f"lane-epochs saved at most, {np.mean([o.really_saved for o in own]):.0%} by a "
                f"search; the full search's winner dropped in {sum(o.dropped for o in own)}; "
                f"{np.mean([o.lost for o in own]):.2f} standard errors lost on average, "
                f"at most {max(o.lost for o in own):.2f}"
            )


if __name__ == "__main__":
    main()
