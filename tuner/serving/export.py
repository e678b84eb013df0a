"""Exports a trained network as a folder that can be served, after checking every format."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import tensorflow as tf

from tuner.data import RawColumns
from tuner.errors import ExportMismatch, make_write_error
from tuner.files.whole_files import FolderDraft
from tuner.serving.export_folder import check_export_folder
from tuner.serving.file_hashes import add_hashes
from tuner.serving.formats import DEFAULT_FORMATS, WRITTEN
from tuner.serving.fresh_process import FreshProcess
from tuner.serving.input_names import join_columns, make_input_names
from tuner.serving.keras_formats import (
    list_layers,
    trace_model,
    write_keras,
    write_litert,
    write_saved_model,
)
from tuner.serving.model_card import render_model_card
from tuner.serving.prediction_time import measure_model
from tuner.serving.preprocessing import add_preprocessing
from tuner.serving.sample import find_example
from tuner.serving.threshold import read_threshold
from tuner.serving.trained_network import TrainedNetwork

__all__ = ["ModelDestination", "ModelExport"]

# The largest difference of a probability, by what the network computes in: two of the steps in
# which numbers of 16 bits are rounded.
_TOLERANCES = {"float16": 2 * 2.0**-10, "bfloat16": 2 * 2.0**-7}
_TOLERANCE = 1e-5  # of all other types


@dataclass(frozen=True, slots=True)
class ModelDestination:
    """Where a model goes, and in which formats.

    Attributes:
        folder: The folder to write. An earlier export is replaced, unless this one fails.
        formats: The formats, as `choose_formats` returns them.
        remedy: What to do about a folder that cannot be written, after "fix that, ".
    """

    folder: Path
    formats: Sequence[str] = DEFAULT_FORMATS
    remedy: str = "or give --output another folder"


class ModelExport:
    """A model in every format that takes its folder's place as soon as it is checked.

    The folder has the files of each format, `model.json` and the model card `README.md`. A format
    that cannot say all of a model is left out. Use it as a context manager. The formats are written
    with this object; while the fresh process checks them, the caller can do something else. If
    `finish` is not called, nothing is exported.

    Args:
        trained: The network and its preprocessing.
        description: The content of `model.json`, without schema, classes, inputs, formats,
            prediction time, fingerprint and hashes.
        to: Where the model goes.
        sample: Raw rows on which every format must answer as the network in memory does.
        fresh: The process that writes the MLflow model and loads the formats.

    Attributes:
        formats: By the name of each format, `written`, or the reason why it is left out.
        prediction_time: As `measure_model` returns it.

    Raises:
        ExportMismatch: A format cannot be written.
        UserError: `folder` has other files, or cannot be written.
    """

    def __init__(
        self,
        trained: TrainedNetwork,
        description: Mapping[str, Any],
        to: ModelDestination,
        *,
        sample: RawColumns,
        fresh: FreshProcess,
    ) -> None:
        folder = to.folder
        check_export_folder(folder)
        self._to, self._fresh = to, fresh
        self._tolerance = max(
            map(_find_tolerance, list_layers(trained.network)), default=_TOLERANCE
        )
        self._expected = trained.predict_proba(sample)
        self._description = _complete_description(description, trained, self._expected)
        with _name_write_errors(to):
            self._draft = FolderDraft(folder)
            draft = self._draft.path
            try:
                self.formats, graph = _write_formats(trained, self._description, to, draft)
                inputs = join_columns(sample, self._description["inputs"])
                self.prediction_time = measure_model(graph, inputs)
                self._description["formats"] = self.formats
                self._description["prediction_time"] = self.prediction_time
                card = render_model_card(self._description, find_example(trained.schema, sample))
                _write_description(self._description, draft)
                (draft / "README.md").write_text(card, encoding="utf-8")
                fresh.ask(draft, inputs)
            except BaseException:
                self._draft.discard()
                raise

    def __enter__(self) -> "ModelExport":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Remove what was written, unless the export is finished."""
        self._draft.discard()

    def finish(self) -> str:
        """Wait for the check, and put the model in its folder.

        Returns:
            The model's fingerprint. Two models with the same schema and the same answers share it.

        Raises:
            ExportMismatch: A format cannot be loaded, or a probability differs by more than 1e-5,
                or in a network that computes in 16 bits by more than their rounding.
            ExportUnchecked: The disk or the memory did not let the model be checked.
            UserError: The folder cannot be written.
        """
        with _name_write_errors(self._to):
            answers = self._fresh.answer(self._to.folder)
            _check_answers(answers, self._expected, self._tolerance, label=self._to.folder)
            hashed = add_hashes(self._description, self._draft.path)
            _write_description(hashed, self._draft.path)
            self._draft.commit()
        return str(self._description["fingerprint"])


def _write_formats(
    trained: TrainedNetwork, description: Mapping[str, Any], to: ModelDestination, draft: Path
) -> tuple[dict[str, str], Any]:
    """Write all formats but MLflow's, which the fresh process writes.

    Args:
        trained: The network and its preprocessing.
        description: The content of `model.json`.
        to: Names the formats, and the folder for errors.
        draft: The folder to write into.

    Returns:
        What became of each format; and the graph of the model, as `trace_model` makes it.
    """
    said = dict.fromkeys(to.formats, WRITTEN)
    model = add_preprocessing(trained.network, trained.schema, trained.scaler)
    write_keras(model, draft, label=to.folder)
    graph = trace_model(model)
    if "saved_model" in said:
        write_saved_model(model, graph, draft)
    if "onnx" in said:
        from tuner.serving.onnx_model import write_onnx

        threshold = read_threshold(description)
        said["onnx"] = write_onnx(trained, draft, threshold=threshold) or WRITTEN
    if "litert" in said:
        said["litert"] = write_litert(model, graph, draft, inputs=description["inputs"]) or WRITTEN
    return said, graph


def _write_description(description: Mapping[str, Any], folder: Path) -> None:
    text = json.dumps(description, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")


@contextmanager
def _name_write_errors(to: ModelDestination) -> Iterator[None]:
    """Raise an error of the disk as a `UserError`."""
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        raise make_write_error(f"output folder {to.folder}", error, to.remedy) from error


def _complete_description(
    description: Mapping[str, Any], trained: TrainedNetwork, expected: np.ndarray
) -> dict[str, Any]:
    """Return the content of `model.json`."""
    schema = trained.schema.to_dict()
    return {
        **description,
        "classes": schema["classes"],
        "schema": schema,
        "inputs": make_input_names(trained.schema),
        "fingerprint": _compute_fingerprint(schema, expected),
    }


def _compute_fingerprint(schema: Mapping[str, Any], answers: np.ndarray) -> str:
    digest = hashlib.sha256(json.dumps(schema, sort_keys=True).encode())
    digest.update(np.ascontiguousarray(answers, "<f4").data)
    return digest.hexdigest()


def _find_tolerance(layer: Any) -> float:
    return _TOLERANCES.get(layer.compute_dtype, _TOLERANCE)


def _check_answers(
    answers: Mapping[str, np.ndarray], expected: np.ndarray, tolerance: float, *, label: Path
) -> None:
    for name, received in answers.items():
        if received.shape != expected.shape:
            raise ExportMismatch(
                f"exported model {label}: {name} answers with the shape {received.shape}, and the "
                f"network in memory with {expected.shape}; nothing was exported"
            )
        difference = float(np.abs(received - expected).max(initial=0.0))
        if not difference <= tolerance:
            raise ExportMismatch(
                f"exported model {label}: {name} differs from the network in memory by "
                f"{difference:.2g} in a probability, more than {tolerance:g}; nothing was exported"
            )
