"""A process of its own that loads an exported model and predicts: what a server would do.

Started as `python -m tuner.serving.fresh_process`, it imports TensorFlow at once, so that this
takes no time later; then it reads one line of JSON from standard input, with the keys `model`
(the exported folder), `rows` (an .npz of model inputs) and `answers` (the .npz to write).
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import numpy as np

from tuner.errors import ExportMismatch

__all__ = ["FORMATS", "FreshProcess"]

FORMATS = ("keras", "saved_model")


class FreshProcess:
    """Predicts with an exported model in a process that knows nothing of this one.

    Use it as a context manager; it starts when it is made.
    """

    def __init__(self) -> None:
        environment = {
            **os.environ,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # beside the training process on one device
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tuner.serving.fresh_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
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

    def predict(self, model: Path, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the probabilities of each format, shape `(rows, classes)`.

        Args:
            model: The exported folder.
            inputs: By input name, each of shape `(rows, …)`.

        Raises:
            ExportMismatch: The process could not load the model or predict with it.
        """
        with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
            rows, answers = Path(folder, "rows.npz"), Path(folder, "answers.npz")
            # object arrays of text would be pickled; fixed-width text is not
            plain = {k: v.astype(str) if v.dtype == object else v for k, v in inputs.items()}
            np.savez(rows, allow_pickle=False, **plain)
            request = {"model": str(model), "rows": str(rows), "answers": str(answers)}
            _, errors = self._process.communicate(json.dumps(request) + "\n")
            if self._process.returncode != 0:
                last = (errors.strip().splitlines() or ["no message"])[-1]
                raise ExportMismatch(
                    f"exported model {model} cannot be used in a fresh process: {last}"
                )
            with np.load(answers, allow_pickle=False) as loaded:
                return {name: loaded[name] for name in FORMATS}


def main() -> None:
    """Answer the one request that comes on standard input."""
    import tensorflow as tf

    import keras  # isort: skip  (after TensorFlow, whose start-up it would otherwise repeat)

    line = sys.stdin.readline()
    if not line:
        return  # the export was given up
    request = json.loads(line)
    with np.load(request["rows"], allow_pickle=False) as rows:
        inputs = {name: tf.constant(rows[name]) for name in rows.files}
    folder = Path(request["model"])
    whole = keras.saving.load_model(folder / "model.keras", safe_mode=True)
    served = tf.saved_model.load(str(folder / "saved_model"))
    answers = {
        "keras": whole(inputs, training=False).numpy(),
        "saved_model": served.signatures["serving_default"](**inputs)["probabilities"].numpy(),
    }
    np.savez(request["answers"], allow_pickle=False, **answers)


if __name__ == "__main__":
    main()
