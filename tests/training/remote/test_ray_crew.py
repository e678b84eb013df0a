"""What ends a search on a cluster of Ray is one sentence. Here Ray is replaced: none is installed.

`test_ray.py` has what a real cluster shows.
"""

import atexit
import socket
import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest

from tuner.errors import EngineLost, UserError
from tuner.training.remote.limits import Limits
from tuner.training.remote.messages import Context
from tuner.training.remote.ray_connection import RayConnection
from tuner.training.remote.ray_crew import RayCrew
from tuner.training.remote.ray_member import Member
from tuner.training.remote.ray_worker import RayWorker, _keep

RESUMED = "and resume the study, with or without --engine ray: every trial in its journal is kept"


class RayError(Exception):
    pass


class RaySystemError(RayError):
    pass


class GetTimeoutError(RayError, TimeoutError):
    pass


class OutOfDiskError(RayError):
    pass


@pytest.fixture
def ray(monkeypatch):
    """Replace Ray by one that has a cluster of three cores, of which none is free."""
    module = ModuleType("ray")
    errors = (RayError, RaySystemError, GetTimeoutError, OutOfDiskError)
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
        lambda number, trainer, gpus: Member(number, actor=object(), call=object()),
    )
    return module


@pytest.fixture
def listening(ray):
    """Yield the sockets at which the head, and Ray on this machine, are to listen."""
    with socket.create_server(("127.0.0.1", 0)) as head, socket.create_server(("", 0)) as node:
        port = head.getsockname()[1]
        ray.get_runtime_context = lambda: SimpleNamespace(
            gcs_address=f"127.0.0.1:{port}", get_node_id=lambda: "b"
        )
        ray.nodes = lambda: [
            {"NodeID": "a", "NodeManagerAddress": "10.0.0.1", "NodeManagerPort": 1},
            {
                "NodeID": "b",
                "NodeManagerAddress": "127.0.0.1",
                "NodeManagerPort": node.getsockname()[1],
            },
        ]
        yield SimpleNamespace(head=head, node=node)


@pytest.fixture
def crew(listening):
    made = RayCrew(RayConnection(None), "lanes", 2, Limits(nobody=0.0))
    made.notes = []
    made.on_note = made.notes.append
    yield made
    made.close()


def test_a_search_ends_with_one_sentence_where_ray_on_its_machine_has_ended(crew, listening):
    """Ray would end the process without a word."""
    assert crew._connection.look(now=True) == 0.0
    assert not crew._connection.has_lost_node
    listening.node.close()
    assert crew._connection.look(now=True) == 0.0
    with pytest.raises(EngineLost, match=f"Ray on this machine has ended; .*{RESUMED}"):
        crew.wait(lambda worker: None)


def test_a_cluster_that_others_have_taken_is_told(crew):
    crew.wait(lambda worker: None)  # from then on none has been ready for a time
    with pytest.raises(EngineLost, match=r"no worker of Ray is ready .*3 cores, 0 of them free"):
        crew.wait(lambda worker: None)
    assert len(crew.notes) == 1
    assert crew.notes[0].startswith("--engine ray: others have taken every core of the cluster")


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
    ray.is_initialized, ray.init = lambda: False, lambda *_, **__: None
    ray._private = SimpleNamespace(worker=SimpleNamespace(_worker_logs_enabled=True))
    ray.shutdown = lambda: stopped.wait(60)
    monkeypatch.setattr(atexit, "unregister", at_exit.append)
    crew = RayCrew(RayConnection(None), "lanes", 2, Limits(end=0.01))
    crew.on_note = notes.append
    crew.close()
    stopped.set()
    assert at_exit == [ray.shutdown]
    assert notes == [
        "Ray on this machine does not end; `ray stop --force` ends it, and all other clusters of "
        "this machine"
    ]
