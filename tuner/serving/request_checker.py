"""Checks each request before it reaches MLflow's scoring server, and shortens what it refuses.

MLflow answers 500 to some requests that it cannot handle, such as one that is nested too deep or
has no content type, and it takes bodies of any size.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tuner.serving.error_answers import ErrorShortener

__all__ = ["MAX_BODY_BYTES", "RejectedRequest", "RequestChecker", "check_body"]

MAX_BODY_BYTES = 16 << 20

_MAX_DEPTH = 16  # an array of images is nested 4 deep, in an object that is nested 2 deep
_FORMS = ("dataframe_records", "dataframe_split", "instances", "inputs")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class RejectedRequest(Exception):
    """A request does not pass the checks.

    Attributes:
        status: The HTTP status of the answer, a 4xx.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class RequestChecker:
    """An ASGI application that passes valid requests on to another one, and answers the others.

    Args:
        app: MLflow's scoring server.
        max_bytes: The largest body that is passed on. Defaults to `MAX_BODY_BYTES`.
    """

    def __init__(self, app: App, max_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            _check_content_type(dict(scope["headers"]))
            body = check_body(await self._read_body(receive))
        except RejectedRequest as rejection:
            await _send_rejection(send, rejection)
            return
        headers = [(b"content-type", b"application/json")]
        short = ErrorShortener(send)
        await self._app({**scope, "headers": headers}, _replay_body(body, receive), short)

    async def _read_body(self, receive: Receive) -> bytes:
        """Return the body. One above the limit is read to its end, but not kept in memory."""
        parts, length, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RejectedRequest(400, "the request ended before its body did")
            part = message.get("body", b"")
            length += len(part)
            if length <= self._max_bytes:
                parts.append(part)
            more = message.get("more_body", False)
        if length > self._max_bytes:
            raise RejectedRequest(
                413, f"the body is larger than {self._max_bytes:,} bytes; send fewer rows"
            )
        return b"".join(parts)


def check_body(body: bytes) -> bytes:
    """Return a body that MLflow can read, which has the rows and nothing else.

    Args:
        body: JSON, an object with one of MLflow's four keys.

    Raises:
        RejectedRequest: The body is anything else.
    """
    try:
        content = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RejectedRequest(400, f"the body is not JSON in UTF-8 ({error!s:.100})") from error
    forms = [form for form in _FORMS if isinstance(content, dict) and form in content]
    if len(forms) != 1:
        raise RejectedRequest(400, f"the body must be an object with one of {', '.join(_FORMS)}")
    rows = content[forms[0]]
    if _measure_depth(rows) > _MAX_DEPTH:
        raise RejectedRequest(400, f"{forms[0]} is nested more than {_MAX_DEPTH} deep")
    if forms[0] == "dataframe_records":
        _check_records(rows)
    return json.dumps({forms[0]: rows}).encode()


def _check_records(rows: Any) -> None:
    """Reject records with different fields, because MLflow takes an absent field as missing."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RejectedRequest(400, "dataframe_records must be a list of objects, one per row")
    fields = set().union(*rows)
    for number, row in enumerate(rows):
        if absent := fields - row.keys():
            raise RejectedRequest(
                400,
                f"record {number} of dataframe_records lacks {sorted(absent)[0]}, which other "
                "records have; give null for a missing value",
            )


def _measure_depth(content: Any) -> int:
    """Return how deep lists and objects are nested, without recursion."""
    depth, level = 0, [content]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for outer in level for inner in _list_items(outer)]
    return depth


def _list_items(outer: dict[str, Any] | list[Any]) -> list[Any]:
    return list(outer.values()) if isinstance(outer, dict) else outer


def _check_content_type(headers: dict[bytes, bytes]) -> None:
    kind, *parameters = headers.get(b"content-type", b"").decode("latin-1").lower().split(";")
    if kind.strip() != "application/json":
        raise RejectedRequest(415, "the content type must be application/json")
    allowed = ("", "charset=utf-8", 'charset="utf-8"')
    if any(parameter.strip() not in allowed for parameter in parameters):
        raise RejectedRequest(415, "the content type may have no parameter except charset=utf-8")


async def _send_rejection(send: Send, rejection: RejectedRequest) -> None:
    body = json.dumps({"error": str(rejection)}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": rejection.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _replay_body(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read before, then what follows it."""
    is_replayed = False

    async def receive_body() -> Message:
        nonlocal is_replayed
        if is_replayed:
            return await receive()
        is_replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_body
