"""Predicts rows that a Python program gives with the model of a study."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd

from tuner.api.boundary import Caller
from tuner.data import OnError, find_kept, read_label_type
from tuner.errors import DataError, StudyError, check_choice
from tuner.serving.exported_model import ExportedModel
from tuner.study import Study, require_study

if TYPE_CHECKING:
    import keras

__all__ = ["StudyModel", "read_labels"]

_FRACTION = re.compile(r"-?\d+\.\d+")
_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")


class StudyModel:
    """The model that a study has exported, loaded once until another one is exported.

    Args:
        study: The study.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._opened: ExportedModel | None = None
        self._network: keras.Model | None = None  # a program may change it

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is loaded: a graph cannot be pickled, and a copy loads both again."""
        return {**self.__dict__, "_opened": None, "_network": None}

    def open(self) -> ExportedModel:
        """Return the model; its files are checked each time.

        Raises:
            StudyError: There is none yet.
            UserError: The model is damaged.
        """
        study = self._study
        require_study(study.record.name, study.folder)
        if not (study.model_folder / "model.json").exists():
            raise StudyError(
                f"study {study.record.name} has no exported model; to export one: "
                f"{study.make_command('export')}"
            )
        model = ExportedModel.open(study.model_folder)
        if self._opened is None or model != self._opened:
            self._opened, self._network = model, None
        return self._opened

    def load_network(self, caller: Caller) -> "keras.Model":
        """Return its Keras network, the same object each time."""
        model = self.open()
        if self._network is None:
            caller.import_heavy()
            self._network = model.load_network()
        return self._network

    def predict_classes(self, rows: Any, on_error: str, caller: Caller) -> pd.Series:
        """Return the class of each row, as `SearchedStudy.predict` does."""
        model = self.open()
        table = _predict_rows(model, rows, on_error, caller)
        labels = dict(zip(model.schema.classes, _name_classes(self._study, model), strict=True))
        return table["class"].map(labels).rename(model.schema.target)

    def predict_probabilities(self, rows: Any, on_error: str, caller: Caller) -> pd.DataFrame:
        """Return the probability of each class, as `SearchedStudy.predict_proba` does."""
        model = self.open()
        table = _predict_rows(model, rows, on_error, caller).drop(columns="class")
        return table.set_axis(_name_classes(self._study, model), axis="columns")


def _predict_rows(model: ExportedModel, rows: Any, on_error: str, caller: Caller) -> pd.DataFrame:
    """Return the class and the probabilities of rows.

    Args:
        model: The model.
        rows: A frame, whose index the table has, or an array; a file, or a folder of images.
        on_error: Whether bad cells are refused ("refuse"), or taken as missing ("missing").
        caller: The call from Python, which shows warnings.
    """
    columns = {column.name for column in model.schema.used}
    if isinstance(rows, pd.Series) and columns and columns.issubset(rows.index):
        raise DataError(
            "rows: it is a Series, one row of a frame; give a frame of one row, such as "
            "frame.iloc[[0]]"
        )
    read = model.read if isinstance(rows, str | Path) else model.convert
    parts = read(
        str(rows) if isinstance(rows, Path) else rows,
        warn=lambda warning: caller.messages.warn(f"warning: {warning}"),
        on_error=check_choice("--on-error", on_error, get_args(OnError)),
    )
    caller.import_heavy()
    table = pd.concat(list(model.predict(parts)), ignore_index=True)
    has_index = isinstance(rows, pd.DataFrame | pd.Series)
    return table.set_axis(rows.index, axis="index") if has_index else table


def _name_classes(study: Study, model: ExportedModel) -> list[Any]:
    """Return the classes with the type that the labels of a study's rows have."""
    source = find_kept(str(study.record.data.get("source", "")), study.root)
    kind = read_label_type(source, model.schema.target)
    pools = bool(study.record.data.get("pooled_classes"))
    return read_labels(model.schema.classes, kind, pools_last=pools)


def read_labels(
    classes: Sequence[str], kind: type | None = None, *, pools_last: bool = False
) -> list[Any]:
    """Return the names of classes as a program has them.

    Args:
        classes: The names.
        kind: The type that the labels had. None if it is not known: then names are numbers if all
            are whole numbers, or all are as Python writes numbers.
        pools_last: Whether the last class pools others, and has a name that is no label.

    >>> read_labels(["0", "1", "10"]), read_labels(["01", "2"])
    ([0, 1, 10], ['01', '2'])
    >>> read_labels(["0", "1"], str), read_labels(["false", "true"], bool)
    (['0', '1'], [False, True])
    >>> read_labels(["0", "0.5"], float), read_labels(["0", "1", "other"], float)
    ([0.0, 0.5], [0.0, 1.0, 'other'])
    >>> read_labels(["0", "1", "other"], int), read_labels(["0", "1", "other"], pools_last=True)
    ([0, 1, 'other'], [0, 1, 'other'])
    >>> read_labels(["0.0", "1.0"]), read_labels(["0.10", "0.2"])
    ([0.0, 1.0], ['0.10', '0.2'])
    """
    labels = classes[:-1] if pools_last else classes
    if kind in (None, float) and all(_WHOLE.fullmatch(name) for name in labels):
        kind = int
    elif kind is None and all(_is_spelled_by_python(name) for name in labels):
        kind = float
    return [_read_label(name, kind) for name in classes]


def _is_spelled_by_python(name: str) -> bool:
    return bool(_FRACTION.fullmatch(name)) and repr(float(name)) == name


def _read_label(name: str, kind: type | None) -> Any:
    if kind is bool:
        return {"false": False, "true": True}.get(name, name)
    try:
        return kind(name) if kind in (int, float) else name
    except ValueError:  # of a class that pools others
        return name
