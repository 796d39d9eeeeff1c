"""Finds the operation that a requirement names in what a service offers: the calls to try. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from connectors.evaluation.entity_matching import resource_named
from connectors.evaluation.service_description import Description, Endpoint, Resource
from connectors.evaluation.words import Stems, alike, closeness, covers, stem_of, stems_in_order, stems_of

PlanKind = Literal["create", "read", "list", "filter", "update", "delete", "action", "set", "get"]

_CREATE = frozenset(map(stem_of, "create add register record enter submit".split()))
_UPDATE = frozenset(map(stem_of, "update change edit modify move".split()))
_DELETE = frozenset(map(stem_of, "delete remove".split()))
_LIST = frozenset(map(stem_of, "list show view see display".split()))
_SEARCH = frozenset(map(stem_of, "search find filter lookup".split()))
_REPORT = frozenset(map(stem_of, "report sum total count average".split()))
_EXPORT = frozenset(map(stem_of, "export download".split()))
_READ = frozenset(map(stem_of, "read get".split()))
# What records that are not done yet are called: a filter by state tells them from the others.
_OPEN_WORDS = frozenset(
    map(stem_of, "open pending outstanding unfinished available free active current".split())
)
# How many of the words of a report must be found where the group is found, too, and where there is none.
_GROUPED_SHARE, _PLAIN_SHARE = 0.01, 0.5
_CONNECTING = frozenset({"by", "per", "for", "of", "in", "with", "as"})
_PLACES = frozenset({"in", "out", "up", "off", "on", "back"})


@dataclass(frozen=True)
class Plan:
    """One way to do what is named.

    Attributes:
        kind: what is called; 'filter' lists with a query parameter, 'set' updates one field to a value,
            'get' reads an endpoint as it is.
        resource: whose record is needed, None where none is.
        endpoint: what is called in the end.
        parameter: query parameter or field, '' for none.
        value: what the field is set to or filtered by, '' where that follows from a record.
    """

    kind: PlanKind
    endpoint: Endpoint
    resource: Resource | None = None
    parameter: str = ""
    value: str = ""


def plans_for(operation: str, service: Description, things: Sequence[str] = ()) -> list[Plan]:
    """Ways to call the operation, the nearest first; empty where the service has nothing like it.

    Args:
        things: names of the entities that the checks name: in 'list gift cards', 'gift' is part of the name,
            where in 'list overdue loans' 'overdue' is not.
    """
    verb, _, rest = operation.strip().partition(" ")
    stem = stem_of(verb)
    if stem in _REPORT:
        return _reports(rest, service)
    if stem in _LIST | _SEARCH:
        return _searches(rest, service) if stem in _SEARCH else _listings(rest, service, things)
    resource, words = _object_of(operation, service, things)
    if resource is None:
        return _by_name(operation, service)
    if stem in _EXPORT:
        return _exports(resource)
    usual = _usual(stem, resource)
    if usual and not words - {stem}:
        return usual if stem != stem_of("submit") else [*_actions(words, resource, service), *usual]
    return [*_actions(words, resource, service), *usual]


def _usual(stem: str, resource: Resource) -> list[Plan]:
    choices: tuple[tuple[frozenset[str], PlanKind, Endpoint | None], ...] = (
        (_CREATE, "create", resource.create),
        (_UPDATE, "update", resource.update),
        (_DELETE, "delete", resource.delete),
        (_READ, "read", resource.one),
    )
    return [Plan(kind, e, resource) for stems, kind, e in choices if stem in stems and e is not None]


def _object_of(operation: str, service: Description, things: Sequence[str]) -> tuple[Resource | None, Stems]:
    """The resource that is acted on, and the stems of all words that say what is done.

    The longest run of words that names a resource is its name: 'mark reservation as no-show' is about
    'reservation', and does 'mark', 'no' and 'show'.
    """
    words = operation.replace("-", " ").split()
    named = _thing_named(words, things)
    if named:
        thing, start, end = named
        return resource_named(thing, service.resources), _saying([*words[:start], *words[end:]])
    best: tuple[float, int, int, Resource] | None = None
    for start in range(1, len(words)):
        for end in range(len(words), start, -1):
            name = " ".join(words[start:end])
            if words[start].lower() in _CONNECTING | _PLACES or words[end - 1].lower() in _CONNECTING:
                continue
            resource = resource_named(name, service.resources)
            if resource is None:
                continue
            rating = (round(closeness(stems_of(name), resource.stems), 3), end - start)
            if best is None or rating > best[:2]:
                best = (*rating, start, resource)
    if best is None:
        return None, stems_of(operation)
    _, length, start, resource = best
    return resource, _saying([w for at, w in enumerate(words) if not start <= at < start + length])


def _thing_named(words: Sequence[str], things: Sequence[str]) -> tuple[str, int, int] | None:
    """The longest thing that the words name, and where; letters part 'applicant' from 'application'."""
    found = []
    for thing in things:
        stems = stems_in_order(thing)
        for start in range(1, len(words) - len(stems) + 1):
            end = start + len(stems)
            if stems_in_order(" ".join(words[start:end])) == stems:
                spelt = "".join(words[start:end]).lower()
                same = SequenceMatcher(None, thing.lower().replace(" ", ""), spelt).ratio()
                found.append((len(stems), same, thing, start, end))
    return max(found)[2:] if found else None


def _saying(words: Sequence[str]) -> Stems:
    return frozenset(stem_of(w) for w in words if w.lower() not in {"as", "the", "a", "an", "to"})


def _actions(words: Stems, resource: Resource, service: Description) -> list[Plan]:
    """Named steps of the record, a state that an update sets, or records of a thing named after the deed."""
    main = frozenset(w for w in words if w not in _PLACES and w not in {"mark", "set", "no"}) or words
    found = []
    for action in resource.actions:
        stems = frozenset(stems_in_order(action.parts[-1]))
        if covers(stems | action.words, words) or covers(stems, main):
            found.append((0 if closeness(stems, words) >= 0.9 else 1, Plan("action", action, resource)))
    plans = [plan for _, plan in sorted(found, key=lambda rated: rated[0])]
    plans += _settings_of(main, resource)
    named = [r for r in service.resources if r is not resource and covers(r.stems, main) and r.create]
    plans += [Plan("create", r.create, r) for r in named if r.create]
    return plans


def _settings_of(main: Stems, resource: Resource) -> list[Plan]:
    """Updates that bring about the state: an enumerated value, or a yes-or-no field, named after the deed."""
    plans = []
    update = resource.update
    writable = (update.body or {}).get("properties", {}) if update else {}
    needed = (resource.create.body or {}).get("required", ()) if resource.create else ()
    for name, schema in writable.items():
        if update is None:
            break
        fitting = [str(v) for v in values_of(schema) if covers(stems_of(str(v)), main)]
        plans += [Plan("set", update, resource, name, value) for value in fitting]
        if is_boolean(schema) and covers(stems_of(name), main):
            plans.append(Plan("set", update, resource, name, "true"))
        deed_is_reference = stem_of("assign") in main and name.endswith("_id") and name not in needed
        if deed_is_reference:
            plans.append(Plan("set", update, resource, name))
    return plans


def values_of(schema: object) -> list[object]:
    """Enumerated values of a schema, also inside of choices and lists."""
    if not schema or not isinstance(schema, dict):
        return []
    found = list(schema.get("enum", ()))
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), schema.get("items", {})):
        found += values_of(choice)
    return found


def is_boolean(schema: object) -> bool:
    """Whether the schema, or one of its choices, is true or false."""
    if not isinstance(schema, dict):
        return False
    return schema.get("type") == "boolean" or any(is_boolean(c) for c in schema.get("anyOf", ()))


def _exports(resource: Resource) -> list[Plan]:
    files = [e for e in resource.others if e.method == "get" and _gives_file(e)]
    return [Plan("get", e, resource) for e in files]


def _gives_file(endpoint: Endpoint) -> bool:
    return "csv" in " ".join((*endpoint.content_types, endpoint.path)).lower() or "export" in endpoint.path


def _searches(rest: str, service: Description) -> list[Plan]:
    """'filter tasks by status' needs a parameter for it; 'search books [by title]' a free search or that."""
    name, _, key = rest.partition(" by ")
    resource = resource_named(name, service.resources)
    if resource is None or resource.listing is None:
        return []
    listing, plans = resource.listing, []
    if key:
        rated = sorted((closeness(stems_of(key), stems_of(p)), p) for p in listing.query)
        plans += [Plan("filter", listing, resource, p) for near, p in reversed(rated) if near > 0]
    free = [p for p in listing.query if p in {"q", "query", "search", "term"}]
    return [*plans, *(Plan("filter", listing, resource, p) for p in free)]


def _listings(rest: str, service: Description, things: Sequence[str]) -> list[Plan]:
    """'list tasks' is the collection; 'list overdue loans' a listing of its own, or a filter."""
    resource, words = _object_of(f"list {rest}", service, things)
    if resource is None:
        return _by_name(rest, service)
    if resource.listing is None:
        return []
    wanted = frozenset(words - _LIST - _CONNECTING - {"the"})
    if not wanted:
        return [Plan("list", resource.listing, resource)]
    plans = [
        Plan("get", e, resource)
        for e in resource.others
        if e.method == "get" and (covers(e.words, wanted) or (stems_of(e.parts[-1]) & _spread(wanted)))
    ]
    return [*plans, *_state_filters(wanted, resource, resource.listing)]


def _state_filters(wanted: Stems, resource: Resource, listing: Endpoint) -> list[Plan]:
    plans = []
    for name, schema in listing.query.items():
        values = values_of(schema)
        named = [v for v in values if stems_of(str(v)) & _spread(wanted)]
        if named:
            plans.append(Plan("filter", listing, resource, name, str(named[0])))
        elif is_boolean(schema) and (wanted & _OPEN_WORDS or stems_of(name) & _spread(wanted)):
            plans.append(Plan("filter", listing, resource, name, "false"))
    return plans


def _spread(stems: Stems) -> Stems:
    return frozenset().union(*(alike(stem) for stem in stems)) if stems else stems


def _reports(rest: str, service: Description) -> list[Plan]:
    """'stays by ward' needs an answer that groups by it; a field of the group that is computed counts too."""
    subject, _, group = rest.replace(" per ", " by ").partition(" by ")
    reads = [e for e in service.endpoints if e.method == "get" and _is_report(e, service)]
    wanted, groups = stems_of(subject), stems_of(group) if group else frozenset()
    rated = []
    for endpoint in reads:
        if groups and not covers(endpoint.words, groups):
            continue
        share = sum(bool(alike(w) & endpoint.words) for w in wanted) / len(wanted)
        if share >= (_GROUPED_SHARE if groups else _PLAIN_SHARE):
            rated.append((-share, "{" in endpoint.path, endpoint.path, endpoint))
    ordered = [endpoint for *_, endpoint in sorted(rated, key=lambda r: r[:3])]
    plans = [Plan("get", endpoint, _owner(endpoint, service)) for endpoint in ordered]
    return [*plans, *_computed_fields(subject, group, service)]


def _is_report(endpoint: Endpoint, service: Description) -> bool:
    ends_fixed = bool(endpoint.parts) and not endpoint.parts[-1].startswith("{")
    usual = {r.listing.path for r in service.resources if r.listing}
    return (
        ends_fixed and endpoint.path not in usual and not _gives_file(endpoint) and endpoint.path != "/health"
    )


def _owner(endpoint: Endpoint, service: Description) -> Resource | None:
    """The resource of the record in the path, None where the path needs none."""
    if "{" not in endpoint.path:
        return None
    start = endpoint.path.split("/{")[0]
    return next((r for r in service.resources if r.path == start), None)


def _computed_fields(subject: str, group: str, service: Description) -> list[Plan]:
    """Fields that can be read but not written: 'total cost of trip', 'durations by meeting'."""
    measure, _, thing = subject.partition(" of ")
    resource = resource_named(group or thing, service.resources) if group or thing else None
    if resource is None or resource.one is None or resource.create is None:
        return []
    written = (resource.create.body or {}).get("properties", {})
    names = [n for n in resource.fields if n not in written and stems_of(n) & _spread(stems_of(measure))]
    return [Plan("read", resource.one, resource, name) for name in names]


def _by_name(operation: str, service: Description) -> list[Plan]:
    """For want of a resource: an endpoint whose own words say it."""
    wanted = stems_of(operation)
    plans = []
    for endpoint in service.endpoints:
        if covers(endpoint.words, wanted):
            owner = next((r for r in service.resources if endpoint.path.startswith(f"{r.path}/")), None)
            kind: PlanKind = "get" if endpoint.method == "get" else "action"
            plans.append(Plan(kind, endpoint, owner))
    return plans
