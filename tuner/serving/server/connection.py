"""One client's connection: reads requests, within limits of time and size, and writes the answers.

h11 reads and writes HTTP/1.1; what an application answers is not known here.
"""

import asyncio
import re
import time
from email.utils import formatdate
from http import HTTPStatus

import h11

from tuner.serving.server.application import Application, HttpAnswer, Request
from tuner.serving.server.limits import RequestMemory, Share
from tuner.serving.server.rejection import RejectedRequest

__all__ = ["Connection"]

_HEAD_SECONDS = 15.0  # from the end of an answer to the end of the next request's headers
_BODY_SECONDS = 60.0
_WRITE_SECONDS = 20.0  # for a part of an answer
_LINGER_SECONDS = 5.0  # for what a client still sends after it was refused
_HEAD_BYTES = 32 << 10
_READ_BYTES = 8 << 10  # what follows from them is done before anything else
_MOST_PARTS = 20_000
_ABSOLUTE = re.compile(rb"https?://([^/?]*)(.*)", re.IGNORECASE)


class Connection:
    """A connection, from its beginning to its end.

    Args:
        reader: What the client sends.
        writer: What it receives.
        application: Answers its requests.
        memory: What all requests share.

    Attributes:
        waiting_since: When this began to wait for its client, in seconds of a monotonic clock. None
            while the client waits.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        application: Application,
        memory: RequestMemory,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._application, self._memory = application, memory
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_BYTES)
        self._has_body = True  # the answer; that to HEAD has none
        self._is_stopping = False
        self.waiting_since: float | None = time.monotonic()
        writer.transport.set_write_buffer_limits(0)  # so that `drain` waits for the client

    async def run(self) -> None:
        """Answer requests until the client or a limit ends the connection."""
        try:
            while await self._answer_next() and not self._is_stopping:
                self._http.start_next_cycle()
                await asyncio.sleep(0)  # for others, where one client sends many requests at once
            await self._linger()
        except OSError:  # the client has gone, or reads too slowly
            pass
        except Exception as error:  # a fault of ours must not end the server
            self._application.report_fault(error)
        finally:
            self.close()

    def close(self) -> None:
        """End the connection."""
        self._writer.transport.abort()

    def stop(self) -> None:
        """End the connection after the request that it has; at once if it has none."""
        self._is_stopping = True
        if self._http.their_state is h11.IDLE or self._http.our_state is h11.DONE:
            self.close()

    async def _answer_next(self) -> bool:
        """Answer a request, and return whether another one may follow."""
        self.waiting_since = time.monotonic()
        self._has_body = True
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                head = await self._read_event()
            if isinstance(head, h11.Request):
                await self._answer(head)
        except RejectedRequest as rejection:
            await self._refuse(rejection)
        except h11.RemoteProtocolError as error:
            reason = f"the request is not HTTP as it should be ({error!s:.100})"
            status = error.error_status_hint  # 501 for what h11 does not read, but it is no fault
            await self._refuse(RejectedRequest(status if status < 500 else 400, reason))
        except TimeoutError:
            if self._http.their_state is h11.SEND_BODY or self._http.trailing_data[0]:
                await self._refuse(RejectedRequest(408, "the request did not come in time"))
        except OSError:
            raise
        except Exception as error:
            await self._refuse(self._application.report_fault(error))
        return self._http.our_state is self._http.their_state is h11.DONE

    async def _answer(self, head: h11.Request) -> None:
        request = _read_head(head)
        self._has_body = request.method != "HEAD"
        self._application.check(request)
        with Share(self._memory) as share:
            body = await self._read_body(head, share)
            self.waiting_since = None
            answer = await self._application.answer(request, body)
            share.take(answer.size)
            await self._write(answer)

    async def _read_event(self) -> object:
        """Return h11's next event, for which it may need more of what the client sends."""
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                await self._send(h11.InformationalResponse(status_code=100, headers=[]))
            self._http.receive_data(await self._reader.read(_READ_BYTES))
            await asyncio.sleep(0)
        return event

    async def _read_body(self, head: h11.Request, share: Share) -> bytes:
        """Return the body of a request.

        Raises:
            RejectedRequest: It is too large, or there is no memory for it.
        """
        length = dict(head.headers).get(b"content-length", b"0")
        most = self._memory.most_of_body
        parts, size = [], 0 if int(length[:20]) <= most else most + 1
        async with asyncio.timeout(_BODY_SECONDS):
            while size <= most and isinstance(event := await self._read_event(), h11.Data):
                size += len(event.data)
                share.take(len(event.data))
                parts.append(bytes(event.data))
                if len(parts) > _MOST_PARTS:
                    raise RejectedRequest(413, "the body has too many chunks; send larger ones")
        if size > most:
            raise RejectedRequest(
                413,
                f"the body is larger than {most:,} bytes; send fewer rows, or start the server "
                "with a larger --max-megabytes",
            )
        return b"".join(parts)

    async def _refuse(self, rejection: RejectedRequest) -> None:
        """Answer a request with what is wrong with it, unless its answer has begun."""
        if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            await self._write(HttpAnswer.from_rejection(rejection))

    async def _write(self, answer: HttpAnswer) -> None:
        headers = {"Date": formatdate(usegmt=True), **answer.headers}
        if answer.rest is None:
            headers["Content-Length"] = str(len(answer.body))
        if self._is_stopping or self._http.their_state is not h11.DONE:
            headers["Connection"] = "close"
        reason, items = HTTPStatus(answer.status).phrase, list(headers.items())
        head = h11.Response(status_code=answer.status, headers=items, reason=reason)
        if answer.rest is None or answer.thread is None:
            body = [h11.Data(data=answer.body)] if self._has_body else []
            await self._send(head, *body, h11.EndOfMessage())
            return
        await self._send(head, h11.Data(data=answer.body))
        while (part := await answer.thread.go_on(answer.rest)) is not None:
            await self._send(h11.Data(data=part))
        await self._send(h11.EndOfMessage())

    async def _send(self, *events: h11.Event) -> None:
        self.waiting_since = time.monotonic()
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))
        try:
            async with asyncio.timeout(_WRITE_SECONDS):
                await self._writer.drain()
        except TimeoutError as error:  # the answer to a further request would wait in memory, too
            raise ConnectionAbortedError("the client does not read its answer") from error

    async def _linger(self) -> None:
        """Read what the client still sends, since closing before that would drop the answer."""
        self.waiting_since = time.monotonic()
        self._writer.write_eof()
        async with asyncio.timeout(_LINGER_SECONDS):
            while await self._reader.read(_READ_BYTES):
                pass


def _read_head(head: h11.Request) -> Request:
    """Return what the application has to know of a request, before its body.

    Raises:
        RejectedRequest: It tells its length in two ways, of which a proxy may take the other one;
            or its body is encoded, such as compressed.
    """
    headers = dict(head.headers)
    if headers.keys() >= {b"content-length", b"transfer-encoding"}:
        raise RejectedRequest(400, "the request has Content-Length and Transfer-Encoding; give one")
    encoding = headers.get(b"content-encoding", b"").decode("latin-1").strip()
    if encoding.lower() not in {"", "identity"}:
        raise RejectedRequest(415, f"the body is encoded as {encoding:.80}; send it as it is")
    host, target = headers.get(b"host"), head.target
    if absolute := _ABSOLUTE.fullmatch(target):  # as for a proxy; its host counts, by RFC 9112
        host, target = absolute[1], absolute[2]
    return Request(
        method=head.method.decode("latin-1"),
        path=target.partition(b"?")[0].decode("latin-1"),
        host=None if host is None else host.decode("latin-1"),
        content_type=headers.get(b"content-type", b"").decode("latin-1"),
    )
