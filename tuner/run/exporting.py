"""Write the trained network as a model, and check the model in a fresh process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuner.analysis import (
    Exportable,
    calibrate_networks,
    predict_out_of_fold,
    read_test_scores,
)
from tuner.errors import RESUME_STUDY, ExportMismatch, ExportUnchecked, TunerError
from tuner.run.earlier_exports import ExportResult
from tuner.run.final_training import train_members
from tuner.run.model_description import TrainedExportable, describe_model
from tuner.run.picking import PickingResult
from tuner.run.run import Run, note_unwritten
from tuner.run.setup import Setup
from tuner.run.stages import mark_done
from tuner.serving.formats import DEFAULT_FORMATS, WRITTEN
from tuner.study import EventKind, PredictionTime, Stage, Study

if TYPE_CHECKING:
    from tuner.serving.export import ModelDestination, ModelExport
    from tuner.serving.fresh_process import FreshProcess

__all__ = ["ExportOptions", "SearchExport", "export_pick", "refuse_export"]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What a person may choose for an export, beside the pick and the folder.

    Attributes:
        threshold: What the threshold of two classes is chosen for. None for the study's own rule.
        formats: The formats, as `choose_formats` returns them.
    """

    threshold: str | None = None
    formats: tuple[str, ...] = DEFAULT_FORMATS


class SearchExport:
    """The search's pick, written to the study's own folder, while another process checks it.

    Use it as a context manager; without `finish`, nothing is exported.

    Args:
        run: The run, with its study and setup.
        picking: The study's picks.
        ready: The pick, trained.
        fresh: The process that checks the model.

    Raises:
        UserError: The folder cannot be written.
    """

    def __init__(
        self, run: Run, picking: PickingResult, ready: TrainedExportable, fresh: "FreshProcess"
    ) -> None:
        self._run, self._study, self._picking, self._ready = run, run.study, picking, ready
        self._export: ModelExport | None = None
        self._fault: TunerError | None = None
        from tuner.serving.export import ModelDestination

        try:  # a fault is told by `finish`, since the report does not wait for it
            to = ModelDestination(run.study.model_folder, remedy=RESUME_STUDY)
            self._export = _begin_export(run.setup, run.study, ready, to, fresh)
        except ExportMismatch as error:
            self._fault = error

    @property
    def prediction_time(self) -> PredictionTime | None:
        """How long the written model takes. None if a format cannot be written."""
        if self._export is None:
            return None
        time = self._export.prediction_time
        return PredictionTime(time["row_seconds"], time["batch_seconds"])

    def __enter__(self) -> "SearchExport":
        return self

    def __exit__(self, *error: Any) -> None:
        if self._export is not None:
            self._export.__exit__(*error)

    def finish(self) -> ExportResult:
        """Wait for the check, and say in the journal how it ended.

        Raises:
            UserError: The folder cannot be written.
        """
        study, fault, fingerprint = self._study, self._fault, ""
        if self._export is not None:
            try:
                fingerprint = self._export.finish()
            except (ExportMismatch, ExportUnchecked) as error:
                fault = error  # the search's other results are still reported
        if fault is not None:
            return refuse_export(self._run, fault)
        with note_unwritten(self._run):
            _record_export(study, self._ready, fingerprint)
            mark_done(study, Stage.EXPORTING, self._picking.basis)
        return ExportResult(study.model_folder, None)


def refuse_export(run: Run, fault: TunerError) -> ExportResult:
    """Say in the journal why nothing is exported."""
    with note_unwritten(run):
        run.study.journal.append(EventKind.NOT_EXPORTED, fault=str(fault))
    return ExportResult(None, fault)


# Over 40 lines: half of them describe the arguments and the errors.
def export_pick(
    setup: Setup,
    study: Study,
    exportable: Exportable,
    folder: Path,
    on_note: Callable[[str], None] = lambda note: None,
    *,
    options: ExportOptions,
) -> None:
    """Train a pick on all training rows and export it.

    The held-out rows are not scored again: only the pick that the search exported has a test
    score.

    Args:
        setup: The study's space, data and settings.
        study: The study.
        exportable: One of its picks.
        folder: The folder to write.
        on_note: Receives a note about each network that had to be trained again, and about a
            process that did not check the model, and about a format that is left out.
        options: The threshold and the formats.

    Raises:
        ExportMismatch: The exported model answers differently from the network in memory.
        ExportUnchecked: The disk or the memory did not let the model be checked.
        UserError: The folder cannot be written, or the threshold's rule does not fit the classes.
    """
    from tuner.serving.export import ModelDestination
    from tuner.serving.fresh_process import FreshProcess

    members = exportable.members
    calibration = calibrate_networks(study, members, setup.truth)
    temperature = calibration.temperature
    test = read_test_scores(study, members, temperature)
    predictions = predict_out_of_fold(
        study, setup.truth, members, temperature=temperature, rule=options.threshold
    )
    records = {record.trial: record for record in study.read_trials()}
    with FreshProcess(on_note) as fresh:  # it starts while the network trains
        trained = train_members(setup, records, members, on_note, temperature=temperature)
        ready = TrainedExportable(exportable, trained, calibration, test, predictions)
        to = ModelDestination(folder, options.formats)
        with _begin_export(setup, study, ready, to, fresh) as export:
            for name, said in export.formats.items():
                if said != WRITTEN:
                    on_note(f"the format {name} is left out: {said}")
            fingerprint = export.finish()
    if folder.resolve() == study.model_folder.resolve():
        _record_export(study, ready, fingerprint)


def _begin_export(
    setup: Setup,
    study: Study,
    ready: TrainedExportable,
    to: "ModelDestination",
    fresh: "FreshProcess",
) -> "ModelExport":
    """Write a model, and begin to check it.

    Raises:
        ExportMismatch: A format cannot be written.
        UserError: The folder cannot be written.
    """
    from tuner.serving.export import ModelExport
    from tuner.serving.sample import pick_sample

    description = describe_model(setup, study, ready)
    sample = pick_sample(setup.dataset.raw, setup.dataset.schema)
    return ModelExport(ready.trained, description, to, sample=sample, fresh=fresh)


def _record_export(study: Study, ready: TrainedExportable, fingerprint: str) -> None:
    """Write to the journal that the study's own folder has a model, so that MLflow registers it."""
    name = ready.exportable.name
    study.journal.append(EventKind.EXPORTED, pick=name, fingerprint=fingerprint)
