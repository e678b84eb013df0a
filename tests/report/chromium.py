"""A browser without a window, told what to do through DevTools' pipe: no driver, no port."""

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
_PATIENCE = 60.0  # seconds


def found() -> str | None:
    """Where a browser is; None without one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page of a browser.

    Attributes:
        requests: The addresses that it asked for since it was made.
        messages: Errors and warnings of the console, and exceptions.
    """

    def __init__(self, executable: str) -> None:
        self.requests: list[str] = []
        self.messages: list[str] = []
        self._folder = tempfile.mkdtemp(prefix="tuner-chromium-")
        ours, theirs = os.pipe(), os.pipe()  # commands to it, and what it says
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
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        attached = self.tell("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.tell(f"{domain}.enable")

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

    def tell(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Run a command of DevTools, and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": arguments}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, page: Path, *, width: int, height: int) -> None:
        """Open a file at a size of window in pixels, and wait until every chart is drawn."""
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        self.tell("Page.navigate", url=page.absolute().as_uri())
        deadline = time.monotonic() + _PATIENCE
        drawn = (
            "document.readyState === 'complete' && "
            "[...document.querySelectorAll('.chart')].every((c) => c.querySelector('svg'))"
        )
        while not self.value(drawn) and time.monotonic() < deadline:
            time.sleep(0.05)

    def value(self, expression: str) -> Any:
        """Return what an expression of JavaScript comes to."""
        found = self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """Write what is seen as PNG."""
        found = self.tell("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    def paper(self, path: Path) -> None:
        """Write what is printed as PDF."""
        found = self.tell("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        path.write_bytes(base64.b64decode(found["data"]))

    def _next(self) -> dict[str, Any]:
        """Return the next message, and take down what it says by itself."""
        while b"\0" not in self._rest:
            chunk = os.read(self._from, 1 << 20)
            assert chunk, "the browser has ended"
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._take_down(message.get("method", ""), message.get("params", {}))
        return message

    def _take_down(self, method: str, given: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(given["request"]["url"])
        if method == "Runtime.exceptionThrown":
            self.messages.append(str(given["exceptionDetails"]))
        if method == "Runtime.consoleAPICalled" and given["type"] in ("error", "warning"):
            self.messages.append(str([each.get("value") for each in given["args"]]))
        if method == "Log.entryAdded" and given["entry"]["level"] in ("error", "warning"):
            self.messages.append(given["entry"]["text"])
