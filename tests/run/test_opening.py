"""Studies that are created and opened."""

import json
from dataclasses import replace

import pytest

from tests.helpers.errors import read_error
from tests.helpers.setups import make_setup
from tuner.errors import StudyError, UserError
from tuner.model.row_time import RowTime
from tuner.run import opening
from tuner.run.opening import Destination, create_study, load_setup
from tuner.space import load_space, parse_space
from tuner.study import Study, WarmStart


def test_searches_that_begin_at_the_same_moment_have_a_study_each(tmp_path, monkeypatch):
    setup = make_setup(load_space("mlp"))
    first = create_study(setup, Destination(tmp_path))
    find_free_name = opening.find_free_name
    names = [first.record.name]  # as the second one sees it before the first is there
    monkeypatch.setattr(
        opening, "find_free_name", lambda *place: names.pop() if names else find_free_name(*place)
    )
    second = create_study(setup, Destination(tmp_path))
    assert (first.record.name, second.record.name) == ("iris-mlp-1", "iris-mlp-2")


# A space with a domain of each kind, a condition and a first trial.
SPACE = """
title = "Which?"

[network]
depth = { min = 0, max = 2 }
units = [8, 16]
activation = ["relu", "tanh"]

[sgd]
learning_rate = { min = 0.01, max = 0.3, log = true }
nesterov = [true, false]

[[first]]
name = "usual"
depth = 0
learning_rate = 0.1
"""
OTHERS = [None, True, -1, 1.5, "x", [], {}, [[]], {"x": None}, 10**30, float("nan")]


@pytest.fixture
def description(tmp_path):
    """The whole description of a study, and its file, whose checksum whoever edits it removes."""
    setup = make_setup(parse_space(SPACE, name="own", file="own.toml"))
    settings = replace(setup.settings, max_row_microseconds=900.0, class_weight={"setosa": 2.0})
    start = WarmStart("earlier", "1f", ({"depth": 1, "units": 8},))
    setup = replace(setup, settings=settings, row_time=RowTime(1.0, 2.0, 3.0), warm_start=start)
    study = create_study(setup, Destination(tmp_path, "study"))
    path = study.folder / "study.json"
    content = json.loads(path.read_text())
    del content["checksum"]
    return content, path


def list_places(value):
    """Yield where each part of a JSON value is: its parent, and its key or number there.

    Of a list with many parts, those of a form that none before them has.
    """
    forms = set()
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        form = type(part).__name__, json.dumps(part)[:200] if isinstance(part, dict) else ""
        if isinstance(value, list) and form in forms:
            continue
        forms.add(form)
        yield value, key
        if isinstance(part, dict | list):
            yield from list_places(part)


def test_each_part_of_a_description_may_only_be_replaced_by_one_that_opens(description):
    content, path = description
    opened = refused = 0
    for parent, key in list(list_places(content)):
        part = parent[key]
        for other in OTHERS:
            parent[key] = other
            path.write_text(json.dumps(content))
            try:
                load_setup(Study.open("study", path.parents[2]))
                opened += 1
            except UserError:
                refused += 1
        parent[key] = part
    path.write_text(json.dumps(content))
    load_setup(Study.open("study", path.parents[2]))
    assert opened < refused


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        (("data", "ignore"), None, "data.ignore: expected a list; received null"),
        (("data", "rows"), "150", 'data.rows: expected a whole number; received "150"'),
        (("data", "fingerprint"), ..., "data.fingerprint: it is missing"),
        (("data", "target"), 3, "data.target: expected a text or null; received 3"),
        (("settings", "folds"), "3", "--folds: expected a whole number, such as 3; received '3'"),
        (("settings", "folds"), 4, "split.folds: expected 4 folds; received 3"),
        (("settings", "speed"), 4, "settings.speed: a description has no such entry"),
        (("split", "folds", 1, 4), 5.5, "split.folds[1][4]: expected a whole number; received 5.5"),
        (("split", "folds", 0), [], "split.folds: expected the rows of each fold; received none"),
        (("split", "folds", 0, 0), -7, "split: expected each row from 0 to 149 once"),
        (("data", "classes"), ["setosa"], "data.classes: expected two or more"),
        (("data", "reading"), 9, "data.reading: expected 1 to 5; received 9"),
        (
            ("settings", "test_size"),
            -1,
            "--test-size: -1 is not between 0 and 0.5; use --test-size 0.2, or 0 for no test part",
        ),
        (("row_time",), 5, "row_time: expected null or an object; received 5"),
        (
            ("definition", "hyperparameters", 0, "conditions"),
            {},
            "definition.hyperparameters[0].conditions: expected a list; received {}",
        ),
        (
            ("definition", "hyperparameters", 0, "domain", "max"),
            2.5,
            "space file as the study keeps it, [network] depth: expected a whole number as max, "
            "received 2.5; write for example depth = 1",
        ),
    ],
)
def test_an_edited_description_says_what_is_wrong_in_it(description, place, value, fault):
    content, path = description
    *parents, last = place
    parent = content
    for name in parents:
        parent = parent[name]
    if value is ...:
        del parent[last]
    else:
        parent[last] = value
    path.write_text(json.dumps(content))
    assert read_error(lambda: Study.open("study", path.parents[2]), StudyError) == (
        f"study description {path} cannot be read ({fault}); correct that, or restore the file "
        "from a copy"
    )
