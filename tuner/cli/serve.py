"""`tuner serve`: serves an exported model over HTTP."""

import asyncio
import gc
import signal
import sys
from pathlib import Path

from tuner.cli.faults import explain_fault
from tuner.cli.models import open_model
from tuner.data import OnError
from tuner.terminal.messages import Messages, print_result
from tuner.terminal.quiet_imports import import_heavy

__all__ = ["serve_model"]

_GARBAGE = (100_000, 50, 100)  # so that the rows of a request are not searched again and again
_SWITCH_SECONDS = 0.001  # how long a thread that predicts many rows keeps others waiting


# Over 40 lines: most of them describe the arguments.
def serve_model(
    folder: Path,
    host: str,
    port: int,
    *,
    allowed_hosts: list[str],
    max_megabytes: int,
    on_error: OnError,
) -> None:
    """Serve an exported model until SIGINT or SIGTERM.

    Args:
        folder: An exported model.
        host: The address to listen on.
        port: The port. 0 for any free one.
        allowed_hosts: Names beside the address that requests may give as their host.
        max_megabytes: The largest body of a request.
        on_error: Whether cells that their column does not read are refused, or taken as missing.

    Raises:
        UserError: The folder is no exported model, or the server cannot listen on the address.
        KeyboardInterrupt: It was SIGINT.
    """
    messages = Messages()
    model = open_model(folder)
    import_heavy()
    from tuner.serving.server.application import Application
    from tuner.serving.server.hosts import HostRule
    from tuner.serving.server.limits import MEGABYTE, RequestMemory
    from tuner.serving.server.listener import SocketListener, listen

    with listen(host, port) as bound:
        application = Application(
            model,
            HostRule(host, allowed_hosts),
            lambda fault: messages.warn(f"warning: of a request: {explain_fault(fault)}"),
            on_error,
        )
        _prefer_short_waits()
        shown = f"[{host}]" if ":" in host else host
        print_result(f"http://{shown}:{bound.getsockname()[1]}/invocations")
        messages.say("answers requests until it is interrupted")
        memory = RequestMemory(most_of_body=max_megabytes * MEGABYTE)
        received = asyncio.run(SocketListener(application, bound, memory).run())
    if received == signal.SIGINT:
        raise KeyboardInterrupt


def _prefer_short_waits() -> None:
    """Let nothing of Python's keep small requests waiting for long."""
    gc.collect()
    gc.freeze()  # searching what is imported for garbage takes half a second
    gc.set_threshold(*_GARBAGE)
    sys.setswitchinterval(_SWITCH_SECONDS)
