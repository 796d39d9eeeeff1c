"""The checks of a write as functions of the service: locks, comparisons, conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.specification import Condition, Limit, Lock, NoOverlap, PeriodLock, Unique
from streams.agents.backend_developer import expressions
from streams.agents.backend_developer.plan import EntityPlan, attribute
from streams.agents.backend_developer.source import docstring, indented


def listed(values: Iterable[str]) -> str:
    """A tuple of texts as Python."""
    items = [expressions.quoted(value) for value in values]
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def functions(entity: EntityPlan) -> list[list[str]]:
    """All check functions that the entity needs."""
    return [_period_function(entity), _values_function(entity), _conflicts_function(entity)]


def comparisons(entity: EntityPlan) -> bool:
    """Whether values are compared."""
    return bool(entity.of(entity.plan.spec.comparisons))


def conflicts(entity: EntityPlan) -> bool:
    """Whether records of the entity can be in each other's way."""
    spec = entity.plan.spec
    several = any(entity.of(rules) for rules in (spec.uniques, spec.overlaps, spec.limits))
    return several or any(field.unique for field in entity.writable)


def needs_changed(entity: EntityPlan) -> bool:
    """Whether checks ask which fields have changed."""
    return comparisons(entity) or conflicts(entity)


# -- locks ----------------------------------------------------------------------------------------


def _locks(entity: EntityPlan, operation: str) -> list[Lock]:
    found = [rule for rule in entity.of(entity.plan.spec.locks) if operation in rule.refused]
    return [rule for rule in found if rule.via or operation != "create"]


def locks_of(entity: EntityPlan, operation: str) -> list[str]:
    """Statements that refuse the write of a locked record."""
    v = entity.variable
    lines: list[str] = []
    for rule in _locks(entity, operation):
        owner = _owner(entity, rule.via)
        path = f"{rule.via}.{owner.state}" if rule.via else owner.state
        state = expressions.path(entity, v, path)
        words = " or ".join(name.replace("_", " ") for name in rule.states)
        message = rule.message or f"This cannot be done while the {owner.label} is {words}."
        lines += [
            f"if {state.text} in {listed(rule.states)}:",
            f"    raise conflict({expressions.quoted(message)})",
        ]
    if entity.of(entity.plan.spec.period_locks):
        lines.append(f"_check_periods(session, {v})")
    return lines


def locks_move(entity: EntityPlan) -> bool:
    """Whether a change can bring a record under another lock."""
    return bool(entity.of(entity.plan.spec.period_locks)) or any(
        rule.via for rule in _locks(entity, "update")
    )


def _owner(entity: EntityPlan, via: str) -> EntityPlan:
    if not via:
        return entity
    first, _, rest = via.partition(".")
    return _owner(entity.target(entity.field(first)), rest)


def _period_function(entity: EntityPlan) -> list[str]:
    rules = entity.of(entity.plan.spec.period_locks)
    if not rules:
        return []
    lines = [line for rule in rules for line in _period(entity, rule)]
    head = f"def _check_periods(session: Session, {entity.variable}: models.{entity.record}) -> None:"
    return [head, *indented([docstring("Refuses a date in a period that is locked (409)."), *lines])]


def _period(entity: EntityPlan, rule: PeriodLock) -> list[str]:
    own = expressions.path(entity, entity.variable, rule.date_field)
    solid = expressions.Expression(own.text, own.type)
    day = expressions.day(solid).text if own.type == "datetime" else own.text
    other = entity.plan.entity(rule.lock_entity)
    column = f"models.{other.record}.{attribute(rule.lock_date_field)}"
    message = rule.message or f"The {rule.period} is locked."
    lines = [f'first, last = days_of_period({day}, "{rule.period}")']
    if other.field(rule.lock_date_field).type == "datetime":
        bounds = f"{column} >= clock.midnight(first), {column} < clock.midnight(last + dt.timedelta(days=1))"
    else:
        bounds = f"{column} >= first, {column} <= last"
    lines += [
        f"locks = select(models.{other.record}.id).where({bounds})",
        "if session.scalar(locks.limit(1)) is not None:",
        f"    raise conflict({expressions.quoted(message)})",
    ]
    return [f"if {own.text} is not None:", *indented(lines)] if own.nullable else lines


# -- comparisons ----------------------------------------------------------------------------------


def _touching(condition: Condition) -> set[str]:
    """Fields of the record itself that a condition speaks of."""
    names = set()
    for side in (condition.left, condition.right):
        if side and not side.startswith("=") and expressions.clock(side) is None:
            names.add(side.partition(".")[0])
    return names


def _touched(names: Iterable[str], entity: EntityPlan) -> str:
    """Whether one of the fields was changed; a computed field changes with what it is computed from."""
    wanted: set[str] = set()
    for name in names:
        wanted |= _sources(entity, name)
    items = ", ".join(expressions.quoted(attribute(name)) for name in sorted(wanted))
    return f"changed & {{{items}}}"


def _sources(entity: EntityPlan, name: str) -> set[str]:
    rule = entity.derivations.get(name)
    if rule is None or rule.kind in ("sequence", "code", "copy"):
        return {name}
    found = {name}
    for operand in entity.operands(rule):
        first = operand.partition(".")[0]
        if not operand.startswith("=") and expressions.clock(operand) is None and first != name:
            found |= _sources(entity, first)
    return found


def _values_function(entity: EntityPlan) -> list[str]:
    rules = entity.of(entity.plan.spec.comparisons)
    if not rules:
        return []
    v = entity.variable
    lines: list[str] = []
    for rule in rules:
        holds = expressions.condition(entity, v, rule.condition)
        touching = _touching(rule.condition)
        own = [side for side in (rule.condition.left, rule.condition.right) if side in touching]
        field = (own or sorted(touching))[0]
        message = rule.message or f"The {entity.field(field).label.lower()} does not fit."
        shown = f"raise invalid({expressions.quoted(field)}, {expressions.quoted(message)})"
        lines += [f"if {_touched(touching, entity)} and not {expressions.bracketed(holds)}:", f"    {shown}"]
    head = f"def _check_values({v}: models.{entity.record}, changed: AbstractSet[str]) -> None:"
    return [head, *indented([docstring("Relations between values that each write keeps (422)."), *lines])]


# -- conflicts ------------------------------------------------------------------------------------


def _conflicts_function(entity: EntityPlan) -> list[str]:
    if not conflicts(entity):
        return []
    spec, v = entity.plan.spec, entity.variable
    lines: list[str] = []
    for field in entity.writable:
        if field.unique:
            own = Unique(id=f"unique-{field.name}", entity=entity.name, fields=(field.name,))
            lines += _unique(entity, own)
    for rule in entity.of(spec.uniques):
        lines += _unique(entity, rule)
    for overlap in entity.of(spec.overlaps):
        lines += _overlap(entity, overlap)
    for limit in entity.of(spec.limits):
        lines += _limit(entity, limit)
    head = [
        "def _check_conflicts(",
        f"    session: Session, {v}: models.{entity.record}, changed: AbstractSet[str]",
        ") -> None:",
    ]
    return [*head, *indented([docstring(f"What one {entity.label} must leave to others (409)."), *lines])]


def _state(entity: EntityPlan, ignoring: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Names that count as changed, the check of the record, and the condition on others."""
    if not ignoring or not entity.state:
        return [], [], []
    state = attribute(entity.state)
    own = f"{entity.variable}.{state} not in {listed(ignoring)}"
    return [entity.state], [own], [f"models.{entity.record}.{state}.not_in({listed(ignoring)})"]


def _same(entity: EntityPlan, paths: Sequence[str]) -> list[str]:
    """SQL conditions for records that have the same values."""
    found = []
    for path in paths:
        own = expressions.path(entity, entity.variable, path).text
        found.append(
            expressions.owned(entity, path, f"{{column}} == {own.replace('{', '{{').replace('}', '}}')}")
        )
    return found


def _firsts(paths: Iterable[str]) -> list[str]:
    return [path.partition(".")[0] for path in paths]


def _unique(entity: EntityPlan, rule: Unique) -> list[str]:
    v = entity.variable
    states, own, others = _state(entity, rule.ignoring_states)
    given = [expressions.path(entity, v, path) for path in rule.fields]
    present = [f"{one.text} is not None" for one in given if one.nullable]
    condition = [_touched([*_firsts(rule.fields), *states], entity), *own, *present]
    labels = " and ".join(entity.plan.resolve(entity, path).label.lower() for path in rule.fields)
    message = rule.message or f"Another {entity.label} has this {labels} already."
    arguments = [*_same(entity, rule.fields), *others]
    culprit = f", {expressions.quoted(rule.fields[0])}" if len(rule.fields) == 1 else ""
    return [
        f"if {' and '.join(condition)} and is_another(",
        f"    session, {v},",
        *(f"    {argument}," for argument in arguments),
        "):",
        f"    raise conflict({expressions.quoted(message)}{culprit})",
    ]


def _overlap(entity: EntityPlan, rule: NoOverlap) -> list[str]:
    v = entity.variable
    states, own, others = _state(entity, rule.ignoring_states)
    fields = [*_firsts(rule.within), rule.start, *filter(None, [rule.end, rule.duration_minutes]), *states]
    record = f"models.{entity.record}"
    conditions = [f"{record}.id != {v}.id", *_same(entity, rule.within), *others]
    message = rule.message or f"It overlaps another {entity.label}."
    return [
        f"if {' and '.join([_touched(fields, entity), *own])}:",
        f"    others = select({record}).where(",
        *(f"        {condition}," for condition in [*conditions, *_narrowing(entity, rule)]),
        "    )",
        f"    start, end = {_start(entity, rule, v)}, {_end(entity, rule, v)}",
        "    for other in session.scalars(others):",
        f"        if meet(start, end, {_start(entity, rule, 'other')}, {_end(entity, rule, 'other')}):",
        f"            raise conflict({expressions.quoted(message)})",
    ]


def _narrowing(entity: EntityPlan, rule: NoOverlap) -> list[str]:
    """Conditions that leave out what cannot overlap, so that few records are read."""
    names = [rule.start, rule.end] if rule.end else []
    if not names or any(
        "." in name or not entity.is_stored(name) or entity.nullable(entity.field(name)) for name in names
    ):
        return []
    if entity.field(rule.start).type != entity.field(rule.end).type:
        return []
    v, record = entity.variable, f"models.{entity.record}"
    start, end = attribute(rule.start), attribute(rule.end)
    return [f"{record}.{start} < {v}.{end}", f"{record}.{end} > {v}.{start}"]


def _start(entity: EntityPlan, rule: NoOverlap, variable: str) -> str:
    found = expressions.path(entity, variable, rule.start)
    return expressions.moment(found).text if found.type == "date" else found.text


def _end(entity: EntityPlan, rule: NoOverlap, variable: str) -> str:
    if rule.end:
        found = expressions.path(entity, variable, rule.end)
        return expressions.moment(found).text if found.type == "date" else found.text
    start = expressions.path(entity, variable, rule.start)
    minutes = expressions.path(entity, variable, rule.duration_minutes)
    solid = expressions.Expression(start.text, start.type)
    begin = expressions.moment(solid).text if start.type == "date" else start.text
    amount = minutes.text if minutes.type == "integer" else f"float({minutes.text})"
    text = f"{begin} + dt.timedelta(minutes={amount})"
    empty = [f"{one.text} is not None" for one in (start, minutes) if one.nullable]
    return f"({text} if {' and '.join(empty)} else None)" if empty else text


def _limit(entity: EntityPlan, rule: Limit) -> list[str]:
    v, record = entity.variable, f"models.{entity.record}"
    states, own, others = _state(entity, rule.ignoring_states)
    measured = [] if rule.measure == "count" else [rule.measure.partition(".")[0]]
    maximum = [] if rule.maximum.startswith("=") else [rule.maximum.partition(".")[0]]
    fields = [*_firsts(rule.group_by), *measured, *maximum, *states]
    conditions = [*_same(entity, rule.group_by), *others]
    lines = [f"counted = select({record})" + ("" if not conditions else ".where(")]
    lines += [*(f"    {condition}," for condition in conditions), ")"] if conditions else []
    lines += _measured(entity, rule)
    message = expressions.quoted(rule.message or f"There can be no more of this {entity.label}.")
    bound = expressions.operand(entity, v, rule.maximum, _measure_type(entity, rule))
    lines += [f"maximum = {bound.text}"]
    within = "maximum is not None and total > maximum" if bound.nullable else "total > maximum"
    lines += [f"if {within}:", f"    raise conflict({message})"]
    return [f"if {' and '.join([_touched(fields, entity), *own])}:", *indented(lines)]


def _measure_type(entity: EntityPlan, rule: Limit) -> str:
    return "integer" if rule.measure == "count" else entity.plan.resolve(entity, rule.measure).type


def _measured(entity: EntityPlan, rule: Limit) -> list[str]:
    if rule.measure == "count":
        return ["total = session.scalar(select(func.count()).select_from(counted.subquery())) or 0"]
    amount = expressions.path(entity, "one", rule.measure)
    text = f"{amount.text} or 0" if amount.nullable else amount.text
    if amount.type == "integer":
        return [f"total = sum({text} for one in session.scalars(counted))"]
    return [f"total = sum(({text} for one in session.scalars(counted)), Decimal(0))"]
