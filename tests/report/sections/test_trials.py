"""The learning curves of the best trials, and the table of all."""

from dataclasses import replace

from tests.helpers.html import read_section
from tests.helpers.reports import make_trial
from tuner.report.sections.trials import make_table_section


def test_the_curves_say_how_training_rows_are_scored(page):
    told = "Training rows are scored during training, with dropout if there is any."
    assert told in read_section(page, "curves")


def test_the_table_lists_all_trials_the_best_first(page, content):
    text = read_section(page, "table")
    assert text.startswith("All trials Show 6 trials, the best first trial status depth")
    rows = (f"{content.completed[0].trial} completed", "3 failed", "4 pruned")
    order = [text.index(row) for row in rows]
    assert order == sorted(order)
    assert "the loss of fold 0 is not finite" in text


def test_the_table_lists_the_best_thousand_of_more_trials(content, problem):
    record = make_trial(0, problem)
    scores = [1 + (number * 7919 % 1200) / 1000 for number in range(1200)]
    records = tuple(
        replace(record, trial=n, result=replace(record.result, trial=n, score=score))
        for n, score in enumerate(scores)
    )
    html = make_table_section(replace(content, records=records)).to_html()
    assert "Show 1,000 of 1,200 trials, the best first" in html
    assert html.count("<tr>") == 1001
