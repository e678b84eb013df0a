"""Folders of images: one sub-folder per class to learn from, or any images to predict."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from math import prod
from pathlib import Path

import numpy as np
import pyarrow as pa

from tuner.data.chunking import choose_chunk_rows
from tuner.data.readers.arrays import Arrays
from tuner.data.readers.image_files import (
    MAX_SIDE,
    ImageForm,
    ImageHeader,
    choose_common_form,
    decode_images,
    read_header,
)
from tuner.data.readers.room import require_room
from tuner.errors import DataError
from tuner.words import list_first

__all__ = ["IMAGE_TARGET", "ImageFolder"]

IMAGE_TARGET = "class"
"""The target's name: a sub-folder's name is the class of its images."""

_SUFFIXES = (".png", ".jpg", ".jpeg")
_OTHERS = {".avif", ".bmp", ".gif", ".heic", ".jfif", ".jp2", ".svg", ".tif", ".tiff", ".webp"}
_MAX_BROKEN = 0.1  # share of the images; if more are broken, something else is wrong


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """A folder, before any image is read.

    Hidden files are ignored. Links are followed within the folder, and refused if they lead out of
    it: whoever made the folder has no say in which other files are read.

    Attributes:
        path: The folder.
        content: The paths in the folder and in each of its sub-folders, by folder, sorted by name.
    """

    path: Path
    content: Mapping[Path, Sequence[Path]]

    @classmethod
    def from_path(cls, path: Path) -> "ImageFolder":
        """List the content of a folder.

        Raises:
            OSError: The folder cannot be read.
            DataError: A link leads out of it, or an image is no file.
        """
        paths = _list_visible(path)
        folders = [path for path in paths if path.is_dir()]
        content = {path: paths, **{folder: _list_visible(folder) for folder in folders}}
        for found in content.values():
            for each in found:
                _check_path(each, path)
        return cls(path, content)

    @property
    def label(self) -> str:
        """The folder's name in messages."""
        return f"data folder {self.path}"

    @property
    def files(self) -> list[Path]:
        """The images of the folder, then those of each of its sub-folders, by name."""
        return [path for paths in self.content.values() for path in paths if _is_image(path)]

    def read_classes(self, *, fractions: bool = True) -> Arrays:
        """Read the images of the sub-folders, in their common form, labelled by sub-folder.

        Args:
            fractions: Whether pixels of grey images of 16 bits are fractions, or rounded down.

        Returns:
            Rows of shape `(height, width)`, or `(height, width, 3)` if an image is coloured, with
            warnings about everything that was left out or changed.

        Raises:
            DataError: No sub-folder holds images, or more than a tenth of them are broken.
        """
        files = [file for file in self.files if file.parent != self.path]
        self._check_classes(files)
        found = [read_header(file) for file in files]
        headers = [header for header in found if header is not None]
        self._refuse_broken(files, [header is not None for header in found], most=_MAX_BROKEN)
        form = choose_common_form(headers)
        require_room(self.label, "its images take", 4 * prod(form.shape) * len(files))
        fractions = fractions and any(header.deep for header in headers)
        x, intact = decode_images(files, form, fractions=fractions)
        self._refuse_broken(files, intact, most=_MAX_BROKEN)
        return Arrays(
            label=self.label,
            x=x if intact.all() else x[intact],
            y=pa.chunked_array([self._make_labels(list(compress(files, intact)))]),
            target=IMAGE_TARGET,
            from_images=True,
            fractions=fractions,
            warnings=(
                *self._warn_about_left_out(list(compress(files, ~intact))),
                *_warn_about_changes(headers, form),
            ),
        )

    def read_pixels(self, shape: tuple[int, int, int], *, fractions: bool) -> Iterator[np.ndarray]:
        """Yield the pixels of all images, in the order of `files`, some megabytes at a time.

        Args:
            shape: The height, width and channels that the images are brought to.
            fractions: Whether pixels of grey images of 16 bits are fractions, or rounded down.

        Raises:
            DataError: There are no images, one is broken, or images cannot have so many channels.
        """
        form, files = ImageForm(*shape), self.files
        if form.channels not in (1, 3):
            raise DataError(
                f"{self.label}: it is a folder of images, but the model reads {form.channels} "
                "channels; give an .npz file"
            )
        if not files:
            raise DataError(f"{self.label}: it holds no images ({', '.join(_SUFFIXES)})")
        self._refuse_broken(files, [read_header(file) is not None for file in files], most=0.0)
        rows = choose_chunk_rows(prod(shape), most=len(files))
        for start in range(0, len(files), rows):
            part = files[start : start + rows]
            x, intact = decode_images(part, form, fractions=fractions)
            self._refuse_broken(part, intact, most=0.0)
            yield x

    def shorten(self, path: Path) -> str:
        """Return the name of a file within the folder, with bytes escaped that are not UTF-8."""
        within = os.fsencode(path.relative_to(self.path))
        return within.decode("utf-8", "backslashreplace")

    def _check_classes(self, files: Sequence[Path]) -> None:
        """Check that at least two sub-folders hold images."""
        classes = {file.parent for file in files}
        if len(classes) > 1:
            return
        if classes:
            raise DataError(
                f"{self.label}: only the sub-folder {classes.pop().name} holds images; put those "
                "of each other class into a sub-folder with its name"
            )
        others = sorted({path.suffix.lower() for path in self.path.glob("*/*")} & _OTHERS)
        if others:
            raise DataError(
                f"{self.label}: its images are {', '.join(others)}; save them as PNG or JPEG"
            )
        deeper = next((path for path in self.path.glob("*/*/*") if _is_image(path)), None)
        raise DataError(
            f"{self.label}: no sub-folder holds images ({', '.join(_SUFFIXES)}); put those of each "
            "class into a sub-folder with its name"
            + (f", or give {deeper.parent.parent}, which has some" if deeper else "")
        )

    def _refuse_broken(self, files: Sequence[Path], intact: Iterable[bool], *, most: float) -> None:
        """Refuse the folder if more than a share of the files is broken."""
        broken = [file for file, reads in zip(files, intact, strict=True) if not reads]
        if len(broken) > most * len(files):
            raise DataError(
                f"{self.label}: {len(broken):,} of {len(files):,} images cannot be read as "
                f"PNG or JPEG: {self._list_names(broken)}; replace or delete them"
            )

    def _make_labels(self, files: Sequence[Path]) -> pa.Array:
        try:
            return pa.array([file.parent.name for file in files], pa.string())
        except UnicodeEncodeError as error:  # bytes that are not UTF-8
            raise DataError(
                f"{self.label}: the name of a sub-folder is not UTF-8; rename it"
            ) from error

    def _warn_about_left_out(self, broken: Sequence[Path]) -> list[str]:
        """Return a warning for each kind of path that is not a row."""
        loose = [path for path in self.content[self.path] if not path.is_dir()]
        classes = {folder: paths for folder, paths in self.content.items() if folder != self.path}
        within = [path for paths in classes.values() for path in paths]
        others = [path for path in (*loose, *within) if not _is_image(path)]
        kinds = {
            "broken images are left out": broken,
            "images outside a sub-folder are left out": [path for path in loose if _is_image(path)],
            "files that are neither PNG nor JPEG are left out": [
                path for path in others if not path.is_dir()
            ],
            "folders within a class are left out": [path for path in others if path.is_dir()],
            "sub-folders without images are not classes": [
                folder for folder, paths in classes.items() if not any(map(_is_image, paths))
            ],
        }
        return [f"{kind}: {self._list_names(paths)}" for kind, paths in kinds.items() if paths]

    def _list_names(self, paths: Sequence[Path]) -> str:
        return list_first([self.shorten(path) for path in paths])


def _check_path(path: Path, folder: Path) -> None:
    """Refuse a link that leads out of a folder, and what is named as an image and no file."""
    end = Path(os.path.realpath(path))  # `resolve` fails where a link leads to itself
    if path.is_symlink() and not end.is_relative_to(os.path.realpath(folder)):
        raise DataError(
            f"data folder {folder}: {path.relative_to(folder)} is a link to {end}, "
            "outside the folder; replace it by a copy"
        )
    if _is_image(path) and path.exists() and not path.is_file():  # reading it may never end
        raise DataError(
            f"data folder {folder}: {path.relative_to(folder)} is no file; delete or rename it"
        )


def _list_visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _is_image(path: Path) -> bool:
    """Return whether a path is named as an image; a broken file or a dead link fails when read."""
    return path.suffix.lower() in _SUFFIXES and not path.is_dir()


def _warn_about_changes(headers: Sequence[ImageHeader], form: ImageForm) -> list[str]:
    """Return a warning for each way in which images were brought to one form."""
    changes = []
    sizes = sorted({(header.height, header.width) for header in headers})
    if sizes != [(form.height, form.width)]:
        found = f"of {len(sizes)} sizes" if len(sizes) > 1 else "of {}×{}".format(*sizes[0])
        changes.append(
            f"images {found} are resized to {form.height}×{form.width} (height × width, at most "
            f"{MAX_SIDE} a side; save x and y in an .npz file to keep more)"
        )
    cut = sum(header.cut for header in headers)
    if cut:
        changes.append(
            f"{cut:,} of {len(headers):,} images have 16 bits a channel, of which the upper 8 are "
            "read; if they are dark, save x and y in an .npz file"
        )
    greys = sum(header.grey for header in headers)
    if form.channels == 3 and greys:
        changes.append(f"{greys:,} of {len(headers):,} images are grey and read as coloured")
    return changes
