"""Writing to MLflow what it lacks of a study."""

from contextlib import contextmanager

from tests.helpers.mlflow_runs import append_trials
from tuner.api.sync import write_to_mlflow
from tuner.terminal.messages import Messages
from tuner.tracking import choose_tracking_uri
from tuner.tracking.runs import StudyRuns


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
