"""The names that others rely on; a change here is a change for them."""

import pytest

import tuner

NAMES = {
    "KFoldClassifier",
    "KFoldTuner",
    "Listener",
    "SearchSettings",
    "SearchedStudy",
    "Study",
    "TunerError",
    "UserError",
    "__version__",
    "load_dataset",
    "load_space",
    "open_study",
    "studies",
    "tune",
}


def test_the_public_names_are_these():
    assert set(tuner.__all__) == NAMES
    for name in NAMES:
        assert getattr(tuner, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'tuner' has no attribute 'nothing'"):
        _ = tuner.nothing
