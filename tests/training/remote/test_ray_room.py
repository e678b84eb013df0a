"""The room for workers: what is told if there is too little."""

import pytest

from tuner.training.remote.ray_room import count_places, describe_lack


@pytest.mark.parametrize(
    ("resources", "places"),
    [({"CPU": 4.0}, 4), ({"CPU": 8.0, "GPU": 2.0}, 2), ({"CPU": 0.0}, 1), ({}, 1)],
)
def test_there_is_a_place_for_each_gpu_or_core(resources, places):
    assert count_places(resources) == places


@pytest.mark.parametrize(
    ("resources", "size", "lack"),
    [
        ({"CPU": 4.0}, 4, None),
        ({"CPU": 4.0}, 5, "there is room for 4 of 5 workers, one for each core of the cluster"),
        ({"CPU": 4.0, "GPU": 1.0}, 2, "there is room for 1 of 2 workers, one for each GPU"),
        ({"memory": 1.0}, 1, "the cluster has no core for a worker; the search begins when a"),
        ({"CPU": 0.0}, 8, "the cluster has no core for a worker; the search begins when a"),
    ],
)
def test_what_is_lacking_is_told(resources, size, lack):
    told = describe_lack(resources, size, patience=300.0)
    assert (told is None) == (lack is None)
    assert lack is None or lack in told
