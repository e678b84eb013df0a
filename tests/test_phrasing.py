"""Messages for people who write Python name its arguments."""

import pytest

import tuner
from tuner import phrasing
from tuner.errors import UserError, make_write_error
from tuner.phrasing import phrase
from tuner.terminal.messages import Messages, make_cell


@pytest.fixture(autouse=True)
def python(monkeypatch):
    monkeypatch.setitem(phrasing._reader, "is_command_line", False)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("give --root another folder", "give root another folder"),
        ("leave --groups or --order out", "leave groups or order out"),
        ("--from: leave --from out", "from_study: leave from_study out"),
        ('--groups is "a" there and null here', 'groups is "a" there and null here'),
        ("use --test-size 0.2, or 0 for no test part", "use test_size=0.2, or 0 for no test part"),
        ("or --rare-classes leave-out", 'or rare_classes="leave-out"'),
        ("train with --trainer fit.", 'train with trainer="fit".'),
        (
            "`tuner export a --pick 3` does",
            '`tuner.open_study("a").export(pick=3)` does',
        ),
        (
            "x: tuner resume a.b-1 --max-trials 24.",
            'x: tuner.open_study("a.b-1").resume(max_trials=24).',
        ),
        ("again: tuner report a", 'again: tuner.open_study("a").report'),
        ("give --categorical zip to keep", 'give categorical=["zip"] to keep'),
        (
            "give --missing 'n/k,n.v.'; otherwise fix",
            'give missing=["n/k", "n.v."]; otherwise fix',
        ),
        ("fix it, or give --on-error missing", 'fix it, or give on_error="missing"'),
        ("remove it from --ignore, or choose", "remove it from ignore, or choose"),
        ("a--b, non-numeric, 2020--2021", "a--b, non-numeric, 2020--2021"),
    ],
    ids=range(15),
)
def test_options_and_commands_become_arguments_and_calls(written, read):
    assert phrase(written) == read
    assert phrase(read) == read


LONG = "a" * 3_000 + "z" * 2_000
SHORT = f"{'a' * 30}…{'z' * 10}"
WORDS = " ".join(["seldom"] * 700)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (f"column {LONG}: it holds", f"column {SHORT} (5,000 characters): it holds"),
        (f"{LONG!r} in line 2", f"'{SHORT[1:-1]}' (5,000 characters) in line 2"),
        (f"A {LONG}, B", f"A {SHORT} (5,000 characters), B"),
        (f"leave out {LONG}/b.", f"leave out {SHORT[:-2]}/b (5,002 characters)."),
        (f"give --ignore {LONG}", f'give ignore=["{SHORT}"] (5,000 characters)'),
        (
            f"x.csv: column {WORDS}; rename it",
            f"x.csv: column {'seldom ' * 10}se…ldom {'seldom ' * 8}(about 4,900 characters)"
            "; rename it",
        ),
        (f"it is {WORDS!r}; fix it", f"it is '{WORDS[:29]}…om seldom' (4,899 characters); fix it"),
        (f"file {'d' * 255}/{'e' * 255}/f.csv: no", f"file {'d' * 255}/{'e' * 255}/f.csv: no"),
        (", ".join(["a column"] * 60), ", ".join(["a column"] * 60)),
    ],
    ids=range(9),
)
def test_long_names_are_their_start_end_and_length(written, read):
    assert phrase(written) == read
    assert phrase(read) == read
    assert str(UserError(written)) == read


def test_a_long_name_is_shortened_in_a_table_too():
    assert str(make_cell(LONG)) == f"{SHORT} (5,000 characters)"


def test_settings_that_a_program_makes_name_their_fields():
    with pytest.raises(UserError, match=r"^max_trials: 0 is too small"):
        tuner.SearchSettings(max_trials=0)


def test_errors_and_what_is_printed_are_for_python(capsys):
    error = make_write_error("folder a", OSError(28, "full"), "or give --root another folder")
    assert str(error).endswith("or give root another folder")
    Messages().say("for more trials: tuner resume a --max-trials 8")
    assert capsys.readouterr().err == (
        'for more trials: tuner.open_study("a").resume(max_trials=8)\n'
    )
