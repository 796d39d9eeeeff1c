"""What the readers hand to the analysis: sentences in order, and what JSON says outright."""

from __future__ import annotations

from dataclasses import dataclass

from streams.agents.business_analyzer.tokens import Token, tokenise


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One statement of the requirement."""

    text: str
    role: str = ""
    benefit: str = ""

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Tagged tokens of the text."""
        return tokenise(self.text)

    @property
    def low(self) -> str:
        """The text in lower case."""
        return self.text.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredField:
    """A field as a structured requirement gives it; empty where it does not tell."""

    name: str
    type: str = ""
    required: bool | None = None
    unique: bool = False
    choices: tuple[str, ...] = ()
    minimum: str = ""
    exclusive_minimum: bool = False
    maximum: str = ""
    max_length: int = 0
    many: bool = False
    default: str = ""
    references: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredEntity:
    """An entity as a structured requirement gives it."""

    name: str
    fields: tuple[DeclaredField, ...] = ()
    states: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A requirement, read."""

    title: str = ""
    sentences: tuple[Sentence, ...] = ()
    entities: tuple[DeclaredEntity, ...] = ()
    states: tuple[tuple[str, tuple[str, ...]], ...] = ()
    roles: tuple[str, ...] = ()
    non_functional: tuple[str, ...] = ()
    truncated: bool = False
