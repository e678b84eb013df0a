"""`tune` searches as the command does."""

import json

import pytest

import tuner
from tests.helpers.command_line import read_events
from tuner.errors import SpaceError, UserError

# What differs from run to run: times, digests of files with times, names and paths.
UNEQUAL = {
    "": {"time"},
    "result": {"seconds"},
    "summary": {"model", "report", "seconds", "pareto_by_time"},
    "basis": {"baselines", "charts", "page", "prediction_times", "table"},
}


def strip_events(folder):
    """Return what must be equal of a journal; trials end in the order in which cores end them."""
    lines = []
    for event in read_events(folder):
        for part, names in UNEQUAL.items():
            for name in names:
                (event.get(part, {}) if part else event).pop(name, None)
        lines.append(json.dumps(event, sort_keys=True))
        if event["event"] == "ended":
            break
    return sorted(lines)


def test_a_search_from_python_is_that_of_the_command_to_the_bit(folder, study):
    command = folder / "mlruns" / "studies" / "first"
    assert strip_events(study.folder) == strip_events(command)
    records = [json.loads((path / "study.json").read_text()) for path in (study.folder, command)]
    for record in records:
        record.pop("id")
        record.pop("checksum")
        record["data"].pop("source")
    assert records[0] == records[1]
    arrays = sorted(path.name for path in (command / "oof").iterdir())
    assert arrays == sorted(path.name for path in (study.folder / "oof").iterdir())
    for name in arrays:
        assert (command / "oof" / name).read_bytes() == (study.folder / "oof" / name).read_bytes()


def test_a_mistake_is_an_error_before_anything_is_written(tmp_path, capsys):
    with pytest.raises(UserError, match="tune has no argument max_trial; did you mean max_trials"):
        tuner.tune("iris", root=tmp_path, max_trial=3)
    with pytest.raises(SpaceError, match="no search space is called mlp_dept"):
        tuner.tune("iris", space="mlp_dept", root=tmp_path)
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr() == ("", "")


def test_a_finished_study_is_returned_at_once(study, root, folder, capsys):
    size = (study.folder / "journal.jsonl").stat().st_size
    again = tuner.open_study("first", root).resume()
    assert (study.folder / "journal.jsonl").stat().st_size == size
    assert again.answer == study.answer
    assert "all 3 requested trials have ended; nothing is left to do" in capsys.readouterr().err
