"""The lines of a search: the answer first after the last trial, and warnings in any case."""

import time

import pytest

from tests.helpers.setups import make_hyperparameters, make_setup, write_untrained_study
from tests.helpers.spaces import SMALL, make_space
from tuner.terminal.progress import Progress, Shown


class Lines:
    """Keeps the lines that `Messages` would print."""

    def __init__(self, *, quiet=False, live=False):
        self.quiet = quiet
        self.has_live_line = live
        self.lines = []

    def say(self, text, *, bold=False):
        if not self.quiet:
            self.lines.append(f"**{text}**" if bold else text)

    def warn(self, text):
        self.lines.append(text)


@pytest.fixture(scope="module")
def setup():
    return make_setup(make_space(SMALL))


@pytest.fixture
def search(setup, tmp_path):
    """Return the lines of a search of two trials."""
    study = write_untrained_study(setup, tmp_path, [])
    other = write_untrained_study(
        setup, tmp_path / "other", [make_hyperparameters(1, 8), make_hyperparameters(2, 8)]
    )

    def search(*, answer="Yes.", tracking=(), **fields):
        messages = Lines(**fields)
        progress = Progress(messages, Shown.from_setup(setup), time.monotonic(), tracking)
        progress.on_study_begin(study)
        for record in other.read_trials():
            progress.on_trial_begin(record.trial, record.hyperparameters)
            progress.on_epoch(record.trial, 1)
            progress.on_trial_trained(record.trial)
            progress.on_trial_end(record)
        progress.on_search_end(study, "all trials have ended")
        progress.on_stage("picking the network")
        if answer:
            progress.on_answer(answer, ["best: trial 1"])
        progress.on_stage("training the best network")
        progress.on_note("something")
        progress.on_study_end("finished", {})
        return messages.lines

    return search


def test_the_answer_is_the_first_line_after_the_last_trial(search):
    lines = search()
    assert lines[0].startswith("study study: ")
    assert lines[1].startswith("[1/12] trial 0: depth 1, ")
    assert lines[1].endswith("  ← best so far")
    assert lines[2].startswith("[2/12] trial 1: depth 2, ")
    assert lines[3:] == [
        "**Yes.**",
        "best: trial 1",
        "search ended: all trials have ended",
        "picking the network …",
        "training the best network …",
        "note: something",
    ]


def test_a_first_trial_of_the_space_has_its_name_in_place_of_its_values(tmp_path):
    first = '[[first]]\nname = "one layer"\ndepth = 1\n'
    setup = make_setup(make_space(SMALL.replace("= 16", "= 32") + first))
    study = write_untrained_study(
        setup, tmp_path, [make_hyperparameters(1, 8), make_hyperparameters(2, 8)]
    )
    messages = Lines()
    progress = Progress(messages, Shown.from_setup(setup), time.monotonic())
    progress.on_study_begin(study)
    for record in study.read_trials():
        progress.on_trial_end(record)
    assert messages.lines[2].startswith("[3/12] trial 0: one layer: cross_entropy ")
    assert messages.lines[3].startswith("[4/12] trial 1: depth 2, ")


def test_the_command_of_an_answer_names_the_store_of_the_run(search, tmp_path):
    tracking = ("--tracking-uri", "http://localhost:5000")
    root = f"--root {tmp_path}"
    answer = f"It cannot be told; 40 more trials would: tuner resume study {root} --max-trials 52."
    assert search(answer=answer, tracking=tracking)[3] == (
        "**It cannot be told; 40 more trials would: tuner resume study --tracking-uri "
        f"http://localhost:5000 {root} --max-trials 52.**"
    )


def test_lines_do_not_wait_for_an_answer_that_does_not_come(search):
    assert search(answer="")[3:] == [
        "search ended: all trials have ended",
        "picking the network …",
        "training the best network …",
        "note: something",
    ]


def test_a_live_line_shows_the_stages(search):
    assert search(live=True)[3:] == [
        "**Yes.**",
        "best: trial 1",
        "search ended: all trials have ended",
        "note: something",
    ]


def test_quiet_leaves_what_a_person_should_know(search):
    assert search(quiet=True) == ["note: something"]


@pytest.mark.parametrize(
    ("ended", "left"),
    [
        (0, "no trial had ended before the interrupt."),
        (1, "1 trial ended before the interrupt; it is kept in {folder}."),
        (2, "2 trials ended before the interrupt; they are kept in {folder}."),
    ],
)
def test_an_interrupt_says_what_is_kept(setup, tmp_path, ended, left):
    trials = [make_hyperparameters(1, 8), make_hyperparameters(2, 8)][:ended]
    study, messages = write_untrained_study(setup, tmp_path, trials), Lines(quiet=True)
    progress = Progress(messages, Shown.from_setup(setup), time.monotonic())
    progress.report_interrupt()  # before there is a study
    progress.on_study_begin(study)
    progress.report_interrupt()
    progress.report_interrupt("Call it again")
    said = f"study {study.record.name}: {left.format(folder=study.folder)}"
    resume = study.make_command("resume")
    assert messages.lines == [f"{said} To resume: {resume}", f"{said} Call it again"]


def test_faults_of_mlflow_are_warnings(setup):
    messages = Lines(quiet=True)
    progress = Progress(messages, Shown.from_setup(setup), time.monotonic())
    progress.report_mlflow_fault("the server does not answer")
    progress.report_mlflow_fault("")
    assert messages.lines == [
        "warning: MLflow cannot be written (the server does not answer); the search continues",
        "note: MLflow can be written again, and gets all that it missed",
    ]
