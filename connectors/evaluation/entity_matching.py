"""Finds the entities and fields that a requirement names in what a service offers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from connectors.evaluation.service_description import Resource
from connectors.evaluation.words import closeness, stem_of, stems_in_order, stems_of

_SAME = 0.9
_PAPERS = frozenset(map(stem_of, "request record entry form".split()))


@dataclass(frozen=True)
class EntityFound:
    """What was found of one entity.

    Attributes:
        name: as the checks name it.
        resource: path where it was found, '' where it was not.
        fields: name in the service by name in the checks, None where there is none.
    """

    name: str
    resource: str
    fields: Mapping[str, str | None]


def resource_named(name: str, resources: Iterable[Resource]) -> Resource | None:
    """The resource that is meant, None where none is near enough.

    The head (last word) must agree: 'DeliveryOrder' is found as 'orders', and 'Trip' as 'business-trips',
    but 'OrderLine' is not 'orders'. A head that only names the paper may be left out: 'leave request'.
    """
    wanted = stems_of(name)
    rated = [
        (_closeness(name, resource), -len(resource.stems ^ wanted), _same_letters(name, resource), resource)
        for resource in resources
    ]
    best = max(rated, key=lambda rating: rating[:3], default=None)
    return best[3] if best and best[0] > 0 else None


def _closeness(name: str, resource: Resource) -> float:
    whole = closeness(stems_of(name), resource.stems)
    if whole >= _SAME:
        return whole
    own, other = stems_in_order(name), stems_in_order(resource.name)
    heads_agree = bool(own and other) and closeness(frozenset(own[-1:]), frozenset(other[-1:])) >= _SAME
    if whole:
        wide = max(own, other, key=len)
        return whole if heads_agree or wide[-1] in _PAPERS else 0.0
    return 0.1 if heads_agree else 0.0


def _same_letters(name: str, resource: Resource) -> float:
    """Parts 'vaccine' from 'vaccination', which have the same stem."""
    return SequenceMatcher(None, name.lower().replace(" ", ""), resource.name.replace("-", "")).ratio()


def match_fields(wanted: Sequence[str], offered: Iterable[str]) -> dict[str, str | None]:
    """The field that is meant by each name; no field is meant twice, and the closest pairs come first."""
    pairs = sorted(
        ((closeness(stems_of(name), stems_of(field)), name, field) for field in offered for name in wanted),
        key=lambda pair: -pair[0],
    )
    found: dict[str, str | None] = dict.fromkeys(wanted)
    taken: set[str] = set()
    for near, name, field in pairs:
        if near > 0 and found[name] is None and field not in taken:
            found[name] = field
            taken.add(field)
    return found


def match_entities(
    entities: Mapping[str, Sequence[str]], resources: Sequence[Resource]
) -> tuple[EntityFound, ...]:
    """Each entity of the checks with what was found of it."""
    found = []
    for name, fields in entities.items():
        resource = resource_named(name, resources)
        matched = match_fields(fields, resource.fields if resource else ())
        found.append(EntityFound(name, resource.path if resource else "", matched))
    return tuple(found)
