"""The trials of a study as rows of charts, and the tooltip of a trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuner.analysis import NORMAL, clip_interval
from tuner.study import StudyRecord, TrialRecord
from tuner.words import format_value, say_name

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["STATUSES", "Trials", "tabulate"]

STATUSES = ("completed", "pruned", "failed")


@dataclass(frozen=True, slots=True)
class Trials:
    """A study's trials, ready for charts.

    Attributes:
        frame: One row per trial, by number, with the columns `trial`, `status`, `score` (NaN if
            the trial failed), `error` (the score's standard error), `low` and `high` (its 95 %
            interval), `parameters`, `epoch`, `seconds` and `reason`. The hyperparameters are text
            in the columns `h0`, `h1`, …, because their own names could have a meaning for Vega;
            `description` is all of them in one line.
        names: The names of the hyperparameters in `h0`, `h1`, ….
        objective: The objective that the scores are of.
        maximise: Whether a higher score is better.
    """

    frame: pd.DataFrame
    names: tuple[str, ...]
    objective: str
    maximise: bool

    def make_tooltips(self, *, failed: bool = False) -> list[alt.Tooltip]:
        """Return what hovering over a trial shows.

        Args:
            failed: Whether the trials failed, so that they have a reason and no score. Defaults
                to False.
        """
        import altair as alt

        outcome = [
            alt.Tooltip("score:Q", title=say_name(self.objective), format=".4f"),
            alt.Tooltip("error:Q", title="± standard error", format=".4f"),
            alt.Tooltip("parameters:Q", title="parameters", format=","),
            alt.Tooltip("epoch:Q", title="epochs"),
            alt.Tooltip("seconds:Q", title="seconds", format=".1f"),
        ]
        return [
            alt.Tooltip("trial:Q", title="trial"),
            alt.Tooltip("status:N", title="status"),
            *(alt.Tooltip(f"h{n}:N", title=name) for n, name in enumerate(self.names)),
            *([alt.Tooltip("reason:N", title="reason")] if failed else outcome),
        ]


def tabulate(records: Sequence[TrialRecord], study: StudyRecord) -> Trials:
    """Return the trials of a study as rows of charts.

    Args:
        records: The trials, by number.
        study: The study's record.
    """
    import pandas as pd

    names = _list_searched(records, study)
    maximise = study.objective.maximise
    rows = [
        {**_list_results(record, maximise=maximise), **_list_hyperparameters(record, names)}
        for record in records
    ]
    return Trials(pd.DataFrame(rows), names, study.objective.name, maximise)


def _list_searched(records: Sequence[TrialRecord], study: StudyRecord) -> tuple[str, ...]:
    """Return the names of the hyperparameters that are not fixed, derived ones included."""
    fixed = study.fixed
    names = dict.fromkeys(name for r in records for name in {**r.hyperparameters, **r.derived})
    return tuple(name for name in names if name not in fixed)


def _list_results(record: TrialRecord, *, maximise: bool) -> dict[str, Any]:
    result = record.result
    margin = NORMAL * result.standard_error
    low, high = clip_interval(result.score - margin, result.score + margin, maximise=maximise)
    return {
        "trial": record.trial,
        "status": result.status,
        "score": result.score,
        "error": result.standard_error,
        "low": low,
        "high": high,
        "parameters": result.parameters,
        "epoch": result.epoch,
        "seconds": result.seconds,
        "reason": result.reason,
    }


def _list_hyperparameters(record: TrialRecord, names: Sequence[str]) -> dict[str, str]:
    values = {**record.hyperparameters, **record.derived}
    texts = {name: format_value(values[name]) for name in names if name in values}
    description = ", ".join(f"{name} {text}" for name, text in texts.items())
    columns = {f"h{n}": texts.get(name, "–") for n, name in enumerate(names)}
    return {"description": description, **columns}
