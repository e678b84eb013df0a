"""Messages for people who write Python name its arguments."""

import pytest

import tuner
from tuner.errors import UserError, make_write_error
from tuner.phrasing import phrase, speak_to_command_line
from tuner.terminal.messages import Messages


@pytest.fixture(autouse=True)
def python():
    speak_to_command_line(False)
    yield
    speak_to_command_line()


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
