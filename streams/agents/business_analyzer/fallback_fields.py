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


def _leads_to(draft: Draft, start: str, goal: str, seen: set[str]) -> bool:
    """Whether a record of `start` cannot be created before one of `goal`."""
    if start == goal:
        return True
    entity = draft.find(start)
    if entity is None or start in seen:
        return False
    seen.add(start)
    return any(f.required and f.references and _leads_to(draft, f.references, goal, seen) for f in entity.fields.values())


def settle(draft: Draft) -> None:
    """A choice without known values is a text; required references never go round in a circle."""
    for entity in draft.entities:
        for made in list(entity.fields.values()):
            if made.references and made.required and _leads_to(draft, made.references, entity.name, set()):
                entity.change(made.name, required=False)
    for entity in draft.entities:
        for made in list(entity.fields.values()):
            if made.type == "choice" and not made.choices:
                entity.change(made.name, type="text", default="")
