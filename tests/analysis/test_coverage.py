"""What benchmarks/coverage.py says of intervals whose coverage is known."""

import numpy as np
import pytest

from benchmarks.coverage_report import make_report, summarise
from benchmarks.coverage_tables import MADE, draw_rows


def make_lines(half, bias=0.0, true_error=0.0, draws=4000):
    rng = np.random.default_rng(0)
    true = rng.normal(0, true_error, draws)
    scores = rng.normal(bias, 1.0, draws)
    claims = [
        {
            "kind": "best",
            "objective": "cross_entropy",
            "score": score,
            "error": 1.0,
            "low": score - half,
            "high": score + half,
            "true": each,
            "true_error": true_error,
        }
        for score, each in zip(scores, true, strict=True)
    ]
    return [{"table": "t", "rows": 200, "variant": "default", "claims": [c]} for c in claims]


@pytest.mark.parametrize("true_error", [0.0, 0.5])
def test_an_interval_of_the_right_width_covers_95_percent(true_error):
    (cell,) = summarise(make_lines(1.96, true_error=true_error)).values()
    assert cell.coverage == pytest.approx(0.95, abs=0.012)
    assert cell.width == pytest.approx(1.0, abs=0.04)
    assert cell.least_width == pytest.approx(1.0, abs=0.06)
    assert cell.error == pytest.approx(1.0, abs=0.04)


def test_too_wide_and_too_optimistic_is_told():
    lines = make_lines(3.92, bias=0.5)
    (cell,) = summarise(lines).values()
    assert cell.bias == pytest.approx(0.5, abs=0.05)
    assert cell.width == pytest.approx(2.0, abs=0.08)
    assert cell.coverage > 0.995
    assert len(make_report(lines)) == 3


def test_a_draw_of_groups_has_whole_groups_and_as_many_rows():
    table = MADE["large-groups"]("large-groups")
    draw = draw_rows(table, 200, seed=1, least=5)
    drawn, fresh = (np.unique(table.groups[rows]) for rows in (draw.rows, draw.fresh))
    assert len(draw.rows) == 200
    assert np.isin(table.groups, drawn).sum() == 200
    assert len(drawn) == 10
    assert not np.isin(drawn, fresh).any()
