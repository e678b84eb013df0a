"""The script for people with a GPU, in its short form on the CPU's XLA."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def gpu(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import gpu
    import gpu_networks

    for module in (gpu, gpu_networks):
        monkeypatch.setattr(module, "FOLDS", 2)
    return gpu


def test_without_a_gpu_it_says_what_runs_here(gpu, capsys):
    assert gpu.main([]) == 2
    assert "--device cpu-xla runs a short form" in capsys.readouterr().err


def test_the_short_form_compares_and_times_networks_on_xla(gpu, tmp_path, capsys):
    table = tmp_path / "gpu.md"
    arguments = ["--device", "cpu-xla", "--kinds", "perceptrons", "--output", str(table)]
    assert gpu.main(arguments) == 0
    lines = table.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# the CPU's XLA, 1.1 GB"
    for trainer in ("lanes", "fit"):
        assert [line for line in lines if line.startswith(f"| perceptrons, {trainer} | ")]
    (row,) = [line.split(" | ") for line in lines if line.startswith("| 8 | 64 | 2 | ")]
    assert all(float(seconds) > 0 for seconds in row[3:7])
    assert table.read_text(encoding="utf-8") in capsys.readouterr().out


def test_networks_that_are_far_apart_are_told(gpu):
    near = {"loss": [[1.0]], "probabilities": [[0.5, 0.5]]}
    far = {"loss": [[1.0]], "probabilities": [[0.6, 0.4]]}
    here = {"kind": {"lanes": far, "fit": {"failed": "out of memory"}, "notes": ["a note"]}}
    there = {"kind": {"lanes": near, "fit": near, "notes": []}}
    found = list(gpu.compare_kinds(here, there))
    assert found == [
        ("kind, lanes", "1e-01", False),
        ("kind, fit", "out of memory", False),
        ("kind", "a note", True),
    ]
    text = gpu.write_table("a GPU", found, [gpu.Row(64, 32, 5, first=1.5, peak=2_000_000)])
    assert "| kind, lanes | 1e-01 | TOO FAR |" in text
    assert "| 64 | 32 | 5 | 1.5 | – | – | – | 2 | – |  |" in text
