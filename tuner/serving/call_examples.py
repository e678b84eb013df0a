"""The part of the model card that shows how to call the model in each format."""

import json
import math
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from tuner.serving.markdown import format_block, format_code

__all__ = ["describe_calls"]


def describe_calls(content: Mapping[str, Any], example: Mapping[str, Any]) -> list[str]:
    """Return the lines of the section.

    Args:
        content: What `model.json` says.
        example: A row of raw columns as JSON has it.
    """
    study, inputs, schema = content["study"], content["inputs"], content["schema"]
    if schema["array_shape"] is None:
        named = {inputs[k]: math.nan if v is None else v for k, v in example.items()}
        tensors = "".join(
            f"    {name!r}: tf.constant([{_literal(value)}]),\n" for name, value in named.items()
        )
        frame = f"pd.DataFrame([{_python(example)}])"
        body: dict[str, Any] = {"dataframe_records": [example]}
    else:
        named = {"x": "…"}
        zeros = f"np.zeros((1, *{tuple(schema['array_shape'])}), np.float32)"
        tensors = f"    'x': {zeros},\n"
        frame = f"{{'x': {zeros}}}"
        body = {"inputs": {"x": ["…"]}}
    served = {"signature_name": "serving_default", "instances": [named]}
    return [
        "## How to call it",
        "",
        "All formats take the same raw values and answer the same; a missing number is NaN (`null` "
        "in a request to MLflow), a missing text is empty. Loading runs no code of the files, but "
        "that of `mlflow_model/served_model.py`, which can be read.",
        "",
        "Keras and the SavedModel call a column by the name of their input, in which characters "
        "that they do not take are `_`; `inputs` of `model.json` has them all:",
        "",
        *format_block(
            "python",
            "import keras\nimport numpy as np\nimport tensorflow as tf\n\n"
            f"rows = {{\n{tensors}}}\n"
            'model = keras.saving.load_model("model.keras", safe_mode=True)\n'
            "print(model(rows).numpy())  # (rows, classes)\n\n"
            'signature = tf.saved_model.load("saved_model").signatures["serving_default"]\n'
            "print(signature(**{k: tf.constant(v) for k, v in rows.items()})"
            '["probabilities"].numpy())',
        ),
        "TensorFlow Serving, which answers `predictions`, a list of probabilities for each row; "
        f"the order is {', '.join(format_code(name) for name in schema['classes'])}:",
        "",
        *format_block(
            "sh",
            f'docker run -p 8501:8501 -v "$PWD/saved_model:/models/{study}/1" '
            f"-e MODEL_NAME={study} tensorflow/serving\n"
            f"curl http://127.0.0.1:8501/v1/models/{study}:predict "
            f"-d {shlex.quote(_json(served))}",
        ),
        "MLflow, where `mlflow_model` may also be `models:/"
        f"{study}@champion` of the registry, once it is there:",
        "",
        *format_block(
            "python",
            "import mlflow\nimport numpy as np\nimport pandas as pd\n\n"
            'model = mlflow.pyfunc.load_model("mlflow_model")\n'
            f"print(model.predict({frame}))  # class, probability_…",
        ),
        *format_block(
            "sh",
            "mlflow models serve -m mlflow_model --env-manager local --port 5001\n"
            "curl http://127.0.0.1:5001/invocations -H 'Content-Type: application/json' "
            f"-d {shlex.quote(_json(body))}",
        ),
        f"The answer is `predictions`, one record a row with {_fields(schema['classes'])}.",
    ]


def _fields(classes: Sequence[str]) -> str:
    return ", ".join(
        format_code(name) for name in ("class", *(f"probability_{c}" for c in classes))
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _literal(value: Any) -> str:
    return "np.nan" if isinstance(value, float) and math.isnan(value) else repr(value)


def _python(record: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{k!r}: {v!r}" for k, v in record.items()) + "}"
