"""A process of its own that loads an exported model and predicts: what a server would do.

Started as `python -m tuner.serving.fresh_process`, it imports TensorFlow and MLflow at once, so
that this takes no time later; then it reads one line of JSON from standard input, with the keys
`model` (the exported folder), `numbers` (an .npz of model inputs), `texts` (the other ones, as
lists by name), `answers` (the .npz to write) and `complete` (whether the folder's MLflow model is
to be written first: nobody else has imported MLflow). A fault is the last line on standard error.
"""

import gc
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from tuner.errors import ExportMismatch
from tuner.serving.error_texts import first_sentence

__all__ = ["FORMATS", "UNSAFE", "FreshProcess"]

FORMATS = ("keras", "saved_model", "mlflow")
UNSAFE = (
    "Lambda layers and custom layers that are not Keras's own cannot be loaded safely; replace them"
)
_UNSAFE_FAULT = re.compile(r"[^.:]* `?Lambda`? layer\b[^.]*|Could not locate \w+ '[^']*'")


class FreshProcess:
    """Predicts with an exported model in a process that knows nothing of this one.

    Use it as a context manager; it starts when it is made.
    """

    def __init__(self) -> None:
        environment = {
            **os.environ,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # beside the training process on one device
            "MLFLOW_LOGGING_LEVEL": "ERROR",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tuner.serving.fresh_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",  # what native code writes on standard error is of any encoding
            env=environment,
        )

    def __enter__(self) -> "FreshProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the process, if it has not ended by itself."""
        self._process.kill()
        self._process.communicate()

    def predict(
        self,
        model: Path,
        inputs: Mapping[str, np.ndarray],
        *,
        label: Path | None = None,
        complete: bool = False,
    ) -> dict[str, np.ndarray]:
        """Return the probabilities of each format, shape `(rows, classes)`.

        Args:
            model: The exported folder.
            inputs: By input name, each of shape `(rows, …)`.
            label: What an error calls the folder; `model` where it is None.
            complete: Whether to write its MLflow model first, with some of these rows as example.

        Raises:
            ExportMismatch: The process could not load the model or predict with it.
        """
        # arrays of text would be pickled, or lose what fixed-width text cannot end in
        texts = {name: v.tolist() for name, v in inputs.items() if v.dtype == object}
        with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
            numbers, answers = Path(folder, "numbers.npz"), Path(folder, "answers.npz")
            # a prefix, since `file` is a parameter of `savez`
            plain: dict[str, Any] = {f"_{k}": v for k, v in inputs.items() if k not in texts}
            np.savez(numbers, allow_pickle=False, **plain)
            paths = {"model": model.resolve(), "numbers": numbers, "answers": answers}
            request = {
                **{key: str(path) for key, path in paths.items()},
                "texts": texts,
                "complete": complete,
            }
            _, errors = self._process.communicate(json.dumps(request) + "\n")
            if self._process.returncode != 0:
                raise ExportMismatch(f"exported model {label or model} {_reason(errors)}")
            with np.load(answers, allow_pickle=False) as loaded:
                return {name: loaded[name] for name in FORMATS}


def _reason(errors: str) -> str:
    """Return the end of a sentence from what the process wrote on standard error."""
    last = (errors.strip().splitlines() or ["no message"])[-1]
    unsafe = _UNSAFE_FAULT.search(last)
    if unsafe:
        return f"cannot be loaded in a fresh process ({unsafe[0].strip()}): {UNSAFE}"
    return f"cannot be used in a fresh process: {first_sentence(last)}"


def main() -> None:
    """Answer the one request that comes on standard input."""
    gc.disable()  # to look for garbage among what is imported takes most of a second

    import tensorflow as tf

    import keras  # isort: skip  (after TensorFlow, whose start-up it would otherwise repeat)
    from tuner.serving.mlflow_model import model_input, predict_mlflow, write_mlflow_model

    line = sys.stdin.readline()
    if not line:
        return  # the export was given up
    try:
        request = json.loads(line)
        folder = Path(request["model"])
        inputs = {name: np.array(v, object) for name, v in request["texts"].items()}
        with np.load(request["numbers"], allow_pickle=False) as numbers:
            inputs |= {name[1:]: numbers[name] for name in numbers.files}
        tensors = {name: tf.constant(values) for name, values in inputs.items()}
        whole = keras.saving.load_model(folder / "model.keras", safe_mode=True)
        answers = {"keras": whole(tensors, training=False).numpy()}
        served = tf.saved_model.load(str(folder / "saved_model"))
        signature = served.signatures["serving_default"]
        answers["saved_model"] = signature(**tensors)["probabilities"].numpy()
        description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        rows = model_input(description, inputs)
        if request["complete"]:
            write_mlflow_model(folder, description, rows)
        answers["mlflow"] = predict_mlflow(folder, rows)
        np.savez(request["answers"], allow_pickle=False, **answers)
    except Exception as error:
        sys.exit(" ".join(f"{type(error).__name__}: {error}".split()))


if __name__ == "__main__":
    main()
    sys.stderr.flush()
    os._exit(0)  # all is written, and to take the imported modules apart takes a second
