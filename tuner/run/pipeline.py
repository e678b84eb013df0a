"""A run from its setup to the exported model and the report, stage by stage.

The parts of the package do not know each other; they meet here. Nothing here prints.
`side_processes` says what runs beside the stages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from tuner.analysis import Evidence, TrialEvidence
from tuner.errors import NetworkDiverged, TunerError, one_line
from tuner.report import import_charting
from tuner.run.answering import add_measured_averaging, pick_and_answer
from tuner.run.baselines import ensure_baselines, has_baselines
from tuner.run.earlier_exports import ExportResult, find_export
from tuner.run.exporting import SearchExport, refuse_export
from tuner.run.kept_answers import keep_answer
from tuner.run.outcome import Outcome
from tuner.run.pick_training import (
    describe_training,
    leave_out_networks_on_all_rows,
    train_pick,
)
from tuner.run.picking import PickingResult
from tuner.run.prediction_times import lacks_prediction_times, measure_prediction_times
from tuner.run.report_content import collect_content
from tuner.run.reporting import (
    ReportResult,
    is_reported,
    mark_reported,
    report_study,
)
from tuner.run.run import Run, note_unwritten, record_run
from tuner.run.searching import (
    find_end,
    make_tuner,
    search_trials,
    skip_search,
    warn_about_export,
)
from tuner.run.side_processes import SideProcesses
from tuner.run.stages import STAGES_VERSION, mark_done, mark_out_of_time
from tuner.serving.export_folder import check_export_folder
from tuner.study import PredictionTime, Stage, recover_study

if TYPE_CHECKING:
    from tuner.search import FoldTuner
    from tuner.training.remote.crew import Crew

__all__ = ["run_search"]

_PATIENCE = 10.0  # seconds to wait for the baselines, beyond twice what they should take


def run_search(
    run: Run, side: SideProcesses, *, tuner: "FoldTuner | None" = None, crew: "Crew | None" = None
) -> Outcome:
    """Search, pick a network, train it on all training rows, test it, export it, and report.

    Stages that an earlier run of the study has done are skipped.

    Args:
        run: The run.
        side: The processes beside the run.
        tuner: Made from the run's setup, with its listeners. None to make it where it is needed.
        crew: Workers that train the trials. None to train in this process.

    Raises:
        StudyError: Another process searches the study, or its folder cannot be written.
        SpaceError: The user's hypermodel cannot be loaded or trained.
        SearchFailed: No trial was completed.
    """
    setup, study = run.setup, run.study
    with study.lock_search(run.note), side:
        check_export_folder(study.model_folder)  # before anything is trained for it
        for note in recover_study(study):
            run.note(note)
        end = find_end(study, setup.settings)  # under the lock, so that no trial ends meanwhile
        if end is None and tuner is None:
            tuner = make_tuner(setup, run.listeners)
        with record_run(run) as summary:
            seen = None
            if end is None:
                assert tuner is not None  # it was made above
                side.begin(run)
                warn_about_export(run, tuner)
                seen = search_trials(run, tuner, crew)
            else:
                skip_search(run, end)
            outcome = _finish(run, side, seen, searched=end is None)
            summary.update(outcome.to_dict())
    return outcome


def _finish(
    run: Run, side: SideProcesses, seen: TrialEvidence | None, *, searched: bool
) -> Outcome:
    """Do what follows the trials.

    Args:
        run: The run.
        side: The processes beside the run.
        seen: What the trials showed when the search last looked at them. None if it never did.
        searched: Whether this run has searched, and not an earlier one.
    """
    run.announce("picking the network")
    picking, evidence = pick_and_answer(run, seen)
    export, report = find_export(run.study, picking), None
    idle = not searched and export is not None
    if export is None:
        try:
            export, report = _train_and_export(run, side, picking, evidence)
        except NetworkDiverged as error:
            if leave_out_networks_on_all_rows(run, picking, error):
                picking, evidence = pick_and_answer(run, seen)
                export, report = _train_and_export(run, side, picking, evidence)
            else:
                export = refuse_export(run, error)
    fault = str(export.fault or "")
    if report is None or fault:  # a report that was written before the check knows no fault
        _prepare_report(run, side, idle=idle)
        report = _report(run, picking, evidence, export_fault=fault)
    with note_unwritten(run):
        keep_answer(run.study, report.content.answers.answer)
    return Outcome(report.content, export.model, export.fault, report.page, run.seconds)


def _train_and_export(
    run: Run, side: SideProcesses, picking: PickingResult, evidence: Evidence
) -> tuple[ExportResult, ReportResult | None]:
    """Train and export the pick; while another process checks it, do what can be done of the rest.

    Returns:
        The export and the report. The report is None if baselines are missing: the model does not
        wait for them.

    Raises:
        NetworkDiverged: A network diverges on all training rows.
    """
    checker = side.start_checker(run)
    run.announce(f"{describe_training(picking)}, and exporting")
    ready = train_pick(run, picking)
    with SearchExport(run, picking, ready, checker) as export:
        mark_done(run.study, Stage.WRITING, picking.basis)
        with _note_faults(run, "the report may lack prediction times"):
            _ensure_prediction_times(run, idle=False)
            import_charting()
        report = None
        if has_baselines(run.study):
            _prepare_report(run, side, idle=False)
            report = _report(run, picking, evidence, exported_time=export.prediction_time)
        run.announce("checking the model")
        return export.finish(), report


def _prepare_report(run: Run, side: SideProcesses, *, idle: bool) -> None:
    """Measure the prediction times and get the baselines, if they are missing and there is time.

    An error loses none of the earlier results: it becomes a note.

    Args:
        run: The run.
        side: May train the baselines.
        idle: Whether the run trained and exported nothing before. If even an idle run has no time
            for a part, the journal says so, and a later run with the same limit does not try again.
    """
    with _note_faults(run, "the report may lack prediction times and simple classifiers"):
        _ensure_prediction_times(run, idle=idle)
        _wait_for_baselines(run, side, idle=idle)


def _report(
    run: Run,
    picking: PickingResult,
    evidence: Evidence,
    *,
    exported_time: PredictionTime | None = None,
    export_fault: str = "",
) -> ReportResult:
    """Write the report, unless it is there. An error becomes a note.

    Args:
        run: The run.
        picking: The study's picks.
        evidence: What the study's answers rest on.
        exported_time: How long the exported model takes, while it is not in the study's folder.
        export_fault: Why the export failed. Defaults to "": it did not, as far as is known.
    """
    setup, study = run.setup, run.study
    evidence = add_measured_averaging(setup, study, evidence)
    content = collect_content(setup, study, evidence, exported_time)
    content = replace(content, export_fault=export_fault)
    with _note_faults(run, "the report could not be written"):
        if not is_reported(study, picking.basis, export_fault):
            run.announce("writing the report")
            report_study(content)
            mark_reported(study, picking.basis, export_fault)
        return ReportResult(study.report_path, content)
    return ReportResult(None, content)


@contextmanager
def _note_faults(run: Run, what: str) -> Iterator[None]:
    """Turn an error into a note.

    Args:
        run: The run.
        what: What follows from the error, as the begin of a sentence.
    """
    try:
        yield
    except Exception as error:
        fault = " ".join(str(error).split()) if isinstance(error, TunerError) else one_line(error)
        again = run.study.make_command("report")
        run.note(f"{what} ({fault}); to try again: {again}")


def _ensure_prediction_times(run: Run, *, idle: bool) -> None:
    """Measure prediction times, unless they are known or there is no time."""
    study, estimates, limit = run.study, run.estimates, run.setup.settings.max_seconds
    if not lacks_prediction_times(study):
        return
    if run.seconds_left > estimates.prediction_times:
        run.announce("measuring prediction times")
        times = measure_prediction_times(run.setup, study)
        mark_done(study, Stage.PREDICTION_TIMES, {"completed": times.completed})
    elif idle and limit is not None:
        mark_out_of_time(study, Stage.PREDICTION_TIMES, limit)


def _wait_for_baselines(run: Run, side: SideProcesses, *, idle: bool) -> None:
    """Wait for the baselines that are trained beside the run, or train them in the time left."""
    setup, study, estimates = run.setup, run.study, run.estimates
    if has_baselines(study) and not side.trains_baselines:
        return
    is_time = run.seconds_left > estimates.report + estimates.baselines
    if not has_baselines(study) and (is_time or side.trains_baselines):
        run.announce("training simple classifiers, for comparison")
    # the companion may get hardly any time beside other programs; this process gets more
    patience = 2 * estimates.baselines + _PATIENCE
    ended = side.wait_for_baselines(min(patience, run.seconds_left - estimates.report))
    if not has_baselines(study) and run.seconds_left > estimates.report + estimates.baselines:
        if ended:
            run.note(
                "the process that trains simple classifiers beside the search is too slow, so they "
                "are trained again without it"
            )
        ensure_baselines(setup, study)
    if has_baselines(study):
        mark_done(study, Stage.BASELINES, {"version": STAGES_VERSION})
    elif idle and setup.settings.max_seconds is not None:
        mark_out_of_time(study, Stage.BASELINES, setup.settings.max_seconds)
