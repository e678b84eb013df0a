"""What the live line says, as wide as the terminal is."""

import time

import pytest

from tuner.run.estimates import Estimates
from tuner.study import SearchSettings
from tuner.terminal.live_line import LiveLine
from tuner.terminal.pace import Pace


class Estimated(Pace):
    """The pace of a search in which trials train and `seconds` are left."""

    def __init__(self, running, seconds):
        super().__init__(20, 50)
        for trial in running:
            self.add_epoch(trial, 1)
        self.seconds = seconds

    def estimate_seconds(self):
        return self.seconds


BEST = "accuracy 0.9650 (trial 1)"
# Twelve seconds follow a search that takes longer than the baselines.
ESTIMATES = Estimates(picking=5.0, prediction_times=2.0, baselines=20.0, report=3.0)


@pytest.fixture
def make(monkeypatch):
    monkeypatch.setattr("tuner.terminal.live_line.measure_slowness", lambda: 1.0)

    def make(*, running=(), seconds=None, compare=None, limit=None, searched=60.0, **settings):
        line = LiveLine(
            SearchSettings(max_trials=20, max_seconds=limit, **settings),
            folds=5,
            compare=compare,
            estimates=ESTIMATES,
            started=time.monotonic() - searched,
        )
        line.begin_search(Estimated(running, seconds), ended=3)
        line.show_best(BEST, final_seconds=0.0)
        for trial in running:
            line.add_trial(trial, {"depth": trial // 3, "units": 8})
        return line

    return make


def test_everything_is_on_a_wide_line(make):
    line = make(running=range(4, 9), seconds=31.0, compare="depth")
    assert line.compose(120) == (
        "3 of 20 trials · about 45 s left · best accuracy 0.9650 (trial 1) · 25 networks train, of "
        "depths 1 and 2"
    )


def test_first_trials_of_the_space_have_their_names(make):
    line = make(running=[0, 1])
    line.add_trial(1, {"depth": 2}, "plain")
    assert line.compose(120).endswith("10 networks train, of trials 0, 1 (plain)")


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (125, "40 networks train, of trials 4, 5, 6, 7, 8, 9, 10, 11"),
        (115, "40 networks train, of trials 4, 5 and 6 more"),
        (90, "40 networks train"),
        (80, None),
    ],
)
def test_a_narrower_line_lists_less(make, width, text):
    start = "3 of 20 trials · about 45 s left · best accuracy 0.9650 (trial 1)"
    line = make(running=range(4, 12), seconds=31.0).compose(width)
    assert line == (f"{start} · {text}" if text else start)


def test_nothing_is_cut_in_the_middle(make):
    line = make(running=[4], seconds=31.0)
    parts = line.compose(200).split(" · ")
    for width in range(14, 120):
        composed = line.compose(width)
        assert len(composed) <= width
        assert composed.split(" · ")[:3] == parts[: len(composed.split(" · "))][:3]


def test_no_seconds_are_said_without_an_estimate(make):
    assert make(running=[4]).compose(90) == (
        "3 of 20 trials · best accuracy 0.9650 (trial 1) · 5 networks train, of trial 4"
    )


def test_a_search_that_may_end_before_has_bounds(make):
    line = make(running=[4], seconds=31.0, until_answered=True)
    assert line.compose(60).startswith("3 of at most 20 trials · at most 45 s left")
    line.end_search()
    line.show_activity("picking the network")
    assert line.compose(60) == "picking the network · about 10 s left"


def test_a_time_limit_is_never_exceeded(make):
    line = make(running=[4], seconds=300.0, limit=90.4)
    assert line.compose(60).startswith("3 of at most 20 trials · about 30 s left")


def test_stages_have_the_seconds_that_are_left_of_theirs(make, monkeypatch):
    line, now = make(seconds=0.0), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    line.end_search()
    line.show_activity("training the best network on all training rows")
    now += 4.0
    assert line.compose(80) == "training the best network on all training rows · about 8 s left"
    assert line.compose(40) == "training the best netw… · about 8 s left"
    now += 8.5  # they take longer than was thought
    assert line.compose(80) == "training the best network on all training rows"


def test_other_programs_make_the_later_stages_longer(make, monkeypatch):
    monkeypatch.setattr("tuner.terminal.live_line.measure_slowness", lambda: 3.0)
    assert " · about 40 s left · " in make(running=[4], seconds=5.0).compose(90)


def test_baselines_and_the_final_training_count(make):
    line = make(running=[4], seconds=5.0, searched=5.0)
    assert " · about 25 s left · " in line.compose(90)  # half of the baselines is left
    line.show_best(BEST, final_seconds=20.0)
    assert " · about 45 s left · " in line.compose(90)


def test_settings_of_any_kind_are_listed(make):
    line = make(running=[0, 1], compare="kind")
    line.add_trial(0, {"kind": "none"})
    line.add_trial(1, {"kind": "l2"})
    assert line.compose(120).endswith("10 networks train, of kinds l2 and none")
