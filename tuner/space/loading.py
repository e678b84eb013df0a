"""Space files: those that ship, and a user's own."""

import os.path
import tomllib
from pathlib import Path

import search_spaces
from tuner.errors import SpaceError, suggest_names
from tuner.space.document import space_from_document
from tuner.space.place import Place
from tuner.space.space import Space

__all__ = ["list_shipped_spaces", "load_space", "parse_space"]


def list_shipped_spaces() -> tuple[str, ...]:
    """Return the names of the spaces that ship, in the order in which to read them."""
    return search_spaces.names()


def load_space(name_or_path: str) -> Space:
    """Return the space of a name that ships, or of a path that ends in `.toml`.

    Raises:
        SpaceError: if there is no such space, or its file is wrong.
    """
    if name_or_path in list_shipped_spaces():
        path = search_spaces.folder() / f"{name_or_path}.toml"
        return parse_space(_text(path, path.name), name=path.stem, file=path.name)
    if os.path.isdir(name_or_path):  # where Path.is_dir raises, as for a long name, it is none
        raise Place(name_or_path).error("it is a folder; give a file that ends in .toml")
    if name_or_path.endswith((".py", ".py:")):
        file = name_or_path.removesuffix(":")
        raise SpaceError(
            f"hypermodel file {file}: it needs the name of a class in it; write {file}:ClassName"
        )
    if not name_or_path.endswith(".toml"):
        raise SpaceError(f"no search space is called {name_or_path}; {_hint(name_or_path)}")
    path = Path(name_or_path)
    return parse_space(_text(path, name_or_path), name=path.stem, file=name_or_path)


def parse_space(text: str, *, name: str, file: str) -> Space:
    """Return the space that a TOML text describes.

    Args:
        text: the content of a space file.
        name: the name that the space gets.
        file: the file's name, as errors are to say it.

    Raises:
        SpaceError: at the first thing that is wrong in it.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise Place(file).error(f"not TOML, {err}; mend it there") from err
    return space_from_document(document, name=name, file=file)


def _hint(name: str) -> str:
    return f"{suggest_names(name, list_shipped_spaces())}, or a path that ends in .toml"


def _text(path: Path, file: str) -> str:
    place = Place(file)
    try:
        return path.read_bytes().decode("utf-8-sig")  # some editors put a mark in front
    except FileNotFoundError as err:
        raise place.error(f"no such file; {_hint(path.stem)}") from err
    except OSError as err:
        raise place.error(f"it cannot be read, {err.strerror}; give another path") from err
    except UnicodeDecodeError as err:
        raise place.error(f"byte {err.start} is not UTF-8; save the file as UTF-8") from err
