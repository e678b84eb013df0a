"""Kills searches at random moments, goes on with them, and compares with one that was not killed.

    python benchmarks/killed.py             # 30 kills
    python benchmarks/killed.py --kills 5

A process is killed (SIGKILL) at a moment between the study's beginning and its end, drawn evenly,
while it proposes, trains, writes or exports; then it is resumed, and may be killed again. In the
end hyperparameters, results, picks, and in MLflow the runs with their status, params and metrics
must be those of the search that was left alone, but for seconds; artifacts and registered models
are not compared. A search waits ten seconds for MLflow; where MLflow is not whole by then, `tuner
sync` writes what is missing, as the search advises.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SEARCH = (
    "search", "--space", "mlp_depth", "--data", "iris", "--max-trials", "8", "--folds", "3",
    "--epochs", "10", "--oracle", "bayesian",
)  # fmt: skip
PICKS = ("best", "smallest", "ensemble", "exported", "test", "completed", "failed")
"""What of a search's summary is compared."""
MOST_KILLS = 5  # of a study, which must end even on a machine that is busier by now


def started(root: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a command of the tuner."""
    command = [sys.executable, "-m", "tuner", *arguments, "--root", str(root)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(
        command,
        text=True,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def begun(root: Path, study: str) -> int:
    """Return how often a study was begun, from its journal."""
    journal = root / "studies" / study / "journal.jsonl"
    return journal.read_text().count('"event": "begun"') if journal.exists() else 0


def wait_for_beginning(process: subprocess.Popen[str], root: Path, study: str) -> None:
    """Wait until a process has begun, or gone on with, a study."""
    before = begun(root, study)
    while process.poll() is None and begun(root, study) == before:
        time.sleep(0.01)


def complete_mlflow(root: Path, study: str) -> bool:
    """Let `tuner sync` write what MLflow lacks; return whether the search had left it whole."""
    if (root / "studies" / study / "mlflow.json").exists():
        return True
    command = [sys.executable, "-m", "tuner", "sync", study, "--root", str(root)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    if process.returncode:
        code, said = process.returncode, process.stderr.strip()
        raise RuntimeError(f"tuner sync {study} ended with {code}: {said}")
    return False


def left(root: Path, study: str) -> dict[str, Any]:
    """Return what a finished study left: trials, picks, and runs in MLflow."""
    import logging

    from mlflow import MlflowClient

    from tuner.study import Study

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    opened = Study.open(study, root)
    trials = {}
    for record in opened.read_trials():
        result = record.result.to_dict()
        del result["seconds"]
        assert record.trial not in trials, f"trial {record.trial} is there twice"
        trials[record.trial] = [record.hyperparameters, record.derived, result]
    summary = [event["summary"] for event in opened.journal.read("ended")][-1]
    picks = {name: summary[name] for name in PICKS}
    client = MlflowClient(tracking_uri=f"sqlite:///{root}/mlflow.db")
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    runs = client.search_runs(experiments, f"tags.`tuner.id` = '{opened.record.id}'")
    tracked = sorted(
        [
            run.data.tags.get("tuner.trial", "study"),
            run.info.status,
            sorted(run.data.params.items()),
            sorted(each for each in run.data.metrics.items() if each[0] != "seconds"),
        ]
        for run in runs
    )
    return {"trials": dict(sorted(trials.items())), "picks": picks, "runs": tracked}


def make_text(part: object) -> str:
    """Return what a study left as a text by which it is compared."""
    return json.dumps(part, sort_keys=True)


def kill_searches(kills: int, seed: int) -> int:
    """Kill searches, go on with them, and compare; return how many studies differ.

    Args:
        kills: How often to kill, at least.
        seed: Draws the moments.
    """
    draw = random.Random(seed)
    root = Path(tempfile.mkdtemp())
    process = started(root, *SEARCH, "--study", "whole", "--json")
    wait_for_beginning(process, root, "whole")
    beginning = time.monotonic()
    process.communicate()
    duration = time.monotonic() - beginning
    complete_mlflow(root, "whole")
    expected = left(root, "whole")
    print(f"left alone: {len(expected['trials'])} trials in {duration:.1f} s", flush=True)
    done = studies = wrong = 0
    while done < kills:
        study, times = f"killed-{studies}", 0
        studies += 1
        process = started(root, *SEARCH, "--study", study, "--json")
        while True:
            wait_for_beginning(process, root, study)
            try:
                limit = draw.uniform(0, duration) if times < MOST_KILLS else None
                process.communicate(timeout=limit)
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                times += 1
            process = started(root, "resume", study, "--json")
        after = "" if complete_mlflow(root, study) else " after tuner sync"
        found = left(root, study)
        differ = [part for part in expected if make_text(found[part]) != make_text(expected[part])]
        wrong += bool(differ)
        done += times
        verdict = f"NOT the same {' and '.join(differ)}" if differ else "the same"
        print(f"{study}: killed {times} times, {verdict}{after}", flush=True)
        for part in differ:
            print(f"  found {found[part]}\n  expected {expected[part]}", flush=True)
    print(f"{done} kills, {studies} studies, {wrong} of them not the same")
    return wrong


def main() -> None:
    """Kill, go on, compare; exit code 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sys.exit(bool(kill_searches(options.kills, options.seed)))


if __name__ == "__main__":
    main()
