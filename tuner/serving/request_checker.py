"""What stands before MLflow's scoring server: only requests that it can take come through.

MLflow answers 500 to some that it cannot, such as one that is nested too deep or names no content
type, and takes bodies of any size.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

__all__ = ["MAX_BODY_BYTES", "RejectedRequest", "RequestChecker", "check_body"]

MAX_BODY_BYTES = 16 << 20
"""Of a request's body."""

_DEEPEST = 16  # an array of images is 4 deep, in an object that is 2 deep
_FORMS = ("dataframe_records", "dataframe_split", "instances", "inputs")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class RejectedRequest(Exception):
    """A request that is not let through.

    Attributes:
        status: The answer's HTTP status, a 4xx.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class RequestChecker:
    """An ASGI application that answers what another one cannot take.

    Args:
        app: MLflow's scoring server.
        most_bytes: Of a request's body.
    """

    def __init__(self, app: App, most_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            _check_type(dict(scope["headers"]))
            body = check_body(await self._read(receive))
        except RejectedRequest as refusal:
            await _answer(send, refusal)
            return
        headers = [(b"content-type", b"application/json")]
        await self._app({**scope, "headers": headers}, _once(body, receive), send)

    async def _read(self, receive: Receive) -> bytes:
        """Return the body; what is above the limit is read to its end, and not kept."""
        parts, length, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RejectedRequest(400, "the request ended before its body did")
            part = message.get("body", b"")
            length += len(part)
            if length <= self._most_bytes:
                parts.append(part)
            more = message.get("more_body", False)
        if length > self._most_bytes:
            raise RejectedRequest(
                413, f"the body is larger than {self._most_bytes:,} bytes; send fewer rows"
            )
        return b"".join(parts)


def check_body(body: bytes) -> bytes:
    """Return a body that MLflow can read, of the rows alone.

    Args:
        body: JSON, an object with one of MLflow's four keys.

    Raises:
        RejectedRequest: It is anything else.
    """
    try:
        content = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RejectedRequest(400, f"the body is not JSON in UTF-8 ({error!s:.100})") from error
    forms = [form for form in _FORMS if isinstance(content, dict) and form in content]
    if len(forms) != 1:
        raise RejectedRequest(400, f"the body must be an object with one of {', '.join(_FORMS)}")
    rows = content[forms[0]]
    if _depth(rows) > _DEEPEST:
        raise RejectedRequest(400, f"{forms[0]} is nested more than {_DEEPEST} deep")
    if forms[0] == "dataframe_records":
        _check_records(rows)
    return json.dumps({forms[0]: rows}).encode()


def _check_records(rows: Any) -> None:
    """Refuse records that differ in their fields: MLflow takes what lacks for missing values."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RejectedRequest(400, "dataframe_records must be a list of objects, one a row")
    fields = set().union(*rows)
    for number, row in enumerate(rows):
        if lacking := fields - row.keys():
            raise RejectedRequest(
                400,
                f"record {number} of dataframe_records lacks {sorted(lacking)[0]}, which others "
                "have; give null for a missing value",
            )


def _depth(content: Any) -> int:
    """Return how deep lists and objects lie in each other, without recursion."""
    depth, level = 0, [content]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [inner for outer in level for inner in _inner(outer)]
    return depth


def _inner(outer: dict[str, Any] | list[Any]) -> list[Any]:
    return list(outer.values()) if isinstance(outer, dict) else outer


def _check_type(headers: dict[bytes, bytes]) -> None:
    kind, *parameters = headers.get(b"content-type", b"").decode("latin-1").lower().split(";")
    if kind.strip() != "application/json":
        raise RejectedRequest(415, "the content type must be application/json")
    if any(each.strip() not in ("", "charset=utf-8", 'charset="utf-8"') for each in parameters):
        raise RejectedRequest(415, "the content type may have no parameter but charset=utf-8")


async def _answer(send: Send, refusal: RejectedRequest) -> None:
    body = json.dumps({"error": str(refusal)}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _once(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read already, then what comes after it."""
    given: list[bytes] = []

    async def receive_body() -> Message:
        if given:
            return await receive()
        given.append(body)
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_body
