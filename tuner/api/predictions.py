"""Predicts rows that a Python program gives with the model of a study."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tuner.data import convert_raw
from tuner.errors import StudyError
from tuner.serving.exported_model import ExportedModel
from tuner.serving.input_names import join_columns
from tuner.study import Study

__all__ = ["open_model", "predict_rows", "read_labels"]


def open_model(study: Study) -> ExportedModel:
    """Open the model that a study has exported.

    Raises:
        StudyError: It has none yet.
        UserError: The model is damaged.
    """
    if not (study.model_folder / "model.json").exists():
        raise StudyError(
            f"study {study.record.name} has no exported model; to export one: "
            f"{study.make_command('export')}"
        )
    return ExportedModel.open(study.model_folder)


def predict_rows(model: ExportedModel, rows: Any) -> pd.DataFrame:
    """Return the class and the probability of each class of rows.

    Args:
        model: The model.
        rows: A frame, whose index the answer has, or an array; a file, or a folder of images.

    Raises:
        DataError: The rows cannot be read, or lack a column.
    """
    if isinstance(rows, str | Path):
        chunks = model.read(str(rows))
    else:
        chunks = iter([join_columns(convert_raw(rows, model.schema), model.inputs)])
    table = pd.concat(list(model.predict(chunks)), ignore_index=True)
    return table.set_axis(rows.index, axis="index") if isinstance(rows, pd.DataFrame) else table


def read_labels(classes: Sequence[str], kind: type | None = None) -> list[Any]:
    """Return the names of classes as a program has them.

    Args:
        classes: The names.
        kind: The type that the labels had. None if it is not known: then names are numbers if all
            are whole numbers.

    >>> read_labels(["0", "1", "10"]), read_labels(["01", "2"])
    ([0, 1, 10], ['01', '2'])
    >>> read_labels(["0", "1"], str), read_labels(["false", "true"], bool)
    (['0', '1'], [False, True])
    """
    if kind is bool:
        return [name == "true" for name in classes]
    if kind is not str and all(re.fullmatch(r"0|-?[1-9]\d{0,17}", name) for name in classes):
        return [int(name) for name in classes]
    return list(classes)
