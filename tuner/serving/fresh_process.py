"""A process of its own that loads an exported model and predicts, as a server would.

It starts as `python -m tuner.serving.fresh_process` and imports TensorFlow and MLflow at once, so
that the imports run while networks train; the arguments are its niceness and the process that
started it, with which it ends. Then it reads the path of one request from standard input, as JSON;
`_write_request` has the keys of that file. A fault is the last line on standard error.
"""

import gc
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from tuner.errors import ExportMismatch, ExportUnchecked, find_system_fault, first_sentence
from tuner.files.temporary_folders import ScratchFolder
from tuner.libraries.light_imports import hide_modules
from tuner.machine.processes import describe_end, end_with, make_environment

__all__ = ["UNSAFE", "FreshProcess"]

_ANSWERS = "answers.npz"
_NICENESS = 5  # so that training comes first, and this before what the report needs
_PATIENCE = 60.0  # seconds to wait for a process of low priority; it usually takes some seconds
_LIMIT = 600.0  # seconds to wait for the process that is started in its place
UNSAFE = (
    "Lambda layers and custom layers that are not Keras's own cannot be loaded safely; replace them"
)
_REMEDY = "and resume the study or export again"
_SYSTEM_FAULT = re.compile(
    r"\w*Error: \[Errno \d+\] ([^:(]+)"
    r"|.*?(No space left on device|Disk quota exceeded|File too large|MemoryError|bad_alloc"
    r"|[Cc]annot allocate memory|failed to map segment|can't start new thread)"
)
_UNSAFE_FAULT = re.compile(r"[^.:]* `?Lambda`? layer\b[^.]*|Could not locate \w+ '[^']*'")


class FreshProcess:
    """Predicts once with an exported model, in a process that shares nothing with this one.

    Use it as a context manager. The process starts with this object, at a low priority. If it does
    not answer, or somebody kills it, another one with the usual priority takes its place.

    Args:
        on_note: Receives what the user should know about the process.
    """

    def __init__(self, on_note: Callable[[str], None] = lambda note: None) -> None:
        self._on_note = on_note
        self._folder: ScratchFolder | None = None  # of the request's arrays
        self._request: Path | None = None
        self._errors = ""  # what the process wrote on standard error
        self._process: subprocess.Popen[str] | None = None  # None if it could not be started
        self._start(_NICENESS)

    def __enter__(self) -> "FreshProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the process, if it still runs."""
        self._end()
        if self._folder is not None:
            self._folder.remove()

    def ensure_runs(self) -> None:
        """Start the process again if it has ended."""
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._start(_NICENESS)

    def ask(self, model: Path, inputs: Mapping[str, np.ndarray]) -> None:
        """Begin to write the MLflow model and to predict with each format, and return at once.

        Args:
            model: The exported folder. Some of the rows become the example of its MLflow model.
            inputs: By input name, each of shape `(rows, …)`.
        """
        self._folder = ScratchFolder()
        self._request = _write_request(self._folder.path, model, inputs)
        self.ensure_runs()
        self._send()

    def answer(self, label: Path) -> dict[str, np.ndarray]:
        """Wait for the probabilities of each format, shape `(rows, classes)`, and return them.

        Args:
            label: The folder that error messages name.

        Raises:
            ExportMismatch: The process could not load the model or predict with it.
            ExportUnchecked: The disk or the memory did not let it.
        """
        lost = self._wait(_PATIENCE)
        if lost:
            self._on_note(f"the process that checks the model {lost}; another one checks it now")
            self._start(0)
            self._send()
            lost = self._wait(_LIMIT)
        if lost or self._process is None:
            raise ExportUnchecked(
                f"exported model {label} could not be checked: the process that checks it {lost}; "
                f"free memory, {_REMEDY}"
            )
        if self._process.returncode != 0:
            raise _make_error(self._errors, label)
        assert self._folder is not None  # `ask` made it
        with np.load(self._folder.path / _ANSWERS, allow_pickle=False) as loaded:
            return dict(loaded)

    def _start(self, niceness: int) -> None:
        environment = {
            **make_environment(),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONIOENCODING": "utf-8",
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # the training process uses the same device
            "NVIDIA_TF32_OVERRIDE": "0",  # and does not round numbers to three digits
            "MLFLOW_LOGGING_LEVEL": "ERROR",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "TMPDIR": tempfile.gettempdir(),  # which this process removes at its end
        }
        arguments = (niceness, os.getpid())
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tuner.serving.fresh_process", *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",  # native code writes any encoding on standard error
                env=environment,
            )
        except OSError as error:  # too many processes, or too little memory
            self._process = None
            self._on_note(f"the process that checks the model cannot be started ({error.strerror})")

    def _send(self) -> None:
        """Send the request to the process; `_wait` reports a process that died."""
        if self._process is not None:
            assert self._process.stdin is not None  # it is a pipe
            with suppress(BrokenPipeError):
                # as JSON, since a folder's name may have a line end, or bytes that are no UTF-8
                self._process.stdin.write(f"{json.dumps(str(self._request))}\n")
                self._process.stdin.flush()

    def _wait(self, seconds: float) -> str:
        """Wait until the process has ended by itself; if it does not, say why, after `it`."""
        if self._process is None:
            return "could not be started"
        try:
            _, self._errors = self._process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self._end()
            return f"did not answer within {seconds:.0f} seconds"
        code = self._process.returncode
        return describe_end(code) if code < 0 else ""

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def _write_request(folder: Path, model: Path, inputs: Mapping[str, np.ndarray]) -> Path:
    """Write a request and the numbers of its rows, and return the path of the request.

    Args:
        folder: The folder to write into; the process writes its answers there too.
        model: The exported folder.
        inputs: By input name, each of shape `(rows, …)`.
    """
    # An array of texts would be pickled, or lose null characters at the end of a text.
    texts = {name: v.tolist() for name, v in inputs.items() if v.dtype == object}
    # By their places: a name may be `file`, a parameter of `savez`, or too long for one of a file.
    names = [name for name in inputs if name not in texts]
    plain: dict[str, Any] = {f"_{place}": inputs[name] for place, name in enumerate(names)}
    numbers, path = folder / "numbers.npz", folder / "request.json"
    np.savez(numbers, allow_pickle=False, **plain)
    paths = {"model": model.resolve(), "numbers": numbers, "answers": folder / _ANSWERS}
    request = {
        **{key: str(p) for key, p in paths.items()},
        "names": names,
        "texts": texts,
    }
    path.write_text(json.dumps(request), encoding="utf-8")
    return path


def _read_inputs(request: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return the inputs of a request by name, each of shape `(rows, …)`."""
    inputs = {name: np.array(v, object) for name, v in request["texts"].items()}
    with np.load(request["numbers"], allow_pickle=False) as numbers:
        names = enumerate(request["names"])
        return inputs | {name: numbers[f"_{place}"] for place, name in names}


def _describe(error: Exception) -> str:
    """Return what `_make_error` reads: an error, or the full disk behind it, in one line."""
    fault = find_system_fault(error)
    return " ".join(f"{type(fault).__name__}: {fault}".split())


def _make_error(errors: str, label: Path) -> ExportMismatch | ExportUnchecked:
    """Return the error that the process's standard error tells of the model in folder `label`."""
    last = (errors.strip().splitlines() or ["no message"])[-1]
    unsafe = _UNSAFE_FAULT.search(last)
    if unsafe:
        reason = f"cannot be loaded in a fresh process ({unsafe[0].strip()}): {UNSAFE}"
        return ExportMismatch(f"exported model {label} {reason}")
    if fault := _SYSTEM_FAULT.match(last):  # such as a full disk
        reason = (fault[1] or fault[2]).strip()
        return ExportUnchecked(
            f"exported model {label} could not be checked ({reason}); fix that, {_REMEDY}"
        )
    return ExportMismatch(
        f"exported model {label} cannot be used in a fresh process: {first_sentence(last)}"
    )


def main() -> None:
    """Answer the one request on standard input."""
    end_with(int(sys.argv[2]))
    if hasattr(os, "nice"):  # not on Windows
        os.nice(int(sys.argv[1]))
    gc.disable()  # searching the imported modules for garbage takes most of a second
    sys.dont_write_bytecode = True  # MLflow loads code of the export; nothing is added to that

    with hide_modules("matplotlib", "sklearn"):
        import tensorflow  # noqa: F401

        import keras  # noqa: F401  # isort: skip  (after TensorFlow, or its start-up repeats)
    from tuner.serving.format_answers import predict_formats

    line = sys.stdin.readline()
    if not line:
        return  # the export was given up
    try:
        request = json.loads(Path(json.loads(line)).read_text(encoding="utf-8"))
        folder, inputs = Path(request["model"]), _read_inputs(request)
        answers = predict_formats(folder, inputs)
        np.savez(request["answers"], allow_pickle=False, **answers)
    except Exception as error:
        sys.exit(_describe(error))


if __name__ == "__main__":
    main()
    sys.stderr.flush()
    os._exit(0)  # all is written, and a regular end of the interpreter takes a second
