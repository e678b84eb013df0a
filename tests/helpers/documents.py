"""The documents, cut into their code blocks."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DOCUMENTS", "ROOT", "Block", "blocks_of", "commands_in"]

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
        *(ROOT / "mlruns").glob("*.md"),
    ]
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of code.

    Attributes:
        language: What stands behind the fence.
        text: Its lines.
        line: The line of its fence.
    """

    language: str
    text: str
    line: int


def blocks_of(document: Path) -> list[Block]:
    """Return the fenced blocks of a document, in their order."""
    text = document.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    return [Block(m[1], m[2], text.count("\n", 0, m.start()) + 1) for m in found]


def commands_in(block: Block) -> list[list[str]]:
    """Return the commands of a block for a shell, each cut into words, comments left out."""
    lines = block.text.replace("\\\n", " ").splitlines()
    commands = [shlex.split(line, comments=True) for line in lines]
    return [command for command in commands if command]
