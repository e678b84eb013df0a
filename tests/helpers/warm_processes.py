"""Processes that begin with the heavy libraries imported.

To import TensorFlow, MLflow and scikit-learn takes a process five seconds, most of what a small
command takes, and a search starts four processes. Here a first process imports them, once for all
processes of tests, and forks itself for every further one before TensorFlow starts its threads.
Each is a process as any other: its own memory, streams, folder, environment, signals and exit code.
`warm_launcher` stands for it, with the number that its parent knows; interrupted or
ended, it passes that on; killed, it takes it along.
All have the same priority. A process with another environment for Python or Keras, or with limits
of its own, starts as usual.

Tests of how a process starts, is stopped or ends its group start it as usual, too.
"""

import atexit
import gc
import json
import os
import resource
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar, NoReturn

__all__ = ["UsualPopen", "start_warm", "warm_command"]

_OWN = (
    "tuner",
    "tuner.serving.fresh_process",
    "tuner.run.companion",
    "tuner.tracking.mlflow_process",
)
_LAUNCHER = str(Path(__file__).with_name("warm_launcher.py"))
_AT_START = ("KERAS", "LANG", "LC_", "PYTHON")  # variables that are read when a process starts
# what this package gives its processes, which have it anyway
_USUAL = {"KERAS_BACKEND": "tensorflow", "PYTHONIOENCODING": "utf-8", "PYTHONSAFEPATH": "1"}
_LIMITS = (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE)
_MESSAGE_BYTES = 2**20
_ADDRESS = "WARM_PROCESSES"  # the variable that has the address for the processes of tests
UsualPopen = subprocess.Popen


class _Warm:
    """What a process knows of the one that forks: where it is, and how both began."""

    address = ""  # empty if there is none
    environment: ClassVar[Mapping[str, str]] = {}
    limits: ClassVar[Sequence[tuple[int, int]]] = []


class _WarmPopen(UsualPopen):  # type: ignore[type-arg]
    """Starts the processes of this package that work beside others as warm ones."""

    def __init__(self, args: Any, *rest: Any, **options: Any) -> None:
        if isinstance(args, list) and args[:2] == [sys.executable, "-m"] and args[2] in _OWN:
            args = warm_command(*args[2:], environment=options.get("env"))
        super().__init__(args, *rest, **options)


def warm_command(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> list[str]:
    """Return the command that starts a module, in a warm process where that is the same."""
    if not _Warm.address or (_read_start(environment), _read_limits()) != (
        _Warm.environment,
        _Warm.limits,
    ):
        return [sys.executable, "-m", module, *arguments]
    return [sys.executable, "-IS", _LAUNCHER, _Warm.address, module, *arguments]


@contextmanager
def start_warm() -> Iterator[None]:
    """Let the processes that are started meanwhile be warm. Nothing is imported before the first.

    The first process, which also starts those that run tests side by side, serves all of them. On
    systems without `pidfd_open` (it is Linux's) all start as usual.
    """
    if not hasattr(os, "pidfd_open"):
        yield
    elif _ADDRESS in os.environ:
        with _use(os.environ[_ADDRESS]):
            yield
    else:
        with _start() as address, _use(address):
            os.environ[_ADDRESS] = address
            try:
                yield
            finally:
                del os.environ[_ADDRESS]


@contextmanager
def _start() -> Iterator[str]:
    """Start the process that forks, and return its address."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server,
    ):
        address = f"{folder}/socket"
        server.bind(address)
        server.listen(64)
        command = [sys.executable, "-m", "tests.helpers.warm_processes", str(server.fileno())]
        root = Path(__file__).parents[2]
        with UsualPopen(
            [*command, address], cwd=root, stdin=subprocess.PIPE, pass_fds=[server.fileno()]
        ):  # it ends when its standard input is closed
            yield address


@contextmanager
def _use(address: str) -> Iterator[None]:
    _Warm.address, _Warm.environment, _Warm.limits = address, _read_start(None), _read_limits()
    subprocess.Popen = _WarmPopen  # type: ignore[misc]
    try:
        yield
    finally:
        _Warm.address = ""
        subprocess.Popen = UsualPopen  # type: ignore[misc]


def _read_start(environment: Mapping[str, str] | None) -> dict[str, str]:
    found = os.environ if environment is None else environment
    at_start = {name: value for name, value in found.items() if name.startswith(_AT_START)}
    return {name: value for name, value in at_start.items() if _USUAL.get(name) != value}


def _read_limits() -> list[tuple[int, int]]:
    return [resource.getrlimit(kind) for kind in _LIMITS]


def main() -> None:
    """Fork a process for each connection to the socket of number `argv[1]`, at address `argv[2]`.

    Another one waits for the end of each, and for that of its launcher.
    """
    server = socket.socket(fileno=int(sys.argv[1]))
    warm = _use(sys.argv[2])
    warm.__enter__()  # for good: without a name, the manager would be deleted, and so end
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait
    is_warm = False
    while True:
        ready, _, _ = select.select([sys.stdin, server], [], [])
        if sys.stdin in ready:
            os._exit(0)
        if not is_warm:
            _import_libraries()
            is_warm = True
        connection, _ = server.accept()
        if not os.fork():
            server.close()
            _keep(connection)
        connection.close()


def _import_libraries() -> None:
    from tuner.terminal.quiet_imports import import_heavy

    import_heavy()
    import altair  # noqa: F401
    import mlflow.pyfunc
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401
    import optuna  # noqa: F401
    import sklearn.ensemble
    import sklearn.linear_model  # noqa: F401

    gc.freeze()  # a search for garbage in what is forked would copy all of it


def _keep(connection: socket.socket) -> NoReturn:
    """Fork the process that a launcher asks for, wait for its end, and tell its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    message, streams, _, _ = socket.recv_fds(connection, _MESSAGE_BYTES, 3)
    process = os.fork()
    if not process:
        connection.close()
        _become(json.loads(message), streams)
    for stream in streams:
        os.close(stream)
    with suppress(BrokenPipeError):  # the launcher was killed meanwhile, which is seen next
        connection.send(b"%d" % process)
    ready, _, _ = select.select([os.pidfd_open(process), connection], [], [])
    if connection in ready:  # the launcher was killed
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    with suppress(BrokenPipeError):
        connection.send(b"%d" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(place: dict[str, Any], streams: list[int]) -> NoReturn:
    """Be the process that a launcher stands for.

    Args:
        place: What the launcher has: `argv`, `cwd`, `env`, `pid`, `umask`.
        streams: Its standard input, output and error.
    """
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(place["cwd"])
    os.umask(place["umask"])
    os.environ.clear()
    os.environ.update(place["env"])
    tempfile.tempdir = None
    launcher = Path(f"/proc/{place['pid']}/stat")
    os.getppid = lambda: int(launcher.read_text().rpartition(")")[2].split()[1])
    if hasattr(os, "nice"):
        os.nice = lambda change: 0  # a test that waits would wait for all other work, too
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115  (until the end)
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(  # noqa: SIM115
        2, "w", encoding="utf-8", errors="backslashreplace", buffering=1
    )
    sys.path[:1] = [] if "PYTHONSAFEPATH" in os.environ else [place["cwd"]]
    sys.argv = place["argv"]
    _end(_run(place["argv"][0]))


def _run(module: str) -> int:
    """Run a module as a program, and return the exit code."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    except BaseException as error:
        traceback.print_exc()
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _end(code: int) -> NoReturn:
    """End as the interpreter does, but for taking down what is imported."""
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main()
