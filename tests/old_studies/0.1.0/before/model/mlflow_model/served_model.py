"""An exported model as MLflow serves it: raw columns in, classes and probabilities out.

This file is copied into the MLflow model and run there when it is loaded. It needs MLflow, Keras
and pandas, and nothing of the package that it comes from.
"""

import json
from datetime import date, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel

_DIGITS = 30  # after the point: the network reads no longer texts, and float32 has no more
MISSING_NUMBERS = (
    *("", "NA", "N/A", "n/a", "n.a.", "N.A.", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "none", "?", "-", "--"),
    *("#N/A", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?", "#NULL!"),
)


class SoftmaxClassifier(PythonModel):
    """Answers one row for each row: `class`, and `probability_…` of each class."""

    def load_context(self, context: Any) -> None:
        """Load the network in Keras's safe mode, which runs no code of the file."""
        import tensorflow as tf

        import keras  # isort: skip  (after TensorFlow, whose start-up it would otherwise repeat)

        self.tensor = tf.constant
        description = Path(context.artifacts["description"]).read_text(encoding="utf-8")
        content: dict[str, Any] = json.loads(description)
        self.schema: dict[str, Any] = content["schema"]
        self.inputs: dict[str, str] = content["inputs"]
        self.network = keras.saving.load_model(context.artifacts["network"], safe_mode=True)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """Predict rows.

        Args:
            context: MLflow's; not used.
            model_input: Raw columns by name; of an array data set the dictionary `{"x": array}`.
                Numbers may be texts of numbers; None, NaN and "" are missing values.
            params: MLflow's; there are none.

        Raises:
            MlflowException: A value is not what the network takes; a served model answers 400.
        """
        tensors = self.network.input
        inputs = {
            name: self._text(column, model_input[column])
            if tensors[name].dtype == "string"
            else _numbers(column, model_input[column], tensors[name].shape[1:])
            for column, name in self.inputs.items()
        }
        rows = {name: self.tensor(values) for name, values in inputs.items()}
        probabilities = self.network(rows, training=False).numpy()
        classes: list[str] = self.schema["classes"]
        columns = {"class": np.array(classes, dtype=object)[probabilities.argmax(axis=1)]}
        for number, name in enumerate(classes):
            columns[f"probability_{name}"] = probabilities[:, number]
        return pd.DataFrame(columns)

    def _text(self, column: str, values: Any) -> np.ndarray:
        """Return texts as the data had them, "" where one is missing."""
        described = next(each for each in self.schema["columns"] if each["name"] == column)
        if described["kind"] == "numeric":  # of texts such as 1.234,5
            values = [_written(value, described["notation"][5]) for value in values]
        known = _levels(described)
        texts = (_spelled(column, value) for value in values)
        return np.array(
            [
                known.get(text, known.get(text.strip(), known.get(_bare(described, text), text)))
                for text in texts
            ],
            dtype=object,
        )


def _levels(described: dict[str, Any]) -> dict[str, str]:
    """Return the texts that the network takes, by those that stand for them."""
    levels: list[str] = described["levels"]
    spellings = [text for _, text in described.get("spellings", [])]
    bare = {_bare(described, level): level for level in levels}
    found = bare if len(bare) == len(levels) else {}
    return found | {text: text for text in [*levels, *spellings]}


def _bare(described: dict[str, Any], text: str) -> str:
    """Return a text without what does not tell levels apart: blanks, the case of truth values."""
    text = text.strip()
    return text.lower() if described["kind"] == "boolean" else text


def _written(value: Any, decimal: str) -> Any:
    """Return a fraction as text with a decimal separator, and anything else as it is."""
    if not isinstance(value, float | np.floating) or not np.isfinite(value):
        return value
    return np.format_float_positional(value, precision=_DIGITS, trim="-").replace(".", decimal)


def _spelled(column: str, value: Any) -> str:
    """Return a cell as text: 3 and 3.0 are "3", true is "true", dates and times are ISO 8601's."""
    if isinstance(value, str):
        return value if value.strip() else ""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, int | np.integer):
        return str(value)
    if isinstance(value, float | np.floating):
        number = float(value)
        whole = number.is_integer() and abs(number) < 1e15
        return str(int(number)) if whole else str(value)
    raise _refusal(column, f"{value!r:.40} is neither text, number nor truth value")


def _numbers(column: str, values: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return numbers, float32 `(rows, *shape)`, NaN where one is missing."""
    try:
        if shape:
            numbers = np.asarray(values, np.float32).reshape(-1, *shape)
        else:
            cells = pd.Series(values)
            if cells.dtype.kind not in "biuf":
                texts = cells.map(lambda v: v.strip() if isinstance(v, str) else v)
                cells = texts.mask(texts.isin(MISSING_NUMBERS))
            with np.errstate(over="ignore"):
                numbers = pd.to_numeric(cells).to_numpy(np.float32, na_value=np.nan)
    except (TypeError, ValueError, OverflowError) as error:
        raise _refusal(column, f"{error!s:.80}") from error
    if np.isinf(numbers).any():
        raise _refusal(column, "a number is not finite as float32")
    return numbers


def _refusal(column: str, fault: str) -> MlflowException:
    return MlflowException(f"column {column}: {fault}", error_code=INVALID_PARAMETER_VALUE)


set_model(SoftmaxClassifier())
