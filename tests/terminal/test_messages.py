"""Messages and the live line, in a real terminal and elsewhere."""

import os
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path

import pytest
from IPython.utils.capture import capture_output

from tests.helpers.pseudo_terminal import run_in_terminal
from tuner.terminal import notebook_line
from tuner.terminal.messages import DataOutput, Messages, print_result

LONG = "a line that has more words than forty columns can take, so it is cut"
WRAPPED = ["a line that has more words than forty", "  columns can take, so it is cut"]
RUN = f"""
import os, sys, time, warnings
from tuner.terminal.messages import Messages, print_result

def wait(draws):
    end = time.monotonic() + 300
    target = drawn[0] + draws
    while messages.has_live_line and drawn[0] < target and time.monotonic() < end:
        time.sleep(0.01)

drawn = [0]
def compose(width):
    drawn[0] += 1
    return ("live " * 40)[:width]

messages = Messages()
messages.say({LONG!r})
with messages.show_live_line(compose):
    wait(2)
    messages.say("said", bold=True)
    print("printed", flush=True)
    warnings.showwarning = lambda message, *_: print(f"warned: {{message}}", file=sys.stderr)
    warnings.warn("beware")
    wait(1)
    copy, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)  # as while TensorFlow is imported
    messages.warn("[bold]not[/bold] markup")
    os.dup2(copy, 2)
    wait(1)
print_result({LONG!r})
"""
MIDDLE = ["said", "printed", "warned: beware", "[bold]not[/bold] markup"]


@pytest.fixture
def run(tmp_path):
    def run(program=RUN, **fields):
        return run_in_terminal(["-c", program], folder=tmp_path, columns=40, **fields)

    return run


def test_messages_appear_above_the_live_line_which_leaves_nothing(run):
    terminal = run()
    assert terminal.returncode == 0, terminal.output
    assert terminal.read_lines() == [*WRAPPED, *MIDDLE, *WRAPPED]
    line = ("live " * 40)[:39].rstrip()  # the last column would move the cursor on
    assert terminal.output.count(line) >= 4
    assert "\x1b[1msaid\x1b[0m" in terminal.output
    assert "\x1b[1mlive" not in terminal.output
    hidden = terminal.output.split("\x1b[?25l")[1:]
    assert hidden
    for after in hidden:  # a process that is killed leaves a cursor
        assert after.index("\x1b[?25h") < 60


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["no color", "dumb"]
)
def test_lines_are_plain_where_they_are_asked_for(run, environment):
    terminal = run(environment=environment)
    assert terminal.returncode == 0, terminal.output
    assert "\x1b" not in terminal.output
    assert terminal.read_lines() == [*WRAPPED, *MIDDLE, *WRAPPED]


def test_no_terminal_gets_whole_and_plain_lines(tmp_path):
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "40", "TERM": "xterm"}
    program = RUN.replace("os.dup2(nowhere, 2)", "pass")  # there is no other way to a pipe
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert done.stdout.splitlines() == ["printed", LONG]
    assert done.stderr.splitlines() == [LONG, "said", "warned: beware", "[bold]not[/bold] markup"]


def test_standard_output_in_a_file_gets_only_what_is_printed_there(run, tmp_path):
    with (tmp_path / "result.txt").open("w") as file:
        terminal = run(stdout=file.fileno())
    assert (tmp_path / "result.txt").read_text().splitlines() == ["printed", LONG]
    assert terminal.read_lines() == [*WRAPPED, "said", *MIDDLE[2:]]


def test_the_live_line_fits_a_terminal_that_was_made_narrower(run):
    widths = []

    def watch(terminal):
        drawn = terminal.output.split("\r\x1b[2K")
        widths.append(len(drawn[-1].split("\x1b")[0]))
        if terminal.columns == 40 and len(drawn) > 2:
            terminal.resize(20)

    program = """
import time
from tuner.terminal import notebook_line
from tuner.terminal.messages import Messages, print_result
messages = Messages()
drawn = []
def compose(width):
    drawn.append(width)
    return "x" * width
with messages.show_live_line(compose):
    end = time.monotonic() + 300
    while drawn.count(19) < 2 and time.monotonic() < end:
        time.sleep(0.01)
"""
    terminal = run(program, watch=watch)
    assert terminal.returncode == 0, terminal.output
    assert widths[0] in {0, 39}
    assert 19 in widths


def test_an_interrupt_from_the_keyboard_leaves_no_live_line(run):
    program = """
import time
from tuner.terminal import notebook_line
from tuner.terminal.messages import Messages, print_result
messages = Messages()
try:
    with messages.show_live_line(lambda width: "live"):
        time.sleep(300)
except KeyboardInterrupt:
    messages.warn("interrupted")
"""

    def watch(terminal):
        if "live" in terminal.output and "\x03" not in typed:
            typed.append("\x03")
            terminal.type(b"\x03")

    typed = []
    terminal = run(program, watch=watch)
    assert (terminal.returncode, terminal.read_lines()) == (0, ["interrupted"])


def test_quiet_prints_warnings_only(run):
    program = RUN.replace("Messages()", "Messages(quiet=True)")
    terminal = run(program)
    assert "\x1b" not in terminal.output
    assert terminal.read_lines() == ["printed", *MIDDLE[2:], *WRAPPED]


@pytest.fixture
def shell(monkeypatch):
    """The shell of a notebook."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    yield shell
    InteractiveShell.clear_instance()


def test_in_a_notebook_the_live_line_is_replaced_and_whole_lines_are_printed(shell, monkeypatch):
    monkeypatch.setattr(notebook_line, "_SECONDS", 0.01)
    numbers, composed = count(), threading.Event()

    def compose(width):
        number = next(numbers)
        if number == 2:
            composed.set()
        return f"live {min(number, 1)}"

    with capture_output() as captured:
        messages = Messages()
        with messages.show_live_line(compose):
            messages.say(LONG)
            assert composed.wait(300)
    assert (captured.stdout, captured.stderr) == (f"{LONG}\n", "")
    shown = [output.data["text/plain"] for output in captured.outputs]
    assert shown == ["live 0", "live 1", ""]  # a line that stays is not sent again
    assert [output.update for output in captured.outputs] == [False, True, True]
    assert len({output.transient["display_id"] for output in captured.outputs}) == 1


def test_nothing_is_shown_in_a_notebook_if_that_is_asked_for(shell):
    for messages in (Messages(mute=True), Messages(quiet=True)):
        with capture_output() as captured, messages.show_live_line(lambda width: "live"):
            pass
        assert (captured.stdout, captured.stderr, captured.outputs) == ("", "", [])


def test_nothing_at_all_is_printed_if_that_is_asked_for(capfd):
    messages = Messages(mute=True)
    with messages.show_live_line(lambda width: "live"):
        messages.warn(LONG)
    assert capfd.readouterr() == ("", "")


def test_a_stream_of_a_programs_own_need_not_be_able_to_tell_that_it_is_no_terminal(monkeypatch):
    class Log:
        written = ""

        def write(self, text):
            self.written += text

        def flush(self):
            pass

    log = Log()
    monkeypatch.setattr("sys.stderr", log)
    monkeypatch.setattr("sys.stdout", Log())
    Messages().say("It has begun.")
    assert log.written == "It has begun.\n"
    DataOutput()


def test_only_what_is_slow_is_said(capfd, monkeypatch):
    monkeypatch.setattr("tuner.terminal.messages._SLOW", 0.2)
    shown = Messages()
    with shown.say_if_slow("reading slow.csv …"):
        deadline = time.monotonic() + 20
        while not (said := capfd.readouterr().err) and time.monotonic() < deadline:
            time.sleep(0.05)
    monkeypatch.setattr("tuner.terminal.messages._SLOW", 60)
    with shown.say_if_slow("reading quick.csv …"):
        pass
    assert said == "reading slow.csv …\n"
    assert capfd.readouterr().err == ""


def test_long_names_are_shortened_in_results_but_not_in_paths(capsys):
    print_result(f"class with the lowest recall: {'b' * 100_000}, recall 0.5")
    print_result(Path("b" * 5000))
    shortened, path = capsys.readouterr().out.splitlines()
    assert shortened.endswith("…bbbbbbbbbb (100,000 characters), recall 0.5")
    assert path == "b" * 5000
