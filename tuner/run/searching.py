"""Train trials until a limit is reached or the oracle has no further one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuner.analysis import (
    EnsembleGains,
    TrialEvidence,
    is_answered,
    read_cluster_values,
)
from tuner.errors import OF_OTHERS, SearchFailed, SpaceError, UserError, one_line
from tuner.run.run import Run
from tuner.run.setup import Setup, make_hypermodel
from tuner.run.stages import mark_done, read_basis
from tuner.study import (
    EndKind,
    Listener,
    SearchEnd,
    SearchSettings,
    Stage,
    Study,
    TrialRecord,
)

if TYPE_CHECKING:
    from tuner.search import FoldTuner
    from tuner.search.end_rules import EndRule
    from tuner.training.remote.crew import Crew

__all__ = [
    "find_end",
    "make_tuner",
    "search_trials",
    "skip_search",
    "warn_about_export",
]


def make_tuner(setup: Setup, listeners: Sequence[Listener] = ()) -> "FoldTuner":
    """Make the tuner that searches a setup.

    Args:
        setup: Space, data, folds and settings.
        listeners: Receive the search's events, in this order.

    Raises:
        SpaceError: The user's hypermodel cannot be loaded, its `build` raises, or no trial of the
            warm start has a place in its space.
    """
    from tuner.search import FoldTuner
    from tuner.search.warm_starts import give_warm_start

    hypermodel = make_hypermodel(setup)
    try:
        tuner = FoldTuner(hypermodel, setup.settings, listeners=listeners, row_time=setup.row_time)
        give_warm_start(tuner.oracle, setup.warm_start)
        return tuner
    except OF_OTHERS as error:
        if setup.space is not None or isinstance(error, UserError):
            raise
        # KerasTuner builds a network of a user's hypermodel to learn its hyperparameters
        raise SpaceError(
            f"hypermodel {setup.hypermodel}: build raised {one_line(error)}; "
            "fix it, and try it with keras_tuner.HyperParameters()"
        ) from error


def warn_about_export(run: Run, tuner: "FoldTuner") -> None:
    """Say before the search if a user's network cannot be exported after it."""
    if run.setup.space is not None:
        return
    from tuner.model.loadable import find_unloadable

    network = tuner.hypermodel.build(tuner.oracle.get_space())
    part = find_unloadable(network)
    if part:
        run.note(
            f"the networks of hypermodel {run.setup.hypermodel} cannot be exported, because {part} "
            "cannot be loaded without its file; replace it by layers of Keras to get a model"
        )


def search_trials(
    run: Run, tuner: "FoldTuner", crew: "Crew | None" = None, *, after: float | None = None
) -> TrialEvidence | None:
    """Train trials, each of which the study keeps as soon as it ends.

    Args:
        run: The run.
        tuner: Made from the run's setup, with its listeners.
        crew: Workers that train the trials. None to train in this process.
        after: The seconds that a time limit leaves to the stages after the trials, without the
            final training. None for all stages.

    Returns:
        What the trials showed when the search last looked at them. None if it never did.

    Raises:
        SearchFailed: No trial was completed.
    """
    setup, study, settings = run.setup, run.study, run.setup.settings
    check = _AnswerCheck(setup, study) if _asks(setup) else None
    limit = settings.max_seconds
    end = tuner.run(
        setup.problem,
        study,
        started=run.started,
        export_seconds=run.estimates.after_search(limit or 0.0) if after is None else after,
        # without a limit, none is exported
        fold_networks=None if limit is None else run.fold_networks,
        end_rules=_make_end_rules(run, tuner, check),
        crew=crew,
    )
    basis = {**end.to_dict(), "max_trials": settings.max_trials}
    if end.kind is EndKind.PATIENCE:
        basis["patience_trials"] = settings.patience_trials
    mark_done(study, Stage.SEARCHING, basis)
    return check.seen if check else None


def _make_end_rules(run: Run, tuner: "FoldTuner", check: "_AnswerCheck | None") -> "list[EndRule]":
    """Return the rules that may end the search before its limits."""
    from tuner.search.end_rules import AnswerRule, PatienceRule

    setup, patience = run.setup, run.setup.settings.patience_trials
    rules: list[EndRule] = []
    if check is not None:
        rules.append(AnswerRule(tuner.hypermodel, setup.problem.training_rows, check))
    if patience is not None:
        rules.append(PatienceRule(EnsembleGains(run.study, setup.truth).has_gained, patience))
    return rules


def _asks(setup: Setup) -> bool:
    """Return whether a search ends when its trials answer the question of its space."""
    space = setup.space
    return setup.settings.until_answered and space is not None and space.compare is not None


class _AnswerCheck:
    """Says whether some trials of a study answer the question of its space.

    Attributes:
        seen: What the trials of the last call show. None before the first call.
    """

    def __init__(self, setup: Setup, study: Study) -> None:
        self._setup, self._study = setup, study
        self.seen: TrialEvidence | None = None

    def __call__(self, records: Sequence[TrialRecord]) -> bool:
        numbers = {record.trial for record in records}
        trials = tuple(each for each in self._study.list_trials() if each.trial in numbers)
        known = self.seen.cluster_values if self.seen else None
        values = read_cluster_values(self._study, self._setup.truth, known)
        count = self._setup.count_configurations
        self.seen = seen = TrialEvidence(
            self._study.record, trials, values, count_configurations=count
        )
        return is_answered(seen)


def skip_search(run: Run, end: SearchEnd) -> None:
    """Tell the listeners of a study whose search is over that it is.

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
    records = tuple(record.brief for record in run.study.read_trials())
    if not any(record.completed for record in records):
        from tuner.search.end_reasons import describe_failure  # imports Keras

        raise SearchFailed(describe_failure(records))


def find_end(study: Study, settings: SearchSettings) -> SearchEnd | None:
    """Return why a search of the study would train no further trial. None if it would.

    Args:
        study: The study.
        settings: The settings of that search.
    """
    trials = study.count_trials()
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
    if end.kind is EndKind.PATIENCE:
        patience = settings.patience_trials
        return end if patience is not None and patience == basis.get("patience_trials") else None
    same_trials = settings.max_trials <= basis["max_trials"]
    return end if end.kind is EndKind.EXHAUSTED and same_trials else None
