"""Writes a trained network as a folder that can be served, and checks it before it counts."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.data import RawColumns, Scaler, Schema, choose_chunk_rows
from tuner.errors import ExportMismatch
from tuner.serving.card import model_card
from tuner.serving.fresh_process import UNSAFE, FreshProcess
from tuner.serving.inputs import input_names, model_inputs
from tuner.serving.preprocessing import with_preprocessing
from tuner.serving.writing import check_folder, first_sentence, replacing, unwritable

__all__ = ["TrainedNetwork", "export_model", "sample_rows"]

TOLERANCE = 1e-5  # of a probability
_AT_ONCE = 10_000  # rows that are predicted in memory at once, at most
_SAMPLE = 200  # rows that are predicted by every format


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network on all training rows, and what rows go through before it.

    Attributes:
        network: Takes scaled rows, shape `(rows, features)`.
        schema: How raw columns become features.
        scaler: Fitted on the same training rows.
        notes: Sentences on what went wrong with it, for those who use it.
    """

    network: keras.Model
    schema: Schema
    scaler: Scaler
    notes: tuple[str, ...] = ()

    def probabilities(self, raw: RawColumns) -> np.ndarray:
        """Return what the search would predict for raw rows, shape `(rows, classes)`."""
        x = self.scaler.apply(self.schema.encode(raw))
        few = choose_chunk_rows(x.shape[1], most=_AT_ONCE)
        parts = (x[start : start + few] for start in range(0, max(1, len(x)), few))
        answers = [self.network(part, training=False).numpy() for part in parts]
        return np.concatenate(answers)


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
    check_folder(folder)
    expected = trained.probabilities(sample)
    schema, names = trained.schema.to_dict(), input_names(trained.schema)
    content = {
        **description,
        "classes": schema["classes"],
        "schema": schema,
        "inputs": names,
        "fingerprint": _fingerprint(schema, expected),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    card = model_card(content, _example(trained.schema, sample))
    model = with_preprocessing(trained.network, trained.schema, trained.scaler)
    try:
        with replacing(folder) as draft:
            _write(model, draft, label=folder)
            (draft / "model.json").write_text(text + "\n", encoding="utf-8")
            (draft / "README.md").write_text(card, encoding="utf-8")
            inputs = model_inputs(sample, names)
            answers = fresh.predict(draft, inputs, label=folder, complete=True)
            _check(answers, expected, label=folder)
    except (OSError, tf.errors.OpError) as error:
        raise unwritable(f"output folder {folder}", error) from error
    return content["fingerprint"]


def _fingerprint(schema: Mapping[str, Any], answers: np.ndarray) -> str:
    digest = hashlib.sha256(json.dumps(schema, sort_keys=True).encode())
    digest.update(np.ascontiguousarray(answers, "<f4").data)
    return digest.hexdigest()


def _example(schema: Schema, sample: RawColumns) -> dict[str, Any]:
    """Return a row of a table as JSON has it, one without gaps if there is any."""
    if schema.array_shape is not None:
        return {}
    plain = {column.name for column in schema.used if column.is_plain}
    gaps = [np.isnan(v) if name in plain else v == "" for name, v in sample.items()]
    row = int(np.argmin(np.any(gaps, axis=0)))
    values = {name: values[row] for name, values in sample.items()}
    return {name: _number(v) if name in plain else str(v) for name, v in values.items()}


def _number(value: np.float32) -> float | None:
    """Return the shortest number that is the same in single precision; None where it is missing."""
    return None if np.isnan(value) else float(str(value))


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


def sample_rows(raw: RawColumns, schema: Schema) -> RawColumns:
    """Return rows to check an export with: real ones, and ones that test the preprocessing.

    Two rows are added to those of a table: one in which every value is missing, and one in which
    every text is a level that the data did not have.
    """
    rows = len(next(iter(raw.values())))
    chosen = np.unique(np.linspace(0, rows - 1, min(rows, _SAMPLE)).astype(int))
    sample = {name: values[chosen] for name, values in raw.items()}
    if schema.array_shape is not None:
        return sample
    for column in schema.used:
        new = ["", "\N{REPLACEMENT CHARACTER} new"]
        added: list[Any] = [np.nan, np.nan] if column.is_plain else new
        values = sample[column.name]
        sample[column.name] = np.concatenate([values, np.array(added, dtype=values.dtype)])
    return sample
