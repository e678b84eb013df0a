"""The room for workers: what is told if there is too little."""

import pytest

from tuner.training.remote.ray_room import count_places, describe_lack


@pytest.mark.parametrize(
    ("resources", "places"),
    [({"CPU": 4.0}, 4), ({"CPU": 8.0, "GPU": 2.0}, 2), ({"CPU": 0.0}, 1), ({}, 1)],
)
def test_there_is_a_place_for_each_gpu_or_core(resources, places):
    assert count_places(resources) == places


FREE = {"CPU": 4.0, "GPU": 1.0}


@pytest.mark.parametrize(
    ("resources", "free", "size", "lack"),
    [
        ({"CPU": 4.0}, FREE, 4, None),
        ({"CPU": 4.0}, {}, 4, None),  # where Ray does not know yet
        ({"CPU": 4.0}, FREE, 5, "room for 4 of 5 workers, one for each core of the cluster"),
        ({"CPU": 4.0, "GPU": 1.0}, FREE, 2, "room for 1 of 2 workers, one for each GPU"),
        ({"memory": 1.0}, FREE, 1, "the cluster has no core for a worker; the search begins when"),
        ({"CPU": 0.0}, FREE, 8, "the cluster has no core for a worker; the search begins when"),
        ({"CPU": 4.0}, {"memory": 1.0}, 4, "others have taken every core of the cluster, as"),
        ({"CPU": 4.0, "GPU": 1.0}, {"CPU": 4.0}, 1, "others have taken every GPU of the cluster"),
    ],
)
def test_what_is_lacking_is_told(resources, free, size, lack):
    told = describe_lack(resources, free, size, patience=300.0)
    assert (told is None) == (lack is None)
    assert lack is None or lack in told
