"""Stage 3: train trials until a limit is reached or the oracle has no further one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tuner.analysis import NETWORKS
from tuner.errors import SpaceError, UserError, one_line
from tuner.run.run import Run
from tuner.run.setup import Setup, make_hypermodel
from tuner.run.stages import Stage, mark_done, read_basis
from tuner.study import EventKind, Listener, SearchSettings, Study, TrialRecord
from tuner.words import count_noun

if TYPE_CHECKING:
    from tuner.search import KFoldTuner

__all__ = ["SearchResult", "explain_end", "make_tuner", "read_trials", "search_trials"]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The trials of a study.

    Attributes:
        records: The finished trials, in the order in which they ended.
        reason: Why the search ended, in one sentence.
    """

    records: tuple[TrialRecord, ...]
    reason: str


def make_tuner(setup: Setup, listeners: Sequence[Listener] = ()) -> "KFoldTuner":
    """Make the tuner that searches a setup.

    Raises:
        SpaceError: The user's hypermodel cannot be loaded, or its `build` raises.
    """
    from tuner.search import KFoldTuner

    hypermodel = make_hypermodel(setup)
    try:
        return KFoldTuner(hypermodel, setup.settings, listeners=listeners)
    except Exception as error:
        if setup.definition is not None or isinstance(error, UserError):
            raise
        # KerasTuner builds a network of a user's hypermodel to learn its hyperparameters
        raise SpaceError(
            f"hypermodel {setup.space}: build raised {one_line(error)}; "
            "fix it, and try it with keras_tuner.HyperParameters()"
        ) from error


def search_trials(run: Run, tuner: "KFoldTuner") -> SearchResult:
    """Train trials, each of which the study keeps as soon as it ends.

    Args:
        run: The run.
        tuner: Made from the run's setup, with its listeners.

    Raises:
        SearchFailed: No trial was completed.
    """
    settings = run.setup.settings
    reason = tuner.run(
        run.setup.problem,
        run.study,
        started=run.started,
        export_seconds=run.estimates.after_search,
        final_networks=NETWORKS,
    )
    records = tuple(tuner.records)
    limit: Literal["trials", "seconds", "oracle"] = "oracle"
    if len(records) >= settings.max_trials:
        limit = "trials"
    elif settings.max_seconds is not None and not getattr(tuner.oracle, "exhausted", False):
        limit = "seconds"
    basis = {"trials": len(records), "max_trials": settings.max_trials, "limit": limit}
    mark_done(run.study, Stage.SEARCHING, basis | {"reason": reason})
    return SearchResult(records, reason)


def read_trials(run: Run, reason: str) -> SearchResult:
    """Return the trials of a study whose search is over, and tell the listeners about them.

    Args:
        run: The run.
        reason: Why the search is over.
    """
    for listener in run.listeners:
        listener.on_study_begin(run.study)
    for listener in run.listeners:
        listener.on_search_end(run.study, reason)
    return SearchResult(tuple(run.study.read_trials()), reason)


def explain_end(study: Study, settings: SearchSettings) -> str:
    """Return why a search of the study would train no further trial; empty if it would.

    Args:
        study: The study.
        settings: The settings of that search.
    """
    trials = sum(1 for _ in study.journal.read(EventKind.TRIAL))
    if trials > settings.max_trials:
        return f"the study has {trials} trials already, and {settings.max_trials} were asked for"
    if trials == settings.max_trials:
        return f"{count_noun(trials, 'trial')} {'was' if trials == 1 else 'were'} asked for"
    basis = read_basis(study, Stage.SEARCHING) or {}
    if basis.get("limit") == "oracle" and basis["trials"] == trials:
        return str(basis["reason"]) if settings.max_trials <= basis["max_trials"] else ""
    return ""
