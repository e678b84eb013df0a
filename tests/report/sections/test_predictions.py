"""The predictions: how often they are wrong, and how far they can be trusted."""

import re

from tests.helpers.html import read_section


def test_the_predictions_say_how_often_they_are_wrong(page):
    text = read_section(page, "predictions")
    assert re.search(r"Of 60 out-of-fold predictions of the exported .+, \d+ are wrong\.", text)
    assert "Expected calibration error" in text
