"""The history of a study, from the events of its journal."""

from tuner.study import EventKind
from tuner.tracking.history import History


def make_history(*events):
    history = History()
    for time, kind, *fields in events:
        history.add({"event": kind, "time": time, **dict(*fields)})
    return history


def make_trial(time, depth):
    return time, EventKind.TRIAL, {"hyperparameters": {"depth": depth, "units": 8}, "derived": {}}


def test_only_the_time_of_commands_counts():
    history = make_history(
        (10, EventKind.BEGUN),
        make_trial(15, 1),  # the last event of a killed search
        (30, EventKind.BEGUN),
        (37, EventKind.ENDED),
        (50, EventKind.EXPORTED),
        (90, EventKind.EXPORTED),
        (100, EventKind.BEGUN),
    )
    assert history.worked == 5 + 7


def test_what_is_dropped_before_a_search_resumes_belongs_to_the_break():
    history = make_history(
        (10, EventKind.BEGUN),
        make_trial(15, 1),  # the last event of a killed search
        (30, EventKind.DROPPED),
        (31, EventKind.BEGUN),
        (37, EventKind.ENDED),
    )
    assert history.worked == 5 + 6


def test_a_clock_that_was_set_back_takes_no_time_away():
    history = make_history((90, EventKind.BEGUN), make_trial(95, 1), (7, EventKind.ENDED))
    assert history.worked == 5


def test_an_export_does_not_undo_the_end():
    history = make_history((1, EventKind.ENDED), (2, EventKind.EXPORTED))
    assert (history.ending["time"], history.export["time"]) == (1, 2)
    assert make_history((1, EventKind.ENDED), (2, EventKind.BEGUN)).ending is None


def test_a_report_does_not_undo_the_end_either():
    assert make_history((1, EventKind.ENDED), (2, EventKind.STAGE)).ending["time"] == 1


def test_hyperparameters_that_are_the_same_in_all_trials_are_not_listed():
    history = make_history(make_trial(1, 1), make_trial(2, 3))
    assert history.list_varied(frozenset()) == ["depth"]
    assert history.list_varied({"depth"}) == []
