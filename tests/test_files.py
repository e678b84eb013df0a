import pytest

from tuner.files import write_whole


def test_a_file_takes_the_place_of_an_earlier_one(tmp_path):
    path = tmp_path / "file.txt"
    for content in (b"a longer first content", b"second"):
        write_whole(path, lambda file, content=content: file.write(content))
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_earlier_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(b"earlier")

    def fail(file):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left on device"):
        write_whole(path, fail)
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_the_name_appears_only_with_the_whole_content(tmp_path):
    path = tmp_path / "file.txt"

    def write(file):
        file.write(b"half")
        file.flush()
        assert not path.exists()

    write_whole(path, write)
    assert path.read_bytes() == b"half"


def test_two_writers_of_one_file_do_not_mix_their_contents(tmp_path):
    path = tmp_path / "file.txt"

    def write(file):
        file.write(b"outer, ")
        file.flush()
        write_whole(path, lambda other: other.write(b"inner"))
        assert path.read_bytes() == b"inner"
        file.write(b"still whole")

    write_whole(path, write)
    assert path.read_bytes() == b"outer, still whole"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "other").touch()
    write_whole(tmp_path / "file", lambda file: None)
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_long_name_can_be_written(tmp_path):
    path = tmp_path / ("x" * 255)
    write_whole(path, lambda file: file.write(b"content"))
    assert path.read_bytes() == b"content"


def test_a_file_system_that_flushes_no_folder_is_no_error(tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr("tuner.files.os.open", fail)
    write_whole(tmp_path / "file", lambda file: file.write(b"content"))
    assert (tmp_path / "file").read_bytes() == b"content"
