"""Each answer has its sentences and its charts."""

from tests.helpers.html import read_section


def test_each_answer_has_its_sentences_and_its_charts(page):
    assert "One layer is enough." in read_section(page, "answer-1")
    names = [name for name in page.collect_charts() if name.startswith("answer")]
    assert names == [
        "answer-1-settings", "answer-2-importance", "answer-3-losses-1", "answer-4-grid"
    ]  # fmt: skip
