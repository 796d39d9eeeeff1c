"""All business rules of a requirement, found kind by kind."""

from __future__ import annotations

from streams.agents.business_analyzer.draft import Draft


def find(draft: Draft) -> None:
    """Add the rules to the draft."""
