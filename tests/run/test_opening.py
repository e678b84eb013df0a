"""Studies that are created and opened."""

from dataclasses import replace

import pytest

from tests.helpers.setups import make_setup
from tuner.errors import StudyError
from tuner.run import opening
from tuner.run.opening import Destination, create_study, load_setup
from tuner.space import load_space
from tuner.study import Study


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


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda record: {"data": {"source": "iris"}}, "KeyError: 'target'"),
        (lambda record: {"data": {**record.data, "ignore": None}}, "TypeError: "),
        (lambda record: {"definition": None}, "AttributeError: "),
        (lambda record: {"row_time": 5}, "TypeError: "),
    ],
)
def test_a_description_that_was_edited_wrongly_is_named(tmp_path, edit, fault):
    """Whoever edits it removes its checksum, so that only its content can tell."""
    study = create_study(make_setup("mlp", load_space("mlp")), Destination(tmp_path))
    edited = Study(replace(study.record, **edit(study.record)), study.folder)
    with pytest.raises(StudyError) as error:
        load_setup(edited)
    assert str(error.value).startswith(
        f"study description {study.folder}/study.json cannot be read ({fault}"
    )
    assert str(error.value).endswith("; restore the file from a copy")
