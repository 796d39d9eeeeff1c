"""Statements of the requirement that cannot both hold."""

from __future__ import annotations

from schemas.specification import Question
from streams.agents.business_analyzer.draft import Draft


def questions(draft: Draft, settled: tuple[str, ...]) -> tuple[Question, ...]:
    """One question for each contradiction that no answer has settled."""
    return ()
