"""How much slower a process is than on an idle machine."""

import subprocess
import sys

from tuner.machine import slowness
from tuner.machine.slowness import measure_slowness

# A process that shares one core with another one, and its factor after half a second of work.
BUSY = """
import os, subprocess, sys, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from tuner.machine.slowness import measure_slowness
busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
end = time.process_time() + 0.4
while time.process_time() < end:
    pass
print(measure_slowness())
busy.kill()
busy.wait()
"""


def test_a_core_that_is_shared_takes_longer():
    done = subprocess.run([sys.executable, "-c", BUSY], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 1.3


def test_where_the_kernel_says_nothing_the_factor_is_one(monkeypatch, tmp_path):
    monkeypatch.setattr(slowness, "_SCHEDULER", tmp_path / "schedstat")
    monkeypatch.setattr(slowness, "read_import_seconds", lambda: None)
    assert measure_slowness() == 1.0
    (tmp_path / "schedstat").write_text("unknown\n")
    assert measure_slowness() == 1.0
    (tmp_path / "schedstat").write_text("2000 3000 17\n")
    assert measure_slowness() == 2.5


def test_an_import_that_took_longer_makes_all_stages_longer(monkeypatch, tmp_path):
    monkeypatch.setattr(slowness, "_SCHEDULER", tmp_path / "schedstat")
    for seconds, times in ((2.0, 1.0), (4.8, 2.0), (60.0, 3.0)):  # 60 s compile all modules, too
        monkeypatch.setattr(slowness, "read_import_seconds", lambda taken=seconds: taken)
        assert measure_slowness() == times


def test_the_import_of_a_process_is_timed_once():
    code = (
        "from tuner.libraries.light_imports import import_keras_tuner, read_import_seconds\n"
        "print(read_import_seconds())\n"
        "import_keras_tuner()\n"
        "first = read_import_seconds()\n"
        "import_keras_tuner()\n"
        "print(first > 0.1, first == read_import_seconds())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "True", "True"]
