"""The specification as the writers need it: names in Python, what is stored, what is nullable."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from schemas.specification import Action, Derivation, Entity, Field, Specification

TEXTS = frozenset({"text", "long_text", "email", "url", "phone"})
NUMBERS = frozenset({"integer", "decimal", "money"})
MOMENTS = frozenset({"date", "datetime"})
ORDERED = frozenset({*NUMBERS, *MOMENTS, "time"})
COMPUTED = frozenset({"product", "sum", "difference", "offset"})
CHILDREN = frozenset({"sum_of_children", "count_of_children"})
BUILT_IN = {
    "id": Field(name="id", label="Id", type="integer", required=True, read_only=True),
    "created_at": Field(
        name="created_at", label="Created at", type="datetime", required=True, read_only=True
    ),
    "updated_at": Field(
        name="updated_at", label="Updated at", type="datetime", required=True, read_only=True
    ),
}
# Names that would hide what a class body of the service needs, or mean something else in it.
_RESERVED = frozenset(
    {
        "metadata",
        "registry",
        "dt",
        "sa",
        "str",
        "int",
        "bool",
        "list",
        "set",
        "property",
        "frozenset",
        "copy",
        "json",
        "dict",
        "schema",
        "construct",
        "validate",
        "parse_obj",
        "parse_raw",
        "parse_file",
        "from_orm",
        "schema_json",
        "update_forward_refs",
        "read_only",
        "derive",
        "clock",
        "values",
        "limit",
        "offset",
        "sort",
        "q",
    }
)
_CLOCK = re.compile(r"(now|today)(?:([+-]\d+)([smhd]))?")


def snake(name: str) -> str:
    """PascalCase or kebab-case as snake_case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_")


def identifier(name: str) -> str:
    """The name, made one that Python takes."""
    plain = snake(name)
    if plain[:1].isdigit():
        plain = f"n{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) or keyword.issoftkeyword(plain) else plain


def attribute(name: str) -> str:
    """The name of a field in the classes of the service."""
    hidden = name in _RESERVED or name.startswith("model_") or name.endswith(("_record", "_records"))
    return f"{name}_" if hidden else name


_R = TypeVar("_R")


@dataclass(frozen=True)
class EntityPlan:
    """One entity with its names and rules.

    Attributes:
        plan: the whole.
        entity: as specified.
    """

    plan: Plan
    entity: Entity

    @property
    def name(self) -> str:
        return self.entity.name

    @property
    def record(self) -> str:
        """Class of its rows."""
        return f"{self.entity.name}Record"

    @property
    def module(self) -> str:
        """Module of its schemas, rules and routes."""
        return identifier(self.entity.name)

    @property
    def variable(self) -> str:
        """Variable that holds one record."""
        name = identifier(self.entity.name)
        taken = {
            "session",
            "values",
            "caller",
            "clock",
            "models",
            "rules",
            "event",
            "step",
            "changed",
            "body",
        }
        taken |= {"database", "response", "wanted", "access", "query", "steps", "stored", "before", "router"}
        taken |= {
            "dt",
            "sum",
            "any",
            "all",
            "len",
            "max",
            "min",
            "str",
            "int",
            "set",
            "list",
            "other",
            "text",
        }
        taken |= {"id", "type", "object", "property", "filter", "map", "range", "round", "input", "record"}
        taken |= {"select", "reports", "notices", "existing", "may", "lookup", "target", "schemas", "page"}
        taken |= {
            "create",
            "update",
            "delete",
            "follow",
            "check",
            "user",
            "schema",
            "rows",
            "field",
            "problem",
        }
        return f"{name}_record" if name in taken else name

    @property
    def label(self) -> str:
        return self.entity.label.lower()

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.entity.fields

    @cached_property
    def derivations(self) -> dict[str, Derivation]:
        """Derivations by field."""
        return {rule.field: rule for rule in self.plan.spec.derivations if rule.entity == self.name}

    @cached_property
    def state(self) -> str:
        """Field of the life cycle, '' for none."""
        machine = self.plan.spec.machine(self.name)
        return machine.field if machine else ""

    def of(self, rules: tuple[_R, ...]) -> list[_R]:
        """The rules that are about this entity."""
        return [rule for rule in rules if getattr(rule, "entity", "") == self.name]

    @cached_property
    def writable(self) -> list[Field]:
        """Fields that a request may set."""
        return [f for f in self.fields if not f.read_only and f.name not in self.derivations]

    @cached_property
    def read_only(self) -> list[str]:
        """Names that a body may hold, and that are ignored in it."""
        writable = {field.name for field in self.writable}
        return ["id", *(f.name for f in self.fields if f.name not in writable), "created_at", "updated_at"]

    @cached_property
    def references(self) -> list[Field]:
        return [field for field in self.fields if field.type == "reference"]

    def target(self, field: Field) -> EntityPlan:
        """The entity that a reference points to."""
        return self.plan.entity(field.references)

    def relation(self, name: str) -> str:
        """Attribute that leads from a reference to its record."""
        base = f"{name.removesuffix('_id')}_record"
        return base if base not in {field.name for field in self.fields} else f"{base}_"

    def children(self, rule: Derivation) -> str:
        """Attribute with the records that refer to this one."""
        return (
            f"{snake(self.plan.entity(rule.child).entity.plural)}_of_{rule.via.removesuffix('_id')}_records"
        )

    def is_stored(self, name: str) -> bool:
        """Whether the field is a column; else it is computed when it is read."""
        rule = self.derivations.get(name)
        if rule is None or rule.kind not in COMPUTED | CHILDREN:
            return True
        return rule.kind in COMPUTED and all(self.is_stored_operand(one) for one in self.operands(rule))

    def is_stored_operand(self, operand: str) -> bool:
        """Whether the operand is a literal or a column of the record itself."""
        if operand.startswith("="):
            return True
        return "." not in operand and _CLOCK.fullmatch(operand) is None and self.is_stored(operand)

    def operands(self, rule: Derivation) -> list[str]:
        """All operands of a derivation over the record's own values."""
        more = [rule.case_field] if rule.case_field else []
        return [*rule.operands, *rule.percents, *([rule.amount] if rule.amount else []), *more]

    @cached_property
    def computed(self) -> list[Derivation]:
        """Computed and stored derivations, each after those it needs."""
        left = [
            rule for rule in self.derivations.values() if rule.kind in COMPUTED and self.is_stored(rule.field)
        ]
        done: list[Derivation] = []
        while left:
            waiting = {rule.field for rule in left}
            ready = [rule for rule in left if not waiting & set(self.operands(rule))]
            done += ready or left
            left = [rule for rule in left if rule not in done]
        return done

    def nullable(self, field: Field) -> bool:
        """Whether the field can be null in an answer."""
        if field.name in BUILT_IN or field.many or field.name == self.state:
            return False
        rule = self.derivations.get(field.name)
        if rule is None:
            return field.read_only or not field.required
        if rule.kind in CHILDREN or rule.kind in ("sequence", "code"):
            return False
        return self._derived_nullable(rule)

    def _derived_nullable(self, rule: Derivation) -> bool:
        if rule.kind == "copy" or rule.case_field:
            return True
        needed = [*rule.operands, *([rule.amount] if rule.amount else [])]
        return any(self.plan.operand_nullable(self, one) for one in needed)

    @cached_property
    def actions(self) -> dict[str, list[Action]]:
        """Actions by name, in order."""
        found: dict[str, list[Action]] = {}
        for action in self.of(self.plan.spec.actions):
            found.setdefault(action.name, []).append(action)
        return found

    @cached_property
    def filters(self) -> list[Field]:
        """Fields that a list can be filtered and sorted by."""
        own = [f for f in self.fields if not f.many and self.is_stored(f.name)]
        return [
            f for f in [*own, BUILT_IN["created_at"], BUILT_IN["updated_at"]] if f.name not in self._paging
        ]

    @property
    def _paging(self) -> frozenset[str]:
        return frozenset({"limit", "offset", "sort", "q"})

    def field(self, name: str) -> Field:
        """The field of that name, built-in ones too."""
        return self.entity.field(name) or BUILT_IN[name]

    @cached_property
    def is_searched(self) -> bool:
        return bool(self.of(self.plan.spec.searches))


@dataclass(frozen=True)
class Plan:
    """The whole service.

    Attributes:
        spec: as specified.
    """

    spec: Specification

    @cached_property
    def entities(self) -> list[EntityPlan]:
        return [EntityPlan(self, entity) for entity in self.spec.entities]

    def entity(self, name: str) -> EntityPlan:
        """The entity of that name."""
        return next(entity for entity in self.entities if entity.name == name)

    def resolve(self, entity: EntityPlan, path: str) -> Field:
        """The field that a path ends in."""
        first, _, rest = path.partition(".")
        field = entity.field(first)
        return self.resolve(entity.target(field), rest) if rest else field

    def operand_type(self, entity: EntityPlan, operand: str) -> str:
        """Type of an operand, '' for a literal."""
        if operand.startswith("=") or not operand:
            return ""
        match = _CLOCK.fullmatch(operand)
        if match is not None:
            return "datetime" if match[1] == "now" else "date"
        return self.resolve(entity, operand).type

    def operand_nullable(self, entity: EntityPlan, operand: str) -> bool:
        """Whether an operand can be null."""
        if operand.startswith("=") or _CLOCK.fullmatch(operand):
            return False
        first, _, rest = operand.partition(".")
        field = entity.field(first)
        if entity.nullable(field):
            return True
        return self.operand_nullable(entity.target(field), rest) if rest else False

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Types of all fields."""
        return frozenset(field.type for entity in self.entities for field in entity.fields)

    @cached_property
    def uses_sources(self) -> bool:
        """Whether any step asks for the state."""
        return any(rule.sources for rule in self.spec.actions)

    @cached_property
    def uses_step_roles(self) -> bool:
        """Whether any step asks for a role."""
        return any(rule.roles for rule in self.spec.actions)

    def referrers(self, entity: EntityPlan) -> list[tuple[EntityPlan, Field]]:
        """References that point to the entity."""
        return [
            (other, f) for other in self.entities for f in other.references if f.references == entity.name
        ]
