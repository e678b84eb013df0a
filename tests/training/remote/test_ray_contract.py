"""What this package needs of Ray beyond what Ray promises."""

import inspect
import sys

import pytest

worker = pytest.importorskip("ray._private.worker", reason="the extra ray is not installed")

pytestmark = [pytest.mark.cluster, pytest.mark.filterwarnings("ignore")]  # of Ray's own modules

REMEDY = (
    "Ray prints what happens to its nodes on standard output, where `tuner search --json` prints "
    "its result. tuner/training/remote/ray_connection.py turns that off by this private variable. "
    "Look in print_worker_logs and print_to_stdstream of ray/_private/worker.py for what takes its "
    "place, set it there, and see that `tuner search --engine ray --json 2>/dev/null` prints one "
    "JSON object when a node is lost; or give ray an upper bound in pyproject.toml"
)


def test_what_ray_prints_of_its_nodes_can_be_turned_off():
    assert hasattr(worker, "_worker_logs_enabled"), REMEDY
    assert "_worker_logs_enabled" in inspect.getsource(worker.print_worker_logs), REMEDY


def test_it_is_not_printed(monkeypatch, capsys):
    line = {"pid": "raylet", "ip": "10.0.0.1", "lines": ["a node is lost"], "is_err": False}
    for enabled in (True, False):
        monkeypatch.setattr(worker, "_worker_logs_enabled", enabled)
        worker.print_worker_logs(line, sys.stdout)
        assert bool(capsys.readouterr().out) == enabled, REMEDY
