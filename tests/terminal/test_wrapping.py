"""Lines are cut between words, at any width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuner.terminal.wrapping import wrap_lines

WORDS = st.lists(st.text("abé漢-", min_size=1, max_size=12), min_size=1, max_size=30)


@given(WORDS, st.integers(2, 60), st.integers(0, 4))
def test_no_word_is_broken_and_no_line_too_long(words, width, indent):
    text = " " * indent + " ".join(words)
    lines = wrap_lines(text, width).split("\n")
    assert " ".join(lines).split() == words
    for line in lines:
        assert cell_len(line) <= width or len(line.split()) == 1


@given(WORDS)
def test_without_a_terminal_lines_stay_whole(words):
    assert wrap_lines("  ".join(words), None) == "  ".join(words)


@pytest.mark.parametrize("width", [10, 40, 80])
def test_commands_and_scores_stay_whole(width):
    command = "tuner resume digits-mlp_depth-1 --max-trials 40 --root 'my runs'"
    text = f"accuracy 0.9650 ± 0.0040 after 20 trials; to resume: {command}"
    lines = [line.strip() for line in wrap_lines(text, width).split("\n")]
    assert lines[-1].endswith(command)
    assert any("0.9650 ± 0.0040" in line for line in lines)


def test_what_follows_a_label_stays_below_it():
    lines = wrap_lines("  parameters        1,027, trained for 20 epochs", 40).split("\n")
    assert lines == ["  parameters        1,027, trained for", "                    20 epochs"]


def test_each_line_is_wrapped_alone():
    assert wrap_lines("one two\n\nthree four", 7) == "one two\n\nthree\n  four"
