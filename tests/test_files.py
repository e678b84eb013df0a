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
