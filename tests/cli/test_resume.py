"""`tuner resume` of a study that has nothing left to do."""

import json
import subprocess
import sys

from tests.helpers.command_line import read_events

HEAVY = ("tensorflow", "keras", "keras_tuner", "mlflow", "pandas", "sklearn", "altair")
RESUME = """
import json, sys, time
sys.argv = ["tuner", "resume", *{arguments!r}]
from tuner.cli import main
started = time.process_time()
try:
    main()
except SystemExit as end:
    code = end.code or 0
heavy = [name for name in {heavy!r} if name in sys.modules]
print(json.dumps([heavy, code, time.process_time() - started]))
"""


def resume(folder, *arguments):
    """Resume in a process of its own; return its lines, and what it imported, its code and seconds.

    Seconds of the processor, so that a busy machine fails no test.
    """
    code = RESUME.format(arguments=arguments, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    *lines, last = done.stdout.splitlines()
    return lines, done.stderr, json.loads(last)


def test_a_finished_study_prints_its_summary_again_without_doing_anything(folder, searched):
    before = read_events(folder / "mlruns" / "studies" / "first")
    lines, errors, (heavy, code, seconds) = resume(folder, "first", "--json")
    assert (heavy, code) == ([], 0)
    assert seconds < 3
    assert [json.loads(line) for line in lines] == [searched[0]]
    assert errors == (
        "study first: all 3 trials have ended; nothing is left to do; for more trials: "
        "tuner resume first --max-trials 6\n"
    )
    assert read_events(folder / "mlruns" / "studies" / "first") == before


def test_fewer_trials_than_the_study_has_are_nothing_to_do(folder, searched):
    lines, errors, (heavy, code, _) = resume(folder, "first", "--max-trials", "2")
    assert (heavy, code) == ([], 0)
    assert errors == (
        "study first: the study has 3 trials already, and 2 were requested; nothing is left to do; "
        "for more trials: tuner resume first --max-trials 6\n"
    )
    assert lines[1] == "Is a hidden layer worth it?"
    assert any(line.startswith("best of 3 trials") for line in lines)
    assert "model    mlruns/studies/first/model" in lines
    assert any(line.startswith("compare  ") and "mlflow" in line for line in lines)
