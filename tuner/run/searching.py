"""Stage 3: train trials until a limit is reached or the oracle has no further one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuner.analysis import (
    NETWORKS,
    compare_settings,
    find_untried_shares,
    group_by_hyperparameter,
    read_cluster_values,
)
from tuner.errors import SearchFailed, SpaceError, UserError, one_line
from tuner.run.run import Run
from tuner.run.setup import Setup, make_hypermodel
from tuner.run.stages import Stage, mark_done, read_basis
from tuner.study import (
    EndKind,
    EventKind,
    Listener,
    SearchEnd,
    SearchSettings,
    Study,
    TrialRecord,
)

if TYPE_CHECKING:
    from tuner.search import KFoldTuner

__all__ = ["SearchResult", "find_end", "make_tuner", "read_trials", "search_trials"]


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
    end = tuner.run(
        run.setup.problem,
        run.study,
        started=run.started,
        export_seconds=run.estimates.after_search,
        final_networks=NETWORKS,
        is_answered=_find_answer_check(run),
    )
    basis = {**end.to_dict(), "max_trials": run.setup.settings.max_trials}
    mark_done(run.study, Stage.SEARCHING, basis)
    return SearchResult(tuple(tuner.records), end.sentence)


def _find_answer_check(run: Run) -> Callable[[Sequence[TrialRecord]], bool] | None:
    """Return a function that says whether trials answer the question. None if nobody asks."""
    setup, study = run.setup, run.study
    space = setup.definition
    if not setup.settings.until_answered or space is None or space.compare is None:
        return None
    compared = space.compare
    get_setting = group_by_hyperparameter(compared)

    def is_answered(records: Sequence[TrialRecord]) -> bool:
        comparison = compare_settings(
            records,
            read_cluster_values(study, setup.truth),
            get_setting=get_setting,
            split=setup.split,
            maximise=study.record.objective.direction == "max",
            untried=find_untried_shares(space, compared, records),
        )
        return bool(comparison.not_told_apart) and not comparison.open

    return is_answered


def read_trials(run: Run, end: SearchEnd) -> SearchResult:
    """Return the trials of a study whose search is over, and tell the listeners about them.

    Args:
        run: The run.
        end: Why the search is over.

    Raises:
        SearchFailed: No trial was completed.
    """
    for listener in run.listeners:
        listener.on_study_begin(run.study)
    for listener in run.listeners:
        listener.on_search_end(run.study, end.sentence)
    records = tuple(run.study.read_trials())
    if not any(record.completed for record in records):
        from tuner.search.end_reasons import describe_failure  # imports Keras

        raise SearchFailed(describe_failure(records))
    return SearchResult(records, end.sentence)


def find_end(study: Study, settings: SearchSettings) -> SearchEnd | None:
    """Return why a search of the study would train no further trial. None if it would.

    Args:
        study: The study.
        settings: The settings of that search.
    """
    trials = sum(1 for _ in study.journal.read(EventKind.TRIAL))
    if end := SearchEnd.find_trial_limit(trials, settings.max_trials):
        return end
    basis = read_basis(study, Stage.SEARCHING)
    if basis is None:
        return None
    end = SearchEnd.from_dict(basis)
    if end.trials != trials:
        return None
    if end.kind in (EndKind.ANSWERED, EndKind.WORK):
        return end if settings.until_answered else None
    same_trials = settings.max_trials <= basis["max_trials"]
    return end if end.kind is EndKind.EXHAUSTED and same_trials else None
