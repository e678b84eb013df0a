"""Renders the section of the model card that shows how to call the model in each format."""

import json
import math
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tuner.data import Column
from tuner.serving.formats import WRITTEN, list_written
from tuner.serving.input_names import count_columns
from tuner.serving.markdown import escape_text, format_block, format_code

__all__ = ["render_calls"]

_SHOWN = 3  # fields of a wide row
_TEXTS = (
    " `tuner predict`, `tuner serve` and MLflow also take blanks around a text, truth values in "
    "upper case, and other spellings of a level that is a number or a date; the others compare "
    "texts as they stand."
)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row, as each way of calling the model takes it.

    Attributes:
        arrays: Lines of Python, one input of the Keras model each, as an array.
        instance: TensorFlow Serving's JSON.
        frame: An expression of Python that MLflow takes.
        body: The JSON of a request to MLflow.
    """

    arrays: str
    instance: Mapping[str, Any]
    frame: str
    body: Mapping[str, Any]


def render_calls(description: Mapping[str, Any], example: Mapping[str, Any]) -> list[str]:
    """Return the lines of the section.

    Args:
        description: The content of `model.json`.
        example: A row of raw columns, as JSON has it.
    """
    shape, study = description["schema"]["array_shape"], description["study"]
    classes = description["classes"]
    row = _write_columns(description, example) if shape is None else _write_array(shape)
    written = list_written(description)
    return [
        "## How to call it",
        "",
        "All formats take the same raw values and give the same answer. A missing number is NaN "
        "(`null` in a request to MLflow), and a missing text is empty."
        + (_TEXTS if shape is None else ""),
        "",
        _describe_risks(written),
        "",
        *_render_left_out(description.get("formats", {})),
        *_render_keras(row, saved_model="saved_model" in written),
        *(_render_tensorflow_serving(row, study, classes) if "saved_model" in written else []),
        *(_render_onnx() if "onnx" in written else []),
        *(_render_litert() if "litert" in written else []),
        *(_render_mlflow(row, study, classes) if "mlflow" in written else []),
    ]


def _describe_risks(written: Collection[str]) -> str:
    """Say what loading each format may run."""
    risks = {
        "saved_model": "A SavedModel is a program of TensorFlow, which may read and write files. ",
        "mlflow": "MLflow runs `mlflow_model/served_model.py` and whatever `MLmodel` names. ",
    }
    told = [risk for name, risk in risks.items() if name in written]
    which = "these two" if len(told) > 1 else "it"
    trust = f"Load {which} only if you trust where the model comes from. "
    return (
        "Keras in safe mode, `tuner predict` and `tuner serve` load `model.keras` and run no code "
        f"of the files. {''.join(told)}{trust if told else ''}`model.json` has the hashes of all "
        "files."
    )


def _render_left_out(formats: Mapping[str, str]) -> list[str]:
    """Say which formats are absent, and why."""
    return [
        line
        for name, said in formats.items()
        if said != WRITTEN
        for line in (f"The format {name} is left out: {escape_text(said)}.", "")
    ]


def _write_columns(description: Mapping[str, Any], example: Mapping[str, Any]) -> _Row:
    inputs: Mapping[str, str] = description["inputs"]
    columns = map(Column.from_dict, description["schema"]["columns"])
    doubles = {column.name for column in columns if column.raw_type == "float64"}
    if shared := count_columns(inputs):
        return _write_wide(inputs, example, shared, doubles)
    instance = {inputs[k]: math.nan if v is None else v for k, v in example.items()}
    arrays = _write_cells(inputs, example, doubles)
    record = "{" + ", ".join(f"{k!r}: {v!r}" for k, v in example.items()) + "}"
    body = {"dataframe_records": [example]}
    return _Row(arrays, instance, f"pd.DataFrame([{record}])", body)


def _write_wide(
    inputs: Mapping[str, str],
    example: Mapping[str, Any],
    shared: Mapping[str, int],
    doubles: Collection[str],
) -> _Row:
    """Write a row whose numbers, which share an input, are too many to be shown: all are 0."""
    own = {k: v for k, v in example.items() if inputs[k] not in shared}
    arrays = "".join(
        f"    {name!r}: np.zeros((1, {count}), np.float32),  # in the order of `model.json`\n"
        for name, count in shared.items()
    )
    arrays += _write_cells(inputs, own, doubles)
    columns = 'json.load(open("model.json", encoding="utf-8"))["inputs"]'
    record = f"dict.fromkeys({columns}, 0.0)" + (f" | {own!r}" if own else "")
    instance = {name: ["…"] for name in shared} | {inputs[k]: v for k, v in own.items()}
    first = dict(list(example.items())[:_SHOWN])
    body = {"dataframe_records": [{**first, "…": "…"}]}
    return _Row(arrays, instance, f"pd.DataFrame([{record}])", body)


def _write_cells(
    inputs: Mapping[str, str], row: Mapping[str, Any], doubles: Collection[str]
) -> str:
    """Return a line of Python for each cell of a row; some columns are of double precision."""
    lines = []
    for column, cell in row.items():
        kind = "np.float64" if column in doubles else "np.float32"
        kind = "object" if isinstance(cell, str) else kind
        value = "np.nan" if cell is None else repr(cell)
        lines.append(f"    {inputs[column]!r}: np.array([{value}], {kind}),\n")
    return "".join(lines)


def _write_array(shape: list[int]) -> _Row:
    zeros = f"np.zeros((1, *{tuple(shape)}), np.float32)"
    body = {"inputs": {"x": ["…"]}}
    line = f"    'x': {zeros},\n"
    return _Row(line, {"x": "…"}, f"{{'x': {zeros}}}", body)


def _render_keras(row: _Row, *, saved_model: bool) -> list[str]:
    code = (
        "import keras\nimport numpy as np\nimport tensorflow as tf\n\n"
        f"rows = {{\n{row.arrays}}}\n"
        "tensors = {name: tf.constant(values) for name, values in rows.items()}\n"
        'model = keras.saving.load_model("model.keras", safe_mode=True)\n'
        "print(model(tensors).numpy())  # (rows, classes)"
    )
    if "np.float64" in row.arrays:
        code += "\n# model.predict would round the numbers in np.float64 to float32"
    if saved_model:
        code += (
            '\n\nsignature = tf.saved_model.load("saved_model").signatures["serving_default"]\n'
            'print(signature(**tensors)["probabilities"].numpy())'
        )
    return [
        "All formats but MLflow's take columns under the names of their inputs, which have `_` for "
        "characters that Keras does not allow. `inputs` of `model.json` lists the names:",
        "",
        *format_block("python", code),
    ]


def _render_tensorflow_serving(row: _Row, study: str, classes: list[str]) -> list[str]:
    request = {"signature_name": "serving_default", "instances": [row.instance]}
    return [
        "TensorFlow Serving answers with `predictions`, a list of probabilities for each row, in "
        f"the order {', '.join(format_code(name) for name in classes)}:",
        "",
        *format_block(
            "sh",
            f'docker run -p 8501:8501 -v "$PWD/saved_model:/models/{study}/1" '
            f"-e MODEL_NAME={study} tensorflow/serving\n"
            f"curl http://127.0.0.1:8501/v1/models/{study}:predict "
            f"-d {_quote_json(request)}",
        ),
    ]


def _render_mlflow(row: _Row, study: str, classes: list[str]) -> list[str]:
    fields = ", ".join(format_code(f"probability_{name}") for name in classes)
    imports = "import json\n\n" if "json." in row.frame else ""
    return [
        f"With MLflow, give `mlflow_model`, or `models:/{study}@champion` once the model is "
        "registered:",
        "",
        *format_block(
            "python",
            f"{imports}import mlflow\nimport numpy as np\nimport pandas as pd\n\n"
            'model = mlflow.pyfunc.load_model("mlflow_model")\n'
            f"print(model.predict({row.frame}))  # class, probability_…",
        ),
        *format_block(
            "sh",
            "mlflow models serve -m mlflow_model --env-manager local --port 5001\n"
            "curl http://127.0.0.1:5001/invocations -H 'Content-Type: application/json' "
            f"-d {_quote_json(row.body)}",
        ),
        f"The answer is `predictions`, a list with one record per row, of `class`, {fields}.",
    ]


def _render_onnx() -> list[str]:
    return [
        "ONNX Runtime takes the same `rows`, and names the class of each, too:",
        "",
        *format_block(
            "python",
            "import onnxruntime\n\n"
            'session = onnxruntime.InferenceSession("model.onnx")\n'
            'classes, probabilities = session.run(["class", "probabilities"], rows)\n'
            "print(classes[0], probabilities)",
        ),
    ]


def _render_litert() -> list[str]:
    return [
        "LiteRT takes the same `rows`; on a device, the class stands in "
        "`ai_edge_litert.interpreter`:",
        "",
        *format_block(
            "python",
            "import tensorflow as tf\n\n"
            'interpreter = tf.lite.Interpreter("model.tflite")\n'
            'print(interpreter.get_signature_runner("serving_default")(**rows)["probabilities"])',
        ),
    ]


def _quote_json(value: Any) -> str:
    """Return JSON that a shell takes as one argument."""
    return shlex.quote(json.dumps(value, ensure_ascii=False))
