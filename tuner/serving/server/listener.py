"""Takes connections, no more than there is room for, and ends all of them when it is told to."""

import asyncio
import os
import signal
import socket
import time
from contextlib import suppress

from tuner.errors import UserError
from tuner.serving.server.application import Application
from tuner.serving.server.connection import Connection
from tuner.serving.server.limits import RequestMemory

__all__ = ["SocketListener", "listen"]

_MOST_CONNECTIONS = 512
_LEAST_CONNECTIONS = 8
_SPARE_FILES = 32  # descriptors that are left for all else
_FULL_SECONDS = 0.02  # to wait for a connection to end
_STOP_SECONDS = 30.0  # for the requests that are answered when the server is stopped
_BACKLOG = 1024  # connections that the system keeps until they are taken


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address.

    Args:
        host: A name or an address of this machine.
        port: A port, or 0 for any free one.

    Raises:
        UserError: The address does not exist or is taken.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = addresses[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = str(getattr(error, "strerror", None) or error).partition(" (while ")[0]
        raise UserError(
            f"cannot listen on {host}, port {port} ({reason}); give another --host or --port"
        ) from error


class SocketListener:
    """Serves an application on a socket until the process is told to end.

    Where there are as many connections as there may be, the one that has waited longest for its
    client gives way to a new one.

    Args:
        application: Answers the requests.
        bound: A socket that listens.
        memory: What all requests may take.
        most_connections: How many there may be. Defaults to what the limit on open files allows,
            at most 512.
    """

    def __init__(
        self,
        application: Application,
        bound: socket.socket,
        memory: RequestMemory,
        most_connections: int | None = None,
    ) -> None:
        self._application, self._bound, self._memory = application, bound, memory
        self._most = most_connections or _count_possible_connections()
        self._connections: dict[Connection, asyncio.Task[None]] = {}

    async def run(self) -> int:
        """Serve until SIGINT, SIGTERM or SIGHUP, and return which it was.

        Requests that have begun are answered; a second signal does not wait for them.
        """
        loop = asyncio.get_running_loop()
        signals: asyncio.Queue[int] = asyncio.Queue()
        for number in _list_signals():
            with suppress(NotImplementedError):  # on Windows, where they raise an exception
                loop.add_signal_handler(number, signals.put_nowait, number)
        self._bound.setblocking(False)
        accepting = asyncio.create_task(self._accept())
        received = await signals.get()
        accepting.cancel()
        self._bound.close()
        for connection in [*self._connections]:
            connection.stop()
        again = asyncio.create_task(signals.get())
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                while self._connections and not again.done():
                    await asyncio.wait(
                        [*self._connections.values(), again], return_when=asyncio.FIRST_COMPLETED
                    )
        for task in [again, *self._connections.values()]:
            task.cancel()
        self._application.close()
        return received

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while len(self._connections) >= self._most:
                self._close_longest_waiting()
                await asyncio.sleep(_FULL_SECONDS if len(self._connections) >= self._most else 0)
            try:
                client, _ = await loop.sock_accept(self._bound)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                reader, writer = await asyncio.open_connection(sock=client)
            except OSError:  # the client has gone, or the system has no descriptor left
                self._close_longest_waiting()
                await asyncio.sleep(_FULL_SECONDS)
                continue
            connection = Connection(reader, writer, self._application, self._memory)
            self._connections[connection] = asyncio.create_task(self._run(connection))

    async def _run(self, connection: Connection) -> None:
        try:
            await connection.run()
        finally:
            self._connections.pop(connection, None)

    def _close_longest_waiting(self) -> None:
        """Close the connection that has waited longest for its client, if any waits."""
        now = time.monotonic()
        waiting = [c for c in self._connections if (c.waiting_since or now) < now]
        if waiting:
            longest = min(waiting, key=lambda c: c.waiting_since or now)
            self._connections.pop(longest).cancel()
            longest.close()


def _count_possible_connections() -> int:
    try:
        import resource
    except ImportError:  # on Windows
        return _MOST_CONNECTIONS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    try:
        taken = len(os.listdir("/proc/self/fd"))
    except OSError:  # only Linux has it
        taken = _SPARE_FILES
    return max(_LEAST_CONNECTIONS, min(_MOST_CONNECTIONS, soft - taken - _SPARE_FILES))


def _list_signals() -> list[int]:
    """Return the signals that end a server; `nohup` lets it ignore that its terminal is closed."""
    hangup = getattr(signal, "SIGHUP", None)  # which Windows has not
    if hangup is None or signal.getsignal(hangup) is signal.SIG_IGN:
        return [signal.SIGINT, signal.SIGTERM]
    return [signal.SIGINT, signal.SIGTERM, hangup]
