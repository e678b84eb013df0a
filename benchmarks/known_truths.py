"""How often a search answers rightly where the answer is known (`made_problems`).

    python benchmarks/known_truths.py --json truths.jsonl              # hours; can be broken off
    python benchmarks/known_truths.py --json truths.jsonl --problems spirals,rings --seeds 2
    python benchmarks/known_truths.py --json truths.jsonl --first 10 --seeds 5       # other tables
    python benchmarks/known_truths.py --json truths.jsonl --seeds 0    # tables of what is there

Each problem is searched in three phases: as the command searches by default, the same without
racing, and the first one resumed to three times its trials. Each phase gives an answer: the best
setting, and those that cannot be told apart from it. An answer is

- wrong if a setting that is as good is told apart, or if a much worse one is named as the best, or
  if no network is said to do better than guessing where labels are not noise;
- undecided if it is not wrong, and a much worse setting is not told apart;
- right otherwise.

The searches run in this process's children, without a final training, a report and MLflow; with
`--whole` each is the command itself, a process of its own, and the answer is that of `--json`.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kept_lines import KeptLines
from made_problems import PROBLEMS, MadeProblem

__all__ = ["Answered", "judge", "report"]

PHASES = ("default", "no-racing", "resumed")
_ORDER = ("wrong", "undecided", "right")


@dataclass(frozen=True)
class Answered:
    """What a search answered.

    Attributes:
        problem: The problem's name.
        seed: The seed of the table and of the search.
        phase: One of `PHASES`.
        best: The setting that was named as the best.
        not_told_apart: The settings that cannot be told apart from it, itself among them.
        scores: The score of each setting's best trial; null if it has none.
        trials: Trials of the study.
        pruned: Those of them that a race ended.
        sentence: The answer in words, where the search has it.
        seconds: Wall time of this phase alone.
    """

    problem: str
    seed: int
    phase: str
    best: Any
    not_told_apart: list[Any]
    scores: list[tuple[Any, float | None]]
    trials: int
    pruned: int
    sentence: str
    seconds: float

    @property
    def told(self) -> frozenset[Any]:
        """The settings that were told apart from the best."""
        return frozenset(value for value, _ in self.scores) - frozenset(self.not_told_apart)

    @property
    def learns_nothing(self) -> bool:
        """Whether the answer is that no network is shown to do better than guessing."""
        return self.sentence.startswith("No network is shown to do better than guessing")


# What an answer is worth.


def judge(problem: MadeProblem, answered: Answered) -> str:
    """Return `right`, `wrong` or `undecided`."""
    if answered.learns_nothing and not problem.is_noise:
        return "wrong"
    if answered.best in problem.worse or answered.told & problem.as_good:
        return "wrong"
    return "right" if problem.worse <= answered.told else "undecided"


def _judge(answered: Answered) -> str:
    return judge(PROBLEMS[answered.problem], answered)


# The searches.


@dataclass(frozen=True)
class Work:
    """The searches of one seed that are left to do.

    Attributes:
        seed: The seed of tables and searches.
        phases: The phases of each problem by its name, in the order of `PHASES`.
        whole: Whether to run the whole command.
        out: The file to append a line on each answer to.
        keep: The folder that keeps tables and studies. None to delete them.
        cores: How many of the machine's cores to use.
    """

    seed: int
    phases: dict[str, list[str]]
    whole: bool
    out: Path
    keep: Path | None
    cores: int


def do_work(work: Work) -> None:
    """Search, and append a line on each answer to the file."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: work.cores])
    run = run_command if work.whole else run_search_alone
    kept = KeptLines(work.out)
    for name, phases in work.phases.items():
        with tempfile.TemporaryDirectory() as scratch:
            folder = work.keep / f"{name}-{work.seed}" if work.keep else Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            data = folder / f"{name}.csv"
            if not data.exists():
                PROBLEMS[name].make_table(work.seed).to_csv(data, index=False)
            # the resumed phase continues the study of the default one, the same each time
            first = ["default"] if "resumed" in phases and "default" not in phases else []
            for phase in first + phases:
                answered = run(PROBLEMS[name], work.seed, phase, data)
                if phase in phases:
                    kept.add(vars(answered))


def run_search_alone(problem: MadeProblem, seed: int, phase: str, data: Path) -> Answered:
    """Search in this process, and compare the settings as the report does.

    A study that is there is searched on, and only compared if nothing is left to do.
    """
    from tuner.run.opening import create_study, load_setup, read_last_settings
    from tuner.run.preparing import prepare
    from tuner.run.request import DataRequest, Destination, make_settings
    from tuner.run.run import Run
    from tuner.run.searching import find_end, make_tuner, search_trials
    from tuner.study import Study

    started, root = time.monotonic(), data.parent / phase
    if phase == "resumed":
        if not root.exists():
            shutil.copytree(data.parent / "default", root)
        study = Study.open("study", root)
        first = sum(1 for _ in Study.open("study", data.parent / "default").read_trials())
        limits: dict[str, Any] = {"max_trials": 3 * first, "until_answered": False}
        setup = load_setup(study, replace(read_last_settings(study), **limits))
    else:
        arguments = {"seed": seed, "racing": phase != "no-racing"}
        settings = make_settings(problem.space, arguments)
        setup = prepare(problem.space, DataRequest(str(data)), settings)
        study = create_study(setup, Destination(root, "study"))
    with study.lock_search():
        if find_end(study, setup.settings) is None:
            study.begin(setup.settings)
            search_trials(Run(setup, study), make_tuner(setup))
    return compare(problem, seed, phase, study, setup, time.monotonic() - started)


def compare(
    problem: MadeProblem, seed: int, phase: str, study: Any, setup: Any, seconds: float
) -> Answered:
    """Return the comparison of the settings that the space compares."""
    from tuner.analysis import make_own_answer
    from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
    from tuner.run.answering import make_evidence
    from tuner.run.picking import pick_to_export

    evidence = make_evidence(setup, study, pick_to_export(setup, study).picks)
    compared = compare_hyperparameter(evidence, setup.space.compare)
    return Answered(
        problem.name,
        seed,
        phase,
        best=compared.settings[0].value,
        not_told_apart=list(compared.not_told_apart),
        scores=[(setting.value, setting.score) for setting in compared.settings],
        trials=len(evidence.records),
        pruned=sum(record.result.status == "pruned" for record in evidence.records),
        sentence=make_own_answer(evidence),
        seconds=round(seconds, 1),
    )


def run_command(problem: MadeProblem, seed: int, phase: str, data: Path) -> Answered:
    """Run the whole command, and read what it prints.

    Raises:
        RuntimeError: The command failed.
    """
    root, started = data.parent / "mlruns", time.monotonic()
    if phase == "resumed":
        first = json.loads((data.parent / "default.json").read_text())
        words = ["resume", "default", "--max-trials", str(3 * first["trials"])]
    else:
        words = ["search", "--space", problem.space, "--data", str(data), "--seed", str(seed)]
        words += ["--study", phase] + (["--no-racing"] if phase == "no-racing" else [])
    command = [sys.executable, "-m", "tuner", *words, "--root", str(root), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr[-2000:]}")
    (data.parent / f"{phase}.json").write_text(done.stdout)
    summary = json.loads(done.stdout)
    own = summary["answers"][0]
    return Answered(
        problem.name,
        seed,
        phase,
        best=own["best"],
        not_told_apart=own["not_told_apart"],
        scores=[(setting["value"], setting["score"]) for setting in own["settings"]],
        trials=summary["trials"],
        pruned=summary["pruned"],
        sentence=summary["answer"],
        seconds=round(time.monotonic() - started, 1),
    )


# The table.


def report(answers: Sequence[Answered]) -> Iterator[str]:
    """Yield the lines of a Markdown table for each phase, and what they come to."""
    for phase in PHASES:
        own = [answered for answered in answers if answered.phase == phase]
        if own:
            yield f"\n**{phase}**\n"
            yield from _report_phase(own)
    yield ""
    yield from _compare_phases(answers)


def _report_phase(answers: Sequence[Answered]) -> Iterator[str]:
    yield "| problem | space | runs | right | wrong | undecided | told | false | trials | seconds |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    by_problem = {name: [a for a in answers if a.problem == name] for name in PROBLEMS}
    for name, own in by_problem.items():
        if own:
            yield _make_row(name, Path(PROBLEMS[name].space).stem, own)
    yield _make_row("all", "", answers)


def _make_row(name: str, space: str, own: Sequence[Answered]) -> str:
    judged = [judge(PROBLEMS[a.problem], a) for a in own]
    shares = " | ".join(
        f"{judged.count(v) / len(own):.0%}" for v in ("right", "wrong", "undecided")
    )
    large = [value in a.told for a in own for value in PROBLEMS[a.problem].worse]
    alike = [bool(a.told & PROBLEMS[a.problem].as_good) for a in own if PROBLEMS[a.problem].as_good]
    trials, seconds = (sum(getattr(a, n) for a in own) / len(own) for n in ("trials", "seconds"))
    return (
        f"| {name} | {space} | {len(own)} | {shares} | {_share(large)} | {_share(alike)} "
        f"| {trials:.0f} | {seconds:.0f} |"
    )


def _compare_phases(answers: Sequence[Answered]) -> Iterator[str]:
    """Yield what racing changes, and what more trials make worse."""
    by_key = {(a.problem, a.seed, a.phase): a for a in answers}
    for phase, words in (
        ("no-racing", "racing changes"),
        ("resumed", "three times the trials change"),
    ):
        pairs = [
            (by_key[problem, seed, "default"], other)
            for (problem, seed, own), other in by_key.items()
            if own == phase and (problem, seed, "default") in by_key
        ]
        if not pairs:
            continue
        told = [first.told != other.told for first, other in pairs]
        verdicts = [_judge(first) != _judge(other) for first, other in pairs]
        worse = [(a, b) for a, b in pairs if _ORDER.index(_judge(b)) < _ORDER.index(_judge(a))]
        yield (
            f"{words} which settings are told apart in {_share(told)} of {len(pairs)} searches, "
            f"whether the answer is right in {_share(verdicts)}; to a worse one in {len(worse)}"
        )
        for first, other in worse:
            yield f"- {_describe(first)}; {phase}: {_describe(other)}"
    for answered in answers:
        if _judge(answered) == "wrong":
            yield f"- wrong: {_describe(answered)}"


def _describe(answered: Answered) -> str:
    verdict = _judge(answered)
    return (
        f"{answered.problem} {answered.seed} {answered.phase} {verdict}, best {answered.best}, "
        f"told apart {sorted(answered.told, key=str)}"
    )


def _share(found: Sequence[bool]) -> str:
    return f"{sum(found) / len(found):.1%}" if found else "–"


def read_answers(path: Path) -> list[Answered]:
    """Return the answers that a file holds; none if it is not there."""
    return [
        Answered(**line | {"scores": [tuple(pair) for pair in line["scores"]]})
        for line in KeptLines(path).all
    ]


def main() -> None:
    """Search what is not in the file yet, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, required=True, help="a line for each answer; kept")
    parser.add_argument("--problems", default=",".join(PROBLEMS), help="names, comma-separated")
    parser.add_argument("--seeds", type=int, default=10, help="tables of each problem")
    parser.add_argument("--first", type=int, default=0, help="the seed of the first table")
    parser.add_argument("--phases", default=",".join(PHASES), help="comma-separated")
    parser.add_argument("--whole", action="store_true", help="run the whole command")
    parser.add_argument("--keep", type=Path, help="a folder for studies; they are not run again")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    there = {(a.problem, a.seed, a.phase) for a in read_answers(given.json)}
    names, phases = given.problems.split(","), given.phases.split(",")
    for seed in range(given.first, given.first + given.seeds):
        left = {
            name: [p for p in PHASES if p in phases and (name, seed, p) not in there]
            for name in names
        }
        left = {name: own for name, own in left.items() if own}
        if not left:
            continue
        work = Work(seed, left, given.whole, given.json, given.keep, given.cores)
        process = multiprocessing.get_context("spawn").Process(target=do_work, args=(work,))
        process.start()
        process.join()
        if process.exitcode:
            print(f"seed {seed}: the process ended with {process.exitcode}", file=sys.stderr)
    answers = [a for a in read_answers(given.json) if a.problem in names and a.phase in phases]
    print("\n".join(report(answers)))


if __name__ == "__main__":
    main()
