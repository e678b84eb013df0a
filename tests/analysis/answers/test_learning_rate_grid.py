"""The grid of learning rate and batch size, against a plain loop."""

from itertools import pairwise

import numpy as np
import pytest

from tests.helpers.made_studies import DIVERGED
from tuner.analysis.answers.learning_rate_grid import grid_answer

SPACE = """
compare = "batch_size"
[sgd]
learning_rate = { min = 0.001, max = 1.0, log = true }
batch_size = [16, 64]
"""
TRIALS = (  # learning rate, batch size, shift, status
    (0.01, 16, 0.2, "completed"),
    (0.1, 16, 0.0, "completed"),
    (0.12, 16, 0.1, "completed"),
    (0.9, 16, 0.0, "failed"),
    (0.01, 64, 0.5, "pruned"),
    (0.2, 64, 0.1, "completed"),
    (0.5, 64, 0.6, "completed"),
    (0.8, 64, 0.0, "failed"),
)


@pytest.fixture
def evidence(made):
    study = made(SPACE)
    for rate, size, shift, status in TRIALS:
        fields = DIVERGED if status == "failed" else {"status": status}
        study.add({"learning_rate": rate, "batch_size": size}, shift, **fields)
    return study.evidence()


def test_each_cell_holds_its_trials(evidence):
    cells = grid_answer(evidence).cells
    assert len(cells) == 10
    edges = np.geomspace(0.001, 1.0, 6)
    for cell in cells:
        low, high = cell.learning_rate
        assert any(np.allclose((low, high), pair) for pair in pairwise(edges))
        own = [
            (trial, status)
            for trial, (rate, size, _, status) in enumerate(TRIALS)
            if low <= rate < high and (size, size) == cell.batch_size
        ]
        statuses = [status for _, status in own]
        assert cell.trials == len(own)
        assert cell.completed == statuses.count("completed")
        assert cell.pruned == statuses.count("pruned")
        assert cell.diverged == statuses.count("failed")
        scores = {t: evidence.records[t].result.score for t, s in own if s == "completed"}
        assert cell.trial == (min(scores, key=scores.get) if scores else None)
        assert cell.score == (min(scores.values()) if scores else None)
    assert sum(cell.trials for cell in cells) == len(TRIALS)


def test_what_is_said_of_it(evidence):
    answer = grid_answer(evidence)
    assert answer.group == "batch_size"
    assert answer.sentences[:3] == (
        "The best combination that was tried is learning rate 0.1 with batch size 16 (trial 1): "
        "cross-entropy 1.000 ± 0.077. Only 2 trials are in this cell of the grid, so others may "
        "be as good.",
        "The best learning rate of each batch size: 0.1 with 16 and 0.2 with 64.",
        "2 of 8 trials diverged, at learning rates of 0.8 and more; none of the others had such a "
        "rate.",
    )
    assert answer.sentences[3] == "Batch sizes 16 and 64 cannot be told apart."
    assert answer.log


def test_a_list_of_rates_is_not_cut(made):
    study = made("[sgd]\nlearning_rate = [0.01, 0.1]\nbatch_size = [16, 64]")
    for rate in (0.01, 0.1):
        study.add({"learning_rate": rate, "batch_size": 16}).add(
            {"learning_rate": rate, "batch_size": 64}
        )
    answer = grid_answer(study.evidence())
    assert [cell.learning_rate for cell in answer.cells] == [(0.01, 0.01)] * 2 + [(0.1, 0.1)] * 2
    assert answer.sentences[2] == "None of 4 trials diverged."
