"""What is wrong with a space's name, or with its file, is one sentence."""

import os
from pathlib import Path

import pytest

from tuner.errors import SpaceError
from tuner.space import load_space

KNOWN_SPACES = (
    "mlp_depth, mlp_width, mlp_depth_vs_width, mlp_regularizer, mlp_dropout, mlp_sgd, mlp_adamw, "
    "mlp, tabular, cnn"
)


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text('title = "Which?"\ndepth 3\n')
    with pytest.raises(SpaceError) as caught:
        load_space(str(path))
    assert str(caught.value) == (
        f"space file {path}: not TOML, Expected '=' after a key in a key/value pair "
        "(at line 2, column 7); fix it there"
    )


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("mlp_dept", "no search space is called mlp_dept"),
        ("nowhere/mlp_dept.toml", "space file nowhere/mlp_dept.toml: no such file"),
    ],
    ids=["name", "file"],
)
def test_what_is_not_there_lists_the_spaces_that_ship(name: str, fault: str) -> None:
    with pytest.raises(SpaceError) as caught:
        load_space(name)
    assert str(caught.value) == (
        f"{fault}; did you mean mlp_depth? Known are {KNOWN_SPACES}, or a path that ends in .toml"
    )


@pytest.mark.parametrize("name", ["my.toml", "spaces", "mine.py"])
def test_a_folder_is_not_a_space_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.mkdir()
    with pytest.raises(SpaceError) as caught:
        load_space(str(path))
    assert str(caught.value) == (
        f"space file {path}: it is a folder; give a file that ends in .toml"
    )


def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    inside = tmp_path / "my.toml" / "other.toml"
    inside.parent.write_text('title = "Which?"')
    shown = f"{'x' * 30}…xxxxx.toml (305 characters)"
    for path, name, reason in (
        (str(inside), str(inside), "Not a directory"),
        (f"{'x' * 300}.toml", shown, "File name too long"),
    ):
        with pytest.raises(SpaceError) as caught:
            load_space(path)
        assert str(caught.value) == (
            f"space file {name}: it cannot be read, {reason}; give another path"
        )


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read any file")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text('title = "Which?"')
    path.chmod(0)
    with pytest.raises(SpaceError) as caught:
        load_space(str(path))
    assert str(caught.value) == (
        f"space file {path}: it cannot be read, Permission denied; give another path"
    )


@pytest.mark.parametrize("name", ["my/mine.py", "my/mine.py:"])
def test_a_python_file_without_a_class_says_how_to_name_one(name: str) -> None:
    with pytest.raises(SpaceError) as caught:
        load_space(name)
    assert str(caught.value) == (
        "hypermodel file my/mine.py: it needs the name of a class in it; write my/mine.py:ClassName"
    )


def test_a_hypermodel_is_no_space_to_show() -> None:
    with pytest.raises(SpaceError) as caught:
        load_space("my/mine.py:Mine")
    assert str(caught.value) == (
        "my/mine.py:Mine is a hypermodel, whose hyperparameters its code makes; give a shipped "
        "space or a TOML file"
    )


def test_a_file_that_is_not_utf8_says_where(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_bytes(b'title = "Wie gro\xdf?"\n')
    with pytest.raises(SpaceError) as caught:
        load_space(str(path))
    assert str(caught.value) == (f"space file {path}: byte 16 is not UTF-8; save the file as UTF-8")


def test_what_is_no_file_or_too_large_a_one_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.toml")
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    for name in ("fifo.toml", "zero.toml"):
        with pytest.raises(SpaceError, match="it cannot be read, it is no regular file; give anot"):
            load_space(str(tmp_path / name))
    (tmp_path / "large.toml").write_text("#" * 1_000_001)
    with pytest.raises(SpaceError, match="it has more than 1,000,000 bytes; give a space file"):
        load_space(str(tmp_path / "large.toml"))
    (tmp_path / "long.toml").write_text("a = " + "9" * 5_000)
    with pytest.raises(SpaceError, match="a number has thousands of digits; fix it there"):
        load_space(str(tmp_path / "long.toml"))
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000)
    with pytest.raises(SpaceError, match="it is nested too deep; fix it there"):
        load_space(str(tmp_path / "deep.toml"))
