"""Where the seconds went, by a journal."""

import json

from tests.report.conftest import make_trial
from tests.report.test_report import texts
from tuner.report import make_study_page
from tuner.report.time_spent import spent


def event(kind, seconds):
    return {"event": kind, "time": int(1000 * seconds)}


SEARCHED = [
    event("begun", 0), event("proposed", 1), event("trial", 5), event("tested", 7),
    event("exported", 10),
]  # fmt: skip


def stages(events):
    found = spent(events, [])
    return found.searching, found.final_training, found.export, found.report


def test_each_stage_has_the_time_up_to_its_event():
    assert stages(SEARCHED) == (5.0, 2.0, 3.0, 0.0)  # as the report sees it that a search writes
    assert stages([*SEARCHED, event("ended", 14)]) == (5.0, 2.0, 3.0, 4.0)  # and as a later one


def test_breaks_between_searches_do_not_count(problem):
    events = [
        event("begun", 0), event("proposed", 1), event("trial", 5),  # killed here
        event("begun", 100), event("trial", 103), event("tested", 107),  # and here
        event("begun", 200), event("tested", 201), event("exported", 203), event("ended", 204),
    ]  # fmt: skip
    assert stages(events) == (8.0, 5.0, 2.0, 1.0)
    records = [make_trial(0, problem), make_trial(3, problem, status="failed")]
    found = spent(events, records)
    assert (found.searches, found.training) == (3, {"completed": 0.5, "failed": 0.2})


def stage(name, seconds):
    return {**event("stage", seconds), "stage": name}


def test_a_run_that_resumes_with_its_report_spends_no_time_on_training():
    events = [
        *SEARCHED, stage("exporting", 10),  # killed here
        event("begun", 100), stage("searching", 101), stage("picking", 103),
        stage("baselines", 106), stage("report", 107), event("ended", 108),
    ]  # fmt: skip
    assert stages(events) == (6.0, 4.0, 3.0, 5.0)


def test_a_search_that_was_interrupted_was_searching_until_then():
    events = [event("begun", 0), event("trial", 5), event("ended", 6)]
    assert stages(events) == (6.0, 0.0, 0.0, 0.0)


def test_the_page_tells_the_final_training_and_the_export_apart(material):
    journal = material.study.journal.path
    journal.write_text("".join(json.dumps(each) + "\n" for each in SEARCHED))
    words = texts(make_study_page(material), "seconds")
    assert (
        "The trials were searched in 5.0 s of wall time; they trained 2.7 s in all, some of them "
        "side by side. Picking and the training on all training rows took 2.0 s, the export and "
        "its check 3.0 s."
    ) in words
    with journal.open("a") as file:
        file.write(json.dumps(event("ended", 14)) + "\n")
    words = texts(make_study_page(material), "seconds")
    assert "check 3.0 s; prediction times, baselines and the report took 4.0 s." in words
