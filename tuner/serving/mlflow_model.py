"""Writes an exported folder's MLflow model. Only the fresh process imports this, and MLflow."""

import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import AnyType

from tuner.data.parsing import level_spellings
from tuner.scoring import decide
from tuner.serving.input_names import split_inputs
from tuner.serving.threshold import read_threshold

__all__ = ["ModelInput", "make_model_input", "predict_mlflow", "write_mlflow_model"]

ModelInput = pd.DataFrame | dict[str, np.ndarray]

_EXAMPLE_ROWS = 3
_CODE = [  # in the order of their imports
    Path(level_spellings.__file__),
    *(
        Path(__file__).with_name(name)
        for name in ("cell_notes.py", "served_cells.py", "graph_steps.py", "served_model.py")
    ),
]
_OWN_IMPORT = re.compile(r"^from tuner\..*\n", re.MULTILINE)
_REQUIRED_PACKAGES = ("keras", "tensorflow", "pandas", "numpy")


def make_model_input(description: Mapping[str, Any], inputs: dict[str, np.ndarray]) -> ModelInput:
    """Return rows as users have them: raw columns under their own names, None if missing.

    Args:
        description: The content of `model.json`.
        inputs: By the network's input name, each of shape `(rows, …)`.
    """
    raw = split_inputs(inputs, description["inputs"])
    if description["schema"]["array_shape"] is not None:
        return raw
    return pd.DataFrame({k: pd.Series(map(_make_cell, v), dtype=object) for k, v in raw.items()})


def _make_cell(value: np.floating | str) -> float | str | None:
    """Return a cell of a table; a number is the shortest one that is equal in its precision."""
    if isinstance(value, str):
        return value or None
    return None if np.isnan(value) else float(str(value))


def write_mlflow_model(folder: Path, description: Mapping[str, Any], rows: ModelInput) -> None:
    """Write `mlflow_model/` beside the `model.keras` and the `model.json` of a folder.

    It is a model from code, one file of those that `_CODE` names, and no object is pickled. Its
    signature names the columns and leaves their types open. With types, MLflow would refuse whole
    numbers where the data had a fraction, and missing truth values. The code itself rejects what it
    cannot take.

    Args:
        folder: The exported folder.
        description: The content of its `model.json`.
        rows: As `make_model_input` returns them; the first few become the input example.
    """
    if isinstance(rows, dict):
        example: ModelInput = {name: values[:_EXAMPLE_ROWS] for name, values in rows.items()}
    else:
        example = rows.head(_EXAMPLE_ROWS)
    versions = description["versions"]
    with TemporaryDirectory() as temporary:
        code = Path(temporary) / "served_model.py"
        own = "".join(path.read_text(encoding="utf-8") for path in _CODE)
        code.write_text(_OWN_IMPORT.sub("", own), encoding="utf-8")
        mlflow.pyfunc.save_model(
            folder / "mlflow_model",
            python_model=str(code),
            artifacts={
                "network": str(folder / "model.keras"),
                "description": str(folder / "model.json"),
            },
            signature=_make_signature(description["schema"], rows),
            input_example=example,
            pip_requirements=[f"{name}=={versions[name]}" for name in _REQUIRED_PACKAGES],
        )


def predict_mlflow(folder: Path, description: Mapping[str, Any], rows: ModelInput) -> np.ndarray:
    """Return the probabilities of an exported folder's MLflow model, shape `(rows, classes)`.

    Raises:
        ValueError: The model names another class than the probabilities and the threshold say.
    """
    answer: pd.DataFrame = mlflow.pyfunc.load_model(str(folder / "mlflow_model")).predict(
        rows,
        params={"on_error": "missing"},  # the rows of the check have texts that none reads
    )
    table = answer.drop(columns="class")
    probabilities = table.to_numpy(np.float32)
    places = decide(probabilities, read_threshold(description))
    if not (table.columns[places] == "probability_" + answer["class"]).all():
        raise ValueError("the MLflow model names another class than its probabilities do")
    return probabilities


def _make_signature(schema: dict[str, Any], rows: ModelInput) -> ModelSignature:
    shape = schema["array_shape"]
    if shape is None:
        inputs = Schema([ColSpec(AnyType(), str(name)) for name in rows])
    else:
        inputs = Schema([TensorSpec(np.dtype("float32"), (-1, *shape), name="x")])
    probabilities = [f"probability_{name}" for name in schema["classes"]]
    numbers = [ColSpec(DataType.float, name) for name in probabilities]
    outputs = Schema([ColSpec(DataType.string, "class"), *numbers])
    params = ParamSchema([ParamSpec("on_error", DataType.string, "refuse")])
    return ModelSignature(inputs=inputs, outputs=outputs, params=params)
