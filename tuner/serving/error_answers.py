"""Shortens the answers with which MLflow's scoring server refuses rows to one sentence.

MLflow repeats the rows, the whole schema, and the errors of each of its layers.
"""

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tuner.errors import first_sentence
from tuner.words import list_first

__all__ = ["ErrorShortener", "shorten_message"]

_INNERMOST = "Error: "  # begins the error of each inner layer
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_LONGEST = 300  # characters of a sentence that is not known

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


class ErrorShortener:
    """Passes the messages of an answer on; the body of one that refuses is shortened.

    Args:
        send: Takes the messages.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None  # of an answer that refuses
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Pass a message on, or keep it until the answer is whole."""
        if message["type"] == "http.response.start" and message["status"] >= 400:
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_short(self._start)

    async def _send_short(self, start: Message) -> None:
        body = self._shorten()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def _shorten(self) -> bytes:
        """Return the body of the answer, as the request checker writes its own."""
        try:
            text = str(json.loads(self._body)["message"])
        except (ValueError, KeyError, TypeError):
            text = self._body.decode("utf-8", "replace")
        return json.dumps({"error": shorten_message(text)}, ensure_ascii=False).encode()


def shorten_message(text: str) -> str:
    """Return what a message of MLflow says, in one sentence.

    >>> shorten_message("Failed to predict data '   a' \\nError: Failed to enforce schema. "
    ...     "Error: Model is missing inputs ['b', 'c']. Note that there were extra inputs: ['a']")
    'the rows lack the columns b, c; the model does not know a'
    >>> shorten_message("Failed to predict data '  a'. Error: column a: Unable to parse 'x'")
    "column a: Unable to parse 'x'"
    """
    reason = text.rpartition(_INNERMOST)[2]
    missing, _, extra = reason.partition("extra inputs:")
    if "missing inputs" in missing:
        lacking = _list_quoted(missing)
        noun = "column" if len(lacking) == 1 else "columns"
        unknown = f"; the model does not know {list_first(_list_quoted(extra))}" if extra else ""
        return f"the rows lack the {noun} {list_first(lacking)}{unknown}"
    return first_sentence(reason)[:_LONGEST]


def _list_quoted(text: str) -> list[str]:
    """Return the names of a list as Python writes it; numbers are not quoted there."""
    names = [single or double for single, double in _QUOTED.findall(text)]
    return names or [part.strip() for part in text.strip(" .[]").split(",")]
