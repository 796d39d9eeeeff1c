"""How much of the requirements in tests/requirements the analysis finds, counted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from schemas.specification import Entity, Field, Question, Specification
from streams.agents.business_analyzer.engine import analyse

REQUIREMENTS = Path(__file__).parents[4] / "requirements"
_CHECK = re.compile(r"(?P<names>[\w|]+)(?::(?P<type>\w+))?(?P<unique>!)?(?P<optional>\?)?\Z")


@dataclass(frozen=True, slots=True)
class Expected:
    """A requirement with what has to be read from it."""

    id: str
    text: str
    outcome: str
    entities: dict[str, list[str]]
    also_fine: tuple[str, ...]
    asks: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(slots=True)
class Score:
    """Counts over requirements; `misses` says what is not as it should be."""

    outcomes: int = 0
    outcomes_right: int = 0
    entities: int = 0
    entities_found: int = 0
    entities_built: int = 0
    entities_false: int = 0
    fields: int = 0
    fields_found: int = 0
    marks: int = 0
    marks_right: int = 0
    misses: list[str] = field(default_factory=list)

    def share(self, found: str, of: str) -> float:
        """One count as a share of another, 1 where there is nothing to find."""
        total: int = getattr(self, of)
        return getattr(self, found) / total if total else 1.0


def expected(path: Path) -> Expected:
    """The requirement of one file."""
    record = json.loads(path.read_text())
    return Expected(
        id=record["id"],
        text=record["text"],
        outcome=record["outcome"],
        entities=record["entities"],
        also_fine=tuple(record["also_fine"]),
        asks=tuple(record["asks"]),
        roles=tuple(record["roles"]),
    )


def all_expected(prefix: str = "") -> list[Expected]:
    """All requirements whose id begins with the prefix."""
    return [expected(path) for path in sorted(REQUIREMENTS.glob(f"{prefix}*.json"))]


def score(cases: list[Expected]) -> Score:
    """Analyse each requirement and count."""
    total = Score()
    for case in cases:
        result = analyse(case.text)
        total.outcomes += 1
        if isinstance(result, Specification) != (case.outcome == "built"):
            total.misses.append(f"{case.id}: should be {case.outcome}")
        elif isinstance(result, Specification):
            total.outcomes_right += 1
        else:
            _asked(total, case, result)
        if case.outcome == "built":
            _entities(total, case, result if isinstance(result, Specification) else None)
    return total


def _asked(total: Score, case: Expected, questions: tuple[Question, ...]) -> None:
    text = " ".join(f"{q.text} {q.about}" for q in questions).lower()
    missing = [pattern for pattern in case.asks if not re.search(pattern, text)]
    total.outcomes_right += not missing
    total.misses.extend(f"{case.id}: no question about {pattern}: {text}" for pattern in missing)


def _entities(total: Score, case: Expected, spec: Specification | None) -> None:
    built = {entity.name: entity for entity in spec.entities} if spec else {}
    matched: set[str] = set()
    for names, checks in case.entities.items():
        name = next((name for name in names.split("|") if name in built and name not in matched), None)
        total.entities += 1
        total.fields += len(checks)
        if name is None:
            total.misses.append(f"{case.id}: no entity {names} among {sorted(built)}")
            continue
        matched.add(name)
        total.entities_found += 1
        for check in checks:
            _field(total, case, built[name], check)
    false = [name for name in built if name not in matched and name not in case.also_fine]
    total.entities_built += len(built)
    total.entities_false += len(false)
    total.misses.extend(f"{case.id}: false entity {name}" for name in false)


def _field(total: Score, case: Expected, entity: Entity, check: str) -> None:
    parts = _CHECK.match(check)
    assert parts, f"{case.id}: {check!r} is no check"
    found = next((f for n in parts["names"].split("|") if (f := entity.field(n)) is not None), None)
    if found is None:
        names = [f.name for f in entity.fields]
        total.misses.append(f"{case.id}: {entity.name} has no {parts['names']} among {names}")
        return
    total.fields_found += 1
    _marks(total, f"{case.id}: {entity.name}.{found.name}", found, parts)


def _marks(total: Score, where: str, found: Field, parts: re.Match[str]) -> None:
    wrong = []
    if parts["type"] and found.type != parts["type"]:
        wrong.append(f"is {found.type}, not {parts['type']}")
    if parts["unique"] and not found.unique:
        wrong.append("is not unique")
    if parts["optional"] and found.required:
        wrong.append("is required")
    total.marks += bool(parts["type"]) + bool(parts["unique"]) + bool(parts["optional"])
    total.marks_right += bool(parts["type"]) + bool(parts["unique"]) + bool(parts["optional"]) - len(wrong)
    total.misses.extend(f"{where} {text}" for text in wrong)
