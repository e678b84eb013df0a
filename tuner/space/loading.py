"""Loads space files: the shipped ones and a user's own."""

import os.path
import tomllib
from pathlib import Path

import search_spaces
from tuner.errors import SpaceError, suggest_names
from tuner.files.whole_files import open_file
from tuner.space.document import parse_document
from tuner.space.file_location import FileLocation
from tuner.space.space import Space

__all__ = ["list_shipped_spaces", "load_space", "parse_space"]

_LONGEST = 1_000_000  # bytes of a space file


def list_shipped_spaces() -> tuple[str, ...]:
    """Return the names of the shipped spaces, from the simplest question on."""
    return search_spaces.names()


def load_space(name_or_path: str) -> Space:
    """Load a shipped space by its name, or a space file by its path, which ends in `.toml`.

    Raises:
        SpaceError: There is no such space, or its file has a mistake.
    """
    if name_or_path in list_shipped_spaces():
        path = search_spaces.folder() / f"{name_or_path}.toml"
        return parse_space(_read_text(path, path.name), name=path.stem, file=path.name)
    if os.path.isdir(name_or_path):  # Path.is_dir raises for a long name
        raise FileLocation(name_or_path).make_error(
            "it is a folder; give a file that ends in .toml"
        )
    if name_or_path.endswith((".py", ".py:")):
        file = name_or_path.removesuffix(":")
        raise SpaceError(
            f"hypermodel file {file}: it needs the name of a class in it; write {file}:ClassName"
        )
    if ".py:" in name_or_path:  # a search has looked for it by then
        raise SpaceError(
            f"{name_or_path} is a hypermodel, whose hyperparameters its code makes; give a shipped "
            "space or a TOML file"
        )
    if not name_or_path.endswith(".toml"):
        raise SpaceError(
            f"no search space is called {name_or_path}; {_hint_at_names(name_or_path)}"
        )
    path = Path(name_or_path)
    return parse_space(_read_text(path, name_or_path), name=path.stem, file=name_or_path)


def parse_space(text: str, *, name: str, file: str) -> Space:
    """Return the space that a TOML text describes.

    Args:
        text: The content of a space file.
        name: Name of the space.
        file: Name of the file, for errors.

    Raises:
        SpaceError: The text has a mistake; the error is about the first one.
    """
    try:
        document = tomllib.loads(text)
    except RecursionError as err:
        raise FileLocation(file).make_error("it is nested too deep; fix it there") from err
    except tomllib.TOMLDecodeError as err:
        raise FileLocation(file).make_error(f"not TOML, {err}; fix it there") from err
    except ValueError as err:  # Python reads whole numbers up to a length
        raise FileLocation(file).make_error(
            "a number has thousands of digits; fix it there"
        ) from err
    return parse_document(document, name=name, file=file)


def _hint_at_names(name: str) -> str:
    return f"{suggest_names(name, list_shipped_spaces())}, or a path that ends in .toml"


def _read_text(path: Path, file: str) -> str:
    location = FileLocation(file)
    try:
        with open_file(path) as opened:
            content = opened.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise location.make_error(f"it has more than {_LONGEST:,} bytes; give a space file")
        return content.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except FileNotFoundError as err:
        raise location.make_error(f"no such file; {_hint_at_names(path.stem)}") from err
    except OSError as err:
        raise location.make_error(f"it cannot be read, {err.strerror}; give another path") from err
    except UnicodeDecodeError as err:
        raise location.make_error(f"byte {err.start} is not UTF-8; save the file as UTF-8") from err
