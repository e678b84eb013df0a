"""A search that is killed or interrupted, and how it resumes."""

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from mlflow import MlflowClient

from tests.helpers.command_line import (
    SEARCH,
    copy_study,
    extract_answer,
    read_events,
    run_tuner,
    write_events,
)
from tests.helpers.pseudo_terminal import run_in_terminal
from tests.helpers.warm_processes import warm_command


def killed_when(folder, study, holds):
    """Search until something holds of the study's folder, and kill the process there and then."""
    command = warm_command("tuner", *map(str, SEARCH), "--study", study)
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 600
        while process.poll() is None and time.monotonic() < deadline:
            if holds(folder / "mlruns" / "studies" / study):
                process.kill()
            time.sleep(0.002)
    assert process.returncode == -signal.SIGKILL


def journalled(words):
    def holds(study):
        journal = study / "journal.jsonl"
        return journal.exists() and words in journal.read_text()

    return holds


def cut_before_first_trial(folder):
    """Make a study as a process leaves it that is killed while it writes its first trial."""
    study = copy_study(folder, "killed")
    events = read_events(study)
    first = next(n for n, event in enumerate(events) if event["event"] == "trial")
    write_events(study, events[:first])
    with (study / "journal.jsonl").open("a") as journal:
        journal.write('{"event": "trial", "tri')
    for path in study.iterdir():
        if path.name not in {"study.json", "journal.jsonl"}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (study / "oof").mkdir()
    return study


def test_a_study_that_was_killed_again_and_again_ends_as_one_that_was_not(folder, searched):
    study = cut_before_first_trial(folder)
    killed_when(folder, "killed", journalled('"result": '))  # while it trains
    killed_when(folder, "killed", journalled('"event": "tested"'))  # and exports
    done = run_tuner(folder, "resume", "killed", "--json")
    assert done.returncode == 0, done.stderr
    assert "3 trials ended in earlier runs" in done.stderr
    assert "on all training rows" in done.stderr
    kinds = Counter(event["event"] for event in read_events(study))
    assert (kinds["trial"], kinds["tested"], kinds["exported"]) == (3, 2, 1)
    found = json.loads(done.stdout)
    for name in ("best", "smallest", "ensemble", "test", "trials", "completed"):
        assert found[name] == searched[0][name]
    assert (folder / found["model"] / "model.json").exists()
    pages = [(folder / each["report"]).read_text("utf-8") for each in (searched[0], found)]
    assert extract_answer(pages[0]) == extract_answer(pages[1])
    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlruns/mlflow.db")
    experiment = client.get_experiment_by_name("things/own")
    runs = client.search_runs([experiment.experiment_id], "tags.`tuner.study` = 'killed'")
    assert sorted(run.data.tags.get("tuner.trial", "study") for run in runs) == [
        "0", "1", "2", "study"
    ]  # fmt: skip
    assert {run.info.status for run in runs} == {"FINISHED"}
    done = run_tuner(folder, "sync", "killed")
    assert "nothing was missing\n" in done.stdout


def test_a_damaged_journal_is_refused_by_line(folder, searched):
    study = folder / "elsewhere" / "studies" / "damaged"  # other tests list those in mlruns
    shutil.copytree(folder / "mlruns" / "studies" / "first", study)
    lines = (study / "journal.jsonl").read_text().splitlines(keepends=True)
    (study / "journal.jsonl").write_text("".join([lines[0], lines[1][:20] + "\n", *lines[2:]]))
    done = run_tuner(folder, "resume", "damaged", "--root", "elsewhere")
    assert done.returncode == 2
    assert "journal.jsonl, line 2: is not JSON" in done.stderr
    shutil.copytree(folder / "mlruns" / "studies" / "first", study.with_name("whole"))
    lacking = study.with_name("lacking")
    shutil.copytree(folder / "mlruns" / "studies" / "first", lacking)
    with (lacking / "journal.jsonl").open("a") as journal:
        journal.write('{"event": "trial", "trial": 7}\n')
    done = run_tuner(folder, "studies", "--root", "elsewhere")
    assert done.returncode == 2
    unread = [line.split()[0] for line in done.stdout.splitlines() if "?" in line]
    assert unread == ["damaged", "lacking"]
    assert "lacking/journal.jsonl, line " in done.stderr
    assert ": the checksum is missing; " in done.stderr
    assert "3 of 3" in done.stdout
    assert "journal.jsonl, line 2: is not JSON" in done.stderr


def test_an_interrupt_says_what_is_kept_and_exits_with_130(folder):
    typed = []

    def interrupt(terminal):
        seen = terminal.output
        if not typed and "[1/200] trial " in seen and " networks train, of depth" in seen:
            typed.append(terminal.type(b"\x03"))

    command = ["-m", "tuner", *SEARCH, "--study", "stopped"]
    command[command.index("--max-trials") + 1] = "200"
    terminal = run_in_terminal(command, folder=folder, columns=90, watch=interrupt)
    assert terminal.returncode == 130
    assert "0 of 200 trials · " in terminal.output
    *before, last = terminal.read_lines()
    assert last == "interrupted"
    assert before[-1].endswith("tuner resume stopped")
    message = " ".join(" ".join(before).split())
    assert " ended before the interrupt; " in message
    assert " kept in mlruns/studies/stopped. To resume: " in message
    assert not any(" · " in line or "Traceback" in line for line in before)
    assert all(len(line) <= 90 for line in terminal.list_written())  # none is left to it to wrap


def test_all_signals_that_end_a_command_by_themselves_interrupt_it(monkeypatch):
    main = importlib.import_module("tuner.cli.main")  # the package has its function as `main`
    handlers, interrupt = {}, object()
    monkeypatch.setattr(signal, "getsignal", lambda number: signal.SIG_DFL)
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    main._take_signals(interrupt)
    taken = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU)
    assert handlers == dict.fromkeys(taken, interrupt)


@pytest.mark.parametrize("number", ["SIGINT", "SIGXCPU"])
def test_a_command_that_is_interrupted_does_not_wait_for_a_long_epoch(number):
    """Which a thread is in the middle of, that nothing can end."""
    program = """
import importlib, signal, sys, threading, time, typer

number = getattr(signal, sys.argv.pop())
entry = importlib.import_module("tuner.cli.main")
entry.app, entry._PATIENCE = typer.Typer(), 0.2

@entry.app.command()
def long():
    threading.Thread(target=time.sleep, args=(60,)).start()
    signal.raise_signal(number)

entry.main()
"""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program, number], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (130, "interrupted\n")
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_second_interrupt_ends_a_command_at_once_and_leaves_nothing(number, tmp_path):
    program = """
import importlib, os, signal, sys, threading, time, typer

number = getattr(signal, sys.argv.pop())
entry = importlib.import_module("tuner.cli.main")
entry.app, entry._PATIENCE = typer.Typer(), 50.0

def interrupt_again():
    time.sleep(0.5)
    os.kill(os.getpid(), number)
    time.sleep(60)

@entry.app.command()
def long():
    threading.Thread(target=interrupt_again).start()
    signal.raise_signal(number)

entry.main()
"""
    command = [sys.executable, "-c", program, number]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    started = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")
    assert time.monotonic() - started < 45
    assert list(tmp_path.iterdir()) == []
