"""Answers requests: what each path gives, and predictions of the rows of a request."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from mlflow.exceptions import MlflowException

from tuner import __version__
from tuner.data import OnError
from tuner.serving.cell_notes import CellNotes
from tuner.serving.exported_model import ExportedModel
from tuner.serving.served_model import SoftmaxClassifier
from tuner.serving.server.hosts import HostRule
from tuner.serving.server.limits import RequestThread
from tuner.serving.server.rejection import RejectedRequest
from tuner.serving.server.request_rows import check_content_type, list_names, read_rows

__all__ = ["Application", "HttpAnswer", "Request"]

_METHODS = {"/invocations": "POST", "/ping": "GET", "/health": "GET", "/version": "GET"}
_SMALL_BYTES = 1 << 14  # of a body that has a thread of its own
_JSON = "application/json"
_STEP_NUMBERS = 1 << 13  # of the answer that are written at once
_MAX_NUMBERS = 1 << 22  # of an answer
_LONGEST = 300  # characters of a reason
_MAX_FAULTS = 100  # that are reported


@dataclass(frozen=True, slots=True)
class Request:
    """What a request says before its body.

    Attributes:
        method: Such as `POST`.
        path: Without a query.
        host: The header `Host`. None if it is absent, which only HTTP/1.0 allows.
        content_type: The header of this name; "" if it is absent.
    """

    method: str
    path: str
    host: str | None
    content_type: str


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer to a request. A long one comes in parts, so that not all of it is in memory.

    Attributes:
        status: The HTTP status.
        body: The body, or its first part.
        rest: Makes the next part of the body; None after the last one. None if there are no more.
        thread: Where `rest` is to be run.
        size: The memory that the rest of the answer takes, in bytes.
        headers: Headers beside the length of the body.
    """

    status: int
    body: bytes
    rest: Callable[[], bytes | None] | None = None
    thread: RequestThread | None = None
    size: int = 0
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": _JSON})

    @classmethod
    def from_content(cls, content: Any, status: int = 200, **headers: str) -> "HttpAnswer":
        """Return an answer with JSON."""
        return cls(status, json.dumps(content).encode(), headers={"Content-Type": _JSON, **headers})

    @classmethod
    def from_rejection(cls, rejection: RejectedRequest) -> "HttpAnswer":
        """Return the answer to a request that was rejected."""
        return cls.from_content({"error": str(rejection)}, rejection.status, **rejection.headers)


class Application:
    """Answers `/invocations`, `/ping`, `/health` and `/version`.

    Small and large requests have a thread each. A large one delays small ones while its JSON is
    read, which Python does in one step, and by the steps in which its rows are predicted.

    Args:
        model: The exported model. Its network is loaded.
        hosts: Which hosts requests may name.
        on_fault: Receives the first faults of the server that requests meet.
        on_error: Whether to `refuse` cells that their column does not read, or to take them as
            `missing` and to warn of them in the answer.

    Raises:
        UserError: The network cannot be loaded.
    """

    def __init__(
        self,
        model: ExportedModel,
        hosts: HostRule,
        on_fault: Callable[[Exception], None],
        on_error: OnError = "refuse",
    ) -> None:
        self._hosts, self._on_error = hosts, on_error
        self._version = _describe(model)
        self._classes = model.schema.classes
        self._known = list(model.inputs)
        self._unused = {model.schema.target, *(column.name for column in model.schema.columns)}
        self._classifier = SoftmaxClassifier()
        self._classifier.use_network(
            model.load_network(), model.schema.to_dict(), dict(model.inputs), model.threshold
        )
        shape = model.schema.array_shape
        cell = None if shape is None else np.zeros(shape)
        first = {name: [cell] for name in self._known}
        self._classifier.predict_proba(first)  # it takes longer
        self._small, self._large = RequestThread(), RequestThread()
        self._on_fault, self._faults = on_fault, 0

    def check(self, request: Request) -> None:
        """Check a request before its body is read.

        Raises:
            RejectedRequest: It cannot be answered, whatever its body is.
        """
        if request.host is not None and not self._hosts.allows(request.host):
            raise RejectedRequest(
                421,
                f"the server is not known as {request.host:.80}; use its address, or start it with "
                "--allow-host and this name",
            )
        if request.path not in _METHODS:
            raise RejectedRequest(404, f"there is nothing here but {', '.join(_METHODS)}")
        method = _METHODS[request.path]
        allowed = [method, "HEAD"] if method == "GET" else [method]
        if request.method not in allowed:
            raise RejectedRequest(
                405, f"{request.path} takes {method}", {"Allow": ", ".join(allowed)}
            )
        if method == "POST":
            check_content_type(request.content_type)

    async def answer(self, request: Request, body: bytes) -> HttpAnswer:
        """Answer a request that has been checked.

        Raises:
            RejectedRequest: Its rows cannot be predicted.
        """
        if request.path == "/version":
            return HttpAnswer.from_content(self._version)
        if request.path != "/invocations":
            return HttpAnswer(200, b"\n")
        thread = self._small if len(body) <= _SMALL_BYTES else self._large
        kind = check_content_type(request.content_type)
        return await thread.begin(lambda: self._predict(body, kind, thread))

    def _predict(self, body: bytes, kind: str, thread: RequestThread) -> HttpAnswer:
        """Return the answer to a request for predictions.

        Raises:
            RejectedRequest: They cannot be predicted.
        """
        notes = CellNotes(self._on_error, "start the server with --on-error missing")
        try:
            columns = read_rows(body, kind, self._known)
            rows = len(columns[self._known[0]])
            if rows > (most := _MAX_NUMBERS // len(self._classes)):
                raise RejectedRequest(413, f"there are more than {most:,} rows; send fewer")
            probabilities = self._classifier.predict_proba(columns, notes)
        except MlflowException as error:  # of our own class, about a value
            raise RejectedRequest(400, " ".join(error.message.split())[:_LONGEST]) from error
        except RecursionError as error:
            raise RejectedRequest(400, "a value is nested too deep") from error
        except MemoryError as error:
            raise RejectedRequest(413, "there is too little memory; send fewer rows") from error
        warnings = [*notes.describe_bad(), *notes.describe_unseen(), *self._warn_of_fields(columns)]
        parts = self._write_records(probabilities, warnings)
        first, second = next(parts), next(parts, None)
        if second is None:
            return HttpAnswer(200, first)
        rest = partial(next, parts, None)
        return HttpAnswer(200, first + second, rest, thread, probabilities.nbytes)

    def _warn_of_fields(self, columns: Iterable[str]) -> Iterator[dict[str, Any]]:
        """Yield a warning about the fields that the model does not know, if there are any."""
        known = {*self._known, *self._unused}
        unknown = [name for name in columns if name not in known]
        if unknown:
            yield {
                "field": f"{unknown[0]:.80}",
                "count": len(unknown),
                "message": f"the model does not know {list_names(unknown)}, and does not use "
                + ("it" if len(unknown) == 1 else "them"),
            }

    def _write_records(
        self, probabilities: np.ndarray, warnings: Sequence[dict[str, Any]] = ()
    ) -> Iterator[bytes]:
        """Yield the body of an answer as MLflow has it: a record a row; then warnings, if any."""
        end = f'], "warnings": {json.dumps(warnings)}}}' if warnings else "]}"
        names = ["class", *(f"probability_{name}" for name in self._classes)]
        step = max(1, _STEP_NUMBERS // len(self._classes))
        before = '{"predictions": ['
        for start in range(0, max(len(probabilities), 1), step):
            part = probabilities[start : start + step]
            best = [self._classes[place] for place in self._classifier.decide(part)]
            rows = zip(best, *part.T.astype(float).tolist(), strict=True)
            records = json.dumps([dict(zip(names, row, strict=True)) for row in rows])[1:-1]
            after = end if start + step >= len(probabilities) else ""
            yield f"{before}{records}{after}".encode()
            before = ", "

    def report_fault(self, error: Exception) -> RejectedRequest:
        """Report a fault of the server, and return the answer to the request that met it."""
        self._faults += 1
        if self._faults <= _MAX_FAULTS:
            self._on_fault(error)
        return RejectedRequest(500, "the server met a fault, of which it has written more")

    def close(self) -> None:
        """End the threads, after what they do now."""
        self._small.close()
        self._large.close()


def _describe(model: ExportedModel) -> dict[str, Any]:
    """Return what `/version` says: the model's name, its study, its schema."""
    folder = model.folder.resolve()
    name = folder.parent.name if folder.name == "model" else folder.name  # a study's own is `model`
    keys = ("study", "picked", "fingerprint", "schema")
    described = {key: model.description.get(key) for key in keys}
    return {"version": __version__, "name": name, **described}
