"""The finished draft as a frozen specification."""

from __future__ import annotations

from dataclasses import replace

from schemas.specification import Entity, NonFunctional, Question, Specification
from streams.agents.business_analyzer import naming, qualities, titles
from streams.agents.business_analyzer.draft import RULE_LISTS, Draft, EntityDraft
from streams.agents.business_analyzer.operations import operations
from streams.agents.business_analyzer.stories import features_and_stories


def assemble(draft: Draft) -> Specification:
    """The specification of the draft, with operations, features and stories."""
    title = titles.title(draft)
    lists = {name: tuple(draft.rules.get(name, ())) for name in RULE_LISTS}
    spec = Specification(
        name=title,
        package=naming.package_name(title),
        summary=titles.summary(draft),
        entities=tuple(_entity(entity) for entity in draft.entities),
        roles=tuple(draft.roles),
        non_functional=_qualities(draft),
        **lists,  # type: ignore[arg-type]
    )
    return finished(spec, draft)


def finished(spec: Specification, draft: Draft) -> Specification:
    """The specification with all that follows from its entities and rules."""
    spec = replace(spec, operations=operations(spec), open_questions=_numbered(draft.assumptions))
    features, stories = features_and_stories(spec, draft.document)
    return replace(spec, features=features, stories=stories)


def _entity(entity: EntityDraft) -> Entity:
    source = " ".join(entity.source.split())
    return Entity(
        name=entity.name,
        plural=naming.collection_path(entity.words),
        label=entity.label,
        description=source[:300],
        fields=tuple(entity.fields.values()),
        parent=entity.parent,
    )


def _numbered(questions: list[Question]) -> tuple[Question, ...]:
    return tuple(replace(question, id=f"Q{number + 1:02d}") for number, question in enumerate(questions))


def _qualities(draft: Draft) -> tuple[NonFunctional, ...]:
    found = qualities.of_document(draft.document)
    return tuple(
        NonFunctional(id=f"N{number + 1:02d}", text=text, kind=kind)
        for number, (text, kind) in enumerate(found)
    )
