"""Learning curves: long ones are thinned, and only some of many folds are drawn."""

import json
from dataclasses import replace

import pytest

from tests.helpers.charts import list_rows
from tuner.report.figures import draw_learning_curves, to_specification


def draw_long_curves(content, epochs, folds):
    """Draw the curves of a trial of many epochs and folds."""
    record, split = content.records[0], content.record.split
    curve = [[1.0 / (epoch + fold + 1) for epoch in range(epochs)] for fold in range(folds)]
    curves = dict.fromkeys(record.result.curves, curve)
    long = replace(record, result=replace(record.result, curves=curves, epoch=epochs))
    return draw_learning_curves(long, replace(split, folds=split.folds[:1] * folds))


def test_long_curves_are_thinned(content):
    rows = list_rows(draw_long_curves(content, epochs=1000, folds=3))
    assert len(rows) <= 2 * 4 * 60 + 1
    assert {"epoch": 1000} in rows


@pytest.mark.parametrize("folds", [10, 100])
def test_of_many_folds_thirty_are_drawn(content, folds):
    chart = draw_long_curves(content, epochs=500, folds=folds)
    assert len(json.dumps(to_specification(chart))) < 500_000
    drawn = {row["fold"] for row in list_rows(chart) if "fold" in row}
    assert len(drawn) == min(folds, 30) + 1  # and their mean
