"""The predictions: how often they are wrong, and how far they can be trusted."""

from tests.helpers.html import read_section


def test_the_predictions_say_how_often_they_are_wrong(page):
    text = read_section(page, "predictions")
    assert "rows of 60 are wrong." in text
    assert "Expected calibration error" in text
