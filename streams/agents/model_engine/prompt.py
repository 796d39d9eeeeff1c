"""Prompts: files with a name and a version, which is part of what is recorded of a call."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Prompt:
    """Instructions to a model.

    Attributes:
        version: name of the file without its ending, as 'analyze.v1'. A changed text is a new version.
    """

    version: str
    text: str

    @property
    def sha256(self) -> str:
        """Digest of the text."""
        return sha256(self.text.encode()).hexdigest()


def load_prompt(package: str, version: str) -> Prompt:
    """The file `prompts/<version>.md` of an agent's package.

    Raises:
        FileNotFoundError: there is none.
    """
    return Prompt(version, (files(package) / "prompts" / f"{version}.md").read_text(encoding="utf-8"))


def as_data(name: str, text: str) -> str:
    """The text between marks that it cannot hold itself, as they are made from its digest."""
    mark = f"{name}-{sha256(text.encode(errors='replace')).hexdigest()[:16]}"
    return f"<{mark}>\n{text}\n</{mark}>"
