"""Studies that are created and opened."""

from tests.helpers.setups import make_setup
from tuner.run import opening
from tuner.run.opening import Destination, create_study
from tuner.space import load_space


def test_searches_that_begin_at_the_same_moment_have_a_study_each(tmp_path, monkeypatch):
    setup = make_setup("mlp", load_space("mlp"))
    first = create_study(setup, Destination(tmp_path))
    find_free_name = opening.find_free_name
    names = [first.record.name]  # as the second one sees it before the first is there
    monkeypatch.setattr(
        opening, "find_free_name", lambda *place: names.pop() if names else find_free_name(*place)
    )
    second = create_study(setup, Destination(tmp_path))
    assert (first.record.name, second.record.name) == ("iris-mlp-1", "iris-mlp-2")
