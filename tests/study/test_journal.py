import json
import os
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.errors import StudyError
from tuner.study import EventKind, Journal, JournalReader
from tuner.study import journal as journal_module

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
fields = st.dictionaries(
    st.text(min_size=1).filter(lambda name: name not in {"checksum", "event", "self", "time"}),
    json_values,
)


@settings(max_examples=30)  # each event is flushed to the disk
@given(events=st.lists(st.tuples(st.sampled_from(EventKind), fields), max_size=5))
def test_events_come_back_as_they_were_written(tmp_path_factory, events):
    journal = Journal(tmp_path_factory.mktemp("journal") / "journal.jsonl")
    for event, values in events:
        journal.append(event, **values)
    read = list(journal.read())
    assert all(event.pop("time") > 1.7e12 for event in read)  # milliseconds
    assert read == [{"event": event, **values} for event, values in events]
    trials = [event for event in read if event["event"] == EventKind.TRIAL]
    assert [{**event, "time": 0} for event in journal.read(EventKind.TRIAL)] == [
        {**event, "time": 0} for event in trials
    ]


def test_a_reader_gives_each_event_once_and_none_before_it_is_whole(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    reader = JournalReader(journal)
    assert list(reader.read_new()) == []
    journal.append(EventKind.TRIAL, trial=0)
    journal.append(EventKind.TRIAL, trial=1)
    content = journal.path.read_bytes()
    end = content.index(b"\n") + 1
    journal.path.write_bytes(content[: end + 20])
    assert [event["trial"] for event in reader.read_new()] == [0]
    assert list(reader.read_new()) == []
    journal.path.write_bytes(content)
    assert [event["trial"] for event in reader.read_new()] == [1]
    assert list(reader.read_new()) == []


def test_processes_that_write_at_once_leave_a_whole_journal(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl", "the study")
    children = []
    for child in range(3):
        children.append(os.fork())
        if children[-1] == 0:
            for number in range(20):
                journal.append(EventKind.PROPOSED, trial=20 * child + number, text="x" * 5000)
            os._exit(0)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert sorted(event["trial"] for event in journal.read()) == list(range(60))


def test_an_event_is_one_line(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(EventKind.TRIAL, text="two\nlines")
    line = journal.path.read_text()
    assert (line.count("\n"), line[-1]) == (1, "\n")
    assert json.loads(line)["text"] == "two\nlines"


def test_a_journal_that_was_not_begun_is_empty(tmp_path):
    assert list(Journal(tmp_path / "journal.jsonl").read()) == []


def test_a_clock_that_is_set_back_takes_no_time_away(tmp_path, monkeypatch):
    wall = iter([1_000_000.0, 1_000_004.0, 913_610.0, 913_613.0])  # the third is of a day before
    elapsed = iter([50.0, 54.0, 60.0, 63.0])
    clocks = SimpleNamespace(time=lambda: next(wall), monotonic=lambda: next(elapsed))
    monkeypatch.setattr(journal_module, "time", clocks)
    journal = Journal(tmp_path / "journal.jsonl")
    for number in range(4):
        journal.append(EventKind.DROPPED, trial=number)
    assert [event["time"] / 1000 - 1_000_000 for event in journal.read()] == [0, 4, 10, 13]


def test_nan_is_not_written(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        journal.append(EventKind.TRIAL, score=float("nan"))
    assert not journal.path.exists()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"event": "trial", ', "is not JSON (Expecting property name enclosed in double quotes)"),
        ("[]", 'expected an object with an "event"'),
    ],
)
def test_a_damaged_line_is_named(tmp_path, line, what):
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(EventKind.PROPOSED, trial=0)
    with journal.path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(StudyError) as error:
        list(journal.read())
    assert str(error.value) == (
        f"journal {journal.path}, line 2: {what}; the line is damaged, restore the file from a "
        "copy, or delete this line and all after it: what they tell is then done again"
    )


def test_a_last_line_that_was_not_finished_does_not_count(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(EventKind.PROPOSED, trial=0)
    with journal.path.open("a") as file:
        file.write('{"event": "trial", "tri')
    assert [event["event"] for event in journal.read()] == ["proposed"]
    journal.append(EventKind.PROPOSED, trial=1)
    assert [event["trial"] for event in journal.read()] == [0, 1]


def test_the_words_on_the_disk_stay():
    assert [kind.value for kind in EventKind] == [
        "begun",
        "screened",
        "proposed",
        "trial",
        "dropped",
        "answered",
        "tested",
        "exported",
        "not exported",
        "stage",
        "ended",
    ]
