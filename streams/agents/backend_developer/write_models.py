"""Writes `models.py`: the tables, and the fields that are computed."""

from __future__ import annotations

from schemas.specification import Derivation, Field
from streams.agents.backend_developer import expressions
from streams.agents.backend_developer.plan import CHILDREN, COMPUTED, EntityPlan, Plan, attribute, snake
from streams.agents.backend_developer.source import call, docstring, indented, module

_PYTHON = {
    "integer": "int",
    "reference": "int",
    "decimal": "Decimal",
    "money": "Decimal",
    "boolean": "bool",
    "date": "dt.date",
    "datetime": "dt.datetime",
    "time": "dt.time",
}
_COLUMNS = {
    "integer": "BigInteger",
    "decimal": "StoredDecimal",
    "money": "StoredMoney",
    "boolean": "Boolean",
    "date": "Date",
    "datetime": "StoredMoment",
    "time": "Time",
}
_IMPORTS = (
    "import datetime as dt",
    "import secrets",
    "from decimal import Decimal",
    "",
    "from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Integer, String, Time",
    "from sqlalchemy.orm import Mapped, mapped_column, relationship",
    "",
)


def models(plan: Plan) -> str:
    """The module's source."""
    package = plan.spec.package
    body: list[str] = []
    for entity in plan.entities:
        body += ["", "", *_record(entity)]
    if plan.spec.notices:
        body += ["", "", *_NOTIFICATION]
    imports = (
        *_IMPORTS,
        f"from {package} import clock",
        f"from {package}.columns import Base, StoredDecimal, StoredList, StoredMoment, StoredMoney",
        f"from {package}.numbers import as_decimal, as_money, multiplied",
    )
    return module("The tables of the service.", imports, body)


def python_type(field: Field) -> str:
    """Type of the field's values in Python."""
    plain = _PYTHON.get(field.type, "str")
    return f"list[{plain}]" if field.many else plain


def action_counter(rule_id: str) -> str:
    """Column that counts how often an action was done."""
    return f"{snake(rule_id)}_times_records"


def _record(entity: EntityPlan) -> list[str]:
    lines = [f"class {entity.record}(Base):"]
    body = [
        docstring(f"A row of {entity.entity.label}."),
        "",
        f'__tablename__ = "{snake(entity.entity.plural)}"',
        '__table_args__ = {"sqlite_autoincrement": True}',
        "",
        "id: Mapped[int] = mapped_column(Integer, primary_key=True)",
    ]
    for field in entity.fields:
        if entity.is_stored(field.name):
            body += _column(entity, field)
    body += ["created_at: Mapped[dt.datetime] = mapped_column(StoredMoment)"]
    body += ["updated_at: Mapped[dt.datetime] = mapped_column(StoredMoment)"]
    body += [
        f"{action_counter(rule.id)}: Mapped[int] = mapped_column(Integer, default=0)"
        for rule in entity.of(entity.plan.spec.actions)
        if rule.at_most
    ]
    body += _relations(entity)
    for rule in entity.derivations.values():
        if rule.kind in COMPUTED | CHILDREN and not entity.is_stored(rule.field):
            body += _property(entity, rule)
    if entity.computed:
        body += _derive(entity)
    return [*lines, *indented(body)]


def _column(entity: EntityPlan, field: Field) -> list[str]:
    name = attribute(field.name)
    arguments = [f'"{field.name}"'] if name != field.name else []
    nullable = entity.nullable(field)
    unset = (
        entity.derivations.get(field.name) is not None and entity.derivations[field.name].kind == "sequence"
    )
    if field.many:
        arguments.append("StoredList")
    elif field.type == "reference":
        target = entity.target(field).entity.plural
        arguments += [f'ForeignKey("{snake(target)}.id")', "index=True"]
    else:
        arguments.append(_COLUMNS.get(field.type, "String"))
        if field.unique or any(field.name in rule.fields for rule in entity.of(entity.plan.spec.uniques)):
            arguments.append("index=True")
    if entity.derivations.get(field.name) is not None and entity.derivations[field.name].kind == "code":
        arguments += ["unique=True", "default=lambda: secrets.token_urlsafe(16)"]
    if unset:
        arguments.append("nullable=True")
    shown = f"{python_type(field)} | None" if nullable else python_type(field)
    return call(f"{name}: Mapped[{shown}] = mapped_column", arguments)


def _relations(entity: EntityPlan) -> list[str]:
    lines: list[str] = []
    for field in entity.references:
        target = entity.target(field).record
        shown = f"{target} | None" if entity.nullable(field) else target
        arguments = [f"foreign_keys=[{attribute(field.name)}]"]
        if target == entity.record:
            arguments.append("remote_side=[id]")
        lines += call(f"{entity.relation(field.name)}: Mapped[{shown}] = relationship", arguments)
    seen = set()
    for rule in entity.derivations.values():
        if rule.kind in CHILDREN and entity.children(rule) not in seen:
            seen.add(entity.children(rule))
            child = entity.plan.entity(rule.child)
            arguments = [
                f'foreign_keys="{child.record}.{attribute(rule.via)}"',
                "viewonly=True",
                f'order_by="{child.record}.id"',
            ]
            lines += call(f"{entity.children(rule)}: Mapped[list[{child.record}]] = relationship", arguments)
    return ["", *lines] if lines else []


def _property(entity: EntityPlan, rule: Derivation) -> list[str]:
    field = entity.field(rule.field)
    shown = f"{python_type(field)} | None" if entity.nullable(field) else python_type(field)
    write = _children if rule.kind in CHILDREN else _computing
    body = write(entity, rule, field)
    return [
        "",
        "@property",
        f"def {attribute(rule.field)}(self) -> {shown}:",
        *indented([docstring(f"{field.label}, computed when it is read."), *body]),
    ]


def _children(entity: EntityPlan, rule: Derivation, field: Field) -> list[str]:
    child = entity.plan.entity(rule.child)
    of = f"self.{entity.children(rule)}"
    condition = f" if {expressions.all_hold(child, 'one', rule.where)}" if rule.where else ""
    if rule.kind == "count_of_children":
        if not condition:
            return _returned(f"len({of})", "integer", field)
        return _returned(f"sum(1 for one in {of}{condition})", "integer", field)
    amount = expressions.path(child, "one", rule.operands[0])
    text = f"{amount.text} or 0" if amount.nullable else amount.text
    start = "" if amount.type == "integer" else ", Decimal(0)"
    found = f"({text} for one in {of}{condition})" if start else f"{text} for one in {of}{condition}"
    return _returned(f"sum({found}{start})", amount.type, field)


def _returned(text: str, type_: str, field: Field) -> list[str]:
    return [f"return {_as(text, type_, field)}"]


def _as(text: str, type_: str, field: Field) -> str:
    """The value as the field keeps it."""
    if field.type == type_ == "integer":
        return text
    if field.type == "integer":
        return f"int({text})"
    if field.type == "money":
        return f"as_money({text})"
    return f"as_decimal({text})"


def _computing(entity: EntityPlan, rule: Derivation, field: Field) -> list[str]:
    """Statements that return the value of a derivation over the record's own values."""
    if rule.kind == "offset":
        return _offset(entity, rule, field)
    operands = [_number(entity, one) for one in rule.operands]
    guard = _null_guard([one.text for one in operands if one.nullable])
    whole = all(one.type == "integer" for one in operands) and not rule.percents
    if rule.kind == "product":
        texts = [one.text for one in operands]
        for percent in rule.percents:
            rate = _number(entity, percent)
            texts.append(f"1 + Decimal({rate.text}{' or 0' if rate.nullable else ''}) / 100")
        found = f"multiplied({', '.join(texts)})" if not whole else " * ".join(texts)
    else:
        found = (" - " if rule.kind == "difference" else " + ").join(one.text for one in operands)
    return [*guard, *_returned(found, "integer" if whole else "decimal", field)]


def _null_guard(names: list[str]) -> list[str]:
    if not names:
        return []
    return [f"if {' or '.join(f'{name} is None' for name in names)}:", "    return None"]


def _number(entity: EntityPlan, operand: str) -> expressions.Expression:
    found = expressions.operand(entity, "self", operand, "decimal")
    if operand.startswith("="):
        text = operand[1:]
        return expressions.Expression(text, "integer") if text.lstrip("-").isdigit() else found
    return found


def _offset(entity: EntityPlan, rule: Derivation, field: Field) -> list[str]:
    start = expressions.operand(entity, "self", rule.operands[0], "datetime")
    lines = _null_guard([start.text] if start.nullable else [])
    if rule.case_field:
        chosen = expressions.path(entity, "self", rule.case_field)
        table = ", ".join(f"{expressions.quoted(case.value)}: {_plain(case.amount)}" for case in rule.cases)
        default = f", {_plain(rule.amount[1:])}" if rule.amount.startswith("=") else ""
        key = f'{chosen.text} or ""' if chosen.nullable else chosen.text
        lines += [f"amount = {{{table}}}.get({key}{default})"]
        lines += [] if default else _null_guard(["amount"])
        amount = "amount"
    elif rule.amount.startswith("="):
        amount = _plain(rule.amount[1:])
    else:
        found = expressions.path(entity, "self", rule.amount)
        lines += _null_guard([found.text] if found.nullable else [])
        amount = found.text if found.type == "integer" else f"float({found.text})"
    solid = expressions.Expression(start.text, start.type)
    if field.type == "datetime" and start.type == "date":
        solid = expressions.moment(solid)
    found_text = f"{solid.text} + dt.timedelta({rule.unit or 'days'}={amount})"
    if field.type == "date" and start.type == "datetime":
        found_text = f"({found_text}).date()"
    return [*lines, f"return {found_text}"]


def _plain(number: str) -> str:
    return number if "." in number else str(int(number))


def _derive(entity: EntityPlan) -> list[str]:
    """The method that computes the stored derivations, and a function for each."""
    lines: list[str] = []
    for rule in entity.computed:
        field = entity.field(rule.field)
        shown = f"{python_type(field)} | None" if entity.nullable(field) else python_type(field)
        lines += [
            "",
            f"def _computed_{rule.field}(self) -> {shown}:",
            *indented(
                [docstring(f"{field.label}, from the record's own values."), *_computing(entity, rule, field)]
            ),
        ]
    steps = [f"self.{attribute(rule.field)} = self._computed_{rule.field}()" for rule in entity.computed]
    method = [
        "",
        "def derive(self) -> None:",
        *indented([docstring("Computes what is kept of other values."), *steps]),
    ]
    return [*method, *lines]


_NOTIFICATION = (
    "class NotificationRecord(Base):",
    '    """A notice that was raised for a record."""',
    "",
    '    __tablename__ = "notifications_raised"',
    '    __table_args__ = {"sqlite_autoincrement": True}',
    "",
    "    id: Mapped[int] = mapped_column(Integer, primary_key=True)",
    "    rule: Mapped[str] = mapped_column(String)",
    "    entity: Mapped[str] = mapped_column(String)",
    "    entity_id: Mapped[int] = mapped_column(Integer, index=True)",
    "    message: Mapped[str] = mapped_column(String)",
    "    created_at: Mapped[dt.datetime] = mapped_column(StoredMoment)",
    "    holds: Mapped[bool] = mapped_column(Boolean)",
)
