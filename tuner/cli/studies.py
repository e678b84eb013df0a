"""`tuner studies`: lists the studies."""

from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from tuner.errors import StudyError
from tuner.study import Study, list_study_names

__all__ = ["list_studies"]

_UNLIMITED = 100_000  # characters of a line; a table takes only what its cells need


def list_studies(root: Path) -> None:
    """Print the studies under `root`, each with its space, data, trials and best score.

    Raises:
        StudyError: A study cannot be read. All others are printed before.
    """
    names = list_study_names(root)
    if not names:
        print(f"no studies in {root}")
        return
    table = Table(box=box.SIMPLE)
    for heading in ("study", "space", "data", "trials", "objective", "best", "exported"):
        table.add_column(heading, overflow="fold")
    damaged: list[str] = []
    for name in names:
        try:
            table.add_row(name, *_make_cells(Study.open(name, root)))
        except StudyError as error:
            table.add_row(name, *["?"] * 6)
            damaged.append(str(error))
    console = Console()
    if not console.is_terminal:  # a file or a pipe has no width
        console.width = _UNLIMITED
    console.print(table)
    if damaged:
        raise StudyError("\n".join(damaged))


def _make_cells(study: Study) -> list[str]:
    record, trials = study.record, list(study.read_trials())
    scores = [trial.result.score for trial in trials if trial.completed]
    choose = min if record.objective.direction == "min" else max
    return [
        record.space,
        str(record.data["name"]),
        f"{len(trials)} of {record.settings.max_trials}",
        record.objective.name,
        f"{choose(scores):.4f}" if scores else "–",
        "yes" if study.model_folder.exists() else "no",
    ]
