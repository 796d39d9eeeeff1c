"""Features, user stories and acceptance criteria: one or more for every entity and every rule."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.specification import (
    Criterion,
    Entity,
    Feature,
    Operation,
    Specification,
    Story,
)
from streams.agents.business_analyzer import rule_texts
from streams.agents.business_analyzer.document import Document


@dataclass(slots=True)
class _Plan:
    """A story in the making."""

    feature: str
    role: str
    goal: str
    benefit: str = ""
    operations: list[str] = field(default_factory=list)
    checks: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)

    def check(self, kind: str, entity: str, target: str, given: str, when: str, then: str) -> None:
        self.checks.append((kind, entity, target, given, when, then))


def features_and_stories(
    spec: Specification, document: Document
) -> tuple[tuple[Feature, ...], tuple[Story, ...]]:
    """Features, one for each entity and one for reports; stories with numbered criteria."""
    features: list[Feature] = []
    plans: list[_Plan] = []
    for entity in spec.entities:
        feature = Feature(
            id=f"F{len(features) + 1:02d}",
            name=f"{entity.label} records",
            summary=entity.description or f"Keep {entity.plural.replace('-', ' ')} and the rules about them.",
            entities=(entity.name,),
        )
        features.append(feature)
        plans.extend(_entity_plans(spec, entity, feature.id, document))
    if spec.reports or spec.notices:
        feature = Feature(
            id=f"F{len(features) + 1:02d}",
            name="Reports and notices",
            summary="Totals over the records, and notices when something needs attention.",
            entities=tuple(
                dict.fromkeys([r.entity for r in spec.reports] + [n.entity for n in spec.notices])
            ),
        )
        features.append(feature)
        plans.extend(_overview_plans(spec, feature.id, document))
    return tuple(features), tuple(
        _story(plan, number + 1) for number, plan in enumerate(plans) if plan.checks
    )


def _story(plan: _Plan, number: int) -> Story:
    story = f"S{number:02d}"
    criteria = tuple(
        Criterion(
            id=f"{story}-AC{n + 1}",
            kind=kind,
            entity=entity,
            target=target,
            given=given,
            when=when,
            then=then,
        )
        for n, (kind, entity, target, given, when, then) in enumerate(plan.checks)
    )
    return Story(
        id=story,
        feature=plan.feature,
        role=plan.role,
        goal=plan.goal,
        benefit=plan.benefit,
        operations=tuple(dict.fromkeys(plan.operations)),
        criteria=criteria,
    )


def _entity_plans(spec: Specification, entity: Entity, feature: str, document: Document) -> list[_Plan]:
    several = entity.plural.replace("-", " ")
    own = [operation for operation in spec.operations if operation.entity == entity.name]
    keep = _Plan(feature, _role_for(spec, own, ("create", "update", "delete")), f"to keep {several}")
    keep.benefit = _benefit(document, entity)
    keep.operations = _names(own, "create", "read", "list", "update", "delete")
    _basics(keep, entity)
    find = _Plan(feature, _role_for(spec, own, ("list",)), f"to find {several}")
    find.operations = _names(own, "list", "listing", "export")
    _filters(find, entity)
    data = _Plan(
        feature,
        keep.role,
        f"to be told when data of {several} is wrong",
        operations=_names(own, "create", "update"),
    )
    _validity(data, entity)
    acting = _Plan(
        feature,
        _role_for(spec, own, ("action",)),
        f"to take the steps of {several}",
        operations=_names(own, "action"),
    )
    rules = _Plan(
        feature,
        keep.role,
        f"the rules about {several} to be kept",
        operations=_names(own, "create", "update", "action"),
    )
    for text in rule_texts.of_entity(spec, entity):
        plan = {"action": acting, "state_machine": acting, "effect": acting, "listing": find, "export": find,
                "search": find}.get(text.kind, rules)  # fmt: skip
        plan.check(text.kind, entity.name, text.target, text.given, text.when, text.then)
    return [keep, data, find, acting, rules]


def _overview_plans(spec: Specification, feature: str, document: Document) -> list[_Plan]:
    plans = []
    role = next(
        (sentence.role for sentence in document.sentences if "report" in sentence.low and sentence.role), ""
    )
    for text in rule_texts.of_overviews(spec):
        plan = _Plan(feature, role or _default_role(spec), f"to see: {text.title}")
        kinds = ("report",) if text.kind == "report" else ("notifications",)
        plan.operations = [
            o.name for o in spec.operations if o.kind in kinds and (o.kind != "report" or text.path in o.path)
        ]
        plan.check(text.kind, text.entity, text.target, text.given, text.when, text.then)
        plans.append(plan)
    return plans


def _names(own: list[Operation], *kinds: str) -> list[str]:
    return [operation.name for operation in own if operation.kind in kinds]


def _default_role(spec: Specification) -> str:
    return spec.roles[0].replace("_", " ") if spec.roles else "user"


def _role_for(spec: Specification, own: list[Operation], kinds: tuple[str, ...]) -> str:
    named = [role for operation in own if operation.kind in kinds for role in operation.roles]
    return named[0].replace("_", " ") if named else _default_role(spec)


def _benefit(document: Document, entity: Entity) -> str:
    one = entity.label.lower()
    return next((s.benefit for s in document.sentences if s.benefit and one in s.low), "")


def _basics(plan: _Plan, entity: Entity) -> None:
    one, name, path = entity.label.lower(), entity.name, f"/{entity.plural}"
    plan.check("create", name, "", "valid data", f"POST {path}", f"201, the Location and the new {one}")
    plan.check("read", name, "", f"a {one}", f"GET {path}/{{id}}", f"200 and the {one}")
    plan.check("list", name, "", f"some {path[1:]}", f"GET {path}", "200, the items and their total")
    plan.check(
        "update", name, "", f"a {one}", f"PATCH {path}/{{id}}", "200 and only the sent fields are changed"
    )
    plan.check("delete", name, "", f"a {one} nothing refers to", f"DELETE {path}/{{id}}", "204, and then 404")
    plan.check("unknown", name, "", f"no {one} with that id", f"GET, PATCH or DELETE {path}/{{id}}", "404")


def _validity(plan: _Plan, entity: Entity) -> None:
    for item in entity.fields:
        if item.read_only:
            continue
        one, label = entity.label.lower(), item.label.lower()
        if item.required:
            plan.check(
                "required",
                entity.name,
                item.name,
                f"data without {label}",
                f"a {one} is created",
                "422 names the field",
            )
        plan.check(
            "field_bounds",
            entity.name,
            item.name,
            f"a wrong value of {label}",
            f"a {one} is created",
            "422 names the field",
        )
        if item.unique:
            plan.check(
                "unique",
                entity.name,
                item.name,
                f"a {one} with this {label}",
                "a second one is created",
                "409",
            )
        if item.references:
            plan.check(
                "reference",
                entity.name,
                item.name,
                f"an id of {label} that nothing has",
                f"a {one} is created",
                "422 names the field",
            )


def _filters(plan: _Plan, entity: Entity) -> None:
    for item in entity.fields:
        if not item.many:
            plan.check("filter", entity.name, item.name,
                f"{entity.plural} that differ in {item.label.lower()}",
                       f"GET /{entity.plural}?{item.name}=value", "only those with the value")  # fmt: skip
