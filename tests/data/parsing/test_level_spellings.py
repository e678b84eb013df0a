"""Which texts are spellings of one level."""

import pytest

from tuner.data.parsing.level_spellings import fold_level


@pytest.mark.parametrize(
    "same",
    [
        ("1", "1.0"),
        ("08:00", "08:00:00.000"),
        (
            "2020-01-01",
            "2020-01-01T00:00:00Z",
            "2020-01-01 00:00:00.000000",
            "2020-01-01T00:00+0000",
        ),
        ("2020-01-01T00:00+01:00", "2020-01-01 00:00:00.000"),  # offsets are not applied
    ],
)
def test_spellings_of_one_level_are_one(same):
    assert len({fold_level(text) for text in same}) == 1


def test_others_stay_apart():
    texts = [
        "1",
        "01",
        "1.10",
        "1.1",
        "1e0",
        "08:00",
        "08:00-12:00",
        "08:00-16:00",
        "2020-01-01",
        "x",
    ]
    texts += ["2020-01-01T08:00"]
    assert len({fold_level(text) for text in texts}) == len(texts)
    assert fold_level("08:00-12:00") == "08:00-12:00"
