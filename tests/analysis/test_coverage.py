"""What benchmarks/coverage.py says of intervals whose coverage is known."""

import numpy as np
import pytest

from benchmarks.coverage_report import make_report, summarise
from benchmarks.coverage_tables import MADE, draw_rows


def make_claims(half, bias=0.0, true_error=0.0, draws=4000):
    """Return claims of scores with normal errors of 1, and how much of each is luck."""
    rng = np.random.default_rng(0)
    true, luck = rng.normal(0, true_error, draws), rng.normal(0, 0.8, draws)
    scores = bias + luck + rng.normal(0, 0.6, draws)
    claims = [
        {
            "kind": "best",
            "objective": "cross_entropy",
            "score": score,
            "low": score - half,
            "high": score + half,
            "true": each,
            "true_error": true_error,
        }
        for score, each in zip(scores, true, strict=True)
    ]
    return claims, luck


@pytest.mark.parametrize("true_error", [0.0, 0.5])
def test_an_interval_of_the_right_width_covers_95_percent(true_error):
    claims, luck = make_claims(1.96, true_error=true_error)
    cell = summarise(claims)
    assert cell.coverage == pytest.approx(0.95, abs=0.012)
    assert cell.width == pytest.approx(1.0, abs=0.06)
    assert cell.spread == pytest.approx(1.0, abs=0.04)
    assert summarise(claims, luck).bias == pytest.approx(0.0, abs=0.04)


def test_too_wide_and_too_optimistic_is_told():
    claims, luck = make_claims(3.92, bias=0.5)
    cell, adjusted = summarise(claims), summarise(claims, luck)
    for each in (cell, adjusted):
        assert each.bias == pytest.approx(0.25, abs=0.03)
        assert each.coverage > 0.995
        assert each.width > 1.7
    assert adjusted.bias_error < 0.7 * cell.bias_error


def test_a_score_without_an_error_covers_itself_alone():
    claims, luck = make_claims(1.96, draws=100)
    for claim, true in zip(claims[:20], [1.0] * 10 + [0.9] * 10, strict=True):
        claim |= {"score": 1.0, "low": 1.0, "high": 1.0, "true": true}
    cell, rest = summarise(claims, luck), summarise(claims[20:], luck[20:])
    assert cell.coverage == pytest.approx(0.1 + 0.8 * rest.coverage)
    assert (cell.bias, cell.spread) == pytest.approx((rest.bias, rest.spread))


def test_the_report_has_a_line_for_each_cell():
    claims, _ = make_claims(1.96, draws=40)
    lines = [
        {"table": "abcd"[n % 4], "rows": 200, "variant": "default", "draw": n, "claims": [claim]}
        for n, claim in enumerate(claims)
    ]
    report = make_report(lines)
    assert sum(line.startswith("| 200 | default | best | 40 |") for line in report) == 1
    assert sum("| 200 | default | best | 10 |" in line for line in report) == 4


def test_a_draw_of_groups_has_whole_groups_and_as_many_rows():
    table = MADE["large-groups"]("large-groups")
    draw = draw_rows(table, 200, seed=1, least=5)
    drawn, fresh = (np.unique(table.groups[rows]) for rows in (draw.rows, draw.fresh))
    assert len(draw.rows) == 200
    assert np.isin(table.groups, drawn).sum() == 200
    assert len(drawn) == 10
    assert not np.isin(drawn, fresh).any()
