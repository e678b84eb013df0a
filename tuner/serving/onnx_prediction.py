"""Predicts with an exported folder's ONNX model, as ONNX Runtime runs it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tuner.scoring import decide
from tuner.serving.formats import ONNX_FILE
from tuner.serving.threshold import read_threshold

__all__ = ["CLASS", "PROBABILITIES", "predict_onnx"]

CLASS, PROBABILITIES = "class", "probabilities"
"""The outputs of the graph."""


def predict_onnx(
    folder: Path, description: Mapping[str, Any], inputs: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Return the probabilities of an exported folder's ONNX model, shape `(rows, classes)`.

    Args:
        folder: The exported folder.
        description: The content of its `model.json`.
        inputs: By input name, each of shape `(rows, …)`.

    Raises:
        ValueError: The model names another class than the probabilities and the threshold say.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / ONNX_FILE, providers=["CPUExecutionProvider"])
    classes, probabilities = session.run([CLASS, PROBABILITIES], dict(inputs))
    places = decide(probabilities, read_threshold(description))
    if list(classes) != [description["schema"]["classes"][place] for place in places]:
        raise ValueError("the ONNX model names another class than its probabilities do")
    return np.asarray(probabilities)
