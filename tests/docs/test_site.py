"""The documents build as a site, and its API reference has every public name."""

import re
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

import tuner
from tests.helpers.documents import ROOT

PAGES = ROOT / "docs" / "api"
PUBLIC = [name for name in tuner.__all__ if name != "__version__"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    # a warning fails the build: a link to nothing, a page that is in no menu, an unknown name
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True))
    return folder


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_has_a_page(name, site):
    directives = {
        page: re.findall(r"^::: tuner\.(\w+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        for page in PAGES.glob("*.md")
    }
    (page,) = [page for page, names in directives.items() if name in names]
    assert f'id="tuner.{name}"' in (site / "api" / f"{page.stem}.html").read_text(encoding="utf-8")
    assert f"]({page.name})" in (PAGES / "index.md").read_text(encoding="utf-8")
