"""How the study was done, and where the time went."""

import json
from dataclasses import replace

from tests.helpers.html import read_section, read_text
from tests.helpers.reports import fill_study, make_content
from tests.helpers.studies import create_study
from tuner.report.sections.method import make_method_section
from tuner.report.sections.time_spent import make_time_section
from tuner.study import Study, WarmStart


def test_the_method_says_how_to_repeat_the_study(page, content):
    text = read_section(page, "method")
    for part in (
        "split 3 folds, of 60 training rows; 0 rows were held out",
        "Pruned trials count.",
        "oracle random ended early 1 trial",
        content.study.make_command("resume", "--max-trials", "12"),
        content.study.make_command("report"),
    ):
        assert part in text
    assert read_text(make_method_section(content)) == text


def test_the_smallest_network_is_offered_only_if_it_is_clearly_smaller(content):
    export = content.study.make_command("export", "--pick", "smallest")
    for parameters, offered in ((1_000, True), (9_900, False)):
        best = replace(content.picks.best, parameters=10_000)
        smallest = replace(content.picks.smallest, parameters=parameters)
        picks = replace(content.picks, best=best, smallest=smallest)
        text = read_text(make_method_section(replace(content, picks=picks)))
        assert (export in text) == offered
        assert ("export its smallest network" in text) == offered


def test_the_method_names_limits_missing_texts_and_what_the_search_began_with(problem, tmp_path):
    limits = {"max_parameters": 5000, "max_row_microseconds": 80.0}
    study = create_study(tmp_path, problem, data={"missing": ["?", "-999"]}, **limits)
    start = WarmStart("old", "1", ({"depth": 1},))
    study = fill_study(Study(replace(study.record, warm_start=start), study.folder), problem)
    text = read_text(make_method_section(make_content(study, problem)))
    for part in (
        "limits at most 5,000 parameters, about 80 microseconds a row at most",
        "missing ?, -999",
        "began with the best trials of old",
    ):
        assert part in text


def test_the_final_training_and_the_export_have_their_own_seconds(problem, tmp_path):
    study = fill_study(create_study(tmp_path, problem), problem)
    content = make_content(study, problem)
    times = {"begun": 0, "proposed": 1, "trial": 5, "tested": 7, "exported": 10}
    rest = {"max_trials": 1, "trial": 0, "hyperparameters": {}, "networks": {}, "test": {}}
    rest |= {"pick": "best", "fingerprint": ""}
    events = [{"event": kind, "time": 1000 * time, **rest} for kind, time in times.items()]
    journal = study.journal.path
    journal.write_text("".join(json.dumps(event) + "\n" for event in events))
    assert (
        "The search took 5.0 s of wall time. Its trials trained for 2.7 s in total, some of them "
        "at the same time. The picks and the networks to export took 2.0 s, the export "
        "and its check 3.0 s."
    ) in read_text(make_time_section(content))
    with journal.open("a") as file:
        ended = {"event": "ended", "time": 14_000, "status": "finished", "summary": {}}
        file.write(json.dumps(ended) + "\n")
    text = read_text(make_time_section(content))
    assert "check 3.0 s; prediction times, baselines and the report took 4.0 s." in text
