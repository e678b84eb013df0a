"""A folder of images, searched, exported and predicted as a user does it."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.helpers.command_line import run_tuner

SPACE = """
title = "How many convolutional blocks are best?"
compare = "blocks"
[network]
blocks = [0, 1]
filters = 2
depth = 0
[regularizer]
kind = "max_norm"
radius = 3.0
dropout = 0.1
[sgd]
learning_rate = [0.02, 0.05]
schedule = "cosine"
"""


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """Coloured stripes along and across, of two sizes, one of them broken."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for number in range(36):
        pixels = rng.integers(0, 60, size=(8, 6 + 2 * (number % 3 == 0), 3))
        across = number % 2
        (pixels[::2] if across else pixels[:, ::2])[:] += 150
        path = folder / "stripes" / ("across" if across else "along") / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(path)
    (folder / "stripes" / "along" / "broken.png").write_bytes(b"no image")
    (folder / "own.toml").write_text(SPACE)
    done = run_tuner(
        folder, "search", "--space", "own.toml", "--data", "stripes", "--max-trials", 2,
        "--folds", 2, "--epochs", 2, "--study", "first", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout), done.stderr


def test_what_was_read_is_told_before_the_search(searched):
    assert searched[2].splitlines()[:5] == [
        "data stripes: 36 rows, 144 features after encoding; 28 rows in 2 folds, 8 held back for "
        "the test",
        "  target class: across 18, along 18",
        "  array x: each row of shape (8, 6, 3), pixels that are scaled alike",
        "  warning: broken images are left out: along/broken.png",
        "  warning: images of 2 sizes are resized to 8×6 (height × width, at most 64 a side; save "
        "x and y in an .npz file to keep more)",
    ]


def test_the_report_asks_for_blocks(searched):
    folder, found, _ = searched
    page = (folder / found["report"]).read_text(encoding="utf-8")
    assert "How many convolutional blocks are best?" in page
    assert "logistic regression, cannot be told" not in page


def test_the_model_card_says_what_becomes_of_files(searched):
    folder, found, _ = searched
    card = (folder / found["model"] / "README.md").read_text(encoding="utf-8")
    assert "It takes arrays of shape (8, 6, 3)" in card
    assert "`tuner predict` reads PNG and JPEG files in this form" in card


def test_images_are_predicted_with_the_names_of_their_files(searched):
    folder, found, _ = searched
    done = run_tuner(
        folder, "predict", found["model"], "--data", "stripes/across", "--output", "a.csv"
    )
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(folder / "a.csv")
    assert list(table) == ["file", "class", "probability_across", "probability_along"]
    assert table["file"].tolist() == [f"{number:02}.png" for number in range(1, 36, 2)]
    broken = run_tuner(folder, "predict", found["model"], "--data", "stripes")
    assert broken.returncode == 2
    assert broken.stderr.strip() == (
        "error: data folder stripes: 1 of 37 images cannot be read as PNG or JPEG: "
        "along/broken.png; replace or delete them"
    )


def test_the_study_goes_on(searched):
    folder, found, _ = searched
    done = run_tuner(folder, "resume", "first", "--json")
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    for name in ("best", "smallest", "test", "trials"):
        assert again[name] == found[name]
