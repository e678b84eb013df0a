"""Every command and every code block of the documents runs as it stands."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import yaml
from PIL import Image

from tests.helpers.documents import DOCUMENTS, ROOT, Block, blocks_of, commands_in
from tests.helpers.no_mirror import without_mlflow
from tests.helpers.shell import Shell
from tuner.serving.export import ModelDestination
from tuner.serving.formats import DEFAULT_FORMATS
from tuner.space import list_shipped_spaces, load_space, parse_space

# The studies that the documents speak of: one of a whole search, with a report, a model and runs in
# MLflow, and copies of it, since what is said of them holds for a study of any space and any rows.
WHOLE = "tuner search --space mlp_depth --data my_table.csv --study digits-mlp_depth-1"
COPIES = ("digits-mlp_width-1", "my_table-mlp-1", "my_table-mlp_depth-1", "my_table-tabular-1")
STUDIES = Path("mlruns", "studies")
README = ROOT / "README.md"


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the documents speak of: tables, images, studies of them."""
    folder = tmp_path_factory.mktemp("documents")
    rng = np.random.default_rng(0)
    write_tables(folder, rng)
    for kind, shift in (("cats", 0), ("dogs", 120)):
        (folder / "photos" / kind).mkdir(parents=True)
        for number in range(16):
            pixels = rng.integers(0, 120, (12, 12)) + shift
            image = Image.fromarray(pixels.astype(np.uint8))
            image.save(folder / "photos" / kind / f"{number}.png")
    return folder


def write_tables(folder: Path, rng: np.random.Generator) -> None:
    sizes = rng.normal(3, 1, 80).round(2)
    species = ["big" if size > 3 else "small" for size in sizes]
    colours = rng.choice(["red", "blue", ""], 80)
    rows = [f"{size},{colour}" for size, colour in zip(sizes, colours, strict=True)]
    table = [f"{row},{kind}" for row, kind in zip(rows, species, strict=True)]
    (folder / "my_table.csv").write_text("\n".join(["size,colour,species", *table]) + "\n")
    (folder / "rows.csv").write_text("\n".join(["size,colour", *rows[:5]]) + "\n")
    visits = [
        f"p{row // 4:02d},{2000 + row // 2},{sizes[row]},{'well' if sizes[row] > 3 else 'ill'}"
        for row in range(80)
    ]
    (folder / "visits.csv").write_text("\n".join(["patient,day,pressure,outcome", *visits]) + "\n")


@pytest.fixture(scope="module")
def shell(files: Path) -> Iterator[Shell]:
    """A terminal in that folder, where the studies are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(files)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        shell = Shell(files, patch)
        shell.search(WHOLE)
        for name in COPIES:
            copytree(STUDIES / "digits-mlp_depth-1", STUDIES / name)
        yield shell
        shell.close()


def write_space(text: str, folder: Path) -> None:
    parse_space(text, name="my_space", file="my_space.toml")
    (folder / "my_space.toml").write_text(text, encoding="utf-8")


def run_python(text: str, folder: Path) -> None:
    file = re.match(r"# (\w+\.py)\n", text)
    if file:
        (folder / file[1]).write_text(text, encoding="utf-8")
    exec(compile(text, "a document", "exec"), {"__name__": "document"})


def make_destination(
    folder: Path, formats: Sequence[str] = DEFAULT_FORMATS, **options: str
) -> ModelDestination:
    """Write one format where none is chosen, as the shell does."""
    chosen = ("keras",) if tuple(formats) == DEFAULT_FORMATS else formats
    return ModelDestination(folder, chosen, **options)


def run_block(block: Block, shell: Shell) -> None:
    match block.language:
        case "sh":
            for command in commands_in(block):
                shell.run(command)
        case "python":
            # a whole search by the command has written to MLflow, and in all formats
            with without_mlflow(), pytest.MonkeyPatch.context() as patch:
                patch.setattr("tuner.serving.export.ModelDestination", make_destination)
                run_python(block.text, shell.folder)
        case "toml":
            write_space(block.text, shell.folder)
        case "yaml":
            yaml.safe_load(block.text)
        case "json":
            json.loads(block.text)
        case "text":
            pass  # what a command prints
        case language:
            pytest.fail(f"no way to run a block of {language!r}")


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if blocks_of(d)], ids=name_of)
def test_every_block_of_a_document_runs(document, shell, monkeypatch):
    monkeypatch.chdir(shell.folder)
    for block in blocks_of(document):
        try:
            run_block(block, shell)
        except BaseException as error:
            error.add_note(f"{name_of(document)}, line {block.line}")
            raise
    shell.close()


def test_every_shipped_space_stands_in_the_readme_with_its_question_and_has_a_page():
    text = README.read_text(encoding="utf-8")
    for name in list_shipped_spaces():
        assert f"| [`{name}`](docs/spaces/{name}.md) | {load_space(name).title} |" in text
        assert (ROOT / "docs" / "spaces" / f"{name}.md").exists()


def test_the_readme_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_what_a_document_links_to_is_there(document):
    text = document.read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", text):
        assert (document.parent / link).exists(), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_of_the_package_that_a_document_names_is_there(document):
    text = document.read_text(encoding="utf-8")
    for path in re.findall(r"`((?:tuner|tests|search_spaces|benchmarks)/[\w/.]*)`", text):
        assert (ROOT / path).exists(), path
