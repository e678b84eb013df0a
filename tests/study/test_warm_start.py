"""The best trials of a study, with which another one begins."""

import json
from dataclasses import replace

import pytest

from tests.helpers.setups import DEPTHS, make_setup, write_noisy_study, write_untrained_study
from tests.helpers.spaces import make_space
from tuner.errors import SpaceError, StudyError
from tuner.run.opening import create_study, load_setup, match_setup
from tuner.run.request import Destination
from tuner.run.warm_starts import add_warm_start
from tuner.study import Study, StudyRecord, open_warm_start


@pytest.fixture(scope="module")
def setup():
    return make_setup(make_space(DEPTHS))


@pytest.fixture(scope="module")
def earlier(setup, tmp_path_factory):
    """A study of twelve trials, of which the first is the best."""
    return write_noisy_study(setup, tmp_path_factory.mktemp("earlier"))


def begin(setup, root, **changes):
    """Begin a study with the trials of that study."""
    settings = replace(setup.settings, from_study="study")
    return add_warm_start(replace(setup, settings=settings, **changes), Destination(root, "later"))


def read_warm_start(setup, root):
    settings = replace(setup.settings, from_study="study")
    start, _ = open_warm_start(settings, "later", root)
    return start


def test_the_best_distinct_configurations_are_kept_in_their_order(setup, earlier):
    start = read_warm_start(setup, earlier.root)
    trials = sorted(earlier.read_trials(), key=lambda trial: trial.result.score)
    assert list(start.configurations) == [trial.hyperparameters for trial in trials]
    assert (start.study, start.id) == (earlier.record.name, earlier.record.id)
    record = replace(earlier.record, warm_start=start)
    written = json.loads(json.dumps(record.to_dict()))
    assert StudyRecord.from_dict(written).warm_start == start
    del written["warm_start"], written["row_time"]  # as earlier versions wrote it
    assert StudyRecord.from_dict(written).warm_start is None


def test_a_study_keeps_what_it_began_with(setup, earlier, tmp_path):
    root = earlier.root
    begun = begin(setup, root)
    study = create_study(begun, Destination(root, "kept"))
    assert Study.open("kept", root).record.warm_start == read_warm_start(setup, root)
    assert load_setup(study).warm_start == begun.warm_start
    again = replace(begun, warm_start=None)  # as a second search says it
    assert match_setup(again, study).warm_start == begun.warm_start
    with pytest.raises(StudyError, match="--from is study there and None here"):
        match_setup(setup, study)


def test_a_study_of_the_same_rows_is_told_that_they_have_chosen_before(setup, earlier):
    root = earlier.root
    assert begin(setup, root).warnings == (
        "study study was searched on the same rows, so its best trials were chosen by them "
        "already; scores of this study are corrected for its own choice only",
    )
    wine = make_setup(setup.space, "wine")
    assert begin(wine, root).warnings == ()


def test_a_comparison_does_not_begin_with_what_was_good_elsewhere(setup, earlier):
    comparing = replace(setup.space, compare="depth")
    with pytest.raises(SpaceError) as error:
        begin(setup, earlier.root, space=comparing)
    assert str(error.value) == (
        "--from: space test compares settings of depth, and trials that were the best elsewhere "
        "would favour the settings that they suited; leave out --from, or search a space that "
        "does not compare"
    )


def test_a_space_in_which_no_trial_has_a_place_is_refused(setup, earlier):
    other = make_space("[sgd]\nlearning_rate = { min = 1e-5, max = 1e-4 }\n")
    with pytest.raises(SpaceError) as error:
        begin(setup, earlier.root, space=other)
    assert str(error.value) == (
        "--from: none of the 12 best configurations of study study lies in space test; search a "
        "space with the same hyperparameters and wider ranges, or leave out --from"
    )


def test_a_study_must_be_there_have_trials_and_not_be_replaced(setup, tmp_path):
    with pytest.raises(StudyError, match="there is no study study; there are none in"):
        begin(setup, tmp_path)
    write_untrained_study(setup, tmp_path, [])
    with pytest.raises(StudyError, match=r"^--from: study study has no completed trial to begin "):
        begin(setup, tmp_path)
    settings = replace(setup.settings, from_study="study")
    with pytest.raises(StudyError) as error:
        add_warm_start(
            replace(setup, settings=settings), Destination(tmp_path, "study", overwrite=True)
        )
    assert str(error.value) == (
        "--from: study study cannot begin with its own trials; give --study another name"
    )
