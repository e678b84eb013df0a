"""Studies on the disk, without trials."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.helpers.problems import make_split
from tests.helpers.spaces import SMALL, make_space
from tuner.problem import Problem
from tuner.study import SearchSettings, Study, StudyRecord


def create_study(
    root: Path,
    problem: Problem,
    name: str = "study",
    *,
    data: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Study:
    """Create a study of a problem; `data` and `settings` replace entries of its record."""
    split = make_split(problem.y, classes=["a", "b", "c"], folds=3, test_size=0.0, seed=0)
    record = StudyRecord(
        name=name,
        space_name="test",
        title="Which?",
        space_definition=make_space(SMALL).to_dict(),
        data={"name": "points", "rows": len(problem.y), "classes": ["a", "b", "c"], **(data or {})},
        settings=SearchSettings(**{"folds": 3, "epochs": 2, **settings}),
        split=split,
        versions={"softmax-tuner": "0"},
    )
    return Study.create(record, root)
