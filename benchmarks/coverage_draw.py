"""One draw of `coverage.py`: a search of some rows, as the product does it."""

from pathlib import Path
from typing import Any

from coverage_claims import COMPARED, Claim, Searched
from coverage_tables import Draw, Table

from tuner.folds import Fold, Split
from tuner.model.mlp import MLPHyperModel
from tuner.problem import Problem
from tuner.search import FoldTuner
from tuner.space import parse_space
from tuner.study import SearchSettings, Study, StudyRecord
from tuner.training.lanes import LanesTrainer

__all__ = ["FOLDS", "VARIANTS", "measure_draw"]

FOLDS = 5  # as by default: the exported network has seen a quarter more rows than theirs

_SPACE = """
title = "Which small network is best?"
{compare}

[network]
depth = [1, 2]
units = 32
activation = "relu"

[regularizer]
kind = "l2"
strength = {{ min = 1e-5, max = 3e-2, log = true }}

[sgd]
learning_rate = {{ min = 0.003, max = 0.3, log = true }}
momentum = 0.9
nesterov = true
batch_size = 32
"""

_SETTINGS: dict[str, Any] = {
    "max_trials": 8,
    "folds": FOLDS,
    "epochs": 30,
    "patience": 5,
    "test_size": 0.0,
}
VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "no racing": {"racing": False},
    "balanced": {"class_weight": "balanced"},
    "comparing": {},
}
"""What differs in the search, by name; `comparing` has a space that compares depths."""


def measure_draw(
    table: Table, draw: Draw, variant: str, *, seed: int, trainer: LanesTrainer, root: Path
) -> list[Claim]:
    """Search the drawn rows as the product does, and score its claims on the fresh rows.

    Args:
        table: The table.
        draw: The rows.
        variant: A name of `VARIANTS`.
        seed: The study's seed.
        trainer: Trains all draws of the table.
        root: Where the study is written. A study that is there already is not searched again.
    """
    settings = SearchSettings(**_SETTINGS, **VARIANTS[variant], seed=seed)
    problem, split = _make_problem(table, draw, settings)
    compare = f'compare = "{COMPARED}"' if variant == "comparing" else ""
    space = parse_space(_SPACE.format(compare=compare), name="small", file="small.toml")
    sizes = {"features": table.x.shape[1], "classes": int(table.y.max()) + 1}
    hypermodel = MLPHyperModel(space, epochs=settings.epochs, **sizes)
    record = StudyRecord(
        name=f"{table.name}-{len(draw.rows)}-{variant.replace(' ', '-')}-{seed}",
        space_name=space.name,
        title=space.title,
        space_definition=space.to_dict(),
        data={
            "name": table.name,
            "rows": len(draw.rows),
            "classes": [str(number) for number in range(sizes["classes"])],
        },
        settings=settings,
        split=split,
        versions={},
    )
    study = Study.open_or_create(record, root)
    tuner = FoldTuner(hypermodel, settings, directory=root)
    tuner.trainer = trainer
    with study.lock_search():
        study.begin(settings)
        tuner.run(problem, study)
    return list(Searched(table, draw, problem, study, hypermodel, trainer).list_claims())


def _make_problem(table: Table, draw: Draw, settings: SearchSettings) -> tuple[Problem, Split]:
    """Cut the drawn rows into folds, which have the rows by their numbers in the table."""
    groups = None if table.groups is None else table.groups[draw.rows]
    classes = [str(number) for number in range(int(table.y.max()) + 1)]
    split = settings.splitter.split(table.y[draw.rows], classes=classes, groups=groups)
    folds = tuple(Fold(draw.rows[fold.train], draw.rows[fold.validation]) for fold in split.folds)
    problem = Problem(
        table.x,
        table.y,
        folds,
        table.scaled,
        class_weight=settings.class_weight,
        groups=table.groups,
    )
    return problem, split
