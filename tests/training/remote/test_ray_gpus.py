"""A worker for each GPU of a cluster, which claims to have two: there is none on this machine."""

import os

import pytest

ray = pytest.importorskip("ray", reason="the extra ray is not installed")

from tuner.training.remote import ray_worker  # noqa: E402
from tuner.training.remote.ray_connection import RayConnection  # noqa: E402
from tuner.training.remote.ray_crew import RayCrew  # noqa: E402

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of Ray's own modules
]


@pytest.fixture
def cluster():
    ray.init(num_cpus=3, num_gpus=2, include_dashboard=False, object_store_memory=80 * 2**20)
    yield
    ray.shutdown()


def test_each_gpu_has_a_worker_that_sees_no_other(cluster, monkeypatch):
    class SeeingWorker:
        """Says what TensorFlow would see, without importing it, which takes seconds."""

        def __init__(self, trainer, cores, environment):
            os.environ.update(environment)

        def describe(self):
            return [os.environ.get(name) for name in names]

    names = ("CUDA_VISIBLE_DEVICES", "TF_FORCE_GPU_ALLOW_GROWTH")
    monkeypatch.setattr(ray_worker, "RayWorker", SeeingWorker)
    crew = RayCrew(RayConnection(None), "lanes")
    assert crew.size == 2  # of three cores
    seen = ray.get([member.call for member in crew._members], timeout=120)
    assert sorted(seen) == [["0", "true"], ["1", "true"]]
    crew.close()
