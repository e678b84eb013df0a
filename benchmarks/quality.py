"""How good a network each way of searching finds in the same seconds, on held-out rows.

    python benchmarks/quality.py                     # digits and breast_cancer, 60 s each way
    python benchmarks/quality.py --folder tables --tables car.csv.gz,vehicle.csv.gz \
        --seconds 30,60,120 --seeds 0,1 --max-rows 5000 --json quality.jsonl

The ways: `tuner_…`, this package's command line with each of its oracles; `keras_tuner_random` and
`keras_tuner_bayesian`, KerasTuner with a `run_trial` that loops `model.fit` over the folds;
`optuna`, its TPE over the same loop, with a median pruner; `halving`, scikit-learn's
HalvingRandomSearchCV over `MLPClassifier` with all cores. All of them search the space `mlp`, on
the same encoded rows and folds, with the same most epochs and the same patience. At the end each
trains its best configuration on all training rows and predicts the rows that were held back; this
package exports what its command does by default, which is mostly an ensemble of several networks
with calibrated probabilities.

Each search is a process of its own, one after another. With `--json` every run is kept as it ends,
and those that are there already are not done again.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from kept_lines import KeptLines
from own_process import answer_of
from quality_report import Run, report
from quality_run import Asked, Found
from quality_tables import cut, located

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
_ENVIRONMENT = dict(os.environ)  # as it is before this package is imported, which sets more

ANYTIME = ("keras_tuner_random", "keras_tuner_bayesian", "optuna")
"""Ways that do not plan by their budget: one search for the longest tells of the shorter ones."""


def known_ways() -> tuple[str, ...]:
    """Return all ways, this package's oracles first."""
    from typing import get_args

    from tuner.study import OracleName

    return (*(f"tuner_{oracle}" for oracle in get_args(OracleName)), *ANYTIME, "halving")


def way_of(name: str) -> Callable[[Asked], Iterator[Found]]:
    """Return the search of a way; what it needs is imported for it alone."""
    family, _, oracle = name.rpartition("_")
    if family == "tuner":
        from quality_tuner import search_with

        return partial(search_with, oracle)
    if family == "keras_tuner":
        from quality_keras import by_keras_tuner

        return partial(by_keras_tuner, oracle)
    if name == "optuna":
        from quality_keras import by_optuna

        return by_optuna
    from quality_halving import by_halving

    return by_halving


def one_way(options: argparse.Namespace) -> None:
    """Search one way in this process, and print its runs as JSON."""
    (seed,) = options.seeds
    asked = Asked(options.tables[0], seed, tuple(options.seconds), started=options.started)
    found = list(way_of(options.one)(asked))
    ready = asked.prepared()
    y = ready.dataset.y[ready.split.test]
    print(json.dumps([each.to_dict(y) for each in found]))


def missing_runs(options: argparse.Namespace, kept: KeptLines) -> None:
    """Search what is asked for and not kept yet, one process at a time."""
    for table in options.tables:
        for seed in options.seeds:
            with tempfile.TemporaryDirectory() as folder:
                data = located(table, options.folder)
                if options.max_rows:
                    data = cut(data, options.max_rows, seed=seed, folder=Path(folder))
                for way in options.ways:
                    of_run = {"table": _stem(table), "max_rows": options.max_rows}
                    of_run |= {"seed": seed, "way": way}
                    done = {run["budget"] for run in kept.find(**of_run)}
                    missing = [budget for budget in options.seconds if budget not in done]
                    together = [missing] if missing and way in ANYTIME else [[b] for b in missing]
                    for budgets in together:
                        _search(data, of_run, budgets, kept)


def _search(data: str, of_run: Run, budgets: list[float], kept: KeptLines) -> None:
    """Search in a process of its own, and keep what it found; a failure is told, and not kept."""
    shown = ",".join(f"{budget:g}" for budget in budgets)
    what = f"{of_run['table']}, seed {of_run['seed']}, {of_run['way']}, {shown} s"
    command = [sys.executable, str(Path(__file__).resolve()), "--one", of_run["way"]]
    command += ["--tables", data, "--seeds", str(of_run["seed"]), "--seconds", shown]
    try:
        found, seconds = answer_of([*command, "--started", repr(time.time())], _ENVIRONMENT)
    except RuntimeError as error:
        print(f"{what}: failed\n{error}", file=sys.stderr, flush=True)
        return
    for run in found:
        kept.add({**of_run, **run})
    losses = ", ".join(f"{run['log_loss'][0]:.4f}" for run in found)
    print(f"{what}: log loss {losses}, {seconds:.0f} s in all", file=sys.stderr, flush=True)


def _stem(table: str) -> str:
    return Path(table).name.partition(".")[0]


def _options() -> argparse.Namespace:
    def names(text: str) -> list[str]:
        return text.split(",")

    def numbers(text: str) -> list[float]:
        return sorted(float(number) for number in text.split(","))

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tables", type=names, default=["digits", "breast_cancer"])
    parser.add_argument("--folder", type=Path, help="where the tables are")
    parser.add_argument("--max-rows", type=int, help="cut larger tables to about so many rows")
    parser.add_argument("--seconds", type=numbers, default=[60.0], help="the budgets")
    parser.add_argument("--ways", type=names, help="all but the grid, if not given")
    parser.add_argument("--seeds", type=lambda text: [int(n) for n in text.split(",")], default=[0])
    parser.add_argument("--json", type=Path, help="file to keep the runs in, and to go on from")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--started", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return options
    known = known_ways()
    options.ways = options.ways or [way for way in known if way != "tuner_grid"]
    if unknown := set(options.ways) - set(known):
        parser.error(
            f"--ways: there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}"
        )
    return options


def main() -> None:
    """Search every way on every table, and print the comparison."""
    options = _options()
    if options.one:
        one_way(options)
        return
    kept = KeptLines(options.json)
    missing_runs(options, kept)
    tables = [_stem(table) for table in options.tables]
    asked_for = [
        run
        for run in kept.find(max_rows=options.max_rows)
        if run["table"] in tables and run["budget"] in options.seconds
    ]
    print(report(asked_for, options.ways, options.seeds))


if __name__ == "__main__":
    main()
