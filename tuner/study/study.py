"""A study's folder under `mlruns/studies/`: its description, journal and predictions."""

import json
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from tuner.errors import StudyError, suggest_names
from tuner.files import write_whole
from tuner.study.arrays import StudyArrays
from tuner.study.faults import make_write_error
from tuner.study.journal import EventKind, Journal
from tuner.study.lock import hold_lock
from tuner.study.names import check_name, list_study_names
from tuner.study.prediction_times import PredictionTimes
from tuner.study.records import StudyRecord, TrialRecord
from tuner.study.settings import SearchSettings

__all__ = ["Study"]


class Study:
    """One search on the disk.

    Attributes:
        record: What makes it this study.
        folder: Where it lies.
        journal: Its events.
        arrays: Its out-of-fold probabilities, race leads and baselines.
    """

    def __init__(self, record: StudyRecord, folder: Path) -> None:
        self.record = record
        self.folder = folder
        self.journal = Journal(folder / "journal.jsonl")
        self.arrays = StudyArrays(folder)

    @classmethod
    def create(cls, record: StudyRecord, root: Path, *, overwrite: bool = False) -> "Study":
        """Make a new study under `root`.

        Args:
            record: What makes it this study.
            root: The folder that holds all that searches write.
            overwrite: Delete a study of the same name first.

        Raises:
            StudyError: The name is taken or not allowed, or the folder cannot be written.
        """
        folder = check_name(record.name, root)
        if _is_study(folder) and not overwrite:
            raise StudyError(
                f"study {record.name} already exists in {root}; give --study another name, or "
                "--overwrite to delete it first"
            )
        try:
            if folder.exists():  # also what a process left that was killed right here
                with hold_lock(folder / "search.lock", "searched"):
                    shutil.rmtree(folder)
            folder.mkdir(parents=True)  # fails where another process was quicker
            (folder / "oof").mkdir()
            text = json.dumps(record.to_dict(), indent=1, ensure_ascii=False)
            write_whole(folder / "study.json", lambda file: file.write(text.encode()))
        except OSError as error:
            raise StudyError(
                f"study folder {folder} cannot be written ({error.strerror}); "
                "mend that, or give --root another folder"
            ) from error
        return cls(record, folder)

    @classmethod
    def open_or_create(cls, record: StudyRecord, root: Path, *, overwrite: bool = False) -> "Study":
        """Open a study to go on with it, or make it.

        Args:
            record: What makes it this study.
            root: The folder that holds all that searches write.
            overwrite: Delete a study of the same name first.

        Raises:
            StudyError: The study of this name is another one, or cannot be read or written.
        """
        if overwrite or not _is_study(check_name(record.name, root)):
            return cls.create(record, root, overwrite=overwrite)
        study = cls.open(record.name, root)
        study.check_record(record)
        return study

    @classmethod
    def open(cls, name: str, root: Path) -> "Study":
        """Open a study that exists.

        Raises:
            StudyError: There is no such study, or its description cannot be read.
        """
        folder = check_name(name, root)
        path = folder / "study.json"
        if not path.is_file():
            names = list_study_names(root)
            known = suggest_names(name, names) if names else f"there are none in {root}"
            raise StudyError(f"there is no study {name}; {known}")
        try:
            record = StudyRecord.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StudyError(
                f"study description {path} cannot be read ({type(error).__name__}: {error}); "
                "restore the file from a copy"
            ) from error
        return cls(record, folder)

    def check_record(self, record: StudyRecord) -> None:
        """Check that a search with this record may resume the study.

        Raises:
            StudyError: The study was begun with other settings, data or space.
        """
        if differences := self.record.find_differences(record):
            raise StudyError(
                f"study {record.name} in {self.folder.parents[1]} is another one: "
                f"{'; '.join(differences)}; give what it was begun with, --study another name, or "
                "--overwrite to delete it first"
            )

    def make_command(self, name: str, *options: str) -> str:
        """Return a command of this package about the study, for a terminal.

        Args:
            name: `resume`, `report` or another one that takes a study.
            *options: What follows the study's name; its root does where it is not the usual one.
        """
        root = self.folder.parents[1]
        named = () if root == Path("mlruns") else ("--root", str(root))
        return shlex.join(["tuner", name, self.record.name, *options, *named])

    @property
    def model_folder(self) -> Path:
        """Where what the search exports lies."""
        return self.folder / "model"

    def lock_search(self) -> AbstractContextManager[None]:
        """Return the lock of the one process that may search the study.

        Raises:
            StudyError: On entering, where another process searches it.
        """
        return hold_lock(self.folder / "search.lock", "searched")

    def is_searched(self) -> bool:
        """Return whether another process searches the study now."""
        try:
            with self.lock_search():
                return False
        except StudyError:
            return True

    def lock_mlflow(self, patience: float) -> AbstractContextManager[None]:
        """Return the lock of the one process that may write the study to MLflow.

        Args:
            patience: Seconds to wait for another process.

        Raises:
            StudyError: On entering, where another process writes it.
        """
        return hold_lock(self.folder / "mlflow.lock", "written to MLflow", patience=patience)

    def begin(self, settings: SearchSettings) -> None:
        """Write that a search of it begins, or goes on, and how long."""
        limits = {"max_trials": settings.max_trials, "max_seconds": settings.max_seconds}
        self.journal.append(EventKind.BEGUN, **limits)

    def write_trial(self, trial: TrialRecord, leads: Mapping[str, np.ndarray]) -> None:
        """Keep a finished trial: its arrays first, then the line that makes it count.

        Args:
            trial: The trial.
            leads: What the race must know of it later; none where it led nowhere.
        """
        if trial.result.probabilities is not None:
            self.arrays.write_probabilities(trial.trial, trial.result.probabilities)
        if leads:
            self.arrays.write_leads(trial.trial, leads)
        self.journal.append(EventKind.TRIAL, **trial.to_dict())

    def read_trials(self) -> Iterator[TrialRecord]:
        """Yield the finished trials in the order in which they ended.

        Raises:
            StudyError: The journal is damaged.
        """
        for event in self.journal.read(EventKind.TRIAL):
            try:
                record = TrialRecord.from_dict(event)
            except (KeyError, TypeError, ValueError) as error:
                raise StudyError(
                    f"journal {self.journal.path}: trial {event.get('trial', '?')} cannot be read "
                    f"({type(error).__name__}: {error}); restore the file from a copy"
                ) from error
            yield record

    def write_prediction_times(self, times: PredictionTimes) -> None:
        """Keep how long the study's networks take to predict, in place of what was measured before.

        Raises:
            StudyError: The file cannot be written.
        """
        text = json.dumps(times.to_dict(), indent=1, ensure_ascii=False)
        try:
            write_whole(self._prediction_times, lambda file: file.write(text.encode()))
        except OSError as error:
            raise make_write_error(self._prediction_times, error) from error

    def read_prediction_times(self) -> PredictionTimes:
        """Return what `write_prediction_times` was given; nothing where it was never called."""
        if not self._prediction_times.exists():
            return PredictionTimes()
        return PredictionTimes.from_dict(json.loads(self._prediction_times.read_text("utf-8")))

    @property
    def _prediction_times(self) -> Path:
        return self.folder / "prediction.json"


def _is_study(folder: Path) -> bool:
    return (folder / "study.json").exists()
