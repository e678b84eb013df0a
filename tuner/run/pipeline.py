"""A search from the command line's words to the exported model.

The parts do not know of each other; this is where they meet. Nothing here prints.
"""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tuner.analysis import (
    JudgedBaseline,
    Picks,
    calibrate_networks,
    count_networks,
    judge_baselines,
    load_baselines,
    make_exportable,
    pick_networks,
)
from tuner.errors import ExportMismatch, SpaceError, TunerError, UserError, one_line
from tuner.report import preload_charting
from tuner.run.estimates import Estimates
from tuner.run.exporting import Export, export_trained
from tuner.run.final_training import train_members
from tuner.run.opening import open_or_create
from tuner.run.outcome import Outcome
from tuner.run.prediction_times import lacks_prediction_times, measure_prediction_times
from tuner.run.reporting import report_study
from tuner.run.request import Destination
from tuner.run.setup import Setup, make_hypermodel
from tuner.scoring import defined_scores
from tuner.study import EventKind, Listener, Study

if TYPE_CHECKING:
    from tuner.search import KFoldTuner
    from tuner.serving.trained_network import TrainedNetwork

__all__ = ["run_search"]


def run_search(
    setup: Setup,
    destination: Destination,
    *,
    started: float,
    listeners: Sequence[Listener] = (),
    on_stage: Callable[[str], None] = lambda stage: None,
) -> Outcome:
    """Search, pick, train the pick on all training rows, export it and score it once.

    Args:
        setup: What to search.
        destination: Where the study is written.
        started: Since when time counts, by `time.monotonic`.
        listeners: Who is told of the search's events.
        on_stage: Is told what follows the last trial.

    Raises:
        StudyError: The study of this name is another one, or is being searched, or the folder
            cannot be written.
        SpaceError: A user's hypermodel cannot be loaded or trained.
        SearchFailed: No trial was completed.
    """
    tuner = _make_tuner(setup, listeners)
    study = open_or_create(setup, destination)
    status: Literal["finished", "failed", "interrupted"] = "interrupted"
    summary: dict[str, Any] = {}
    with study.lock_search():
        if study.journal.torn:
            tuner.note(
                "the last line of the journal was being written when the search was stopped; it "
                "is dropped, and what it told is done again"
            )
        study.begin(setup.settings)
        try:
            outcome = _search(setup, tuner, study, started=started, on_stage=on_stage)
            status, summary = "finished", outcome.to_dict()
            return outcome
        except Exception:
            status = "failed"
            raise
        finally:
            study.journal.append(EventKind.ENDED, status=status, summary=summary)
            for listener in listeners:
                listener.on_study_end(status, summary)


def _search(
    setup: Setup,
    tuner: "KFoldTuner",
    study: Study,
    *,
    started: float,
    on_stage: Callable[[str], None],
) -> Outcome:
    from tuner.analysis import NETWORKS
    from tuner.serving.fresh_process import FreshProcess

    estimates = Estimates.from_setup(setup)
    sentence = tuner.run(
        setup.problem,
        study,
        started=started,
        export_seconds=estimates.after_search,
        final_networks=NETWORKS,
    )
    on_stage("picking the network")
    picks = pick_networks(study, setup.truth)
    picked, model, test, fault = make_exportable(picks, picks.exported), study.model_folder, {}, ""
    members, records = picked.members, {record.trial: record for record in tuner.records}
    calibration = calibrate_networks(study, members, setup.problem)
    what = "the best network" if picked.name == "best" else "the ensemble's networks"
    on_stage(f"training {what} on all training rows, exporting and checking the model")
    with FreshProcess() as fresh:  # it starts while the page is made ready and the network trains
        with suppress(Exception):  # the report tries it again, and tells
            preload_charting()
        temperature = calibration.temperature
        trained = train_members(setup, records, members, tuner.note, temperature=temperature)
        test = _score(trained, setup)
        networks = count_networks(members)
        study.journal.append(
            EventKind.TESTED, networks=networks, temperature=temperature, test=test
        )
        export = Export(picked, trained, calibration, test, model, fresh)
        try:
            export_trained(setup, study, export)
        except ExportMismatch as error:  # what was found is told all the same
            fault = str(error)
            study.journal.append(EventKind.NOT_EXPORTED, fault=fault)
    on_stage("writing the report")
    left = (setup.settings.max_seconds or math.inf) - (time.monotonic() - started)
    left -= estimates.report + estimates.prediction_times
    measured = left > 0 and lacks_prediction_times(study)
    baselines = left > estimates.baselines
    report, judged = _report(
        setup, study, picks, measured=measured, baselines=baselines, on_note=tuner.note
    )
    return Outcome(
        study=study,
        records=tuple(tuner.records),
        picks=picks,
        test=test,
        calibration=calibration,
        baselines=judged,
        model=None if fault else model,
        fault=fault,
        report=report,
        sentence=sentence,
        seconds=time.monotonic() - started,
    )


def _report(
    setup: Setup,
    study: Study,
    picks: Picks,
    *,
    measured: bool,
    baselines: bool,
    on_note: Callable[[str], None],
) -> tuple[Path | None, tuple[JudgedBaseline, ...]]:
    """Measure what it shows, and write the report; a fault costs nothing of what was found.

    Returns:
        Where the report lies, and how the baselines that it shows stand beside what is exported.
    """
    try:
        if measured:
            measure_prediction_times(setup, study)
        report = report_study(setup, study, picks, baselines=baselines)
        return report, judge_baselines(
            load_baselines(study),
            picks.out_of_bag,
            setup.truth,
            objective=study.record.objective.name,
        )
    except Exception as error:
        own = isinstance(error, TunerError)  # its text is a sentence
        fault = " ".join((str(error) if own else f"{type(error).__name__}: {error}").split())
        again = study.make_command("report")
        on_note(f"the report could not be written ({fault}); this tries it again: {again}")
        return None, ()


def _make_tuner(setup: Setup, listeners: Sequence[Listener]) -> "KFoldTuner":
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
            "mend it, and try it with keras_tuner.HyperParameters()"
        ) from error


def _score(trained: "TrainedNetwork", setup: Setup) -> dict[str, tuple[float, float]]:
    """Return mean and standard error of each objective on the held-out rows, by name."""
    rows = setup.split.test
    if not len(rows):
        return {}
    raw = {name: values[rows] for name, values in setup.dataset.raw.items()}
    return defined_scores(trained.predict_proba(raw), setup.test_truth)
