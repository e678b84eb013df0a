"""`tuner doctor` prints one line for each check."""

from tests.helpers.command_line import run_tuner


def test_a_good_machine_has_no_fault_and_is_left_unchanged(tmp_path):
    done = run_tuner(tmp_path, "doctor")
    assert (done.returncode, done.stderr) == (0, "")
    *findings, advice = done.stdout.splitlines()
    assert advice.startswith("For the best network of a table: tuner search --space tabular ")
    lines = [line.split(None, 2) for line in findings]
    assert [line[1] for line in lines] == [
        "versions", "memory", "folder", "device", "training", "MLflow",
    ]  # fmt: skip
    assert "fault" not in {line[0] for line in lines}
    assert "the first search creates its database" in lines[-1][2]
    assert list(tmp_path.rglob("*")) == [tmp_path / "mlruns"]
