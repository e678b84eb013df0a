import os
import signal
from pathlib import Path

import pytest

from tuner.files.checksums import digest_file
from tuner.files.leftovers import remove_leftovers
from tuner.files.whole_files import find_cache_folder, read_file, replace_folder, write_whole


def write_earlier_folder(folder: Path) -> Path:
    folder.mkdir()
    (folder / "a.txt").write_text("earlier")
    (folder / "b.txt").write_text("earlier")
    return folder


def list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


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

    monkeypatch.setattr("tuner.files.whole_files.os.open", fail)
    write_whole(tmp_path / "file", lambda file: file.write(b"content"))
    assert (tmp_path / "file").read_bytes() == b"content"


def test_a_new_folder_takes_the_place_of_an_earlier_one_and_of_nothing_beside_it(tmp_path):
    folder = write_earlier_folder(tmp_path / "folder")
    (tmp_path / "folder.draft").mkdir()
    (tmp_path / "folder.draft" / "letters.txt").write_text("dear")
    with replace_folder(folder) as draft:
        assert (folder / "a.txt").read_text() == "earlier"
        (draft / "a.txt").write_text("new")
    assert list_names(folder) == ["a.txt"]
    assert (folder / "a.txt").read_text() == "new"
    assert list_names(tmp_path) == ["folder", "folder.draft"]
    assert list_names(tmp_path / "folder.draft") == ["letters.txt"]


def test_a_folder_has_the_permissions_of_any_new_folder(tmp_path):
    (tmp_path / "other").mkdir()
    with replace_folder(tmp_path / "above" / "folder"):
        pass
    modes = [(tmp_path / name).stat().st_mode for name in ("above/folder", "other")]
    assert modes[0] == modes[1]


def test_the_current_folder_can_be_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(write_earlier_folder(tmp_path / "folder"))
    with replace_folder(Path(".")) as draft:
        (draft / "a.txt").write_text("new")
    assert (tmp_path / "folder" / "a.txt").read_text() == "new"
    assert list_names(tmp_path) == ["folder"]


def test_a_file_is_not_replaced_by_a_folder(tmp_path):
    (tmp_path / "file").write_text("dear")
    with pytest.raises(NotADirectoryError), replace_folder(tmp_path / "file"):
        pass
    assert (tmp_path / "file").read_text() == "dear"
    assert list_names(tmp_path) == ["file"]


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_earlier_folder_unchanged(tmp_path, fault):
    folder = write_earlier_folder(tmp_path / "folder")
    with pytest.raises(fault), replace_folder(folder):
        raise fault
    assert (folder / "a.txt").read_text() == "earlier"
    assert list_names(tmp_path) == ["folder"]


def test_a_folder_that_cannot_take_its_place_leaves_the_earlier_one(tmp_path, monkeypatch):
    folder, rename = write_earlier_folder(tmp_path / "folder"), Path.rename

    def fails(self, target):
        if self.name == "new":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="Input/output error"), replace_folder(folder):
        pass
    assert (folder / "a.txt").read_text() == "earlier"
    assert list_names(tmp_path) == ["folder"]


def test_a_folder_that_cannot_be_moved_back_is_not_deleted(tmp_path, monkeypatch):
    folder, rename = write_earlier_folder(tmp_path / "folder"), Path.rename

    def fails(self, target):
        if Path(target).name == "folder":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="Input/output error"), replace_folder(folder):
        pass
    (kept,) = tmp_path.glob(".folder-*/old/a.txt")
    assert kept.read_text() == "earlier"


def list_temporary(folder: Path) -> list[str]:
    return [name for name in list_names(folder) if name.startswith(".")]


def make_older(path: Path) -> None:
    os.utime(path, (0, 0))


def test_what_a_killed_process_has_left_is_removed_and_nothing_else(tmp_path):
    def be_killed(file):
        file.write(b"half")
        os.kill(os.getpid(), signal.SIGKILL)

    for write in (write_whole, replace_folder):  # a child process stops in the middle of each
        child = os.fork()
        if child == 0:
            if write is write_whole:
                write_whole(tmp_path / "file.txt", be_killed)
            with replace_folder(tmp_path / "folder") as draft:
                be_killed((draft / "a.txt").open("wb"))
        os.waitpid(child, 0)
    left = list_temporary(tmp_path)
    assert len(left) == 2
    (tmp_path / ".file.txt-mine").write_text("dear")
    (tmp_path / ".vimrc").write_text("dear")
    (tmp_path / f".other-{'a' * 8}").mkdir()
    (tmp_path / f".other-{'a' * 8}" / "letters.txt").write_text("dear")
    (tmp_path / ".file.txt-20250101").write_text("dear")
    theirs = tmp_path / ".folder-versions"
    theirs.mkdir()
    (theirs / "name").write_text("folder")
    (theirs / "letters.txt").write_text("dear")
    other = tmp_path / ".folder-settings"
    other.mkdir()
    (other / "name").write_text("of another thing")
    remove_leftovers(tmp_path)
    assert set(list_temporary(tmp_path)) > set(left)  # they may be of a process that begins
    for path in tmp_path.iterdir():
        make_older(path)
    remove_leftovers(tmp_path)
    assert list_temporary(tmp_path) == [
        ".file.txt-20250101",
        ".file.txt-mine",
        ".folder-settings",
        ".folder-versions",
        f".other-{'a' * 8}",
        ".vimrc",
    ]
    assert (theirs / "letters.txt").read_text() == "dear"


def test_what_another_process_works_on_is_not_removed(tmp_path):
    def write(file):
        file.write(b"whole")
        file.flush()
        for path in tmp_path.iterdir():
            make_older(path)
        remove_leftovers(tmp_path)

    write_whole(tmp_path / "file.txt", write)
    assert (tmp_path / "file.txt").read_bytes() == b"whole"
    with replace_folder(tmp_path / "folder") as draft:
        write_whole(draft / "a.txt", write)
    assert list_names(tmp_path) == ["file.txt", "folder"]


def test_a_folder_that_a_killed_process_moved_aside_is_moved_back(tmp_path, monkeypatch):
    folder, rename = write_earlier_folder(tmp_path / "folder"), Path.rename

    def fails(self, target):
        if Path(target).name == "folder":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", fails)
        with pytest.raises(OSError, match="Input/output error"), replace_folder(folder):
            pass
    make_older(next(tmp_path.glob(".folder-*")))
    remove_leftovers(tmp_path)
    assert list_names(tmp_path) == ["folder"]
    assert (folder / "a.txt").read_text() == "earlier"


def test_replacing_a_folder_removes_what_killed_replacements_of_it_have_left(tmp_path):
    for name in ("folder", "another"):
        scratch = tmp_path / f".{name}-{'a' * 8}"
        (scratch / "new").mkdir(parents=True)
        (scratch / "name").write_text(name)
        make_older(scratch)
    with replace_folder(tmp_path / "folder"):
        pass
    assert list_names(tmp_path) == [f".another-{'a' * 8}", "folder"]


def test_what_may_never_end_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match=r"no regular file|Is a directory") as error:
            read_file(path)
        assert error.value.filename == str(path)
    with pytest.raises(OSError, match="no regular file"):
        digest_file(tmp_path / "fifo")


def test_a_user_without_a_home_folder_has_no_cache_folder(monkeypatch):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)

    def find_no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", find_no_home)
    with pytest.raises(OSError):  # noqa: PT011  (each system's own)
        find_cache_folder().mkdir(parents=True)
