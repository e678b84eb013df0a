"""What a connection may cost the server: real sockets, and an application without a model."""

import asyncio
import os
import signal
import time

import pytest

from tuner.serving.server import connection
from tuner.serving.server.application import HttpAnswer
from tuner.serving.server.limits import MEGABYTE, RequestMemory, RequestThread
from tuner.serving.server.listener import SocketListener, listen
from tuner.serving.server.rejection import RejectedRequest

PING = b"GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /invocations HTTP/1.1\r\nHost: a\r\n"


class Echo:
    """Answers with the length of the body; with many parts, late or never, if the path says so."""

    def __init__(self):
        self.faults = []
        self.answered = 0
        self.begun, self.release = asyncio.Event(), asyncio.Event()
        self.thread = RequestThread()

    def check(self, request):
        if request.path == "/none":
            raise RejectedRequest(404, "there is nothing")

    async def answer(self, request, body):
        if request.path == "/wait":
            self.begun.set()
            await self.release.wait()
        if request.path == "/fault":
            raise ZeroDivisionError
        self.answered += 1
        if request.path == "/whole":
            return HttpAnswer(200, b"x" * 30_000_000)
        if request.path == "/parts":
            parts = iter([b"x" * 300_000] * 100)
            return HttpAnswer(
                200, b"first", lambda: next(parts, None), self.thread, size=30_000_000
            )
        return HttpAnswer(200, b"%d" % len(body))

    def report_fault(self, error):
        self.faults.append(error)
        return RejectedRequest(500, "a fault")

    def close(self):
        self.thread.close()


class Server:
    """A listener on a socket of its own, in the running loop."""

    def __init__(self, most_connections=20, memory=None):
        bound = listen("127.0.0.1", 0)
        self.port, self.echo = bound.getsockname()[1], Echo()
        self.listener = SocketListener(
            self.echo, bound, memory or RequestMemory(), most_connections
        )
        self.running = asyncio.create_task(self.listener.run())

    async def connect(self, sent=b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        return reader, writer

    async def ask(self, sent):
        """Return all that is answered until the server ends the connection."""
        reader, writer = await self.connect(sent)
        try:
            return await asyncio.wait_for(reader.read(), 60)
        finally:
            writer.close()

    async def stop(self):
        os.kill(os.getpid(), signal.SIGTERM)
        assert await asyncio.wait_for(self.running, 60) == signal.SIGTERM


def serve(scenario, **options):
    """Run a coroutine of a server, which is stopped after it."""

    async def run():
        server = Server(**options)
        await scenario(server)
        await server.stop()

    asyncio.run(run())


@pytest.fixture
def hurry(monkeypatch):
    """Make every limit of time short."""
    for name in ("_HEAD_SECONDS", "_BODY_SECONDS", "_WRITE_SECONDS", "_LINGER_SECONDS"):
        monkeypatch.setattr(connection, name, 0.3)


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        (b"nonsense\r\n\r\n", 400, b"is not HTTP"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 300, 400, b"is not HTTP"),
        (b"GET /ping HTTP/1.1\r\n\r\n", 400, b"Host"),
        (b"GET /ping HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, b"Host"),
        (b"GET /ping HTTP/1.1\r\nX: " + b"x" * 40_000, 431, b"is not HTTP"),
        (b"GET /" + b"x" * 40_000, 431, b"is not HTTP"),
        (b"GET /ping HTTP/1.1\r\n" + b"X: y\r\n" * 10_000, 431, b"is not HTTP"),
        (POST + b"Content-Length: -1\r\n\r\n", 400, b"is not HTTP"),
        (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, b"is not HTTP"),
        (POST + b"Content-Length: 9999999999999999999\r\n\r\n", 413, b"than 1,000,000 bytes"),
        (POST + b"Content-Length: 999999999999999999999999999999\r\n\r\n", 400, b"is not HTTP"),
        (POST + b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n", 413, b"send fewer"),
        (POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400, b"give one"),
        (POST + b"Transfer-Encoding: gzip\r\n\r\n", 400, b"is not HTTP"),
        (POST + b"Transfer-Encoding: chunked, x\r\n\r\n", 400, b"is not HTTP"),
        (POST + b"Content-Encoding: GZip\r\nContent-Length: 3\r\n\r\nabc", 415, b"as GZip; send"),
        (POST + b"Content-Encoding: identity\r\n\r\n", 200, b"\r\n\r\n0"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, b"is not HTTP"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 40_000, 431, b"is not HTTP"),
        (POST + b"Content-Length: 9\r\n\r\n", 408, b"in time"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc", 408, b"in time"),
        (POST, 408, b"in time"),
        (b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n", 404, b"there is nothing"),
        (b"GET HTTP://b/none?x HTTP/1.1\r\nHost: a\r\n\r\n", 404, b"there is nothing"),
        (b"GET /fault HTTP/1.1\r\nHost: a\r\n\r\n", 500, b"a fault"),
    ],
)  # fmt: skip
def test_a_request_that_is_none_is_refused_and_its_connection_ends(hurry, sent, status, words):
    async def scenario(server):
        answer = await server.ask(sent)
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer
        assert words in answer
        assert answer.count(b"\r\nContent-Length: ") == 1  # it is one answer
        assert (await server.ask(PING + POST)).startswith(b"HTTP/1.1 200 OK\r\n")

    serve(scenario)


def test_connections_that_say_nothing_end_in_silence(hurry):
    async def scenario(server):
        assert await server.ask(b"") == b""
        reader, writer = await server.connect(PING)
        assert (await reader.read()).startswith(
            b"HTTP/1.1 200 OK\r\n"
        )  # and then the limit of time
        writer.close()

    serve(scenario)


def test_requests_that_come_at_once_are_answered_in_order():
    bodies = [b"x" * size for size in (3, 0, 70_000, 5)]
    sent = b"".join(POST + b"Content-Length: %d\r\n\r\n%b" % (len(b), b) for b in bodies)
    chunked = (
        POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nTrailer: x\r\n\r\n"
    )
    last = b"GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    async def scenario(server):
        answer = await server.ask(sent + chunked + last)
        lengths = [part.rpartition(b"\r\n\r\n")[2] for part in answer.split(b"HTTP/1.1 200 OK")[1:]]
        assert lengths == [b"3", b"0", b"70000", b"5", b"3", b"0"]

    serve(scenario)


def test_a_client_that_will_send_no_more_is_answered():
    async def scenario(server):
        reader, writer = await server.connect(POST + b"Content-Length: 2\r\n\r\nab")
        writer.write_eof()
        assert (await reader.read()).endswith(b"\r\n\r\n2")
        writer.close()
        assert await server.ask(b"GET /ping HTTP/1.0\r\n\r\n")
        reader, writer = await server.connect(b"HEAD /ping HTTP/1.1\r\nHost: a\r\n\r\n")
        writer.write_eof()
        answer = await reader.read()
        assert b"Content-Length: 1\r\n" in answer
        assert answer.endswith(b"\r\n\r\n")
        writer.close()

    serve(scenario)


def test_a_body_is_asked_for_where_the_client_waits_for_that():
    async def scenario(server):
        head = POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        reader, writer = await server.connect(head)
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 \r\n\r\n"
        writer.write(b"ab")
        assert await reader.readuntil(b"\r\n\r\n2")
        writer.close()

    serve(scenario)


def test_a_chunked_body_without_end_is_refused_before_it_is_in_memory():
    async def scenario(server):
        reader, writer = await server.connect(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"186a0\r\n" + b"x" * 100_000 + b"\r\n"
        for _ in range(MEGABYTE // 100_000):
            writer.write(chunk)
            await writer.drain()
        writer.write(chunk)
        assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 413 ")
        writer.close()
        assert server.listener._memory.taken == 0

    serve(scenario)


@pytest.mark.parametrize("path", [b"/parts", b"/whole"])
def test_a_client_that_does_not_read_is_left_and_answered_no_more(hurry, path):
    async def scenario(server):
        _, writer = await server.connect(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path * 5)
        deadline = time.monotonic() + 60
        while not server.listener._connections:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        while server.listener._connections:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        assert not server.echo.faults
        assert server.echo.answered == 1
        writer.close()

    serve(scenario)


def test_a_long_answer_comes_in_parts():
    async def scenario(server):
        old = await server.ask(b"GET /parts HTTP/1.0\r\n\r\n")
        assert len(old.partition(b"\r\n\r\n")[2]) == 5 + 100 * 300_000
        close = b"GET /parts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        assert b"\r\nTransfer-Encoding: chunked\r\n" in await server.ask(close)

    serve(scenario)


def test_idle_connections_give_way_and_write_nothing(capfd):
    async def scenario(server):
        idle = [await server.connect(b"POST /inv") for _ in range(60)]
        reader, writer = await server.connect(PING)
        assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200 ")
        assert len(server.listener._connections) <= 20
        assert await idle[0][0].read() == b""  # the one that waited longest
        for _, other in [*idle, (reader, writer)]:
            other.close()

    serve(scenario)
    assert capfd.readouterr() == ("", "")


def test_bodies_and_answers_share_the_memory():
    async def scenario(server):
        large = POST + b"Content-Length: 160001\r\n\r\n" + b"x" * 160_000
        _, first = await server.connect(large)
        while server.listener._memory.taken < 90_000:
            await asyncio.sleep(0.01)
        for sent in (large, b"GET /parts HTTP/1.1\r\nHost: a\r\n\r\n"):
            reader, second = await server.connect(sent)
            answer = await reader.readuntil(b"}")
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nRetry-After: 1\r\n" in answer
            second.close()
        small = POST + b"Connection: close\r\nContent-Length: 60000\r\n\r\n" + b"x" * 60_000
        assert (await server.ask(small)).endswith(b"\r\n\r\n60000")
        first.close()

    serve(scenario, memory=RequestMemory(100_000))


def test_a_body_of_many_small_chunks_is_refused():
    async def scenario(server):
        head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
        assert b"too many chunks" in await server.ask(head + b"1\r\nx\r\n" * 20_001)

    serve(scenario)


def test_a_request_that_has_begun_is_answered_when_the_server_is_stopped():
    async def scenario(server):
        asked = asyncio.create_task(server.ask(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"))
        _, idle = await server.connect()
        await server.echo.begun.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.1)
        with pytest.raises(OSError, match="Connect call failed"):
            await server.connect()
        server.echo.release.set()
        assert (await asked).endswith(b"\r\n\r\n0")
        idle.close()
        assert await server.running == signal.SIGTERM

    async def run():
        await scenario(Server())

    asyncio.run(run())


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no such signal")
@pytest.mark.parametrize("ignored", [True, False])
def test_a_closed_terminal_ends_a_server_unless_it_was_started_by_nohup(ignored):
    async def scenario(server):
        _, idle = await server.connect()
        await asyncio.sleep(0.1)  # it takes signals now
        idle.close()
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.1)
        if ignored:
            assert not server.running.done()
            await server.stop()
        else:
            assert await asyncio.wait_for(server.running, 60) == signal.SIGHUP

    async def run():
        await scenario(Server())

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    try:
        asyncio.run(run())
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_second_signal_does_not_wait():
    async def run():
        server = Server()
        asked = asyncio.create_task(server.ask(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"))
        await server.echo.begun.wait()
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(os.getpid(), number)
            await asyncio.sleep(0.1)
        assert await asyncio.wait_for(server.running, 60) == signal.SIGINT
        assert await asked == b""

    asyncio.run(run())
