"""A study on the disk: its description, its journal, its arrays and its locks."""

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from os.path import abspath
from pathlib import Path
from typing import Any

import numpy as np

from tuner.errors import (
    RESUME_STUDY,
    StudyError,
    make_write_error,
    one_line,
    suggest_names,
)
from tuner.files.checksums import read_sealed, seal
from tuner.files.whole_files import make_folder, read_file, write_whole
from tuner.study.arrays import StudyArrays
from tuner.study.description import UNREADABLE, read_description
from tuner.study.holder import OnWait
from tuner.study.journal import EventKind, Journal
from tuner.study.lock import hold_lock
from tuner.study.names import check_name, is_study, list_study_names, require_study
from tuner.study.places import check_place, empty_place
from tuner.study.prediction_times import PredictionTimes
from tuner.study.records import StudyRecord, TrialRecord
from tuner.study.settings import LIMITS, SearchSettings
from tuner.study.study_folder import StudyFolder

__all__ = ["Study"]

_PATIENCE = 5.0  # seconds to wait for another process that creates the same study


class Study(StudyFolder):
    """A study on the disk.

    Attributes:
        record: The description of the study, as `study.json` has it.
        folder: The study's folder, `<root>/studies/<name>`.
        journal: The events of its searches.
        arrays: Its out-of-fold probabilities, race leads and baselines.
    """

    def __init__(self, record: StudyRecord, folder: Path) -> None:
        super().__init__(folder)
        self.record = record
        self.journal = Journal(folder / "journal.jsonl", record.id)
        self.arrays = StudyArrays(folder, self.journal, record.split)

    @classmethod
    def create(cls, record: StudyRecord, root: Path, *, overwrite: bool = False) -> "Study":
        """Create a study under `root`.

        Args:
            record: The description of the study.
            root: The folder that holds everything that searches write.
            overwrite: Delete a study of the same name first.

        Raises:
            StudyError: The name is taken or not allowed, or the folder cannot be written or holds
                what is not a study's.
        """
        folder = check_name(record.name, root)
        check_place(folder, overwrite=overwrite)
        try:
            make_folder(folder)
            with hold_lock(folder / "search.lock", "searched", patience=_PATIENCE):
                check_place(folder, overwrite=overwrite)  # another process may have been quicker
                empty_place(folder)
                make_folder(folder / "oof")
                text = seal(json.dumps(record.to_dict(), indent=1, ensure_ascii=False))
                write_whole(folder / "study.json", lambda file: file.write(text.encode()))
        except OSError as error:
            remedy = "or give --root another folder"
            raise make_write_error(f"study folder {folder}", error, remedy, StudyError) from error
        return cls(record, folder)

    @classmethod
    def open_or_create(cls, record: StudyRecord, root: Path, *, overwrite: bool = False) -> "Study":
        """Open a study to resume it, or create it if there is none.

        Args:
            record: The description of the study.
            root: The folder that holds everything that searches write.
            overwrite: Delete a study of the same name first.

        Raises:
            StudyError: The study of this name has another description, or cannot be read or
                written.
        """
        if overwrite or not is_study(check_name(record.name, root)):
            return cls.create(record, root, overwrite=overwrite)
        study = cls.open(record.name, root)
        study.check_record(record)
        return study

    @classmethod
    def open(cls, name: str, root: Path) -> "Study":
        """Open an existing study.

        Raises:
            StudyError: There is no such study, or its description cannot be read.
        """
        folder = check_name(name, root)
        path = folder / "study.json"
        if not is_study(folder):
            if (folder / "journal.jsonl").exists():
                raise StudyError(
                    f"study {name} in {root} has lost its study.json; restore the file from a copy"
                )
            names = list_study_names(root)
            if not names:
                raise StudyError(f"there is no study {name}; there are none in {root}")
            raise StudyError(f"there is no study {name} in {root}; {suggest_names(name, names)}")
        study = cls(read_description(path, name), folder)
        if study.journal.is_empty and any((folder / "oof").glob("trial_*")):
            raise StudyError(
                f"study {name} in {root} has lost its journal.jsonl; restore the file from a copy, "
                "or empty the folder oof in it to train all trials again"
            )
        return study

    def check_record(self, record: StudyRecord) -> None:
        """Check that a search with this record may resume the study.

        Raises:
            StudyError: The study was begun with other settings, data or space.
        """
        if differences := self.record.find_differences(record):
            raise StudyError(
                f"study {record.name} in {self.root} differs: "
                f"{'; '.join(differences)}; give what the study began with, --study another name, "
                "or --overwrite to delete it first"
            )

    def make_command(self, name: str, *options: str) -> str:
        """Return a command about the study, which a person can type as it stands.

        Args:
            name: `resume`, `report` or another command that takes a study.
            *options: Follow the study's name. `--root` is added if the root is not `mlruns`.
        """
        root_options = () if abspath(self.root) == abspath("mlruns") else ("--root", str(self.root))
        return shlex.join(["tuner", name, self.record.name, *options, *root_options])

    def lock_search(self, on_wait: OnWait = None) -> AbstractContextManager[None]:
        """Return the lock of the one process that may search the study.

        Args:
            on_wait: As of `wait_for_silence`.

        Raises:
            StudyError: On entering, if another process searches the study.
        """
        return self.journal.lock_search(on_wait)

    def lock_mlflow(self, patience: float) -> AbstractContextManager[object]:
        """Return the lock of the one process that may write the study to MLflow.

        Args:
            patience: Seconds to wait for another process.

        Raises:
            StudyError: On entering, if another process writes the study.
        """
        return hold_lock(self.folder / "mlflow.lock", "written to MLflow", patience=patience)

    def begin(self, settings: SearchSettings, *, fold_networks: bool = False) -> None:
        """Write to the journal that a search begins or resumes, and its limits.

        Args:
            settings: The settings of the search.
            fold_networks: Whether it keeps the networks of folds, and so may export these.
        """
        limits = {name: getattr(settings, name) for name in LIMITS}
        self.journal.append(EventKind.BEGUN, **limits, fold_networks=fold_networks)

    def write_trial(self, trial: TrialRecord, leads: Mapping[str, np.ndarray]) -> None:
        """Write a finished trial: first its arrays, then the line that makes it count.

        Args:
            trial: The trial.
            leads: Arrays that the race compares later trials with; none if it never led.
        """
        result = trial.result
        checksums = self.arrays.write_trial(trial.trial, result.probabilities, leads)
        self.journal.append(EventKind.TRIAL, **trial.to_dict(), arrays=checksums)

    def read_trials(self) -> Iterator[TrialRecord]:
        """Yield the finished trials in the order in which they ended.

        Raises:
            StudyError: The journal is damaged.
        """
        for event in self._read_trial_events().values():
            try:
                record = TrialRecord.from_dict(event)
            except UNREADABLE as error:
                raise self._make_trial_error(event, one_line(error)) from error
            yield record

    def list_trials(self) -> list[TrialRecord]:
        """Return the finished trials by their numbers."""
        return sorted(self.read_trials(), key=lambda record: record.trial)

    def count_trials(self) -> int:
        """Return the number of finished trials.

        Raises:
            StudyError: The journal is damaged.
        """
        return len(self._read_trial_events())

    def _read_trial_events(self) -> dict[int, dict[str, Any]]:
        """Return the event of each finished trial, by its number."""
        require_study(self.record.name, self.folder)
        events: dict[int, dict[str, Any]] = {}
        for event in self.journal.read():
            if event["event"] == EventKind.TRIAL:
                try:
                    number = int(event["result"]["trial"])
                except UNREADABLE as error:
                    raise self._make_trial_error(event, one_line(error)) from error
                if number in events:
                    raise self._make_trial_error(event, "it is there twice")
                events[number] = event
            elif event["event"] == EventKind.DROPPED:
                events.pop(event["trial"], None)
        return events

    def _make_trial_error(self, event: Mapping[str, Any], fault: str) -> StudyError:
        result = event.get("result")
        number = result.get("trial", "?") if isinstance(result, dict) else event.get("trial", "?")
        return StudyError(
            f"journal {self.journal.path}: trial {number} cannot be read ({fault}); restore the "
            "file from a copy"
        )

    def read_answer(self) -> str:
        """Return the latest answer to the space's question, in one sentence; "" without one."""
        events = list(self.journal.read(EventKind.ANSWERED))
        return str(events[-1]["answer"]) if events else ""

    def write_prediction_times(self, times: PredictionTimes) -> None:
        """Write how long the study's networks take to predict, in place of earlier times.

        Raises:
            StudyError: The file cannot be written.
        """
        text = seal(json.dumps(times.to_dict(), indent=1, ensure_ascii=False), self._subject)
        try:
            write_whole(self.prediction_times_path, lambda file: file.write(text.encode()))
        except OSError as error:
            path = str(self.prediction_times_path)
            raise make_write_error(path, error, RESUME_STUDY, StudyError) from error

    def read_prediction_times(self) -> PredictionTimes:
        """Return the stored prediction times; empty if there are none or the file is damaged."""
        try:
            text = read_file(self.prediction_times_path).decode()
            return PredictionTimes.from_dict(read_sealed(text, self._subject))
        except UNREADABLE:  # there are none, or the file is damaged
            return PredictionTimes()

    @property
    def _subject(self) -> str:
        """The space and the data, whose networks the prediction times are of."""
        return json.dumps([self.record.space_definition, self.record.data.get("fingerprint")])
