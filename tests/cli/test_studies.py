"""`tuner studies`: names are whole at any width; a JSON object for programs."""

import json
import sys
from dataclasses import replace

import pytest

from tests.helpers.pseudo_terminal import run_in_terminal
from tests.helpers.setups import make_hyperparameters, make_setup, write_untrained_study
from tests.helpers.spaces import SMALL, make_space
from tuner.cli import run_command_line
from tuner.study import Study


@pytest.fixture
def root(tmp_path):
    trials = [make_hyperparameters(depth=1, units=8), make_hyperparameters(depth=2, units=8)]
    write_untrained_study(make_setup(make_space(SMALL)), tmp_path / "runs", trials)
    return tmp_path / "runs"


@pytest.fixture
def list_studies(root, monkeypatch, capsys):
    def run(*options):
        monkeypatch.setattr(sys, "argv", ["tuner", "studies", "--root", str(root), *options])
        with pytest.raises(SystemExit) as end:
            run_command_line()
        return end.value.code or 0, *capsys.readouterr()

    return run


def test_json_has_what_a_program_needs(root, list_studies):
    code, output, errors = list_studies("--json")
    assert (code, errors) == (0, "")
    (study,) = json.loads(output)["studies"]
    assert study == {
        "study": "study",
        "title": study["title"],
        "answer": None,
        "space": "test",
        "data": "iris",
        "trials": 2,
        "max_trials": 12,
        "until_answered": False,
        "may_end_early": False,
        "objective": "cross_entropy",
        "best": {"trial": 0, "score": 1.0},
        "model": None,
    }


def test_the_most_trials_of_a_search_with_a_time_limit_are_a_bound(root, list_studies):
    assert "2 of 12" in list_studies()[1]
    setup = make_setup(make_space(SMALL))
    Study.open("study", root).begin(replace(setup.settings, max_seconds=60.0))
    assert "2 of ≤12" in list_studies()[1]


def test_a_study_that_cannot_be_read_is_listed_with_its_error(root, list_studies):
    broken = root / "studies" / "broken"
    broken.mkdir()
    (broken / "study.json").write_text("{")
    code, output, errors = list_studies("--json")
    first, second = json.loads(output)["studies"]
    assert (code, first["study"], second["study"]) == (2, "broken", "study")
    assert errors == f"error: {first['error']}\n"
    code, output, errors = list_studies()
    assert (code, errors) == (2, f"error: {first['error']}\n")
    assert "broken   ?" in output


def test_no_studies_are_an_empty_list(tmp_path, list_studies):
    assert list_studies("--json", "--root", str(tmp_path)) == (0, '{"studies": []}\n', "")
    assert list_studies("--root", str(tmp_path)) == (0, f"no studies in {tmp_path}\n", "")


def test_a_narrow_terminal_breaks_no_name(root):
    command = ["-m", "tuner", "studies", "--root", root]
    terminal = run_in_terminal(command, folder=root, columns=30)
    assert terminal.returncode == 0
    assert terminal.read_lines() == [
        "study",
        "  space test, data iris,",
        "    trials 2 of 12, objective",
        "    cross_entropy, best",
        "    1.0000, exported no",
    ]
