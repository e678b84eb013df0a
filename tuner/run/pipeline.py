"""A search from the command line's words to the exported model.

The parts do not know of each other; this is where they meet. Nothing here prints.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tuner.analysis import (
    Calibration,
    JudgedBaseline,
    Picks,
    calibrate_networks,
    count_networks,
    find_fronts,
    judge_baselines,
    load_baselines,
    make_exportable,
    pick_networks,
)
from tuner.errors import ExportMismatch, SpaceError, TunerError, UserError, one_line
from tuner.report import preload_charting
from tuner.run.exporting import Export, export_trained
from tuner.run.final_training import train_members
from tuner.run.prediction_times import (
    PREDICTION_SECONDS,
    lacks_prediction_times,
    measure_prediction_times,
)
from tuner.run.preparation import Destination, Prepared, make_hypermodel, open_or_create
from tuner.run.reporting import baseline_seconds, choice_seconds, report_seconds, report_study
from tuner.scoring import defined_scores
from tuner.study import EventKind, Listener, PredictionTime, Study, TrialRecord

if TYPE_CHECKING:
    from tuner.search import KFoldTuner
    from tuner.serving.export import TrainedNetwork

__all__ = ["Outcome", "run_search"]

_EXPORT_SECONDS = 8.0  # to write a model and check it in a fresh process; hardly grows with it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found.

    Attributes:
        study: The study on the disk.
        records: Its finished trials.
        picks: The networks that it names.
        test: Mean and standard error of each objective on the held-out rows, by name, of what was
            exported; without those that these rows do not define, and empty where none were held
            back.
        calibration: Of the probabilities of what was exported.
        baselines: Simple classifiers on the same rows and folds; empty where no time was left.
        model: The exported folder; None where the export failed.
        fault: Why it failed; empty otherwise.
        report: The page; None where it could not be written.
        sentence: Why the search ended.
        seconds: Wall time of all of it.
    """

    study: Study
    records: tuple[TrialRecord, ...]
    picks: Picks
    test: dict[str, tuple[float, float]]
    calibration: Calibration
    baselines: tuple[JudgedBaseline, ...]
    model: Path | None
    fault: str
    report: Path | None
    sentence: str
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        objective = self.study.record.settings.objective
        fronts = find_fronts(self.study, self.records)
        counts: Counter[str] = Counter(record.result.status for record in self.records)
        return {
            "study": self.study.record.name,
            "trials": len(self.records),
            "completed": counts["completed"],
            "pruned": counts["pruned"],
            "failed": counts["failed"],
            "objective": objective,
            "best": self.picks.best.to_dict(),
            "smallest": self.picks.smallest.to_dict(),
            "pareto": [_on_the_front(record) for record in fronts.parameters],
            "pareto_by_time": [
                {**_on_the_front(record), **_seconds(fronts.times.trials[record.trial])}
                for record in fronts.time
            ],
            "ensemble": self.picks.ensemble.to_dict(),
            "exported": self.picks.exported,
            "calibration": self.calibration.to_dict(),
            "baselines": [_beside(baseline, objective) for baseline in self.baselines],
            "test_score": self.test[objective][0] if objective in self.test else None,
            "test": {
                name: {"score": score, "standard_error": error}
                for name, (score, error) in self.test.items()
            },
            "seconds": round(self.seconds, 3),
            "model": None if self.model is None else str(self.model),
            "report": None if self.report is None else str(self.report),
        }


def _on_the_front(record: TrialRecord) -> dict[str, Any]:
    result = record.result
    return {
        "trial": record.trial,
        "parameters": result.parameters,
        "score": result.score,
        "standard_error": result.standard_error,
    }


def _beside(baseline: JudgedBaseline, objective: str) -> dict[str, Any]:
    score = baseline.scores[objective]
    return {
        "name": baseline.name,
        "score": score.value,
        "standard_error": score.standard_error,
        "difference": baseline.difference,
        "difference_standard_error": baseline.standard_error,
        "verdict": baseline.verdict,
    }


def _seconds(of: PredictionTime) -> dict[str, float]:
    return {"row_seconds": of.row, "batch_seconds": of.batch}


def run_search(
    prepared: Prepared,
    destination: Destination,
    *,
    started: float,
    listeners: Sequence[Listener] = (),
    on_stage: Callable[[str], None] = lambda stage: None,
) -> Outcome:
    """Search, pick, train the pick on all training rows, export it and score it once.

    Args:
        prepared: What to search.
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
    tuner = _make_tuner(prepared, listeners)
    study = open_or_create(prepared, destination)
    status: Literal["finished", "failed", "interrupted"] = "interrupted"
    summary: dict[str, Any] = {}
    with study.search_lock():
        if study.journal.torn:
            tuner.note(
                "the last line of the journal was being written when the search was stopped; it "
                "is dropped, and what it told is done again"
            )
        study.begin(prepared.settings)
        try:
            outcome = _search(prepared, tuner, study, started=started, on_stage=on_stage)
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
    prepared: Prepared,
    tuner: "KFoldTuner",
    study: Study,
    *,
    started: float,
    on_stage: Callable[[str], None],
) -> Outcome:
    from tuner.analysis import NETWORKS
    from tuner.serving.fresh_process import FreshProcess

    afterwards = choice_seconds(prepared) + report_seconds(prepared) + baseline_seconds(prepared)
    sentence = tuner.run(
        prepared.problem,
        study,
        started=started,
        export_seconds=_EXPORT_SECONDS + PREDICTION_SECONDS + afterwards,
        final_networks=NETWORKS,
    )
    on_stage("picking the network")
    picks = pick_networks(study, prepared.truth)
    picked, model, test, fault = (
        make_exportable(picks, picks.exported),
        study.model_folder,
        {},
        "",
    )
    members, records = picked.members, {record.trial: record for record in tuner.records}
    calibration = calibrate_networks(study, members, prepared.problem)
    what = "the best network" if picked.name == "best" else "the ensemble's networks"
    on_stage(f"training {what} on all training rows, exporting and checking the model")
    with FreshProcess() as fresh:  # it starts while the page is made ready and the network trains
        with suppress(Exception):  # the report tries it again, and tells
            preload_charting()
        temperature = calibration.temperature
        trained = train_members(prepared, records, members, tuner.note, temperature=temperature)
        test = _score(trained, prepared)
        networks = count_networks(members)
        study.journal.append(
            EventKind.TESTED, networks=networks, temperature=temperature, test=test
        )
        export = Export(picked, trained, calibration, test, model, fresh)
        try:
            export_trained(prepared, study, export)
        except ExportMismatch as error:  # what was found is told all the same
            fault = str(error)
            study.journal.append(EventKind.NOT_EXPORTED, fault=fault)
    on_stage("writing the report")
    left = (prepared.settings.max_seconds or math.inf) - (time.monotonic() - started)
    left -= report_seconds(prepared) + PREDICTION_SECONDS
    measured = left > 0 and lacks_prediction_times(study)
    baselines = left > baseline_seconds(prepared)
    report, judged = _report(
        prepared, study, picks, measured=measured, baselines=baselines, on_note=tuner.note
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
    prepared: Prepared,
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
            measure_prediction_times(prepared, study)
        report = report_study(prepared, study, picks, baselines=baselines)
        return report, judge_baselines(
            load_baselines(study),
            picks.out_of_bag,
            prepared.truth,
            objective=study.record.objective.name,
        )
    except Exception as error:
        own = isinstance(error, TunerError)  # its text is a sentence
        fault = " ".join((str(error) if own else f"{type(error).__name__}: {error}").split())
        again = study.command("report")
        on_note(f"the report could not be written ({fault}); this tries it again: {again}")
        return None, ()


def _make_tuner(prepared: Prepared, listeners: Sequence[Listener]) -> "KFoldTuner":
    from tuner.search import KFoldTuner

    hypermodel = make_hypermodel(prepared)
    try:
        return KFoldTuner(hypermodel, prepared.settings, listeners=listeners)
    except Exception as error:
        if prepared.definition is not None or isinstance(error, UserError):
            raise
        # KerasTuner builds a network of a user's hypermodel to learn its hyperparameters
        raise SpaceError(
            f"hypermodel {prepared.space}: build raised {one_line(error)}; "
            "mend it, and try it with keras_tuner.HyperParameters()"
        ) from error


def _score(trained: "TrainedNetwork", prepared: Prepared) -> dict[str, tuple[float, float]]:
    """Return mean and standard error of each objective on the held-out rows, by name."""
    rows = prepared.split.test
    if not len(rows):
        return {}
    raw = {name: values[rows] for name, values in prepared.dataset.raw.items()}
    return defined_scores(trained.probabilities(raw), prepared.test_truth)
