"""Folders of images: a sub-folder a class to learn from, or any images to predict."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from math import prod
from pathlib import Path

import numpy as np
import pyarrow as pa

from tuner.data.chunking import choose_chunk_rows
from tuner.data.readers.image_files import LONGEST, Form, Header, common_form, decode, read_header
from tuner.data.readers.table import Arrays
from tuner.errors import DataError
from tuner.words import list_first

__all__ = ["IMAGE_TARGET", "ImageFolder"]

IMAGE_TARGET = "class"
"""What the name of a sub-folder is called."""

_SUFFIXES = (".png", ".jpg", ".jpeg")
_MOST_BROKEN = 0.1  # of the images; where more are, something else is wrong


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """A folder, before any image is read. Hidden files are not looked at, links are followed.

    Args:
        path: The folder.
        content: What lies in it and in each of its sub-folders, by folder, sorted by name.
    """

    path: Path
    content: Mapping[Path, Sequence[Path]]

    @classmethod
    def open(cls, path: Path) -> "ImageFolder":
        """List what lies in a folder.

        Raises:
            OSError: It cannot be read.
        """
        own = _visible(path)
        return cls(path, {path: own, **{each: _visible(each) for each in own if each.is_dir()}})

    @property
    def label(self) -> str:
        """How an error names the folder."""
        return f"data folder {self.path}"

    @property
    def files(self) -> list[Path]:
        """The images of the folder, then those of each of its sub-folders, by name."""
        return [path for paths in self.content.values() for path in paths if _is_image(path)]

    def learn(self) -> Arrays:
        """Read the images of the sub-folders, each labelled with the name of its own.

        They are brought to their `common_form`.

        Returns:
            x of rows `(height, width)`, or `(height, width, 3)` where an image is coloured, with
            warnings that tell of whatever was left out or changed.

        Raises:
            DataError: No sub-folder holds images, or more than a tenth of them are broken.
        """
        files = [file for file in self.files if file.parent != self.path]
        self._check_classes(files)
        found = [read_header(file) for file in files]
        headers = [header for header in found if header is not None]
        self._refuse_broken(files, [header is not None for header in found], most=_MOST_BROKEN)
        form = common_form(headers)
        x, whole = decode(files, form)
        self._refuse_broken(files, whole, most=_MOST_BROKEN)
        return Arrays(
            label=self.label,
            x=x if whole.all() else x[whole],
            y=pa.chunked_array([self._labels(list(compress(files, whole)))]),
            target=IMAGE_TARGET,
            warnings=(
                *self._left_out(list(compress(files, ~whole))),
                *_changed(headers, form),
            ),
        )

    def _check_classes(self, files: Sequence[Path]) -> None:
        classes = {file.parent for file in files}
        if len(classes) > 1:
            return
        if classes:
            raise DataError(
                f"{self.label}: the one sub-folder with images is {classes.pop().name}; put those "
                "of each other class into a sub-folder of its name"
            )
        deeper = next((each for each in self.path.glob("*/*/*") if _is_image(each)), None)
        raise DataError(
            f"{self.label}: no sub-folder holds images ({', '.join(_SUFFIXES)}); put those of each "
            "class into a sub-folder of its name"
            + (f", or give {deeper.parent.parent}, which has some" if deeper else "")
        )

    def predict(self, shape: tuple[int, int, int]) -> Iterator[np.ndarray]:
        """Yield the pixels of all images, in the order of `files`, some megabytes at a time.

        Args:
            shape: Height, width and channels, to which they are brought.

        Raises:
            DataError: There are no images, one is broken, or they cannot have so many channels.
        """
        form, files = Form(*shape), self.files
        if form.channels not in (1, 3):
            raise DataError(
                f"{self.label}: it is a folder of images where the model reads {form.channels} "
                "channels; give an .npz file"
            )
        if not files:
            raise DataError(f"{self.label}: it holds no images ({', '.join(_SUFFIXES)})")
        self._refuse_broken(files, [read_header(file) is not None for file in files], most=0.0)
        few = choose_chunk_rows(prod(shape), most=len(files))
        for start in range(0, len(files), few):
            part = files[start : start + few]
            x, whole = decode(part, form)
            self._refuse_broken(part, whole, most=0.0)
            yield x

    def _refuse_broken(self, files: Sequence[Path], whole: Iterable[bool], *, most: float) -> None:
        broken = [file for file, reads in zip(files, whole, strict=True) if not reads]
        if len(broken) > most * len(files):
            raise DataError(
                f"{self.label}: {len(broken):,} of {len(files):,} images cannot be read: "
                f"{self._named(broken)}; replace or delete them"
            )

    def _labels(self, files: Sequence[Path]) -> pa.Array:
        try:
            return pa.array([file.parent.name for file in files], pa.string())
        except UnicodeEncodeError as error:  # bytes that are no UTF-8
            raise DataError(
                f"{self.label}: the name of a sub-folder is not UTF-8; rename it"
            ) from error

    def _left_out(self, broken: Sequence[Path]) -> list[str]:
        """Return a sentence for each kind of thing that is no row."""
        loose = [path for path in self.content[self.path] if not path.is_dir()]
        classes = {each: paths for each, paths in self.content.items() if each != self.path}
        within = [path for paths in classes.values() for path in paths]
        others = [path for path in (*loose, *within) if not _is_image(path)]
        kinds = {
            "broken images are left out": broken,
            "images in no sub-folder are left out": [path for path in loose if _is_image(path)],
            "files that are neither PNG nor JPEG are left out": [
                path for path in others if not path.is_dir()
            ],
            "folders within a class are left out": [path for path in others if path.is_dir()],
            "sub-folders without images are no classes": [
                each for each, paths in classes.items() if not any(map(_is_image, paths))
            ],
        }
        return [f"{what}: {self._named(paths)}" for what, paths in kinds.items() if paths]

    def _named(self, paths: Sequence[Path]) -> str:
        return list_first([self.name(path) for path in paths])

    def name(self, path: Path) -> str:
        """Return the name of a file within the folder, with escapes for what is no UTF-8."""
        within = os.fsencode(path.relative_to(self.path))
        return within.decode("utf-8", "backslashreplace")


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _is_image(path: Path) -> bool:
    """Tell by the name; reading it tells whether it is broken, or a link to nowhere."""
    return path.suffix.lower() in _SUFFIXES and not path.is_dir()


def _changed(headers: Sequence[Header], form: Form) -> list[str]:
    """Return a sentence for each way in which images were made alike."""
    sentences = []
    sizes = sorted({(header.height, header.width) for header in headers})
    if sizes != [(form.height, form.width)]:
        found = f"of {len(sizes)} sizes" if len(sizes) > 1 else "of {}×{}".format(*sizes[0])
        sentences.append(
            f"images {found} are resized to {form.height}×{form.width} (height × width, at most "
            f"{LONGEST} a side; save x and y in an .npz file to keep more)"
        )
    greys = sum(header.grey for header in headers)
    if form.channels == 3 and greys:
        sentences.append(f"{greys:,} of {len(headers):,} images are grey and read as coloured ones")
    return sentences
