"""What networks for tables cannot do with some data is told, and not searched."""

import numpy as np
import pytest

from tests.helpers.tables import write_file
from tuner.errors import SpaceError
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, make_settings
from tuner.space import load_space

LEVELS = "colour,kind\n" + "red,a\nblue,b\ngreen,a\nred,b\n" * 20
SPACE = """
title = "Which?"
[inputs]
numbers = ["plain", "periodic"]
one_hot = [4, 8]
word_width = 4
[network]
depth = [0, 1]
[optimizer]
optimizer = "adamw"
embedding_rate = 0.1
"""


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    """Let each test write its table into a folder of its own."""
    monkeypatch.chdir(tmp_path)


def prepare_space(text, data, folder):
    path = folder / "space.toml"
    path.write_text(text)
    return prepare(str(path), DataRequest(data), make_settings(str(path), {"folds": 2}))


def test_without_numbers_nothing_embeds_or_scales_them():
    settings = make_settings("tabular", {"folds": 2})
    setup = prepare("tabular", DataRequest(write_file(LEVELS)), settings)
    assert setup.warnings == (
        "the data have no column of numbers or dates, so that scaling and numbers do nothing and "
        "are not searched",
    )
    names = {h.name for h in setup.space.hyperparameters}
    assert not names & {"frequencies", "frequency_scale", "bins", "number_width"}
    for first in setup.space.first:
        assert (first.values["scaling"], first.values["numbers"]) == ("standard", "plain")
    assert len(setup.space.first) == len(load_space("tabular").first)


def test_first_trials_that_are_one_network_without_numbers_are_one(tmp_path):
    named = ("plain", "periodic")
    first = "".join(
        f'[[first]]\nname = "{each}"\nnumbers = "{each}"\none_hot = 4\ndepth = 1\n'
        for each in named
    )
    setup = prepare_space(SPACE + first, write_file(LEVELS), tmp_path)
    assert [each.name for each in setup.space.first] == ["plain"]


def test_what_only_embeddings_use_is_not_searched_without_them(tmp_path):
    embedded = SPACE.replace('["plain", "periodic"]', '"periodic"\nfrequencies = [8, 16]')
    embedded = embedded.replace("embedding_rate = 0.1", "embedding_rate = [0.1, 1.0]")
    assert prepare_space(embedded, "iris", tmp_path).space.size() == 2 * 2 * 2
    setup = prepare_space(embedded, write_file(LEVELS), tmp_path)
    assert setup.space.size() == 2  # depths
    assert "frequencies" in setup.warnings[0]
    with pytest.raises(SpaceError, match=r"compares settings of frequencies, which do nothing"):
        prepare_space('compare = "frequencies"\n' + embedded, write_file(LEVELS), tmp_path)


def test_images_are_not_embedded_pixel_by_pixel(tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "x.npz", x=rng.integers(0, 255, (40, 6, 6)), y=np.arange(40) % 2)
    setup = prepare_space(SPACE, str(tmp_path / "x.npz"), tmp_path)
    assert setup.warnings[0] == (
        "the rows are images, whose pixels are scaled alike, so that numbers does nothing and is "
        "not searched"
    )


def test_columns_of_few_levels_are_not_embedded(tmp_path):
    setup = prepare_space(SPACE, "iris", tmp_path)
    assert setup.warnings == (
        "no column has so many levels that it would be embedded, so that one_hot does nothing and "
        "is not searched",
    )
    assert setup.space.size() == 4  # depths and embeddings of numbers


def test_what_acts_is_searched(tmp_path):
    many = "colour,size,kind\n" + "".join(f"c{n % 9},{n},{'ab'[n % 2]}\n" for n in range(90))
    setup = prepare_space(SPACE, write_file(many), tmp_path)
    assert setup.warnings == ()
    assert setup.space.size() == 8


def test_a_comparison_of_what_does_nothing_is_refused(tmp_path):
    with pytest.raises(SpaceError) as caught:
        prepare_space('compare = "numbers"\n' + SPACE, write_file(LEVELS), tmp_path)
    assert str(caught.value) == (
        "space space compares settings of numbers, which do nothing: the data have no column of "
        "numbers or dates; search other data, or another space"
    )
