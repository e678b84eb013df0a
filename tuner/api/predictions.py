"""Predicts rows that a Python program gives with the model of a study."""

from typing import Any

import pandas as pd

from tuner.errors import StudyError
from tuner.serving.exported_model import ExportedModel
from tuner.study import Study

__all__ = ["open_model", "predict_rows"]


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
        rows: A file, or a folder of images.

    Raises:
        DataError: The rows cannot be read, or lack a column.
    """
    tables = list(model.predict(model.read(str(rows))))
    return pd.concat(tables, ignore_index=True)
