"""Writes an exported folder's MLflow model. Only a process of its own imports this, and MLflow."""

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema, TensorSpec
from mlflow.types.schema import AnyType

__all__ = ["ModelInput", "model_input", "predict_mlflow", "write_mlflow_model"]

ModelInput = pd.DataFrame | dict[str, np.ndarray]

_EXAMPLE = 3  # rows
_CODE = Path(__file__).with_name("served_model.py")
_NEEDED = ("keras", "tensorflow", "pandas", "numpy")


def model_input(description: dict[str, Any], inputs: dict[str, np.ndarray]) -> ModelInput:
    """Return rows as a person has them: raw columns under their own names, None where missing.

    Args:
        description: What `model.json` says.
        inputs: By the network's input name, each of shape `(rows, …)`.
    """
    raw = {column: inputs[name] for column, name in description["inputs"].items()}
    if description["schema"]["array_shape"] is not None:
        return raw
    return pd.DataFrame({k: pd.Series(map(_cell, v), dtype=object) for k, v in raw.items()})


def _cell(value: np.float32 | str) -> float | str | None:
    """Return a value of a table; a number is the shortest that is the same in single precision."""
    if isinstance(value, str):
        return value or None
    return None if np.isnan(value) else float(str(value))


def write_mlflow_model(folder: Path, description: dict[str, Any], rows: ModelInput) -> None:
    """Write `mlflow_model/` beside the `model.keras` and the `model.json` of a folder.

    It is a model from code, that of `served_model.py`, and no object is pickled. Its signature
    names the columns. Their values are of any type, since MLflow would otherwise refuse whole
    numbers where the data had a fraction, and missing truth values; the code itself says what it
    cannot take.

    Args:
        folder: The exported folder.
        description: What its `model.json` says.
        rows: As `model_input` gives them; the first few are the input example.
    """
    if isinstance(rows, dict):
        example: ModelInput = {name: values[:_EXAMPLE] for name, values in rows.items()}
    else:
        example = rows.head(_EXAMPLE)
    versions = description["versions"]
    mlflow.pyfunc.save_model(
        folder / "mlflow_model",
        python_model=str(_CODE),
        artifacts={
            "network": str(folder / "model.keras"),
            "description": str(folder / "model.json"),
        },
        signature=_signature(description["schema"], rows),
        input_example=example,
        pip_requirements=[f"{name}=={versions[name]}" for name in _NEEDED],
    )


def predict_mlflow(folder: Path, rows: ModelInput) -> np.ndarray:
    """Return the probabilities of an exported folder's MLflow model, shape `(rows, classes)`.

    Raises:
        ValueError: The class that it names is not the most probable one.
    """
    answer: pd.DataFrame = mlflow.pyfunc.load_model(str(folder / "mlflow_model")).predict(rows)
    table = answer.drop(columns="class")
    probabilities = table.to_numpy(np.float32)
    most = table.columns[probabilities.argmax(axis=1)]
    if not (most == "probability_" + answer["class"]).all():
        raise ValueError("the MLflow model names a class that is not the most probable one")
    return probabilities


def _signature(schema: dict[str, Any], rows: ModelInput) -> ModelSignature:
    shape = schema["array_shape"]
    if shape is None:
        inputs = Schema([ColSpec(AnyType(), str(name)) for name in rows])
    else:
        inputs = Schema([TensorSpec(np.dtype("float32"), (-1, *shape), name="x")])
    probabilities = [f"probability_{name}" for name in schema["classes"]]
    numbers = [ColSpec(DataType.float, name) for name in probabilities]
    outputs = Schema([ColSpec(DataType.string, "class"), *numbers])
    return ModelSignature(inputs=inputs, outputs=outputs)
