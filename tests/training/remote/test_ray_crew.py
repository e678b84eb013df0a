"""What ends a search on a cluster of Ray is one sentence. Here Ray is replaced: none is installed.

`test_ray.py` has what a real cluster shows.
"""

import atexit
import socket
import sys
import threading
from contextlib import ExitStack, suppress
from types import ModuleType, SimpleNamespace

import pytest

from tuner.errors import EngineLost, UserError
from tuner.training.remote.limits import Limits
from tuner.training.remote.messages import Context
from tuner.training.remote.ray_connection import RayConnection
from tuner.training.remote.ray_crew import RayCrew
from tuner.training.remote.ray_member import CrewMember
from tuner.training.remote.ray_worker import RayWorker, _keep

RESUMED = "and resume the study, with or without --engine ray: every trial in its journal is kept"


class RayError(Exception):
    pass


class RaySystemError(RayError):
    pass


class RayTaskError(RayError):
    pass


class GetTimeoutError(RayError, TimeoutError):
    pass


class OutOfDiskError(RayError):
    pass


@pytest.fixture
def ray(monkeypatch):
    """Replace Ray by one that has a cluster of three cores, of which none is free."""
    module = ModuleType("ray")
    errors = (RayError, RaySystemError, RayTaskError, GetTimeoutError, OutOfDiskError)
    module.exceptions = SimpleNamespace(**{error.__name__: error for error in errors})
    module.cloudpickle = None
    module.is_initialized = lambda: True
    module.cluster_resources = lambda: {"CPU": 3.0, "memory": 8.0}
    module.available_resources = lambda: {"memory": 8.0}
    module.wait = lambda calls, **rest: ([], calls)
    module.kill = lambda actor: None
    monkeypatch.setitem(sys.modules, "ray", module)
    monkeypatch.setattr(
        "tuner.training.remote.ray_crew.start_member",
        lambda number, trainer, gpus: CrewMember(number, actor=object(), call=object()),
    )
    return module


class Listening:
    """Answers as a process of Ray does, until it is stopped or ends.

    A process that is stopped takes connections all the same.
    """

    def __init__(self):
        self.stopped = False
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        with suppress(OSError), ExitStack() as taken:  # an error is its end
            while True:
                connection = taken.enter_context(self._server.accept()[0])
                if not self.stopped:
                    connection.recv(100)
                    connection.sendall(b"\0\0\0\4\0\0\0\0\0")

    def end(self):
        with suppress(OSError):  # it has ended before
            self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._server.close()


@pytest.fixture
def listening(ray, monkeypatch):
    """Yield the head, and Ray on this machine."""
    monkeypatch.setattr("tuner.training.remote.ray_connection._LOOK_SECONDS", 0.2)
    with ExitStack() as stack:
        head, node = Listening(), Listening()
        for process in (head, node):
            stack.callback(process.end)
        port = head.port
        ray.get_runtime_context = lambda: SimpleNamespace(
            gcs_address=f"127.0.0.1:{port}", get_node_id=lambda: "b"
        )
        ray.nodes = lambda: [
            {"NodeID": "a", "NodeManagerAddress": "10.0.0.1", "NodeManagerPort": 1},
            {
                "NodeID": "b",
                "NodeManagerAddress": "127.0.0.1",
                "NodeManagerPort": node.port,
            },
        ]
        yield SimpleNamespace(head=head, node=node)


@pytest.fixture
def crew(listening):
    notes = []
    made = RayCrew(RayConnection(None), "lanes", 2, Limits(nobody=0.0), on_note=notes.append)
    made.notes = notes
    yield made
    made.close()


def test_a_search_ends_with_one_sentence_where_ray_on_its_machine_has_ended(crew, listening):
    """Ray would end the process without a word."""
    crew.limits = Limits()
    assert crew._connection.look(now=True) == 0.0
    assert crew._connection.node_gone == 0.0
    listening.node.end()
    assert crew._connection.look(now=True) == 0.0
    with pytest.raises(EngineLost, match=f"Ray on this machine has ended; .*{RESUMED}"):
        crew.wait(lambda worker: None)


@pytest.mark.parametrize(
    ("name", "said"), [("head", r"Ray's head at .*"), ("node", "Ray on this machine")]
)
def test_a_search_ends_with_one_sentence_where_a_process_of_ray_is_stopped(
    crew, listening, name, said
):
    """Ray would wait for it for ever, or end the process without a word."""
    crew.limits = Limits(head=0.1)
    crew.wait(lambda worker: None)
    vars(listening)[name].stopped = True
    with pytest.raises(EngineLost, match=f"{said} does not answer; start .*{RESUMED}"):
        wait_for_ever(crew)


def wait_for_ever(crew):
    while True:
        crew.wait(lambda worker: None)


def test_a_call_of_ray_that_hangs_ends_the_search_with_one_sentence(crew):
    crew.limits = Limits(put=0.01)
    hung = threading.Event()
    sys.modules["ray"].put = lambda value: hung.wait(60)
    context = Context(None, object(), None, None, "float32", False)
    with pytest.raises(EngineLost, match=rf"not answer \(no answer for 0 s\); .*{RESUMED}"):
        crew.use(context)
    hung.set()


@pytest.mark.parametrize("address", ["10.0.0.1:6379", None])
def test_a_connection_that_hangs_is_refused_with_one_sentence(ray, monkeypatch, address):
    hung, at_exit = threading.Event(), []
    ray.is_initialized, ray.init = lambda: False, lambda *_, **__: hung.wait(60)
    ray.shutdown = lambda: None
    monkeypatch.setattr(atexit, "unregister", at_exit.append)
    monkeypatch.setattr("tuner.training.remote.ray_connection._CONNECT_SECONDS", 0.01)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    place = f"reached at {address}" if address else "started on this machine"
    with pytest.raises(UserError, match=rf"Ray cannot be {place} \(.*no answer for 0 s\); .* or"):
        RayConnection(address)
    hung.set()
    assert at_exit == [ray.shutdown]  # which would hang


def test_a_cluster_of_another_version_is_refused_with_what_to_do(ray):
    def init(*_, **__):
        raise RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 2.54.0")

    ray.is_initialized, ray.init = lambda: False, init
    with pytest.raises(UserError, match=r"Ray: 2\.54\.0\); install the same versions on all ma"):
        RayConnection("10.0.0.1:6379")


def test_a_cluster_that_others_have_taken_is_told(crew):
    crew.wait(lambda worker: None)  # from then on none has been ready for a time
    with pytest.raises(EngineLost, match=r"no worker of Ray is ready .*3 cores, 0 of them free"):
        crew.wait(lambda worker: None)
    assert len(crew.notes) == 1
    assert crew.notes[0].startswith("--engine ray: others have taken every core of the cluster")


def lose_next_worker(ray, crew, error):
    def get(call, timeout):
        raise error

    ray.get, ray.wait = get, lambda calls, **rest: (calls[:1], calls[1:])
    crew.wait(lambda worker: None)


def test_workers_that_cannot_start_end_the_search_but_not_nodes_that_go(ray, crew):
    """A node may take many workers with it that are starting."""
    crew.limits = Limits()
    for _ in range(5):
        lose_next_worker(ray, crew, RayError("The actor died because its node has died."))
    lacking = RayError("ray::RayWorker() (pid=7, ip=10.0.0.2)\nModuleNotFoundError: No tensorflow")
    for _ in range(2):
        lose_next_worker(ray, crew, lacking)
    said = rf"3 workers .* could not start \(Module.* tensorflow, on 10\.0\.0\.2\); .*{RESUMED}"
    with pytest.raises(EngineLost, match=said):
        lose_next_worker(ray, crew, lacking)


def test_a_worker_of_another_version_is_refused_whatever_it_says_of_itself(ray, crew):
    told = {"host": "far", "versions": {"softmax-tuner": "9.0"}, "unknown": 1}
    ray.get, ray.wait = lambda call, timeout: told, lambda calls, **rest: (calls[:1], calls[1:])
    with pytest.raises(UserError, match=r"on far has softmax-tuner 9.0, and this process .*; inst"):
        crew.wait(lambda worker: None)


def test_rows_for_which_there_is_no_room_are_no_fault_of_the_hypermodel(ray, crew):
    def put(value):
        raise OutOfDiskError("the disk is full")

    ray.put = put
    context = Context(None, object(), None, None, "float32", False)
    with pytest.raises(EngineLost, match=f"Ray cannot take the rows .*full.*{RESUMED}"):
        crew.use(context)
    ray.put = lambda value: {}[value]
    with pytest.raises(UserError, match="cannot be sent to other processes"):
        crew.use(context)


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (GetTimeoutError("Get timed out"), EngineLost, r"did not come .* \(within 600 s\); see"),
        (RayError("lost\nlogs say more"), EngineLost, rf"did not come .* \(lost\); .*{RESUMED}"),
        (RaySystemError("No module named 'mine'"), UserError, r"cannot read .*named 'mine'\)"),
    ],
)
def test_a_worker_without_the_rows_says_why_in_one_sentence(ray, monkeypatch, error, kind, message):
    def get(reference, timeout):
        raise error

    ray.get = get
    worker = RayWorker("lanes", 1, {})
    worker.begin_unit(["rows"], [], 600.0)
    while not (report := worker.exchange(None, 60.0)).over:
        pass
    assert isinstance(report.error, kind)
    with pytest.raises(kind, match=message):
        raise report.error


def test_a_worker_without_room_for_what_it_trained_says_so_in_one_sentence(ray):
    def put(value):
        raise OutOfDiskError("Local disk is full\nTip")

    ray.put = put
    with pytest.raises(EngineLost, match=r"cannot keep .* \(Local disk is full\); make room"):
        _keep([1.0])


def test_a_search_does_not_wait_for_ever_for_ray_to_end(ray, listening, monkeypatch):
    """As it does where a process of Ray is stopped; nor does the end of Python."""
    stopped, at_exit, notes = threading.Event(), [], []
    threads = []
    ray.is_initialized = lambda: False
    ray.init = lambda *_, **__: threads.append(threading.current_thread())
    ray._private = SimpleNamespace(worker=SimpleNamespace(_worker_logs_enabled=True))
    ray.shutdown = lambda: stopped.wait(60)
    monkeypatch.setattr(atexit, "unregister", at_exit.append)
    crew = RayCrew(RayConnection(None), "lanes", 2, Limits(end=0.01), on_note=notes.append)
    # in the main thread Ray would take the handling of SIGTERM
    assert threading.main_thread() not in threads
    crew.close()
    stopped.set()
    assert at_exit == [ray.shutdown]
    assert notes == [
        "Ray on this machine does not end; `ray stop --force` ends it, and all other clusters of "
        "this machine"
    ]
