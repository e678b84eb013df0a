"""The learning rate and the batch size of trials, as squares."""

from tuner.analysis.answers.records import Cell
from tuner.report.figures import draw_heat_map


def list_rates(*bins):
    """Return the labels of the learning rates of some squares."""
    cells = [Cell(bounds, (16, 16), 1, 1, 0, 0, n, 0.5 + n) for n, bounds in enumerate(bins)]
    chart = draw_heat_map(cells, "cross_entropy", maximise=False).to_dict()
    (rows,) = chart["datasets"].values()
    return [row["rate"] for row in rows]


def test_rates_that_were_tried_stand_as_they_are_and_ends_of_ranges_are_rounded():
    assert list_rates((0.0625, 0.0625), (0.125, 0.125)) == ["0.0625", "0.125"]
    assert list_rates((0.01234, 0.0341), (0.0341, 0.0962)) == ["0.012 – 0.034", "0.034 – 0.096"]


def test_neighbours_have_squares_of_their_own():
    labels = list_rates((0.01, 0.0102), (0.0102, 0.0104), (0.0104, 0.0106))
    assert labels == ["0.01 – 0.0102", "0.0102 – 0.0104", "0.0104 – 0.0106"]
