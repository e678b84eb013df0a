"""Each answer has its sentences and its charts."""

from dataclasses import replace

import pytest

from tests.helpers.html import read_section
from tuner.report.blocks import Columns
from tuner.report.sections.answers import make_answer_sections


def test_each_answer_has_its_sentences_and_its_charts(page):
    assert "One layer is enough." in read_section(page, "answer-1")
    names = [name for name in page.collect_charts() if name.startswith("answer")]
    assert names == [
        "answer-1-settings", "answer-2-importance", "answer-3-losses-1", "answer-4-grid"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hyperparameter", "title"), [("batch_size", "batch size 32"), ("units", "32 units")]
)
def test_charts_of_several_groups_are_named_by_their_hyperparameter(content, hyperparameter, title):
    answer = next(answer for answer in content.answers.answers if answer.points)
    points = tuple(replace(p, group=32 * (1 + n % 2)) for n, p in enumerate(answer.points))
    grouped = replace(answer, group=hyperparameter, points=points, spans=())
    answers = replace(content.answers, answers=(grouped,))
    (section,) = make_answer_sections(replace(content, answers=answers))
    titles = [
        figure.title
        for block in section.blocks
        if isinstance(block, Columns)
        for figure in block.blocks
    ]
    assert title in titles
