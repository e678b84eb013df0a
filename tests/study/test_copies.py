"""A study that is copied while it is written goes on to the same study, in whatever order."""

import itertools
import json
import os
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.results import make_probabilities, make_result
from tests.helpers.studies import create_study
from tuner.errors import StudyError
from tuner.study import EventKind, Study, TrialRecord, find_damaged_trials, recover_study

TRIALS = 2
JOURNAL = Path("journal.jsonl")


def search(study: Study, after_each=lambda: None) -> None:
    """Search as a loop does: what the study has is not written again."""
    problem = make_problem()
    study.begin(study.record.settings)
    after_each()
    done = {record.trial for record in study.read_trials()}
    for trial in sorted(set(range(TRIALS)) - done):
        result = make_result(trial, make_probabilities(problem, 1.0, seed=trial), problem)
        study.journal.append(EventKind.PROPOSED, trial=trial, hyperparameters={"depth": trial})
        after_each()
        leads = {"losses_1": np.arange(3.0)} if trial == 1 else {}
        study.arrays.write_trial(trial, result.probabilities, leads)
        after_each()
        study.write_trial(TrialRecord(trial, {"depth": trial}, {}, result), leads)
        after_each()


def read_all(study: Study) -> list[str]:
    records = sorted(study.read_trials(), key=lambda record: record.trial)
    arrays = [study.arrays.read_probabilities(record.trial).tobytes() for record in records]
    leads = [study.arrays.read_leads(record.trial) for record in records]
    return [repr(part) for part in (study.record.to_dict(), records, arrays, leads)]


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """The files of a study as they were at each moment of its search, and what it came to."""
    study = create_study(tmp_path_factory.mktemp("searched"), make_problem())
    states = []

    def look() -> None:
        files = [path for path in study.folder.rglob("*") if path.is_file()]
        states.append({path.relative_to(study.folder): path.read_bytes() for path in files})

    look()
    with study.lock_search():
        look()
        search(study, look)
    return states, read_all(study)


def write_copy(folder: Path, journal: dict, others: dict, cut: int) -> None:
    """Write a copy whose journal is of another moment than its other files, and ends early."""
    (folder / "oof").mkdir(parents=True)
    for name, content in others.items():
        if name.suffix != ".jsonl":
            (folder / name).write_bytes(content)
    lines = journal.get(JOURNAL, b"")
    if lines:
        (folder / JOURNAL).write_bytes(lines[: len(lines) - cut])
    holder = folder / "search.holder"  # as of the host that it was copied from, an hour ago
    if holder.exists():
        holder.write_text(json.dumps({**json.loads(holder.read_text()), "boot": "another"}))
        os.utime(holder, (1.0, 1.0))


@pytest.mark.parametrize("cut", [0, 40])
def test_a_copy_goes_on_to_the_same_study_or_says_what_it_lacks(searched, tmp_path, cut):
    states, whole = searched
    for (first, journal), (second, others) in itertools.product(
        enumerate(states), [*enumerate(states)][::3]
    ):
        root = tmp_path / f"{first}-{second}"
        write_copy(root / "studies" / "study", journal, others, cut)
        if not journal.get(JOURNAL) and any("oof" in name.parts for name in others):
            with pytest.raises(StudyError, match=r"has lost its journal\.jsonl; restore the file"):
                Study.open("study", root)
            for path in (root / "studies" / "study" / "oof").iterdir():
                path.unlink()  # as the error advises
        study = Study.open("study", root)
        with study.lock_search(pytest.fail):
            recover_study(study)
            search(study)
        assert find_damaged_trials(study) == {}
        assert read_all(study) == whole


def test_files_that_were_copied_in_part_are_trained_again_or_named(searched, tmp_path):
    states, whole = searched
    for name in states[-1]:
        if name.suffix in {".lock", ".holder"}:
            continue
        root = tmp_path / name.name
        folder = root / "studies" / "study"
        write_copy(folder, states[-1], states[-1], 0)
        half = states[-1][name][: len(states[-1][name]) // 2]
        (folder / name).write_bytes(half)
        (folder / name).with_name(f".{name.name}.Xy1Zw2").write_bytes(half)
        if name.name == "study.json":
            with pytest.raises(
                StudyError, match=r"cannot be read \(.*restore the file from a copy"
            ):
                Study.open("study", root)
            (folder / name).write_bytes(states[-1][name])
        study = Study.open("study", root)
        with study.lock_search():
            recover_study(study)
            search(study)
        assert read_all(study) == whole
        assert Study.create(study.record, root, overwrite=True).count_trials() == 0
