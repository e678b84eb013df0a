"""Predicts with each format of an exported folder. Only the fresh process imports this.

It imports TensorFlow before Keras, whose start-up would otherwise repeat it.
"""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

import keras  # isort: skip
from tuner.serving.formats import LITERT_FILE, list_written
from tuner.serving.mlflow_model import make_model_input, predict_mlflow, write_mlflow_model
from tuner.serving.onnx_prediction import predict_onnx

__all__ = ["predict_formats"]

Inputs = dict[str, np.ndarray]


def predict_formats(folder: Path, inputs: Inputs) -> dict[str, np.ndarray]:
    """Write the MLflow model, and return the probabilities of each format.

    They are those of the formats that the folder is to have, each of shape `(rows, classes)`.

    Args:
        folder: The exported folder.
        inputs: By input name, each of shape `(rows, …)`.

    Raises:
        Exception: A format cannot be loaded, or cannot predict.
    """
    model = keras.saving.load_model(folder / "model.keras", safe_mode=True)
    tensors = {name: tf.constant(values) for name, values in inputs.items()}
    answers = {"keras": model(tensors, training=False).numpy()}
    description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    written = list_written(description)
    if "saved_model" in written:
        with contextlib.chdir(folder):  # in a path TensorFlow takes [1] for a pattern
            saved_model = tf.saved_model.load("saved_model")
        signature = saved_model.signatures["serving_default"]
        answers["saved_model"] = signature(**tensors)["probabilities"].numpy()
    if "mlflow" in written:
        answers["mlflow"] = _predict_mlflow(folder, description, inputs)
    if "onnx" in written:
        answers["onnx"] = predict_onnx(folder, description, inputs)
    if "litert" in written:
        interpreter = tf.lite.Interpreter(str(folder / LITERT_FILE))
        runner = interpreter.get_signature_runner("serving_default")
        answers["litert"] = runner(**inputs)["probabilities"]
    return answers


def _predict_mlflow(folder: Path, description: Mapping[str, Any], inputs: Inputs) -> np.ndarray:
    folder, rows = _avoid_codes(folder), make_model_input(description, inputs)
    if (folder / "mlflow_model").exists():  # a process before this one was ended in it
        shutil.rmtree(folder / "mlflow_model")
    write_mlflow_model(folder, description, rows)
    return predict_mlflow(folder, description, rows)


def _avoid_codes(folder: Path) -> Path:
    """Return a folder by a path that MLflow does not decode, as it does `%2F` of a folder's name.

    The temporary files of this process are removed by the one that started it.
    """
    if "%" not in str(folder):
        return folder
    link = Path(tempfile.mkdtemp(), "model")
    link.symlink_to(folder.resolve(), target_is_directory=True)
    return link
