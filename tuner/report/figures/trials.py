"""The trials of a study as the rows that charts are drawn from, and what hovering shows of them."""

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

__all__ = ["STATUSES", "Trials", "tabulate", "varied"]

STATUSES = ("completed", "pruned", "failed")


@dataclass(frozen=True, slots=True)
class Trials:
    """A study's trials, ready for charts.

    Attributes:
        frame: A row a trial, by number: `trial`, `status`, `score` (NaN where it failed), `low`
            and `high` of the score's 95 % interval, `parameters`, `epoch`, `seconds`, `reason`,
            and `h0`, `h1`, … as words: a name of a person's own could mean something to Vega;
            `what` is all of them in a line.
        names: What `h0`, `h1`, … are.
        objective: What the scores are of.
        maximise: Whether more is better.
    """

    frame: pd.DataFrame
    names: tuple[str, ...]
    objective: str
    maximise: bool

    def tooltips(self, *, failed: bool = False) -> list[alt.Tooltip]:
        """Return what hovering over a trial shows.

        Args:
            failed: Whether it is of trials that failed, which have a reason and no score.
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


def varied(records: Sequence[TrialRecord], study: StudyRecord) -> tuple[str, ...]:
    """Return the hyperparameters by which trials differ, and what follows from them."""
    names = dict.fromkeys(name for r in records for name in {**r.hyperparameters, **r.derived})
    return tuple(name for name in names if name not in study.fixed)


def tabulate(records: Sequence[TrialRecord], study: StudyRecord) -> Trials:
    """Return the trials of a study for its charts.

    Args:
        records: The trials, by number.
        study: What makes it this study.
    """
    import pandas as pd

    names = varied(records, study)
    maximise = study.objective.direction == "max"
    rows = [{**_outcome(r, maximise), **_hyperparameters(r, names)} for r in records]
    return Trials(pd.DataFrame(rows), names, study.objective.name, maximise)


def _outcome(record: TrialRecord, maximise: bool) -> dict[str, Any]:
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


def _hyperparameters(record: TrialRecord, names: Sequence[str]) -> dict[str, str]:
    values = {**record.hyperparameters, **record.derived}
    own = {name: format_value(values[name]) for name in names if name in values}
    what = ", ".join(f"{name} {word}" for name, word in own.items())
    return {"what": what} | {f"h{n}": own.get(name, "–") for n, name in enumerate(names)}
