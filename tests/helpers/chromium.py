"""A headless browser, controlled through the DevTools pipe: no driver, no port."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--no-first-run", "--disable-component-update", "--disable-dev-shm-usage",
    "--remote-debugging-pipe", "--hide-scrollbars",
)  # fmt: skip
_TIMEOUT = 300.0  # seconds


def find_browser() -> str | None:
    """Return the path of a browser; None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page of a browser.

    Attributes:
        requests: All addresses that it requested.
        messages: Errors and warnings of the console, and exceptions.
    """

    def __init__(self, executable: str) -> None:
        self.requests: list[str] = []
        self.messages: list[str] = []
        self._folder = tempfile.mkdtemp(prefix="tuner-chromium-")
        ours, theirs = os.pipe(), os.pipe()  # our commands, and its messages
        # Chromium reads from descriptor 3 and writes to 4
        wrapped = f'exec "$0" "$@" 3<&{ours[0]} 4>&{theirs[1]}'
        self._process = subprocess.Popen(
            ["bash", "-c", wrapped, executable, *_SWITCHES, f"--user-data-dir={self._folder}"],
            pass_fds=(ours[0], theirs[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(ours[0])
        os.close(theirs[1])
        self._to, self._from = os.fdopen(ours[1], "wb"), theirs[0]
        self._rest, self._number, self._session = b"", 0, ""
        target = self.run("Target.createTarget", url="about:blank")["targetId"]
        attached = self.run("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.run(f"{domain}.enable")

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._to.close()
        os.close(self._from)
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Run a DevTools command, and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": arguments}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while True:
            answer = self._read_message()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, page: Path, *, width: int, height: int) -> None:
        """Open a file in a window of this size in pixels, and wait until every chart is drawn."""
        self.visit(page.absolute().as_uri(), width=width, height=height)
        self.wait_for(
            "document.readyState === 'complete' && "
            "[...document.querySelectorAll('.chart')].every((c) => c.querySelector('svg'))"
        )

    def visit(self, address: str, *, width: int, height: int) -> None:
        """Go to an address in a window of this size in pixels."""
        self.run(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        self.run("Page.navigate", url=address)

    def wait_for(self, condition: str) -> None:
        """Wait until a JavaScript expression is true, at most a minute; what follows will show."""
        deadline = time.monotonic() + _TIMEOUT
        while not self.evaluate(condition) and time.monotonic() < deadline:
            time.sleep(0.05)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        result = self.run("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def save_picture(self, path: Path, *, whole: bool = True) -> None:
        """Write a screenshot as PNG."""
        result = self.run("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(result["data"]))

    def save_pdf(self, path: Path) -> None:
        """Print the page to PDF."""
        result = self.run("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        path.write_bytes(base64.b64decode(result["data"]))

    def _read_message(self) -> dict[str, Any]:
        """Return the next message, and record it if it is an event."""
        while b"\0" not in self._rest:
            chunk = os.read(self._from, 1 << 20)
            assert chunk, "the browser has exited"
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._record_event(message.get("method", ""), message.get("params", {}))
        return message

    def _record_event(self, method: str, parameters: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        if method == "Runtime.exceptionThrown":
            self.messages.append(str(parameters["exceptionDetails"]))
        if method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning"):
            self.messages.append(str([argument.get("value") for argument in parameters["args"]]))
        if method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.messages.append(parameters["entry"]["text"])
