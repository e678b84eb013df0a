from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def keep(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    from kept_lines import KeptLines

    return KeptLines


def test_results_are_there_for_the_next_run(keep, tmp_path):
    path = tmp_path / "results.jsonl"
    keep(path).add({"table": "car", "seed": 0, "losses": [0.1]})
    keep(path).add({"table": "car", "seed": 1, "losses": [0.2]})
    assert [each["seed"] for each in keep(path).all] == [0, 1]
    assert [each["losses"] for each in keep(path).find(table="car", seed=1)] == [[0.2]]
    assert keep(path).find(table="car", seed=1, rows=2) == []


@pytest.mark.parametrize("cut", ['{"seed": 1, "na', '{"seed": 1}', '{"seed": "ü'.encode()[:-1]])
def test_a_line_that_was_cut_short_is_written_again(keep, tmp_path, cut):
    path = tmp_path / "results.jsonl"
    path.write_bytes(b'{"seed": 0}\n' + (cut if isinstance(cut, bytes) else cut.encode()))
    kept = keep(path)
    assert kept.all == [{"seed": 0}]
    kept.add({"seed": 1})
    assert path.read_bytes() == b'{"seed": 0}\n{"seed": 1}\n'


def test_without_a_file_results_are_in_memory(keep):
    kept = keep(None)
    kept.add({"seed": 0})
    assert kept.find(seed=0) == kept.all == [{"seed": 0}]
