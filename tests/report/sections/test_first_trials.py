"""Trials with which a search began have the names that the space gives them."""

from dataclasses import replace

import pytest

from tests.helpers.reports import make_content
from tuner.analysis.results_table import make_results_table
from tuner.report.sections.picks import make_picks_section
from tuner.report.sections.trials import make_search_section, make_table_section
from tuner.study import EventKind, Study
from tuner.tracking.entities import name_trial


@pytest.fixture
def named(study):
    """The study of the other tests, whose best trial the space calls plain."""
    values = next(study.read_trials()).hyperparameters
    definition = {**study.record.space_definition, "first": [{"name": "plain", "values": values}]}
    return Study(replace(study.record, space_definition=definition), study.folder)


def test_the_report_has_their_names(named, problem):
    content = make_content(named, problem)
    record = content.completed[0]
    assert content.describe_trial(record).startswith("plain: depth 0, ")
    assert "Best, trial 0: plain, with depth 0, " in make_picks_section(content).to_html()
    table = make_table_section(content).to_html()
    assert "<th>name</th>" in table.replace(' class="number"', "")
    assert table.count("<td>plain</td>") == 1


def test_the_report_names_the_parts_of_a_network_for_tables(content):
    values = {"depth": 1, "units": 8, "numbers": "periodic", "optimizer": "adamw"}
    best = replace(content.picks.best, hyperparameters=values)
    picks = replace(content.picks, best=best)
    text = make_picks_section(replace(content, picks=picks)).to_html()
    assert (
        "optimizer adamw. It has periodic embeddings of numbers, one hidden layer of 8 units and "
        "AdamW."
    ) in text


def test_the_report_tells_what_they_came_to_on_one_fold(study, problem):
    scores = {"wide": [0.5, 0.02], "deep": None, "plain": [0.4, 0.02]}
    first = [{"name": name, "values": {"name": name}} for name in scores]
    record = replace(
        study.record, space_definition={**study.record.space_definition, "first": first}
    )
    content = make_content(Study(record, study.folder), problem)
    assert "one fold" not in make_search_section(content).to_html()
    for name, score in scores.items():
        study.journal.append(
            EventKind.SCREENED, hyperparameters={"name": name}, score=score, epoch=3
        )
    text = make_search_section(content).to_html()
    assert "its rows: plain 0.4000 ± 0.0200, wide 0.5000 ± 0.0200, 1 network failed" in text


def test_the_table_of_results_has_their_names(named, problem):
    table = make_results_table(named, problem.truth)
    assert table.name.tolist() == ["plain", None, None, None, None, None]


def test_their_runs_in_mlflow_have_their_names(named):
    records = sorted(named.read_trials(), key=lambda record: record.trial)
    assert name_trial(records[0], named.record) == "trial 0: plain"
    assert name_trial(records[1], named.record).startswith("trial 1: depth 1, ")
