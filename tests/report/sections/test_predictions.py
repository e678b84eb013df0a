"""The predictions: how often they are wrong, and how far they can be trusted."""

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.html import read_section, read_text
from tuner.analysis import SCORES, Calibration, scale_probabilities
from tuner.report.sections.predictions import make_predictions_section


def test_the_predictions_say_how_often_they_are_wrong(page):
    text = read_section(page, "predictions")
    assert re.search(r"Of 60 out-of-fold predictions of the exported .+, \d+ are wrong\.", text)
    assert "Expected calibration error" in text


@pytest.mark.parametrize("gain", [0.1, 0.0])
def test_the_probabilities_are_those_of_the_exported_model(content, gain):
    rows = np.arange(len(content.truth.y))
    by_fold = ((3.0, rows[::2]), (2.0, rows[1::2]))
    calibration = Calibration(2.5, 0.5, 0.5 - gain, 0.01, by_fold)
    changed = replace(content, picks=replace(content.picks, calibration=calibration))
    exported = content.predictions.probabilities.astype(np.float64)
    if gain:
        for temperature, fold in by_fold:
            exported[..., fold, :] = scale_probabilities(exported[..., fold, :], temperature)
    error = content.truth.score_clusters(SCORES["calibration_error"], exported).mean()
    text = read_text(make_predictions_section(changed))
    assert f"Expected calibration error {error:.4f}: " in text
