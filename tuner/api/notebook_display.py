"""How a notebook shows a report and its figures, and how a study shows itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from tuner.errors import UserError

__all__ = ["Figure", "Figures", "Report"]

_HEIGHT = 720  # of a report in a notebook, in pixels; it scrolls
_WIDTH = 640  # of a figure in a notebook, in pixels
_SUFFIX = ".vl.json"


class Report:
    """The report of a study: one page, which needs nothing from the network.

    Attributes:
        path: The page.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"Report({str(self.path)!r})"

    def __fspath__(self) -> str:
        return str(self.path)

    def _repr_html_(self) -> str:
        page = escape(_read(self.path))
        return (
            f'<iframe srcdoc="{page}" title="report" width="100%" height="{_HEIGHT}" '
            'style="border: 1px solid #d0d7de"></iframe>'
        )


class Figure:
    """A chart of the report, which a notebook shows as it is.

    Attributes:
        name: Its name.
        specification: What Vega-Lite draws.
    """

    def __init__(self, name: str, specification: dict[str, Any]) -> None:
        self.name = name
        self.specification = {**specification, "width": _WIDTH}  # it was as wide as the page

    def to_svg(self) -> str:
        """Return the chart as a picture."""
        import vl_convert

        return str(vl_convert.vegalite_to_svg(self.specification))

    def __repr__(self) -> str:
        return f"Figure({self.name!r})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return the chart for notebooks that draw Vega-Lite, and a picture for all others."""
        version = self.specification["$schema"].rpartition("/v")[2].partition(".")[0]
        return {
            f"application/vnd.vegalite.v{version}+json": self.specification,
            "image/svg+xml": self.to_svg(),
            "text/plain": repr(self),
        }


class Figures(Mapping[str, Figure]):
    """The figures of a report by name; a notebook shows all of them.

    Args:
        folder: The folder of their specifications.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = {
            path.name.removesuffix(_SUFFIX): path for path in sorted(folder.glob(f"*{_SUFFIX}"))
        }

    def __getitem__(self, name: str) -> Figure:
        return Figure(name, json.loads(_read(self._paths[name])))

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __repr__(self) -> str:
        return f"Figures({', '.join(self)})"

    def _repr_html_(self) -> str:
        parts = (f"<h4>{escape(name)}</h4>{figure.to_svg()}" for name, figure in self.items())
        return "".join(parts)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UserError(f"{path} cannot be read ({reason}); delete it, and ask again") from error
