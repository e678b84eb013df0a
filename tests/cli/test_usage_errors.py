"""Mistakes in options and arguments are one sentence, as all other mistakes are."""

import shlex
import sys

import pytest

from tuner.cli import run_command_line

COMMANDS = (
    "search, resume, spaces, studies, sync, export, report, importance, compare, predict, serve, "
    "doctor"
)
MISTAKES = {
    "search --spcae mlp": "tuner search: there is no option --spcae; did you mean --space?",
    "search -z": "tuner search: there is no option -z; see tuner search --help",
    "--foo": "tuner: there is no option --foo; see tuner --help",
    "search": "tuner search: --space is missing: a shipped space, a TOML file, or "
    "file.py:HyperModelClass",
    "resume": "tuner resume: STUDY is missing: name of the study",
    "search --space": "--space requires an argument",
    "search --space mlp --json=yes": "--json does not take a value",
    "search --space mlp --folds abc": "--folds: abc is wrong; give a whole number",
    "search --space mlp --folds 2 --folds=2.5": "--folds: 2.5 is wrong; give a whole number",
    "search --space mlp --folds=1e2 --folds 1e3": "--folds: 1e3 is wrong; give a whole number",
    "search --space mlp --test-size=x": "--test-size: x is wrong; give a number",
    "search --space mlp --rare-classes drop": "--rare-classes: there is no choice drop; known are "
    "refuse, leave-out, pool",
    "serve model --port 70000": "--port: 70000 is wrong; give at most 65535",
    "serve model --on-error drop": "--on-error: there is no choice drop; known are refuse, missing",
    "predict model --data a.csv --on-error drop": "--on-error: there is no choice drop; known are "
    "refuse, missing",
    "serve ''": "MODEL: the path is empty; give one",
    "studies --root ''": "--root: the path is empty; give one",
    "report one --output=": "--output: the path is empty; give one",
    "predict model --data a.csv --output ''": "--output: the path is empty; give one",
    "search --space mlp --data ''": "--data: the path is empty; give a file, a folder, or a "
    "bundled name",
    "serach": f"there is no command serach; did you mean search? Known are {COMMANDS}",
    "resume one two": "tuner resume: unexpected argument two; write an option's name before its "
    "value, and a text that has spaces in quotes, or see tuner resume --help",
}


@pytest.mark.parametrize(("command", "sentence"), MISTAKES.items(), ids=MISTAKES)
def test_a_mistake_is_one_sentence(command, sentence, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["tuner", *shlex.split(command)])
    with pytest.raises(SystemExit) as end:
        run_command_line()
    assert end.value.code == 2
    assert capsys.readouterr() == ("", f"error: {sentence}\n")


def test_no_command_shows_the_help(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["tuner"])
    with pytest.raises(SystemExit) as end:
        run_command_line()
    assert end.value.code == 2
    output = capsys.readouterr()
    assert "Usage: " in output.out + output.err
    assert "error" not in output.err
