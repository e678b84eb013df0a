from pathlib import Path

import pytest

from tuner.space import load_space

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def known_truths(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import known_truths

    return known_truths


def test_truths_are_about_settings_of_their_spaces(known_truths):
    for problem in known_truths.PROBLEMS.values():
        space = load_space(problem.space)
        settings = set(space.find_hyperparameter(space.compare).domain.values())
        assert problem.worse | problem.as_good <= settings
        assert problem.worse | problem.as_good
        assert not problem.worse & problem.as_good


def test_a_seed_makes_one_table_and_another_seed_another_one(known_truths):
    for problem in known_truths.PROBLEMS.values():
        table = problem.make_table(0)
        assert 300 <= len(table) == problem.rows <= 3000
        assert table["label"].value_counts().min() >= 20  # enough for five folds of each class
        assert table.equals(problem.make_table(0))
        assert not table.equals(problem.make_table(1))


@pytest.mark.parametrize(
    ("best", "alike", "verdict"),
    [
        (1, [1, 2, 3, 4, 5, 6], "right"),
        (1, [1, 0, 2, 3, 4, 5, 6], "undecided"),  # that depth 0 is worse is not told
        (1, [1, 2, 3], "wrong"),  # depths 4 to 6 are as good
        (0, [0, 1, 2, 3, 4, 5, 6], "wrong"),  # depth 0 is named as the best
    ],
)
def test_an_answer_is_judged_by_what_is_told_apart(known_truths, best, alike, verdict):
    problem = known_truths.MadeProblem(
        "made",
        "mlp_depth",
        300,
        known_truths.PROBLEMS["rings"].draw,
        "",
        worse=frozenset({0}),
        as_good=frozenset(range(1, 7)),
    )
    scores = [(depth, 0.5) for depth in range(7)]
    answered = known_truths.Answered("made", 0, "default", best, alike, scores, 20, 0, "", 1.0)
    assert known_truths.judge(problem, answered) == verdict


@pytest.mark.parametrize(("name", "verdict"), [("noisy_line", "wrong"), ("noise", "right")])
def test_that_nothing_is_learned_is_right_of_noise_alone(known_truths, name, verdict):
    alike, scores = list(range(7)), [(depth, 0.69) for depth in range(7)]
    sentence = "No network is shown to do better than guessing, whatever the depth: …"
    answered = known_truths.Answered(name, 0, "default", 0, alike, scores, 20, 0, sentence, 1.0)
    assert known_truths.judge(known_truths.PROBLEMS[name], answered) == verdict
