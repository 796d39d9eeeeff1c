"""What a specification must say: 'limits Entry measure=hours; group_by=person,date; maximum==12'.

The first word is the list of the specification ('fields' for fields), the second the entity, then
`key=value` (equal, 'a|b' for either) or `key~value` (contains). A leading '!' means that there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemas.specification import Case, Condition, Specification


def rendered(value: object) -> str:
    """A value of a rule as the text that expectations compare."""
    if isinstance(value, Condition):
        factor = f"{value.right_factor}*" if value.right_factor else ""
        return f"{value.left} {value.operator} {factor}{value.right}".strip()
    if isinstance(value, Case):
        return f"{value.value}:{value.amount}"
    if isinstance(value, tuple):
        separator = " & " if value and isinstance(value[0], Condition) else ","
        return separator.join(rendered(item) for item in value)
    return str(value)


def holds(spec: Specification, expectation: str) -> bool:
    """Whether the specification says it."""
    wanted = expectation.lstrip("!")
    kind, entity, rest = (*wanted.split(" ", 2), "")[:3]
    tests = [part.strip() for part in rest.split(";") if part.strip()]
    found = any(_agrees(record, tests) for record in _records(spec, kind, entity))
    return found != expectation.startswith("!")


def _records(spec: Specification, kind: str, entity: str) -> Iterable[object]:
    names = entity.split("|")
    if kind == "fields":
        return [field for one in spec.entities if one.name in names or entity == "*" for field in one.fields]
    return [rule for rule in getattr(spec, kind) if entity == "*" or rule.entity in names]


def _agrees(record: object, tests: list[str]) -> bool:
    for test in tests:
        match = re.match(r"(\w+)([=~])(.*)$", test)
        assert match, test
        said = rendered(getattr(record, match[1]))
        values = match[3].split("|")
        if not any(said == value if match[2] == "=" else value in said for value in values):
            return False
    return True


def missing(spec: Specification, expectations: Iterable[str]) -> list[str]:
    """Those expectations that the specification does not meet."""
    return [expectation for expectation in expectations if not holds(spec, expectation)]
