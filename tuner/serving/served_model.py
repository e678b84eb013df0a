"""The model that MLflow loads and serves: it takes raw columns, and predicts class probabilities.

An export copies this file into the MLflow model, which runs it when it is loaded. It needs MLflow,
Keras and pandas, and nothing of the package that it comes from.
"""

import json
import re
from contextlib import suppress
from datetime import date, time
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel

_SURROGATE = re.compile(r"[\ud800-\udfff]")  # JSON can have one alone, and UTF-8 cannot
_LARGEST = float(np.finfo(np.float32).max)
_PLAIN = {int, float, type(None)}
_MAX_DECIMALS = 30  # float32 has no more, and the network reads no longer texts
MISSING_NUMBERS = (
    *("", "NA", "N/A", "n/a", "n.a.", "N.A.", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "none", "?", "-", "--"),
    *("#N/A", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?", "#NULL!"),
)


class SoftmaxClassifier(PythonModel):
    """Predicts a row for each row: its `class`, and `probability_…` of each class."""

    def load_context(self, context: Any) -> None:
        """Load the network in Keras's safe mode, which runs no code of the file."""
        import tensorflow as tf  # noqa: F401

        import keras  # isort: skip  (after TensorFlow, whose start-up it would otherwise repeat)

        description = Path(context.artifacts["description"]).read_text(encoding="utf-8")
        content: dict[str, Any] = json.loads(description)
        network = keras.saving.load_model(context.artifacts["network"], safe_mode=True)
        threshold = content.get("threshold")
        value = None if threshold is None else threshold["value"]
        self.use_network(network, content["schema"], content["inputs"], value)

    def use_network(
        self,
        network: Any,
        schema: dict[str, Any],
        inputs: dict[str, str],
        threshold: float | None = None,
    ) -> None:
        """Predict with a network, as a graph: Keras calls each of its operations from Python.

        Args:
            network: The Keras model, which takes its inputs by name.
            schema: What `model.json` says of the columns and the classes.
            inputs: The network's input name of each column.
            threshold: The least probability with which the second of two classes is predicted.
                None to predict the most probable class.
        """
        import tensorflow as tf

        self.schema, self.inputs, self.tensor = schema, inputs, tf.constant
        self.columns: dict[str, list[str]] = {}  # of each input, mostly one
        for column, name in inputs.items():
            self.columns.setdefault(name, []).append(column)
        self.missing_texts: list[str] = schema.get("missing_texts", [])
        self.threshold = threshold
        self.specs = {
            name: tf.TensorSpec(tensor.shape, tensor.dtype)
            for name, tensor in network.input.items()
        }
        self.types = {c: self.specs[name].dtype.as_numpy_dtype for c, name in inputs.items()}
        self.units = {c["name"]: c["unit"] for c in schema["columns"] if "unit" in c}
        self.graph = tf.function(
            lambda rows: network(rows, training=False), input_signature=[self.specs]
        ).get_concrete_function()

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """Predict rows.

        Args:
            context: MLflow's context, which is not used.
            model_input: Raw columns by name, or `{"x": array}` for an array data set. Numbers may
                be texts. None, NaN and "" are missing values.
            params: MLflow's parameters, of which there are none.

        Raises:
            MlflowException: The network cannot take a value. A server then answers 400.
        """
        probabilities = self.predict_proba(model_input)
        classes: list[str] = self.schema["classes"]
        columns = {"class": np.array(classes, dtype=object)[self.decide(probabilities)]}
        for number, name in enumerate(classes):
            columns[f"probability_{name}"] = probabilities[:, number]
        return pd.DataFrame(columns)

    def decide(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the number of each row's predicted class, shape `(rows,)`."""
        if self.threshold is None:
            return np.asarray(probabilities.argmax(axis=1))
        return np.asarray(probabilities[:, 1] >= self.threshold).astype(np.int64)

    def predict_proba(self, columns: Any) -> np.ndarray:
        """Return the probability of each class, shape `(rows, classes)`, as `predict` takes rows.

        Args:
            columns: By name, each a list, an array or a pandas Series of the same length.
        """
        rows = {
            name: self.tensor(
                self._read_joined({column: columns[column] for column in joined})
                if len(joined) > 1
                else self._read_texts(joined[0], columns[joined[0]])
                if self.specs[name].dtype.name == "string"
                else self._read_numbers(joined[0], columns[joined[0]])
            )
            for name, joined in self.columns.items()
        }
        probabilities: np.ndarray = self.graph(rows).numpy()
        return probabilities

    def _read_numbers(self, column: str, values: Any) -> np.ndarray:
        """Return numbers, shape `(rows, …)`; the network knows which of them mean missing."""
        shape = tuple(self.schema["array_shape"] or ())
        missing = [*MISSING_NUMBERS, *self.missing_texts]
        numbers = _read_numbers(column, values, shape, missing, self.types[column])
        if (np.abs(numbers) > _LARGEST * self.units.get(column, 1.0)).any():
            raise _make_error(column, "a number is not finite as float32")
        return numbers

    def _read_joined(self, columns: dict[str, Any]) -> np.ndarray:
        """Return the numbers of columns that share an input, shape `(rows, columns)`."""
        cells = list(columns.values())
        if _are_plain(cells):
            with suppress(OverflowError):  # the loop below names the column
                numbers = _convert_plain(cells, np.float32)
                if not np.isinf(numbers).any():
                    return numbers.T
        return np.stack([self._read_numbers(*column) for column in columns.items()], axis=1)

    def _read_texts(self, column: str, values: Any) -> np.ndarray:
        """Return texts as the data had them; "" if one is missing."""
        (described,) = (entry for entry in self.schema["columns"] if entry["name"] == column)
        if described["kind"] == "numeric":  # the data have texts such as 1.234,5
            values = [_format_decimal(value, described["notation"][5]) for value in values]
        known = dict.fromkeys(self.missing_texts, "") | _map_spellings(described)
        texts = (_format_cell(column, value) for value in values)
        return np.array([_find_level(described, known, text) for text in texts], dtype=object)


def _map_spellings(described: dict[str, Any]) -> dict[str, str]:
    """Return the text that the network takes for each known spelling of a level."""
    levels: list[str] = described["levels"]
    spellings = [text for _, text in described.get("spellings", [])]
    normalised = {_normalise(described, level): level for level in levels}
    known = normalised if len(normalised) == len(levels) else {}  # if no two levels become equal
    return known | {text: text for text in [*levels, *spellings]}


def _find_level(described: dict[str, Any], known: dict[str, str], text: str) -> str:
    """Return the text that the network takes for a cell; an unknown text is returned unchanged."""
    for spelling in (text, text.strip(), _normalise(described, text)):
        if spelling in known:
            return known[spelling]
    return text


def _normalise(described: dict[str, Any], text: str) -> str:
    """Return a text without outer blanks and, of a truth value, in lower case."""
    text = text.strip()
    return text.lower() if described["kind"] == "boolean" else text


def _format_decimal(value: Any, decimal: str) -> Any:
    """Return a fraction as text with a decimal separator; return other values unchanged."""
    if not isinstance(value, float | np.floating) or not np.isfinite(value):
        return value
    return np.format_float_positional(value, precision=_MAX_DECIMALS, trim="-").replace(
        ".", decimal
    )


def _format_cell(column: str, value: Any) -> str:
    """Return a cell as text: 3 and 3.0 as "3", True as "true", dates and times in ISO 8601."""
    if isinstance(value, str):
        if not value.isascii() and _SURROGATE.search(value):
            raise _make_error(column, f"{value!r:.40} has half of a character (a surrogate)")
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
    raise _make_error(column, f"{value!r:.40} is neither text, number nor truth value")


def _read_numbers(
    column: str, values: Any, shape: tuple[int, ...], missing: list[str], dtype: Any
) -> np.ndarray:
    """Return numbers of a type, shape `(rows, *shape)`; NaN if one is missing."""
    try:
        if shape:
            with np.errstate(over="ignore"):
                numbers = np.asarray(values, dtype)
            if numbers.size and numbers.shape[1:] != shape:
                raise ValueError(f"a row has the shape {numbers.shape[1:]}, not {shape}")
            numbers = numbers.reshape(-1, *shape)
        elif _are_plain([values]):  # without pandas, which takes 0.2 ms a column
            numbers = _convert_plain([values], dtype)[0]
        else:
            cells = pd.Series(values)
            if cells.dtype.kind not in "biuf":
                texts = cells.map(lambda v: v.strip() if isinstance(v, str) else v)
                cells = texts.mask(texts.isin(missing))
            with np.errstate(over="ignore"):
                numbers = pd.to_numeric(cells).to_numpy(dtype, na_value=np.nan)
    except (TypeError, ValueError, OverflowError) as error:
        raise _make_error(column, f"{error!s:.80}") from error
    return numbers


def _are_plain(columns: list[Any]) -> bool:
    """Return whether all cells of some columns are Python's own numbers, or None."""
    return all(isinstance(cells, list) for cells in columns) and _PLAIN.issuperset(
        map(type, chain.from_iterable(columns))
    )


def _convert_plain(columns: list[list[Any]], dtype: Any) -> np.ndarray:
    """Return numbers of a type, shape `(columns, rows)`; NaN for None."""
    with np.errstate(over="ignore"):
        numbers = [[np.nan if v is None else v for v in cells] for cells in columns]
        return np.array(numbers, float).astype(dtype, copy=False)


def _make_error(column: str, fault: str) -> MlflowException:
    return MlflowException(f"column {column}: {fault}", error_code=INVALID_PARAMETER_VALUE)


set_model(SoftmaxClassifier())
