"""Where the seconds went, by a journal."""

from tests.report.conftest import make_trial
from tuner.report.spent import spent


def event(kind, seconds):
    return {"event": kind, "time": int(1000 * seconds)}


def test_breaks_between_searches_do_not_count(problem):
    events = [
        event("begun", 0), event("proposed", 1), event("trial", 5),  # killed here
        event("begun", 100), event("trial", 103), event("tested", 107), event("ended", 108),
    ]  # fmt: skip
    records = [make_trial(0, problem), make_trial(3, problem, status="failed")]
    found = spent(events, records)
    assert (found.searching, found.afterwards, found.searches) == (8.0, 5.0, 2)
    assert found.training == {"completed": 0.5, "failed": 0.2}
