"""Stands between a client and an MLflow server, and fails when it is told to."""

import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Proxy"]


class Proxy:
    """Passes requests on to a server on the loopback address.

    Args:
        port: Of the server.

    Attributes:
        uri: Where the proxy listens.
        status: What every request is answered with instead of being passed on; 0 for none.
        headers: What such an answer has.
        login: What a request needs as its `Authorization`; without, the answer is 401.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.status = 0
        self.headers: dict[str, str] = {}
        self.login = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.proxy = self  # type: ignore[attr-defined]
        self.uri = f"http://127.0.0.1:{self._server.server_address[1]}"
        # which looks that often whether it is to end
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        proxy: Proxy = self.server.proxy  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if proxy.status or self.headers.get("Authorization", "") != proxy.login:
            self._send(proxy.status or 401, b"<html>no</html>", proxy.headers)
            return
        upstream = HTTPConnection("127.0.0.1", proxy.port)
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        upstream.request(self.command, self.path, body, headers | {"Connection": "close"})
        answer = upstream.getresponse()
        kind = {"Content-Type": answer.headers.get("Content-Type", "")}
        self._send(answer.status, answer.read(), kind)
        upstream.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815  (names of the base)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
