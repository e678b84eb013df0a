"""The README's code runs as it stands there."""

import re
from pathlib import Path

from tuner.space import list_shipped_spaces, load_space, parse_space

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert "Showing 10 best trials" in capsys.readouterr().out


def test_the_space_example_is_a_space():
    (text,) = blocks("toml")
    space = parse_space(text, name="readme", file="README.md")
    assert space.compare == "kind"


def test_every_shipped_space_stands_in_the_table_with_its_question():
    for name in list_shipped_spaces():
        assert f"| `{name}` | {load_space(name).title} |" in README


def test_what_the_readme_links_to_is_there():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    for link in links:
        assert (Path(__file__).parents[1] / link).exists(), link
