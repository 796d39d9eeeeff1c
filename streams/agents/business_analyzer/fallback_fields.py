"""Fields of things that the requirement names without saying what is kept of them."""

from __future__ import annotations

from schemas.specification import Field
from streams.agents.business_analyzer.draft import Draft


def complete(draft: Draft) -> None:
    """Give each entity without data a name, where some other entity has data or people work on it."""
    if not any(entity.fields for entity in draft.entities) and len(draft.entities) < 2:
        return
    for entity in draft.entities:
        if any(f.type != "reference" for f in entity.fields.values()):
            continue
        if entity.fields or any(other.parent and other.reference_to(entity) for other in draft.entities):
            continue
        entity.put(Field(name="name", label="Name", type="text", required=True))
        draft.assume(
            f"Which data belong to {entity.label.lower()}?",
            "It has a name.",
            about=entity.source,
        )
