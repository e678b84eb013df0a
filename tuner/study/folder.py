"""A study's folder under `mlruns/studies/`: its description, journal and predictions."""

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from tuner.errors import StudyError, known_names
from tuner.files import write_whole
from tuner.study.journal import EventKind, Journal
from tuner.study.lock import locked
from tuner.study.prediction import PredictionTimes
from tuner.study.records import SearchSettings, StudyRecord, TrialRecord

__all__ = ["Study", "check_name", "check_root", "free_name", "study_names"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Study:
    """One search on the disk.

    Attributes:
        record: What makes it this study.
        folder: Where it lies.
        journal: Its events.
    """

    def __init__(self, record: StudyRecord, folder: Path) -> None:
        self.record = record
        self.folder = folder
        self.journal = Journal(folder / "journal.jsonl")

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
                with locked(folder / "search.lock", "searched"):
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
            names = study_names(root)
            known = known_names(name, names) if names else f"there are none in {root}"
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
        if differences := self.record.differences(record):
            raise StudyError(
                f"study {record.name} in {self.folder.parents[1]} is another one: "
                f"{'; '.join(differences)}; give what it was begun with, --study another name, or "
                "--overwrite to delete it first"
            )

    def command(self, name: str, *options: str) -> str:
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

    def search_lock(self) -> AbstractContextManager[None]:
        """Return the lock of the one process that may search the study.

        Raises:
            StudyError: On entering, where another process searches it.
        """
        return locked(self.folder / "search.lock", "searched")

    def is_searched(self) -> bool:
        """Return whether another process searches the study now."""
        try:
            with self.search_lock():
                return False
        except StudyError:
            return True

    def mlflow_lock(self, patience: float) -> AbstractContextManager[None]:
        """Return the lock of the one process that may write the study to MLflow.

        Args:
            patience: Seconds to wait for another process.

        Raises:
            StudyError: On entering, where another process writes it.
        """
        return locked(self.folder / "mlflow.lock", "written to MLflow", patience=patience)

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
        probabilities = trial.result.probabilities
        if probabilities is not None:
            path = self._probabilities(trial.trial)
            _write_safely(path, lambda file: np.save(file, probabilities, allow_pickle=False))
        if leads:
            arrays: dict[str, Any] = dict(leads)
            _write_safely(self._leads(trial.trial), lambda file: np.savez(file, **arrays))
        self.journal.append(EventKind.TRIAL, **trial.to_dict())

    def trials(self) -> Iterator[TrialRecord]:
        """Yield the finished trials in the order in which they ended.

        Raises:
            StudyError: The journal is damaged.
        """
        for event in self.journal.events(EventKind.TRIAL):
            try:
                record = TrialRecord.from_dict(event)
            except (KeyError, TypeError, ValueError) as error:
                raise StudyError(
                    f"journal {self.journal.path}: trial {event.get('trial', '?')} cannot be read "
                    f"({type(error).__name__}: {error}); restore the file from a copy"
                ) from error
            yield record

    def probabilities(self, trial: int) -> np.ndarray:
        """Return a trial's out-of-fold probabilities, as `TrialResult` has them."""
        array: np.ndarray = np.load(self._probabilities(trial), allow_pickle=False)
        return array

    def leads(self, trial: int) -> dict[str, np.ndarray]:
        """Return what `write_trial` was given for the race."""
        path = self._leads(trial)
        if not path.exists():
            return {}
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)

    def write_baselines(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep what simple classifiers came to on the study's rows and folds.

        Args:
            arrays: By name; what they are is told in `tuner.analysis.baselines`.

        Raises:
            StudyError: The file cannot be written.
        """
        named: dict[str, Any] = dict(arrays)
        _write_safely(self._baselines, lambda file: np.savez(file, **named))

    def baselines(self) -> dict[str, np.ndarray]:
        """Return what `write_baselines` was given; nothing where it was never called."""
        if not self._baselines.exists():
            return {}
        with np.load(self._baselines, allow_pickle=False) as arrays:
            return dict(arrays)

    def write_prediction_times(self, times: PredictionTimes) -> None:
        """Keep how long the study's networks take to predict, in place of what was measured before.

        Raises:
            StudyError: The file cannot be written.
        """
        text = json.dumps(times.to_dict(), indent=1, ensure_ascii=False)
        _write_safely(self._prediction_times, lambda file: file.write(text.encode()))

    def prediction_times(self) -> PredictionTimes:
        """Return what `write_prediction_times` was given; nothing where it was never called."""
        if not self._prediction_times.exists():
            return PredictionTimes()
        return PredictionTimes.from_dict(json.loads(self._prediction_times.read_text("utf-8")))

    @property
    def _prediction_times(self) -> Path:
        return self.folder / "prediction.json"

    @property
    def _baselines(self) -> Path:
        return self.folder / "baselines.npz"

    def _probabilities(self, trial: int) -> Path:
        return self.folder / "oof" / f"trial_{trial:05d}.npy"

    def _leads(self, trial: int) -> Path:
        return self.folder / "oof" / f"trial_{trial:05d}_leads.npz"


def check_name(name: str, root: Path) -> Path:
    """Return the folder of a study, if it may have this name.

    Raises:
        StudyError: The name is not allowed.
    """
    if not _NAME.fullmatch(name):
        last = Path(name).name
        if last in study_names(root):
            raise StudyError(f"study name {name!r} is not allowed; give the name alone, {last}")
        raise StudyError(
            f"study name {name!r} is not allowed; use at most 100 letters, digits, '.', '_' and "
            "'-', beginning with a letter or digit"
        )
    return root / "studies" / name


def check_root(root: Path) -> None:
    """Refuse a folder that studies cannot be written to, before anything is computed.

    Raises:
        StudyError: It cannot be made or written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        writable = os.access(root, os.W_OK)
        reason = "Permission denied"
    except OSError as error:
        writable, reason = False, str(error.strerror)
    if not writable:
        raise StudyError(
            f"folder {root} cannot be written ({reason}); mend that, or give --root another folder"
        )


def study_names(root: Path) -> list[str]:
    """Return the names of the studies under `root`, in alphabetical order."""
    return sorted(path.parent.name for path in (root / "studies").glob("*/study.json"))


def free_name(stem: str, root: Path) -> str:
    """Return the first of `stem-1`, `stem-2`, … that no study under `root` has.

    Args:
        stem: What the name begins with; characters that a name cannot have become `_`.
        root: The folder that holds all that searches write.
    """
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).lstrip("._-")[:90] or "study"
    number = 1
    while check_name(f"{stem}-{number}", root).exists():
        number += 1
    return f"{stem}-{number}"


def _is_study(folder: Path) -> bool:
    return (folder / "study.json").exists()


def _write_safely(path: Path, save: Callable[[BinaryIO], object]) -> None:
    try:
        write_whole(path, save)
    except OSError as error:
        raise StudyError(
            f"{path} cannot be written ({error.strerror}); mend that, and the study can be gone "
            "on with: all that stands in its journal is kept"
        ) from error
