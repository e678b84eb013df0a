"""Writing to MLflow what it lacks of a study."""

from contextlib import contextmanager

import pytest

from tests.helpers.mlflow_runs import append_trials, write_runs
from tests.helpers.searches import CustomHyperModel, Interrupt, make_rows
from tuner.api.kfold_tuner import KFoldTuner
from tuner.api.sync import write_to_mlflow
from tuner.cli.sync import sync_study
from tuner.errors import SearchFailed
from tuner.study import Study
from tuner.terminal.messages import Messages
from tuner.tracking import choose_tracking_uri
from tuner.tracking.runs import StudyRuns


class Broken(CustomHyperModel):
    def fit(self, hp, model, *args, **kwargs):
        raise RuntimeError("broken")


def search(root, name, trials, hypermodel, **arguments):
    """Search a study with `KFoldTuner`."""
    tuner = KFoldTuner(
        hypermodel, max_trials=trials, folds=2, directory=root, project_name=name, **arguments
    )
    tuner.search(*make_rows(), epochs=1, verbose=0)


def read_status(root, name):
    """Return the status of a study's run in MLflow, and how many trials it has there."""
    runs = write_runs(Study.open(name, root))
    found = runs.client.search_runs([runs.experiment_id], f"tags.`tuner.study` = '{name}'")
    return runs.client.get_run(runs.run_id).info.status, len(found) - 1


def test_mlflow_has_how_a_search_of_kfold_tuner_ended_and_the_next_one_too(tmp_path):
    root = tmp_path / "runs"
    with pytest.raises(KeyboardInterrupt):
        search(root, "s", 1, CustomHyperModel(), listeners=[Interrupt("trial", 1)])
    assert read_status(root, "s") == ("KILLED", 1)
    for trials in (1, 2):
        search(root, "s", trials, CustomHyperModel())
        assert read_status(root, "s") == ("FINISHED", trials)
    with pytest.raises(SearchFailed):
        search(root, "other", 1, Broken())
    assert read_status(root, "other") == ("FAILED", 1)


def test_the_command_says_how_many_runs_were_written(make_study, make_record, capsys):
    study = make_study()
    root, ends = study.folder.parents[1], []
    for trials in ([], [0], [1, 2], []):
        append_trials(study, *map(make_record, trials))
        sync_study(study.record.name, None, root)
        ends.append(capsys.readouterr().out.splitlines()[0].rpartition(": ")[2])
    assert ends == [
        "1 of its runs was written",
        "1 of its runs was written",
        "2 of its runs were written",
        "nothing was missing",
    ]


def test_it_is_shown_how_much_is_written(make_study, make_record, monkeypatch):
    study = make_study()
    append_trials(study, *map(make_record, range(4)))
    root, composed, lines = study.folder.parents[1], [], []

    @contextmanager
    def show(compose):
        composed.append(compose)
        yield

    def write(runs, record, time):
        lines.append(composed[0](80))

    messages = Messages()
    monkeypatch.setattr(messages, "show_live_line", show)
    monkeypatch.setattr(StudyRuns, "_write_trial", write)
    write_to_mlflow(study, choose_tracking_uri(None, root), root, messages)
    assert len(set(lines)) == 4
    assert lines == sorted(lines, key=lambda line: float(line.split()[5]))
    assert lines[-1] == "writing study study to MLflow: 100 % of its journal"
    assert composed[0](7) == "writing"
