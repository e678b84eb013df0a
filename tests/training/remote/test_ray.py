"""Searches on a real cluster of Ray, with several nodes on this machine, and what goes wrong there.

The tests share the cluster and its workers, which take seconds to start; the last one ends it. A
test that loses a worker does not wait for the next one, which starts while other tests run.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.training import CustomHyperModel, assert_same, hook, make_job, make_mlp, train
from tuner.errors import EngineLost, UserError
from tuner.search import FoldTuner
from tuner.study import SearchSettings
from tuner.training import TRAINERS, Hooks, Plan
from tuner.training.fold_networks import FoldNetworks
from tuner.training.remote.trainer import RemoteTrainer

ray = pytest.importorskip("ray", reason="the extra ray is not installed")

from ray.cluster_utils import Cluster  # noqa: E402

from tuner.training.remote import ray_worker  # noqa: E402
from tuner.training.remote.limits import Limits  # noqa: E402
from tuner.training.remote.ray_connection import WATCH, RayConnection  # noqa: E402
from tuner.training.remote.ray_crew import RayCrew  # noqa: E402

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of Ray's own modules
]

PROJECT = Path(__file__).parents[3]
STORE = 80 * 2**20  # bytes of each node's object store, the least that Ray takes
LIMITS = Limits(silence=3.0, head=6.0, nobody=180.0)
LONG = Plan(epochs=300, patience=300, seed=1)
EPOCHS = 16


KILLED = {"max_trials": 8, "folds": 2, "epochs": 100, "patience": 100, "test_size": 0.0}
# The search of a process that is killed: a folder and the head's address are its arguments. It
# begins when the folder is there.
SEARCH = f"""
import sys
import time
from pathlib import Path
from tuner.training.remote import Engine

crew = Engine("ray", sys.argv[2], 1).start("lanes")

from tests.helpers.problems import make_problem
from tests.helpers.training import make_mlp
from tuner.search import FoldTuner
from tuner.study import SearchSettings

settings = SearchSettings(**{KILLED})
rows = make_problem(rows=90)
while not Path(sys.argv[1]).exists():
    time.sleep(0.05)
tuner = FoldTuner(make_mlp(epochs=settings.epochs), settings, directory=sys.argv[1])
tuner.search(rows.x, rows.y, study="mine", crew=crew)
"""


class KeptCrew:
    """A crew that stays when the tuner lets its workers go."""

    def __init__(self, crew):
        self._crew = crew

    def __getattr__(self, name):
        return getattr(self._crew, name)

    def close(self):
        pass


class Ground:
    """A cluster of two nodes, the head with one core and another with three.

    Attributes:
        crew: Two workers; at least one is on the other node.
        fitting: One worker, whose trainer is `fit`.
        killed: The process of `SEARCH`, which waits for its folder, and has a worker.
        folder: The folder.
    """

    def __init__(self, folder):
        head = {"num_cpus": 1, "object_store_memory": STORE, "include_dashboard": False}
        try:
            self.cluster = Cluster(initialize_head=True, head_node_args=head)
        except Exception as error:
            if "timed out during startup" not in str(error):  # Ray's words, after half a minute
                raise
            pytest.skip("this machine is too busy for Ray, which gave up starting its head")
        self.notes = []  # of all crews
        self.other = self.cluster.add_node(num_cpus=3, object_store_memory=STORE)
        self.crew = self.make_crew("lanes", 2)
        self.fitting = self.make_crew("fit", 1)
        self.folder = folder / "killed"
        command = [sys.executable, "-c", SEARCH, self.folder, self.cluster.address]
        self.killed = subprocess.Popen(command, cwd=PROJECT)  # where the tests' modules are

    def make_crew(self, trainer, workers):
        connection = RayConnection(self.cluster.address)
        return RayCrew(connection, trainer, workers, LIMITS, on_note=self.notes.append)

    def wait_for_workers(self, count, crew=None, seconds=180.0):
        crew, end = crew or self.crew, time.monotonic() + seconds
        while len(crew.list_facts()) < count:
            assert time.monotonic() < end, "the workers do not come"
            crew.wait(lambda worker: None)

    def make_trainer(self, trainer="lanes", crew=None):
        return RemoteTrainer(TRAINERS[trainer](), crew or self.crew, lambda state: None)

    def close(self):
        self.killed.kill()
        self.killed.wait()
        self.crew.close()
        self.cluster.shutdown()


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    made = Ground(tmp_path_factory.mktemp("ground"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def hypermodel():
    return make_mlp("[network]\ndepth = 1\nunits = 8\n", epochs=LONG.epochs)


@pytest.fixture(scope="module")
def rows():
    return make_problem(rows=90)


@pytest.fixture(scope="module")
def jobs():
    return [make_job(n, depth=1, units=8, learning_rate=0.01 * (n + 1)) for n in range(6)]


@pytest.fixture(scope="module")
def expected(hypermodel, rows, jobs):
    return train("lanes", hypermodel, rows, LONG, jobs)


def train_with_fault(ground, hypermodel, rows, jobs, expected, fault):
    """Train, let `fault` happen as soon as a trial trains, and compare the results."""
    happened, notes = [], []

    def on_epoch(trial, epoch):
        if not happened:
            happened.append(trial)
            fault()

    trainer = ground.make_trainer()
    plan = hook(LONG, on_epoch=on_epoch, on_note=notes.append)
    results = list(trainer.train(jobs, hypermodel, problem=rows, plan=plan))
    assert happened
    assert sorted(result.trial for result in results) == sorted(expected)  # none lost, none twice
    for result in results:
        assert_same(result, expected[result.trial])
    return notes


def list_events(study):
    """Return the events of a study by kind, without their times, those of trials by number."""
    events = [
        {name: value for name, value in event.items() if name not in {"time", "checksum"}}
        for event in study.journal.read()
    ]
    for event in events:
        if "result" in event:
            # the probabilities are in the event by the checksums of their arrays
            event |= {"trial": event["result"]["trial"], "result": event["result"] | {"seconds": 0}}
    return sorted(events, key=lambda event: (event["event"], event.get("trial", 0)))


def test_a_search_on_two_nodes_is_that_of_one_machine(ground, rows, tmp_path):
    space = """
    [network]
    depth = { min = 0, max = 2 }
    units = 8
    [sgd]
    learning_rate = { min = 1e-6, max = 0.3, log = true }
    batch_size = 16
    """
    settings = SearchSettings(max_trials=12, folds=3, epochs=EPOCHS, test_size=0.0, seed=3)
    tuners = [
        FoldTuner(make_mlp(space, epochs=EPOCHS), settings, directory=tmp_path / name)
        for name in ("here", "there")
    ]
    for tuner, crew in zip(tuners, (None, KeptCrew(ground.crew)), strict=True):
        tuner.search(rows.x, rows.y, study="mine", crew=crew)
        ground.wait_for_workers(2)  # which start during the search here
    here, there = (list_events(tuner.study) for tuner in tuners)
    assert there == here
    assert {record.result.status for record in tuners[1].records} == {"completed", "pruned"}


def test_networks_of_a_persons_own_train_on_workers(ground, rows):
    hypermodel, plan = CustomHyperModel(), Plan(epochs=3, seed=1)
    jobs = [make_job(n, rate=0.1 / (n + 1)) for n in range(2)]
    there = train(ground.make_trainer(), hypermodel, rows, plan, jobs)
    here = train("lanes", hypermodel, rows, plan, jobs)
    for trial, result in there.items():
        assert_same(result, here[trial])


def test_fit_trains_the_same_on_workers(ground):
    """Its products are large enough that TensorFlow divides them among threads."""
    plan, problem = Plan(epochs=2, seed=1), make_problem(rows=2000)
    hypermodel = make_mlp("[network]\ndepth = 2\nunits = 256\n", epochs=plan.epochs)
    jobs = [make_job(n, depth=2, units=256, learning_rate=0.1, batch_size=500) for n in range(2)]
    ground.wait_for_workers(1, ground.fitting)
    there = train(ground.make_trainer("fit", ground.fitting), hypermodel, problem, plan, jobs)
    here = train("fit", hypermodel, problem, plan, jobs)
    for trial, result in there.items():
        assert_same(result, here[trial])


class Unreadable(CustomHyperModel):
    """Needs a module that its workers lack."""

    def __setstate__(self, state):
        raise ModuleNotFoundError("No module named 'mine'")


@pytest.mark.parametrize(
    ("hypermodel", "limit", "error", "message"),
    [
        (CustomHyperModel(), 0.0, EngineLost, "the rows did not come to the worker on .*resume"),
        (Unreadable(), 60.0, UserError, "the worker on .* cannot read .*No module named 'mine'"),
    ],
)
def test_what_a_worker_lacks_ends_the_search_with_one_sentence(
    ground, rows, hypermodel, limit, error, message
):
    ground.wait_for_workers(1, ground.fitting)
    trainer = ground.make_trainer("fit", ground.fitting)
    ground.fitting.limits = replace(LIMITS, rows=limit)
    with pytest.raises(error, match=message):
        train(trainer, hypermodel, rows, Plan(epochs=2, seed=1), [make_job(0, rate=0.1)])
    assert len(ground.fitting.list_facts()) == 1  # it stays


def test_networks_of_folds_come_back_from_the_object_store(ground, rows):
    plan, job = Plan(epochs=3, seed=1), make_job(0, depth=2, units=64, learning_rate=0.1)
    hypermodel = make_mlp("[network]\ndepth = 2\nunits = 64\n", epochs=plan.epochs)
    kept = {True: FoldNetworks(), False: FoldNetworks()}
    train(
        ground.make_trainer(),
        hypermodel,
        rows,
        hook(plan, fold_networks=kept[True]),
        [job],
    )
    train("lanes", hypermodel, rows, hook(plan, fold_networks=kept[False]), [job])
    there, here = (networks.make_networks(0) for networks in kept.values())
    assert sum(weights.nbytes for weights in there[0].get_weights()) > 2**14  # of four folds, 2**16
    for network, other in zip(there, here, strict=True):
        for weights, others in zip(network.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(weights, others)


def test_a_worker_that_is_killed_is_replaced(ground, hypermodel, rows, jobs, expected):
    ground.wait_for_workers(2)

    def kill():
        os.kill(ground.crew.list_facts()[0].process, signal.SIGKILL)

    notes = train_with_fault(ground, hypermodel, rows, jobs, expected, kill)
    assert "was lost (its process died)" in notes[0]


def test_a_worker_that_hangs_is_given_up(ground, hypermodel, rows, jobs, expected):
    stopped = []

    def stop():
        stopped.append(ground.crew.list_facts()[0].process)
        os.kill(stopped[0], signal.SIGSTOP)

    notes = train_with_fault(ground, hypermodel, rows, jobs, expected, stop)
    assert notes == [note for note in notes if "was lost (no answer for 3 s)" in note]


class HangsOnce(CustomHyperModel):
    """Its first training never ends, though its process answers."""

    def __init__(self, mark):
        super().__init__()
        self.mark = mark

    def fit(self, hp, model, *args, **kwargs):
        if not self.mark.exists():
            self.mark.touch()
            time.sleep(3600)
        return super().fit(hp, model, *args, **kwargs)


def test_a_training_without_progress_is_given_up(ground, rows, tmp_path):
    plan, hypermodel = Plan(epochs=2, seed=1), HangsOnce(tmp_path / "hung")
    trainer, usual, notes = ground.make_trainer(), ground.crew.limits, []

    def look_for_hang():
        while not hypermodel.mark.exists():
            time.sleep(0.1)
        ground.crew.limits = replace(usual, stall=1.0)

    def take_note(note):
        notes.append(note)
        ground.crew.limits = usual  # the next worker may take its time

    threading.Thread(target=look_for_hang, daemon=True).start()
    heard = hook(plan, on_note=take_note)
    there = train(trainer, hypermodel, rows, heard, [make_job(0, rate=0.1)])
    assert "was lost (its training hung for" in notes[-1]
    here = train("lanes", hypermodel, rows, plan, [make_job(0, rate=0.1)])
    assert_same(there[0], here[0])


def test_a_search_whose_process_is_killed_is_resumed_without_ray_and_its_worker_ends(
    ground, rows, tmp_path
):
    ground.fitting.close()
    folder, process = ground.folder, ground.killed
    folder.mkdir()
    journal, end = folder / "studies" / "mine" / "journal.jsonl", time.monotonic() + 180
    while not journal.exists() or '"event": "trial"' not in journal.read_text(encoding="utf-8"):
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    tuners = [
        FoldTuner(make_mlp(epochs=100), SearchSettings(**KILLED), directory=path)
        for path in (folder, tmp_path / "whole")
    ]
    for tuner in tuners:
        tuner.search(rows.x, rows.y, study="mine")
    killed, whole = (list_events(tuner.study) for tuner in tuners)
    assert len(killed) == len(whole) + 1  # it has begun twice
    assert killed[2:] == whole[1:]
    while ray.available_resources().get("CPU", 0) < 2:  # its core, and that of `fit`
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_node_that_goes_takes_its_worker_and_a_new_one_brings_another(
    ground, hypermodel, rows, jobs, expected
):
    ground.wait_for_workers(2)
    known = {facts.process for facts in ground.crew.list_facts()}

    def exchange():
        ground.cluster.remove_node(ground.other, allow_graceful=False)
        ground.cluster.add_node(num_cpus=1, object_store_memory=STORE)

    notes = train_with_fault(ground, hypermodel, rows, jobs, expected, exchange)
    assert "was lost (" in notes[0]
    ground.wait_for_workers(2)
    assert {facts.process for facts in ground.crew.list_facts()} - known


def test_each_gpu_has_a_worker_that_sees_no_other(ground, monkeypatch):
    """The cluster claims to have two: there is none on this machine."""

    class SeeingWorker:
        """Says what TensorFlow would see, without importing it, which takes seconds."""

        def __init__(self, trainer, cores, environment):
            os.environ.update(environment)

        def describe(self):
            return [os.environ.get(name) for name in names]

    names = ("CUDA_VISIBLE_DEVICES", "TF_FORCE_GPU_ALLOW_GROWTH")
    monkeypatch.setattr(ray_worker, "RayWorker", SeeingWorker)
    ground.cluster.add_node(num_cpus=3, num_gpus=2, object_store_memory=STORE)
    crew = ground.make_crew("lanes", None)
    assert crew.size == 2  # of more cores
    seen = ray.get([member.call for member in crew._members], timeout=120)
    assert sorted(seen) == [["0", "true"], ["1", "true"]]
    crew.close()


def test_more_workers_than_gpus_are_told(ground):
    end = time.monotonic() + 60
    while ray.available_resources().get("GPU", 0) < 2:  # those of the last test are let go
        assert time.monotonic() < end
        time.sleep(0.1)
    crew = ground.make_crew("lanes", 3)
    ground.notes.clear()
    crew.wait(lambda worker: None)
    crew.wait(lambda worker: None)
    assert crew.size == 2
    assert [note.partition(";")[0] for note in ground.notes] == [
        "--ray-workers: there is room for 2 of 3 workers, one for each GPU of the cluster"
    ]
    crew.close()


def test_when_the_head_goes_the_search_ends_with_one_sentence(ground, hypermodel, rows, jobs):
    ground.fitting.close()
    started = []

    def end_the_head(trial, epoch):
        if not started:
            started.append(time.monotonic())
            ground.cluster.head_node.kill_gcs_server()

    trainer = ground.make_trainer()
    plan = replace(LONG, epochs=100_000, patience=100_000, hooks=Hooks(on_epoch=end_the_head))
    with pytest.raises(EngineLost, match=r"Ray's head at .* does not answer; start Ray again, and"):
        list(trainer.train(jobs, hypermodel, problem=rows, plan=plan))
    assert time.monotonic() - started[0] < 50  # after 60, Ray ends the process itself
    ground.crew.close()
    for thread in threading.enumerate():
        if thread.name == WATCH:  # if it waited for the head, Ray would end this process
            thread.join(30)
            assert not thread.is_alive()
