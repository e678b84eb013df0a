"""A search from the command line's words to the exported model, and an export of its own.

The parts do not know of each other; this is where they meet. Nothing here prints.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tuner.data import Dataset
from tuner.errors import ExportMismatch, SpaceError, UserError
from tuner.preparation import Destination, Prepared, make_hypermodel, open_or_create
from tuner.study import Listener, Pick, Study, TrialRecord
from tuner.training import OBJECTIVES, TRAINERS, Job
from tuner.training.scores import mean_and_error

if TYPE_CHECKING:
    from tuner.analysis import Selection
    from tuner.search import KFoldTuner
    from tuner.serving.export import TrainedNetwork
    from tuner.serving.fresh_process import FreshProcess

__all__ = ["Outcome", "choose", "export_pick", "run_search"]

_EXPORT_SECONDS = 6.0  # to write a model and check it in a fresh process; hardly grows with it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found.

    Attributes:
        study: The study on the disk.
        records: Its finished trials.
        selection: The networks that it names.
        test: Mean and standard error of each objective on the held-out rows, by name; empty where
            none were held back.
        model: The exported folder; None where the export failed.
        fault: Why it failed; empty otherwise.
        sentence: Why the search ended.
        seconds: Wall time of all of it.
    """

    study: Study
    records: tuple[TrialRecord, ...]
    selection: "Selection"
    test: dict[str, tuple[float, float]]
    model: Path | None
    fault: str
    sentence: str
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        objective = self.study.record.settings.objective
        counts: Counter[str] = Counter(record.result.status for record in self.records)
        return {
            "study": self.study.record.name,
            "trials": len(self.records),
            "completed": counts["completed"],
            "pruned": counts["pruned"],
            "failed": counts["failed"],
            "objective": objective,
            "best": self.selection.best.to_dict(),
            "smallest": self.selection.smallest.to_dict(),
            "test_score": self.test[objective][0] if self.test else None,
            "test": {
                name: {"score": score, "standard_error": error}
                for name, (score, error) in self.test.items()
            },
            "seconds": round(self.seconds, 3),
            "model": None if self.model is None else str(self.model),
        }


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
            study.journal.append("ended", status=status, summary=summary)
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
    from tuner.serving.fresh_process import FreshProcess

    sentence = tuner.run(prepared.problem, study, started=started, export_seconds=_EXPORT_SECONDS)
    on_stage("picking the network")
    selection = choose(study, prepared.dataset)
    model, test, fault = study.folder / "model", {}, ""
    on_stage("training it on all training rows, exporting it, and checking the export")
    with FreshProcess() as fresh:  # it starts while the network trains
        trained = train_pick(prepared, selection.best)
        test = _score(trained, prepared.dataset, prepared.split.test)
        study.journal.append("tested", trial=selection.best.trial, test=test)
        try:
            _export(prepared, study, selection.best, Export(trained, test, model, fresh))
        except ExportMismatch as error:  # what was found is told all the same
            fault = str(error)
    seconds = time.monotonic() - started
    records = tuple(tuner.records)
    return Outcome(
        study, records, selection, test, None if fault else model, fault, sentence, seconds
    )


def _make_tuner(prepared: Prepared, listeners: Sequence[Listener]) -> "KFoldTuner":
    from tuner.search import KFoldTuner

    hypermodel = make_hypermodel(prepared)
    try:
        return KFoldTuner(hypermodel, prepared.settings, listeners=listeners)
    except Exception as error:
        if prepared.definition is not None or isinstance(error, UserError):
            raise
        # KerasTuner builds a network of a user's hypermodel to learn its hyperparameters
        first_line = str(error).strip().partition("\n")[0]
        raise SpaceError(
            f"hypermodel {prepared.space}: build raised {type(error).__name__}: {first_line}; "
            "mend it, and try it with keras_tuner.HyperParameters()"
        ) from error


def choose(study: Study, dataset: Dataset) -> "Selection":
    """Pick a study's networks from the out-of-fold probabilities of its trials.

    Raises:
        SearchFailed: No trial was completed.
    """
    from tuner.analysis import select

    objective, y = study.record.objective, dataset.y[study.record.split.train]
    records = list(study.trials())
    row_values = {
        record.trial: objective.row_values(study.probabilities(record.trial), y)
        for record in records
        if record.completed
    }
    return select(
        records,
        row_values,
        maximise=objective.direction == "max",
        seed=study.record.settings.seed,
    )


@dataclass(frozen=True, slots=True)
class Export:
    """A trained pick on its way to a folder.

    Attributes:
        trained: The network and its preprocessing.
        test: Mean and standard error of each objective on the held-out rows, by name.
        folder: Where to.
        fresh: The process that checks it.
    """

    trained: "TrainedNetwork"
    test: Mapping[str, Sequence[float]]
    folder: Path
    fresh: "FreshProcess"


def export_pick(prepared: Prepared, study: Study, pick: Pick, folder: Path) -> None:
    """Train a pick on all training rows and export it.

    The held-out rows are not scored again: only the network that the search chose has a test
    score.

    Args:
        prepared: The study's space, data and settings.
        study: The study.
        pick: One of its networks.
        folder: Where to.

    Raises:
        ExportMismatch: The exported model answers differently from the one in memory.
        UserError: The folder cannot be written.
    """
    from tuner.serving.fresh_process import FreshProcess

    tested = [event for event in study.journal.events("tested") if event["trial"] == pick.trial]
    test = tested[-1]["test"] if tested else {}
    with FreshProcess() as fresh:  # it starts while the network trains
        _export(prepared, study, pick, Export(train_pick(prepared, pick), test, folder, fresh))


def _export(prepared: Prepared, study: Study, pick: Pick, export: Export) -> None:
    from tuner.serving.export import export_model, sample_rows

    record, dataset = study.record, prepared.dataset
    description = {
        "study": record.name,
        "objective": record.settings.objective,
        "pick": pick.to_dict(),
        "test": dict(export.test),
        "data": record.data,
        "versions": record.versions,
    }
    sample = sample_rows(dataset.raw, dataset.schema)
    export_model(export.trained, description, export.folder, sample=sample, fresh=export.fresh)


def train_pick(prepared: Prepared, pick: Pick) -> "TrainedNetwork":
    """Return a pick's network, trained on all training rows for its epochs."""
    import keras_tuner

    from tuner.serving.export import TrainedNetwork

    hyperparameters = keras_tuner.HyperParameters()
    hyperparameters.values = dict(pick.hyperparameters)
    problem = prepared.problem
    network = TRAINERS[prepared.settings.trainer]().train_on_all_rows(
        Job(pick.trial, hyperparameters),
        make_hypermodel(prepared),
        problem=problem,
        plan=prepared.settings.plan,
        epochs=pick.epoch,
    )
    scaler = problem.scaler(problem.rows)
    assert scaler is not None  # the data of a study are always scaled
    return TrainedNetwork(network, prepared.dataset.schema, scaler)


def _score(
    trained: "TrainedNetwork", dataset: Dataset, rows: np.ndarray
) -> dict[str, tuple[float, float]]:
    if not len(rows):
        return {}
    probabilities = trained.probabilities({k: v[rows] for k, v in dataset.raw.items()})
    scores = {}
    for name, objective in OBJECTIVES.items():
        scores[name] = mean_and_error(objective.row_values(probabilities, dataset.y[rows]))
    return scores
