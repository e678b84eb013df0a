"""Writes a trained network as a folder that can be served, and checks it before it counts."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.data import RawColumns
from tuner.errors import ExportMismatch
from tuner.serving.error_texts import first_sentence, make_write_error
from tuner.serving.export_folder import check_export_folder, replace_folder
from tuner.serving.fresh_process import UNSAFE, FreshProcess
from tuner.serving.input_names import make_input_names, rename_columns
from tuner.serving.model_card import render_model_card
from tuner.serving.preprocessing import add_preprocessing
from tuner.serving.sample import find_example
from tuner.serving.trained_network import TrainedNetwork

__all__ = ["export_model"]

TOLERANCE = 1e-5  # of a probability


def export_model(
    trained: TrainedNetwork,
    description: Mapping[str, Any],
    folder: Path,
    *,
    sample: RawColumns,
    fresh: FreshProcess,
) -> str:
    """Write a folder with the model in every format; the folder appears once it is checked.

    It has `model.keras`, `saved_model/`, `mlflow_model/`, `model.json` and the card `README.md`.

    Args:
        trained: The network and its preprocessing.
        description: What `model.json` says beside schema, classes, inputs and fingerprint.
        folder: Where to; replaced if it is an earlier export, and left alone if this one fails.
        sample: Raw rows on which every format must answer as the network in memory does.
        fresh: The process that writes the MLflow model and loads the formats.

    Returns:
        The model's fingerprint: models of one schema that answer the same have the same.

    Raises:
        ExportMismatch: A format cannot be written or loaded, or answers differently, by more than
            1e-5 in a probability.
        UserError: `folder` exists and is no exported model, or cannot be written.
    """
    check_export_folder(folder)
    expected = trained.predict_proba(sample)
    schema, names = trained.schema.to_dict(), make_input_names(trained.schema)
    content = {
        **description,
        "classes": schema["classes"],
        "schema": schema,
        "inputs": names,
        "fingerprint": _fingerprint(schema, expected),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    card = render_model_card(content, find_example(trained.schema, sample))
    model = add_preprocessing(trained.network, trained.schema, trained.scaler)
    try:
        with replace_folder(folder) as draft:
            _write(model, draft, label=folder)
            (draft / "model.json").write_text(text + "\n", encoding="utf-8")
            (draft / "README.md").write_text(card, encoding="utf-8")
            inputs = rename_columns(sample, names)
            answers = fresh.predict(draft, inputs, label=folder, complete=True)
            _check(answers, expected, label=folder)
    except (OSError, tf.errors.OpError) as error:
        raise make_write_error(f"output folder {folder}", error) from error
    return content["fingerprint"]


def _fingerprint(schema: Mapping[str, Any], answers: np.ndarray) -> str:
    digest = hashlib.sha256(json.dumps(schema, sort_keys=True).encode())
    digest.update(np.ascontiguousarray(answers, "<f4").data)
    return digest.hexdigest()


def _write(model: keras.Model, folder: Path, *, label: Path) -> None:
    try:
        model.save(folder / "model.keras")
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ExportMismatch(
            f"exported model {label} cannot be saved ({first_sentence(str(error))}): {UNSAFE}"
        ) from error
    archive = keras.export.ExportArchive()
    archive.track(model)

    def serve(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return {"probabilities": model(inputs, training=False)}

    signature = {
        name: tf.TensorSpec(tensor.shape, tensor.dtype, name=name)
        for name, tensor in model.input.items()
    }
    archive.add_endpoint("serving_default", serve, input_signature=[signature])
    archive.write_out(str(folder / "saved_model"), verbose=False)


def _check(answers: Mapping[str, np.ndarray], expected: np.ndarray, *, label: Path) -> None:
    for form, received in answers.items():
        difference = float(np.abs(received - expected).max(initial=0.0))
        if received.shape != expected.shape or not difference <= TOLERANCE:
            raise ExportMismatch(
                f"exported model {label}: {form} differs from the network in memory by "
                f"{difference:.2g} in a probability, more than {TOLERANCE:g}; nothing was exported"
            )
