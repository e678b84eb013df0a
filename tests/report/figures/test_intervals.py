"""Scores with their intervals."""

import pytest

from tests.helpers.charts import list_rows
from tuner.report.figures import Estimate, draw_intervals


@pytest.mark.parametrize(("objective", "high"), [("roc_auc", 1.0), ("cross_entropy", 1.08)])
def test_intervals_are_clipped_to_possible_scores(objective, high):
    estimates = [Estimate("a", 0.99, 0.9, 1.08)]
    (row,) = list_rows(draw_intervals(estimates, "", objective, legend=("good", "bad")))
    assert (row["low"], row["high"]) == (0.9, high)
