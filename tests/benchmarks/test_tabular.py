"""What `benchmarks/tabular.py` keeps, computes again and reports."""

import argparse
import json
from pathlib import Path

import pytest

from tuner.data.parsing.plain_numbers import MISSING_TEXTS

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCORES = {"error": 0.1, "cross_entropy": 0.2, "wall": 1.0, "cpu": 1.0}


@pytest.fixture
def tabular(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import tabular

    return tabular


@pytest.fixture
def trained(tabular, monkeypatch):
    """The methods that are trained, instead of training them."""
    trained = []

    def train(key, options):
        trained.append(key["method"])
        return {"error": None, "failed": "Traceback\nno memory"} if options.fail else SCORES

    monkeypatch.setattr(tabular, "_run", train)
    return trained


def ask(**others):
    asked = {"tables": ["car"], "seeds": [0], "seconds": 60.0, "max_rows": 10_000, "kadra": False}
    asked |= {"only": ["tabular", "catboost"], "search": [], "retry": False, "report": False}
    return argparse.Namespace(**asked | {"fail": False} | others)


def test_what_is_kept_is_not_trained_again(tabular, trained):
    kept = tabular.KeptLines(None)
    for options, expected in [
        (ask(), ["tabular", "catboost"]),
        (ask(), []),
        (ask(max_rows=2_500), ["tabular", "catboost"]),
        (ask(search=["--trials", "3"]), ["tabular"]),
        (ask(seconds=30.0), ["tabular"]),
    ]:
        trained.clear()
        tabular.run_missing(options, kept)
        assert trained == expected
    assert len(tabular.select(kept, ask(max_rows=2_500))) == 2
    assert tabular.select(kept, ask(seeds=[1])) == []


def test_older_files_were_made_with_the_defaults(tabular, trained):
    kept = tabular.KeptLines(None)
    old = {"table": "car", "seed": 0, "seconds": None, "kadra": False, **SCORES}
    kept.add({**old, "method": "catboost"})
    kept.add({**old, "method": "tabular", "seconds": 60.0})
    assert len(tabular.select(kept, ask(report=True))) == 2
    tabular.run_missing(ask(), kept)
    assert trained == ["tabular"]  # of which version the kept one is, is not known


def test_failures_are_reported_and_trained_again_on_request(tabular, trained):
    kept = tabular.KeptLines(None)
    tabular.run_missing(ask(fail=True), kept)
    tabular.run_missing(ask(), kept)
    assert trained == ["tabular", "catboost"]
    text = tabular.report(tabular.select(kept, ask()), "tabular")
    assert "- failed: catboost on car, seed 0: no memory" in text
    tabular.run_missing(ask(retry=True), kept)
    assert trained == 2 * ["tabular", "catboost"]
    assert "failed" not in tabular.report(tabular.select(kept, ask()), "tabular")


def test_results_are_json(tabular, trained, capsys):
    tabular.run_missing(ask(), tabular.KeptLines(None))
    assert [json.loads(line)["error"] for line in capsys.readouterr().err.splitlines()] == 2 * [0.1]


def test_peers_know_the_marks_of_missing_numbers_that_this_package_knows(tabular, monkeypatch):
    import tabular_peers

    assert tabular_peers.MISSING_TEXTS == MISSING_TEXTS


def test_a_number_that_is_missing_makes_no_levels_of_a_column(tabular, tmp_path):
    from tabular_peers import _read

    for part in ("train", "test"):
        table = "size,color,class\n1.5,red,a\n?,?,b\n,blue,a\n"
        (tmp_path / f"{part}.csv").write_text(table)
    rows, classes = _read(tmp_path, 0)
    assert (rows.levels, classes) == (["c1"], ["a", "b"])
    assert rows.train["f0"].isna().tolist() == [False, True, True]
    assert rows.train["c1"].tolist() == ["red", "?", "blue"]
