"""Vega's script is kept between runs."""

import pytest

from tuner.report import vega


@pytest.fixture
def bundled(tmp_path, monkeypatch):
    """How often the script was bundled, with a cache folder of its own."""
    times = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(vega, "_bundle", lambda: times.append(1) or "script é")
    return times


def find_script(tmp_path):
    (path,) = (tmp_path / "cache" / "tuner").iterdir()
    return path


def test_the_next_process_reads_the_script(bundled, tmp_path):
    bundle = vega.bundle_vega.__wrapped__
    assert [bundle(), bundle(), len(bundled)] == ["script é", "script é", 1]
    find_script(tmp_path).write_bytes(b"")
    assert [bundle(), len(bundled)] == ["script é", 2]
    find_script(tmp_path).write_bytes(b"\xff")
    assert [bundle(), len(bundled)] == ["script é", 3]


def test_a_cache_folder_that_cannot_be_written_costs_time_alone(bundled, tmp_path):
    (tmp_path / "cache").write_text("a file")
    bundle = vega.bundle_vega.__wrapped__
    assert [bundle(), bundle(), len(bundled)] == ["script é", "script é", 2]
